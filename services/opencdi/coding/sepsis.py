"""Sepsis, severe sepsis and shock (I.C.1.d), and systemic inflammation without infection (I.C.18.g)."""

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.combinations import combined, flag
from opencdi.coding.steps import Candidates, Known, proposed, with_code


def sepsis_and_organ_dysfunction(known: Known, codes: Candidates) -> Candidates:
    """I.C.1.d: R65.2- never stands without its infection; dysfunction is severe sepsis only where the provider links it."""
    data = known.data.sepsis
    severe, shock = proposed(codes, "R6520"), proposed(codes, "R6521")
    sepsis = proposed(codes, *data.codes)
    if (severe or shock) and not sepsis:
        codes = combined(
            codes, (severe or shock), "A419", "sepsis", "I.C.1.d.1.b: severe sepsis needs the underlying infection; none is named"
        )
        sepsis = proposed(codes, "A419")
    linked = [one for one in proposed(codes, *data.organ_dysfunction) if "sepsis" in one.caused_by]
    if sepsis and linked and not severe and not shock:
        reason = f"I.C.1.d.1.b: acute organ dysfunction linked to sepsis ({linked[0].code})"
        codes = combined(codes, linked, "R6520", "severe-sepsis", reason)
    if shock and proposed(codes, "T8144"):
        cite = "I.C.1.d.5.c: shock of a postprocedural sepsis"
        codes = combined(codes, shock, "T8112XA", "septic-shock", cite)
        codes = flag(codes, shock, f"{cite} is coded as T81.12")
    return flag(codes, severe, "I.C.1.d.2: septic shock is coded as R6521") if shock else codes


def sepsis_organism(known: Known, codes: Candidates) -> Candidates:
    """Sepsis that the provider ascribes to an infection whose organism is known is sepsis by that organism (index: Sepsis, by organism)."""
    vague = next((one for one in proposed(codes, "A419") if one.caused_by), None)
    if vague is None:
        return codes
    by_organism = known.data.sepsis_organism
    source = next((one for one in codes if one.status == "proposed" and one.code in by_organism and _is_source(one, vague)), None)
    if source is None:
        return codes
    into = by_organism[source.code]
    reason = f"I.C.1.d.4: sepsis due to the infection coded as {dotted(source.code)}, by its organism"
    said = vague._replace(code=into, specific=True, reasons=(reason,))
    return with_code(flag(codes, [vague], f"I.B.2: said more exactly by {into}"), said)


def _is_source(infection: Candidate, sepsis: Candidate) -> bool:
    return infection.concept in sepsis.caused_by or infection.family in sepsis.caused_by


def noninfectious_inflammation(known: Known, codes: Candidates) -> Candidates:
    """I.C.18.g: SIRS of non-infectious origin; with organ dysfunction only where the provider ascribes it to the SIRS."""
    sirs = proposed(codes, "R6510")
    linked = [one for one in proposed(codes, *known.data.sepsis.organ_dysfunction) if "sirs" in one.caused_by]
    if not sirs:
        return codes
    if infected := proposed(codes, *known.data.sepsis.codes):
        return flag(codes, sirs, f"I.C.18.g: the inflammation is said by the sepsis ({dotted(infected[0].code)})")
    if not linked:
        return codes
    reason = f"I.C.18.g: organ dysfunction linked to the SIRS ({dotted(linked[0].code)})"
    return flag(combined(codes, (*sirs, *linked), "R6511", "sirs", reason), sirs, f"{reason}: said by R65.11")
