"""Present on admission: proposed, never computed as if it were known (Guidelines appendix I; DOMAIN F.12)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.clinical.vocabulary import Poa
from opencdi.coding.candidates import Candidate
from opencdi.coding.signs import Presenting, sign_of
from opencdi.coding.table import ConceptTable
from opencdi.knowledge.icd10cm import description_of

_FULL: Final = 7
_LATER: Final = "DEFGHJKMNPQRS"
_INJURIES: Final = ("M48", "M80", "M84", "S", "T", "V", "W", "X", "Y")


@dataclass(frozen=True, slots=True)
class ProposedPoa:
    """The proposal and its reason."""

    poa: Poa
    reason: str


def proposed_poa(
    table: ConceptTable,
    codes: Iterable[Candidate],
    inpatient_at: datetime | None,
    seen: tuple[Presenting, ...] = (),
    reason: frozenset[str] = frozenset(),
) -> Mapping[str, ProposedPoa]:
    """code -> its proposal: each by its own documentation, then by what was there when the patient came.

    What was documented only later is Y where the same disease stood less exactly in the admission's notes (an organism that the culture
    named on day 2), where it explains a symptom of the admission that nothing else explains, or where a finding from before the order
    shows it.  `seen`: those findings; `reason`: codes of what the hospital stated as the reason for the admission.
    """
    held = tuple(codes)
    exempt = table.guidelines.poa_exempt
    told = {one.code: poa_of(one, inpatient_at, exempt) for one in held}
    came = [one for one in held if told[one.code].poa == "Y"]
    claimed = [one.code for one in held if one.status == "proposed"]
    for one in held:
        if told[one.code].poa == "undetermined" and (shown := _shown(table, one, came, seen, claimed, reason)):
            told[one.code] = ProposedPoa("Y", f"appendix I: {shown}")
    for one in held:
        parts = [told[part].poa for part in one.parts if part in told]
        if parts and told[one.code].poa != "1":
            told[one.code] = _of_parts(parts)
    return told


def _of_parts(parts: list[Poa]) -> ProposedPoa:
    """Appendix I, combination codes: Y if every part was present on admission, N if any was not."""
    if "N" in parts:
        return ProposedPoa("N", "appendix I: a part of the combination began after the admission")
    if all(poa in ("Y", "W", "1") for poa in parts):
        return ProposedPoa("Y", "appendix I: every part of the combination was present on admission")
    return ProposedPoa("undetermined", "appendix I: of a part of the combination the onset is not said")


def poa_of(one: Candidate, inpatient_at: datetime | None, exempt: tuple[str, ...] = ()) -> ProposedPoa:
    """By its own documentation alone.  `exempt`: prefixes of the codes that need no POA.

    Y: evidence before the inpatient order, or chronic by nature.  N: only a documented onset after it.  W: only a provider's word that it
    cannot be determined.  Else undetermined: ask.  U is a coder's word and never proposed from here.
    """
    if is_exempt(one.code, exempt):
        return ProposedPoa("1", "exempt from POA reporting")
    if one.onset_after and (one.at_admission or one.came_with):
        # Two conditions of one code are N where either began here (appendix I); one condition cannot be both.  A person sees which it is.
        return ProposedPoa("undetermined", "conflict: there at admission by one note, begun after it by another")
    if one.onset_after:
        return ProposedPoa("N", "the note says that it began after the admission")
    if one.came_with:
        return ProposedPoa("Y", "the note says that it was present on admission")
    if one.onset_unknown:
        return ProposedPoa("W", "the provider says that it cannot be determined whether it was present on admission")
    if one.nature == "chronic" or one.code.startswith("C"):
        # A malignancy found after the order was there before it (appendix I, "chronic conditions … not diagnosed until after").
        return ProposedPoa("Y", "chronic by nature")
    if inpatient_at is None or one.order is None:
        return ProposedPoa("undetermined", "no inpatient order known")
    if one.order[0] <= inpatient_at:
        return ProposedPoa("Y", "documented before the inpatient order")
    if one.suspected and one.suspected <= inpatient_at:
        return ProposedPoa("Y", "appendix I: suspected before the inpatient order, confirmed after it")
    if one.at_admission:
        # The emergency note and the history and physical describe the patient as he came, though they are signed after the order.
        return ProposedPoa("Y", "documented as presenting (emergency note or history and physical)")
    return ProposedPoa("undetermined", f"first documented {one.order[0].date().isoformat()}, after the inpatient order; onset not said")


def is_exempt(code: str, exempt: tuple[str, ...]) -> bool:
    """Whether CMS's list has it: by its category, or by a 7th character of an injury or external cause: later encounter, sequela."""
    later = len(code) == _FULL and code[-1] in _LATER and code.startswith(_INJURIES)
    return later or code.startswith(exempt)


def _says_less(other: Candidate, one: Candidate) -> bool:
    """Whether `other` is the same disease said less exactly: not its chronic form, nor another degree (a pressure injury's stage)."""
    return (other.nature in (one.nature, "")) and not (other.specific and _unsaid(other.code) <= _unsaid(one.code))


def _unsaid(code: str) -> int:
    return description_of(code).count("nspecified")


def _shown(
    table: ConceptTable,
    one: Candidate,
    came: list[Candidate],
    seen: tuple[Presenting, ...],
    claimed: Iterable[str],
    reason: frozenset[str],
) -> str | None:
    for other in came:
        if other.family == one.family and other.code != one.code and _says_less(other, one):
            return f"the same disease, less exactly, at admission ({dotted(other.code)})"
    if any(one.kind == "diagnosis" and one.code[:3] == told[:3] for told in reason):
        return "the stated reason for the admission names it"
    for symptom in (*(other.code for other in came if other.kind != "diagnosis"), *sorted(reason)):
        explained_by = table.integral_to(symptom) or ("\0",)
        if one.code.startswith(explained_by) and not any(o.kind == "diagnosis" and o.code.startswith(explained_by) for o in came):
            return f"it explains a symptom of the admission ({dotted(symptom)})"
    if (found := sign_of(one.code, table.guidelines, seen, claimed)) is not None:
        return f"found before the inpatient order or in the admission note ({found})"
    return None
