"""The loss of consciousness that came with an injury of the brain: its sixth character (S06; I.B.2, I.B.9)."""

from collections.abc import Iterable
from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.combinations import flag, instead
from opencdi.coding.injury_data import Unconscious
from opencdi.coding.onset import AT_ADMISSION
from opencdi.coding.stated import Stated
from opencdi.coding.steps import Candidates, Known, proposed
from opencdi.knowledge.icd10cm import tabular

BRAIN: Final = "S06"
_UNKNOWN: Final = "A"
_AT: Final = 5
"""Where the character stands in an un-dotted code."""


def loss_of_consciousness(known: Known, codes: Candidates) -> Candidates:
    """Whether and how long consciousness was lost is part of the code of the brain's injury, and no symptom beside it."""
    data = known.table.injuries.unconscious
    injured = proposed(codes, BRAIN)
    if not injured:
        return codes
    told = [one for one in known.stated if (_of_an_injury(data, one) and one.finding.active != "no") or _denied(data, one)]
    injuries = [one for one in injured if one.code[_AT] == _UNKNOWN and len(one.code) > _AT + 1]
    character = _character(data, told)
    if character is None:
        return codes
    at_admission = any(one.note.note_type in AT_ADMISSION for one in told)  # it came with the blow, whoever named the injury later
    for one in injuries:
        exact = one.code[:_AT] + character + one.code[_AT + 1 :]
        if tabular().billable(exact):
            reason = "I.B.2: the loss of consciousness is said"
            said = one._replace(code=exact, at_admission=one.at_admission or at_admission)
            codes = instead(codes, one, said, reason, flagged=f"{reason} ({dotted(exact)})")
    quotes = {(one.note.note_id, one.finding.start) for one in told}
    part = [one for one in proposed(codes) if one.concept in data.concepts and _only(one, quotes)]
    return flag(codes, part, "I.B.5: the loss of consciousness is part of the injury of the brain")


def _of_an_injury(data: Unconscious, one: Stated) -> bool:
    text = one.finding.text.lower()
    return one.finding.concept in data.concepts and any(word in text for word in data.words)


def _denied(data: Unconscious, one: Stated) -> bool:
    return _of_an_injury(data, one) and one.finding.assertion == "absent"


def _character(data: Unconscious, told: Iterable[Stated]) -> str | None:
    """The longest span that is told; else that it was lost, or that it was not; None where nothing is said."""
    found = [one.finding for one in told]
    present = [one for one in found if one.assertion == "present" and one.certainty == "certain"]
    spans = [data.spans[one.attributes["form"]] for one in present if one.attributes.get("form") in data.spans]
    if present:
        return max(spans, default=data.not_told)
    return data.denied if any(one.assertion == "absent" for one in found) else None


def _only(one: Candidate, quotes: set[tuple[str, int]]) -> bool:
    """Whether a code rests on nothing but these quotes."""
    return all((quote.note_id, quote.start) in quotes for quote in one.evidence)
