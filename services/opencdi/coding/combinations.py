"""What the classification says with one code: hypertension and its organs, diabetes and complications, sepsis, acute on chronic.

Part of `guidelines`: what a combination replaced stays visible as flagged (DOMAIN F.13).
"""

from collections.abc import Iterable
from dataclasses import replace

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.steps import Candidates, Known, proposed

_SEPSIS = ("A40", "A41", "B377", "A021", "A227", "A267", "A327", "A427", "A5486", "B007", "O85", "P36", "A207", "A2689")


def combined(codes: Candidates, parts: Iterable[Candidate], into: str, concept: str, reason: str) -> Candidates:
    """`parts` are said by the one code `into`, which carries their evidence.  It is acute where a disease in it is (appendix I)."""
    held = list(parts)
    first = held[0]
    acute = [part for part in held if part.nature == "" and part.kind == "diagnosis"]
    whole = replace(
        first,
        code=into,
        concept=concept,
        status="proposed",
        evidence=tuple(dict.fromkeys(e for part in held for e in part.evidence)),
        reasons=(reason,),
        order=min((part.order for part in held if part.order), default=None),
        assessed_order=min((part.assessed_order for part in held if part.assessed_order), default=None),
        at_admission=all(part.at_admission for part in held),
        assessed=any(part.assessed for part in held),
        kind="diagnosis",
        nature="" if acute else first.nature,
        family=into,
        parts=tuple(part.code for part in held),
    )
    return (*(one for one in codes if one.code != into), whole)


def flag(codes: Candidates, which: Iterable[Candidate], reason: str) -> Candidates:
    """These leave the claim and stay visible."""
    gone = {one.code for one in which}
    return tuple(one.flagged(reason) if one.code in gone and one.status == "proposed" else one for one in codes)


def hypertension_combinations(_: Known, codes: Candidates) -> Candidates:
    """I.C.9.a: hypertension with heart failure or chronic kidney disease is one disease, whether or not a provider links them."""
    hypertension = proposed(codes, "I10")
    failure, kidney = proposed(codes, "I50", "I51"), proposed(codes, "N18")
    if not hypertension or not (failure or kidney):
        return codes
    late = any(one.code in ("N185", "N186") for one in kidney)
    if failure and kidney:
        into, cite = ("I132" if late else "I130"), "I.C.9.a.3"
    elif failure:
        into, cite = "I110", "I.C.9.a.1"
    else:
        into, cite = ("I120" if late else "I129"), "I.C.9.a.2"
    reason = f"{cite}: hypertension with {' and '.join(one.code for one in (*failure[:1], *kidney[:1]))} is presumed one disease"
    return flag(combined(codes, (*hypertension, *failure, *kidney), into, "hypertension", reason), hypertension, f"{cite}: said by {into}")


def diabetes_combinations(_: Known, codes: Candidates) -> Candidates:
    """I.A.15 and I.C.4.a: "with" links diabetes to its complications; ketoacidosis without a type said is type 2 (I.C.4.a.2)."""
    plain = proposed(codes, "E119", "E109")
    if not plain:
        return codes
    kind = "E10" if any(one.code == "E109" for one in plain) else "E11"
    for complication, suffix, name in (
        ("N18", "22", "chronic kidney disease"),
        ("R739", "65", "hyperglycemia"),
        ("E162", "649", "hypoglycemia"),
        ("G629", "40", "neuropathy"),
        ("I739", "51", "peripheral angiopathy"),
    ):
        held = [one for one in codes if one.code.startswith(complication) and one.status != "uncertain"]
        if held:
            reason = f"I.A.15: diabetes with {name}"
            codes = combined(codes, (*plain, *held), kind + suffix, "diabetes-mellitus", reason)
            if complication != "N18":  # the stage of kidney disease is still coded beside it
                codes = tuple(one.flagged(f"{reason}: said by {kind + suffix}") if one in held else one for one in codes)
    ketoacidosis = proposed(codes, "E1110")
    if kind == "E10" and ketoacidosis:
        codes = flag(
            combined(codes, (*plain, *ketoacidosis), "E1010", "diabetic-ketoacidosis", "I.C.4.a: type 1"), ketoacidosis, "type 1: E1010"
        )
    others = [one for one in proposed(codes, "E10", "E11") if one not in plain]
    return flag(codes, plain, f"I.C.4.a: a complication is coded ({others[0].code})") if others else codes


def sepsis_and_organ_dysfunction(_: Known, codes: Candidates) -> Candidates:
    """I.C.1.d: R65.2- never stands without its infection; dysfunction is severe sepsis only where the provider links it."""
    severe, shock = proposed(codes, "R6520"), proposed(codes, "R6521")
    sepsis = proposed(codes, *_SEPSIS)
    if (severe or shock) and not sepsis:
        codes = combined(
            codes, (severe or shock), "A419", "sepsis", "I.C.1.d.1.b: severe sepsis needs the underlying infection; none is named"
        )
        sepsis = proposed(codes, "A419")
    linked = [one for one in codes if one.status == "proposed" and "sepsis" in one.caused_by and not one.code.startswith(_SEPSIS)]
    if sepsis and linked and not severe and not shock:
        reason = f"I.C.1.d.1.b: acute organ dysfunction linked to sepsis ({linked[0].code})"
        codes = combined(codes, linked, "R6520", "severe-sepsis", reason)
    return flag(codes, severe, "I.C.1.d.2: septic shock is coded as R6521") if shock else codes


def sepsis_organism(known: Known, codes: Candidates) -> Candidates:
    """Sepsis that the provider ascribes to an infection whose organism is known is sepsis by that organism (index: Sepsis, by organism)."""
    vague = next((one for one in proposed(codes, "A419") if one.caused_by), None)
    if vague is None:
        return codes
    source = next((one for one in codes if one.status == "proposed" and one.code in known.data.sepsis_organism and _is_source(one, vague)), None)
    if source is None:
        return codes
    into = known.data.sepsis_organism[source.code]
    reason = f"I.C.1.d.4: sepsis due to the infection coded as {dotted(source.code)}, by its organism"
    said = replace(vague, code=into, specific=True, reasons=(reason,))
    return (*(one for one in flag(codes, [vague], f"I.B.2: said more exactly by {into}") if one.code != into), said)


def _is_source(infection: Candidate, sepsis: Candidate) -> bool:
    return infection.concept in sepsis.caused_by or infection.family in sepsis.caused_by


def said_as_one(known: Known, codes: Candidates) -> Candidates:
    """I.B.9 and the index's "with": one code of each group makes another; what it replaces is flagged."""
    for row in known.data.combined:
        parts = [next(iter(proposed(codes, *group)), None) for group in row.of]
        held = [part for part in parts if part is not None]
        if len(held) < len(row.of) or any(one.code == row.into for one in held):
            continue
        codes = combined(codes, held, row.into, held[0].concept, f"{row.reason} ({', '.join(dotted(one.code) for one in held)})")
        codes = flag(codes, proposed(codes, *row.replaces), f"{row.cite}: said by {dotted(row.into)}")
    return codes
