"""What the admission itself shows of a diagnosis that was documented only later (Guidelines appendix I; DOMAIN F.12).

Appendix I: Y for "conditions diagnosed during the admission that were clearly present but not diagnosed until after admission occurred".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.of_note import remembered_under
from opencdi.coding.onset import AT_ADMISSION
from opencdi.coding.signs import Presenting, sign_of
from opencdi.coding.stated import wording_of
from opencdi.coding.table import ConceptTable
from opencdi.events.reading import NoteRead
from opencdi.knowledge.specificity import vagueness

_INJURY: Final = "S"
_TOO_GENERAL: Final = frozenset({"present", "possible"})


def named_at_admission(table: ConceptTable, notes: Iterable[NoteRead]) -> frozenset[str]:
    """The concepts that the admission's own notes name in words that lead to no code: "an abscess", of which a later note says where."""
    admission = (note for note in notes if note.note_type in AT_ADMISSION and note.counts and not note.retracted)
    return frozenset[str]().union(*(_named_in(table, note) for note in admission))


@remembered_under
def _named_in(table: ConceptTable, note: NoteRead) -> frozenset[str]:
    said = (one for one in note.findings if one.experiencer == "patient" and one.assertion in _TOO_GENERAL)
    there = (one for one in said if one.active == "yes" and one.temporality == "current" and one.kind == "diagnosis")
    ours = (one for one in there if table.has(one.concept, one.attributes))
    return frozenset(one.concept for one in ours if not table.codes_of_wording(wording_of(one)))


@dataclass(frozen=True)
class Admission:
    """What there was when the patient came, looked through once for all diagnoses that were documented only later.

    `came`: of the codes `held` those that were there; `seen`: findings from before the order; `reason`: codes of the stated reason;
    `named`: concepts that the admission's notes name too generally for a code.
    """

    table: ConceptTable
    held: tuple[Candidate, ...]
    came: tuple[Candidate, ...]
    seen: tuple[Presenting, ...]
    reason: frozenset[str]
    inpatient_at: datetime | None
    named: frozenset[str] = frozenset()

    def shows(self, one: Candidate) -> str | None:
        """How, in words: the same disease less exactly, the stated reason, a symptom nothing else explains, a finding, its slow course."""
        for other in self._of_family.get(one.family, ()):
            if other.code != one.code and _says_less(other, one):
                return f"the same disease, less exactly, at admission ({dotted(other.code)})"
        if one.concept in self.named and not any(other.concept == one.concept and other.code[:3] != one.code[:3] for other in self.held):
            return "the notes of the admission name it, too generally for a code"
        if any(one.kind == "diagnosis" and one.code[:3] == told[:3] for told in self.reason):
            return "the stated reason for the admission names it"
        blood = self.table.guidelines.bleeding
        if one.code.startswith(blood.codes) and not self.reason.isdisjoint(blood.complaints):
            return "the stated reason for the admission is the bleeding"
        if (symptom := next((symptom for symptom, by in self._unexplained if one.code.startswith(by)), None)) is not None:
            return f"it explains a symptom of the admission ({dotted(symptom)})"
        if (disease := _deficit_of(self.table, one, self.came)) is not None:
            return f"a deficit of what was present on admission ({dotted(disease)})"
        if (injury := _of_the_accident(one, self.held, self.came)) is not None:
            return f"an injury of the accident that brought the patient ({dotted(injury)})"
        if (found := sign_of(one.code, self.table.guidelines, self.seen, self._claimed)) is not None:
            return f"found before the inpatient order or in the admission note ({found})"
        return _too_slow(self.table, one, self.inpatient_at)

    @cached_property
    def _of_family(self) -> dict[str, list[Candidate]]:
        found: dict[str, list[Candidate]] = {}
        for one in self.came:
            found.setdefault(one.family, []).append(one)
        return found

    @cached_property
    def _claimed(self) -> tuple[str, ...]:
        return tuple(other.code for other in self.held if other.status == "proposed")

    @cached_property
    def _unexplained(self) -> list[tuple[str, tuple[str, ...]]]:
        """The symptoms and the bleeding that nothing established there explains, each with what would."""
        blood = self.table.guidelines.bleeding
        symptoms = [other.code for other in self.came if other.kind != "diagnosis" or other.code.startswith(blood.codes)]
        bled = {other.code for other in self.came if other.concept in blood.concepts}
        established = [other.code for other in self.came if other.kind == "diagnosis" and other.status == "proposed"]
        told = (
            (symptom, (*self.table.integral_to(symptom), *(blood.sources if symptom in bled else ())))
            for symptom in (*symptoms, *sorted(self.reason))
        )
        return [(symptom, by) for symptom, by in told if by and not any(code.startswith(by) for code in established)]


def _deficit_of(table: ConceptTable, one: Candidate, came: tuple[Candidate, ...]) -> str | None:
    """The stroke of the admission whose deficit it is: the swallow was tested only on the second day."""
    row = next((row for _, row in table.guidelines.deficits_of(one.code)), None)
    return next((other.code for other in came if row and other.code.startswith(row.of) and other.status == "proposed"), None)


def _of_the_accident(one: Candidate, held: tuple[Candidate, ...], came: tuple[Candidate, ...]) -> str | None:
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
