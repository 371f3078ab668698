"""From what the notes say to candidate codes: only what a provider has authenticated, of this patient, present in this stay."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from opencdi.clinical.time import ClinicalTime
from opencdi.coding.table import Assignment, ConceptTable, Nature, RowKind, assignments
from opencdi.events.pages import Evidence, Finding, NoteRead

Status = Literal["proposed", "flagged", "uncertain"]
AT_ADMISSION = frozenset({"emergency", "history-and-physical"})
_ASSESSED = frozenset({"assessment", "assessment-and-plan", "impression", "discharge-diagnoses", "hospital-course"})
_ONSET_AFTER = frozenset({"after-admission", "hospital-acquired"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A code that the record supports, with what supports it.  `order`: where it first stood (note's time, then offset)."""

    code: str
    concept: str
    status: Status = "proposed"
    kind: RowKind = "diagnosis"
    nature: Nature = ""
    family: str = ""
    specific: bool = False
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[str, ...] = ()
    order: tuple[datetime, int] | None = None
    at_admission: bool = False  # said in the emergency note or the history and physical
    assessed: bool = False  # stands in an assessment or a discharge diagnosis, not only in passing
    onset_after: bool = False  # the note itself says that it began after the admission
    caused_by: frozenset[str] = field(default_factory=frozenset)

    def flagged(self, reason: str) -> "Candidate":
        """Documented, not proposed: stays visible, leaves the claim (DOMAIN F.13)."""
        return replace(self, status="flagged", reasons=(*self.reasons, reason))

    def because(self, reason: str) -> "Candidate":
        """With one more reason."""
        return replace(self, reasons=(*self.reasons, reason))


@dataclass(frozen=True, slots=True)
class Stated:
    """One mention in one note."""

    note: NoteRead
    finding: Finding


def stated(notes: Iterable[NoteRead]) -> list[Stated]:
    """The mentions that may be coded, in the order in which they were written (DOMAIN F.6, F.8)."""
    told = [Stated(note, finding) for note in notes if note.counts and not note.retracted for finding in note.findings]
    mine = [said for said in told if said.finding.experiencer == "patient" and said.finding.temporality != "hypothetical"]
    return sorted(mine, key=lambda said: (said.note.written_at.at, said.note.note_id, said.finding.start))


def _is_certain(finding: Finding) -> bool:
    return finding.assertion == "present" and finding.active == "yes" and finding.certainty == "certain"


def _is_uncertain(finding: Finding) -> bool:
    told = finding.assertion == "possible" or (finding.assertion == "present" and finding.certainty in ("probable", "possible"))
    return told and finding.active != "no" and finding.temporality == "current" and finding.certainty not in ("unlikely", "ruled-out")


def candidates(
    table: ConceptTable,
    notes: Iterable[NoteRead],
    final_statements: frozenset[str],
    valid: Callable[[str], bool],
) -> tuple[Candidate, ...]:
    """The candidate codes of these notes.

    `final_statements`: the notes whose uncertain diagnoses count (DOMAIN F.11).  `valid`: whether a code may be billed for this stay;
    a code that may not is never made into another: it goes.
    """
    found: dict[str, Candidate] = {}
    ruled_out: dict[str, datetime] = {}
    for said in stated(notes):
        finding = said.finding
        if finding.assertion == "absent" and finding.certainty == "ruled-out":
            ruled_out[finding.concept] = said.note.written_at.at
            continue
        certain, uncertain = _is_certain(finding), _is_uncertain(finding)
        if not certain and not uncertain:
            continue
        ruled_out.pop(finding.concept, None)
        for assignment in assignments(table, finding.concept, finding.attributes):
            if not valid(assignment.code):
                continue
            final = uncertain and said.note.note_id in final_statements and not assignment.code.startswith(table.never_uncertain)
            status: Status = "proposed" if certain or final else "uncertain"
            one = _candidate(
                table, said, assignment, status, "final statement: uncertain, coded as if established (II.H, III.C)" if final else ""
            )
            found[one.code] = _joined(found[one.code], one) if one.code in found else one
    return tuple(_ruled_out(one, ruled_out) for one in found.values())


def _candidate(table: ConceptTable, said: Stated, assignment: Assignment, status: Status, reason: str) -> Candidate:
    note, finding = said.note, said.finding
    row = table.codes.get(finding.concept)
    symptom: RowKind = (
        "symptom" if assignment.code.startswith("R") and not assignment.code.startswith(("R65", "R57", "R402")) else "diagnosis"
    )
    reasons = (assignment.reason, *((reason,) if reason else ()))
    return Candidate(
        code=assignment.code,
        concept=finding.concept,
        status=status,
        kind=row.kind if row and row.kind != "diagnosis" and assignment.code.startswith(("R", row.code[:1])) else symptom,
        nature=row.poa if row else "",
        family=(row.family if row else "") or finding.concept,
        specific=assignment.specific,
        evidence=(_evidence(note, finding),),
        reasons=reasons,
        order=(note.written_at.at, finding.start),
        at_admission=note.note_type in AT_ADMISSION,
        assessed=finding.section in _ASSESSED,
        onset_after=finding.attributes.get("onset") in _ONSET_AFTER or finding.attributes.get("type") in _ONSET_AFTER,
        caused_by=frozenset({finding.attributes["cause"]} if "cause" in finding.attributes else ()),
    )


def _evidence(note: NoteRead, finding: Finding) -> Evidence:
    author = note.author.name or note.author.staff_id if note.author else ""
    at: ClinicalTime = note.written_at
    return Evidence(
        note_id=note.note_id, revision=note.revision, start=finding.start, end=finding.end, quote=finding.text, author=author, at=at
    )


_RANK: Mapping[Status, int] = {"proposed": 2, "uncertain": 1, "flagged": 0}


def _joined(one: Candidate, other: Candidate) -> Candidate:
    """The same code from another mention: the surer status, both evidences, the earlier place."""
    surer = one if _RANK[one.status] >= _RANK[other.status] else other
    # Evidence of mere possibility does not support a diagnosis that is established elsewhere.
    evidence = (*one.evidence, *other.evidence) if one.status == other.status else surer.evidence
    return replace(
        surer,
        specific=one.specific or other.specific,
        evidence=evidence,
        reasons=tuple(dict.fromkeys((*surer.reasons, *(other.reasons if other.status == surer.status else ())))),
        order=one.order if one.status == surer.status else surer.order,
        at_admission=one.at_admission or other.at_admission,
        assessed=one.assessed or other.assessed,
        onset_after=one.onset_after or other.onset_after,
        caused_by=one.caused_by | other.caused_by,
    )


def _ruled_out(one: Candidate, ruled_out: Mapping[str, datetime]) -> Candidate:
    when = ruled_out.get(one.concept)
    if when is None:
        return one
    return one.flagged(f"ruled out in a later note ({when.date().isoformat()}): conflicting documentation")
