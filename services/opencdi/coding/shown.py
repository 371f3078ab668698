"""What the admission itself shows of a diagnosis that was documented only later (Guidelines appendix I; DOMAIN F.12).

Appendix I: Y for "conditions diagnosed during the admission that were clearly present but not diagnosed until after admission occurred".
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate, wording_of
from opencdi.coding.onset import AT_ADMISSION
from opencdi.coding.signs import Presenting, sign_of
from opencdi.coding.table import ConceptTable
from opencdi.events.reading import NoteRead
from opencdi.knowledge.specificity import vagueness

_INJURY: Final = "S"
_TOO_GENERAL: Final = frozenset({"present", "possible"})


def named_at_admission(table: ConceptTable, notes: Iterable[NoteRead]) -> frozenset[str]:
    """The concepts that the admission's own notes name in words that lead to no code: "an abscess", of which a later note says where."""
    admission = (note for note in notes if note.note_type in AT_ADMISSION and note.counts and not note.retracted)
    said = (one for note in admission for one in note.findings if one.experiencer == "patient" and one.assertion in _TOO_GENERAL)
    there = (one for one in said if one.active == "yes" and one.temporality == "current" and one.kind == "diagnosis")
    ours = (one for one in there if table.has(one.concept, one.attributes))
    return frozenset(one.concept for one in ours if not table.codes_of_wording(wording_of(one)))


def shown_at_admission(
    table: ConceptTable,
    one: Candidate,
    held: tuple[Candidate, ...],
    came: list[Candidate],
    seen: tuple[Presenting, ...],
    reason: frozenset[str],
    inpatient_at: datetime | None,
    named: frozenset[str] = frozenset(),
) -> str | None:
    """How, in words: the same disease less exactly, the stated reason, a symptom that nothing else explains, a finding, its slow course.

    `came`: of the codes `held` those that were there; `seen`: findings from before the order; `reason`: codes of the stated reason;
    `named`: concepts that the admission's notes name too generally for a code.
    """
    for other in came:
        if other.family == one.family and other.code != one.code and _says_less(other, one):
            return f"the same disease, less exactly, at admission ({dotted(other.code)})"
    if one.concept in named and not any(other.concept == one.concept and other.code[:3] != one.code[:3] for other in held):
        return "the notes of the admission name it, too generally for a code"
    if any(one.kind == "diagnosis" and one.code[:3] == told[:3] for told in reason):
        return "the stated reason for the admission names it"
    blood = table.guidelines.bleeding
    if one.code.startswith(blood.codes) and not reason.isdisjoint(blood.complaints):
        return "the stated reason for the admission is the bleeding"
    if (symptom := _explains(table, one, came, reason)) is not None:
        return f"it explains a symptom of the admission ({dotted(symptom)})"
    if (disease := _deficit_of(table, one, came)) is not None:
        return f"a deficit of what was present on admission ({dotted(disease)})"
    if (injury := _of_the_accident(one, held, came)) is not None:
        return f"an injury of the accident that brought the patient ({dotted(injury)})"
    claimed = [other.code for other in held if other.status == "proposed"]
    if (found := sign_of(one.code, table.guidelines, seen, claimed)) is not None:
        return f"found before the inpatient order or in the admission note ({found})"
    return _too_slow(table, one, inpatient_at)


def _explains(table: ConceptTable, one: Candidate, came: list[Candidate], reason: Iterable[str]) -> str | None:
    """The symptom, or the bleeding, of the admission that it explains and that nothing else established there does."""
    blood = table.guidelines.bleeding
    symptoms = [other.code for other in came if other.kind != "diagnosis" or other.code.startswith(blood.codes)]
    bled = {other.code for other in came if other.concept in blood.concepts}
    established = [other for other in came if other.kind == "diagnosis" and other.status == "proposed"]
    for symptom in (*symptoms, *sorted(reason)):
        explained_by = (*table.integral_to(symptom), *(blood.sources if symptom in bled else ()))
        if explained_by and one.code.startswith(explained_by) and not any(other.code.startswith(explained_by) for other in established):
            return symptom
    return None


def _deficit_of(table: ConceptTable, one: Candidate, came: list[Candidate]) -> str | None:
    """The stroke of the admission whose deficit it is: the swallow was tested only on the second day."""
    for row in table.guidelines.deficits:
        if one.code.startswith(row.codes):
            return next((other.code for other in came if other.code.startswith(row.of) and other.status == "proposed"), None)
    return None


def _of_the_accident(one: Candidate, held: tuple[Candidate, ...], came: list[Candidate]) -> str | None:
    """An injury of the admission, where a second survey or a scan found this one later and nobody was injured in the hospital."""
    if not one.code.startswith(_INJURY) or any(
        other.code.startswith(_INJURY) and (other.onset_after or other.told_later) for other in held
    ):
        return None
    return next((other.code for other in came if other.code.startswith(_INJURY) and other.status == "proposed"), None)


def _too_slow(table: ConceptTable, one: Candidate, inpatient_at: datetime | None) -> str | None:
    """Months or weeks it takes to come, and it was named within days."""
    slow = table.guidelines.slow
    if one.code.startswith(table.guidelines.long_there):
        return "it takes longer to come than a stay lasts"
    if inpatient_at is None or one.order is None or not one.code.startswith(slow.codes):
        return None
    named = one.order[0] - inpatient_at
    return f"it takes longer to come than the {named.days + 1} days till it was named" if named < timedelta(days=slow.days) else None


def _says_less(other: Candidate, one: Candidate) -> bool:
    """Whether `other` is the same disease said less exactly: not its chronic form, nor another degree (a pressure injury's stage)."""
    return (other.nature in (one.nature, "")) and not (other.specific and vagueness(other.code) <= vagueness(one.code))
