"""From what the notes say to candidate codes: only what a provider has authenticated, of this patient, present in this stay."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from opencdi.coding.by_index import by_index
from opencdi.coding.of_note import remembered
from opencdi.coding.onset import AT_ADMISSION, began_here, began_on, onset_told
from opencdi.coding.quotes import evidence_of
from opencdi.coding.stated import ASSESSED, Stated, bearing_on_codes, in_order, wording_of
from opencdi.coding.table import Assignment, ConceptTable, Nature, RowKind, Wording, on_the_day
from opencdi.events.pages import Evidence
from opencdi.events.reading import Finding, NoteRead
from opencdi.knowledge.alphabetic_index import AlphabeticIndex

Status = Literal["proposed", "flagged", "uncertain"]
_FINAL = "final statement: uncertain, coded as if established (II.H, III.C)"
_DIAGNOSES_OF_SYMPTOMS = frozenset({"F05"})  # delirium with its cause said
_PAINS = ("M255", "M542", "M545", "M546", "M549", "M796", "H571", "N644")
"""Pain of a joint, the back, a limb, an eye, a breast: a symptom, though the classification has it among the diseases (I.B.4)."""
MOST_QUOTES = 8
"""Of more mentions the first six and the last two are shown, so that the page of day 30 is no longer than that of day 5."""


class Candidate(NamedTuple):
    """A code that the record supports, with what supports it.  `order`: where it first stood (note's time, then offset).

    A tuple: each event makes a hundred of them, and a changed copy of a frozen dataclass takes six times as long.
    """

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
    assessed_order: tuple[datetime, int] | None = None  # where it first stood in an assessment: a problem list's order is the author's
    last: datetime | None = None  # the latest note that says it in its own words (copied text renews nothing, DOMAIN F.10)
    at_admission: bool = False  # said in the emergency note or the history and physical, be it as possible
    assessed: bool = False  # stands in an assessment or a discharge diagnosis, not only in passing
    presenting: bool = False  # said nowhere but in the history and examination of the admission's own notes
    only_suspected: bool = False  # the admission's own notes name it, but only as possible
    began: frozenset[date] = frozenset()  # the days on which notes say that it began
    told_later: bool = False  # told as a complication of the course or behind a procedure
    onset_after: bool = False  # the note itself says that it began after the admission
    came_with: bool = False  # the note itself says that it was present on admission
    onset_unknown: bool = False  # the provider says that it cannot be determined whether it was
    suspected: datetime | None = None  # where it was first named at all, be it as possible
    caused_by: frozenset[str] = frozenset()
    together: frozenset[str] = frozenset()  # what the note says it comes "with"
    drugs: frozenset[tuple[str, str]] = frozenset()  # the drugs that did it, each by the name that was used and by its concept
    parts: tuple[str, ...] = ()  # of a combination: the codes that it says

    def flagged(self, reason: str) -> "Candidate":
        """Documented, not proposed: stays visible, leaves the claim (DOMAIN F.13)."""
        return self._replace(status="flagged", reasons=(*self.reasons, reason))


def candidates(
    table: ConceptTable,
    notes: Iterable[NoteRead],
    final_statements: frozenset[str],
    valid: Callable[[str], bool],
    index: AlphabeticIndex | None = None,
) -> tuple[Candidate, ...]:
    """The candidate codes of these notes.

    `final_statements`: the notes whose uncertain diagnoses count (DOMAIN F.11).  `valid`: whether a code may be billed for this stay;
    one that may not becomes that of the day where the table or the tabular has one (`on_the_day`), or goes.  `index`: the site's, if any.
    """
    mentions: dict[str, list[_Mention]] = {}
    ruled_out: dict[str, datetime] = {}
    cleared: dict[str, datetime] = {}  # the last ruling out, whatever was said after it
    codes_on_the_day = table.on_day(_coded_on, valid, index)
    weighed: set[object] = set()
    for note in in_order(note for note in notes if note.counts):
        for finding, wording, sure, is_ruled_out, weighs in bearing_on_codes(note):
            if is_ruled_out:  # "anoxic encephalopathy ruled out" leaves the toxic one
                typed = "type" in finding.attributes or "icd10cm" in finding.attributes  # of bones one, and of vertebrae one
                kinds = {one.code for one in codes_on_the_day(wording)} if typed else {finding.concept}
                ruled_out.update(dict.fromkeys(kinds, note.written_at.at))
                cleared.update(dict.fromkeys(kinds, note.written_at.at))
                continue
            if weighs is not None and weighs in weighed and finding.copied and not ruled_out:
                continue  # said before in every way that matters; copied text adds no quote and renews nothing (DOMAIN F.10)
            weighed.add(weighs)
            ruled_out.pop(finding.concept, None)
            for assignment in codes_on_the_day(wording):
                ruled_out.pop(assignment.code, None)
                final = not sure and note.note_id in final_statements and not assignment.code.startswith(table.never_uncertain)
                status: Status = "proposed" if sure or final else "uncertain"
                mentions.setdefault(assignment.code, []).append(_Mention(note, finding, assignment, status, final))
    return tuple(_ruled_out(_of_these(table, told, cleared), ruled_out) for told in mentions.values())


def codes_of(table: ConceptTable, finding: Finding, valid: Callable[[str], bool], index: AlphabeticIndex | None) -> tuple[Assignment, ...]:
    """The codes of one mention on the day of discharge, as exact as it and the site's index say."""
    return table.on_day(_coded_on, valid, index)(wording_of(finding))


def _coded_on(table: ConceptTable, valid: Callable[[str], bool], index: AlphabeticIndex | None, said: Wording) -> tuple[Assignment, ...]:
    _, text, attributes = said
    of_day = [one for found in table.codes_of_wording(said) if (one := on_the_day(found, valid))]
    return tuple(of_day if index is None else [by_index(index, table.in_words, one, text, dict(attributes), valid) for one in of_day])


class _Mention(NamedTuple):
    """Made for every mention of a stay at each of its events: a tuple is made in a third of the time."""

    note: NoteRead
    finding: Finding
    assignment: Assignment
    status: Status
    final: bool  # uncertain, and counted because it stands in the final statement


class _Made(NamedTuple):
    """A candidate as it was made last, and all that it was made of but the notes: these are told by their findings, which no two share."""

    table: ConceptTable
    cleared_at: datetime | None
    told: list[tuple[Finding, Assignment, Status, bool]]
    candidate: Candidate

    def is_of(self, table: ConceptTable, cleared_at: datetime | None, mentions: list[_Mention]) -> bool:
        """Whether the same is told now."""
        if self.table is not table or self.cleared_at != cleared_at or len(self.told) != len(mentions):
            return False
        pairs = zip(self.told, mentions, strict=True)
        return all([then[0] is now.finding and then[1:] == (now.assignment, now.status, now.final) for then, now in pairs])


@remembered
def _made_in(_: NoteRead) -> dict[str, _Made]:
    """Of each code that this note is the first to name, its candidate as it was made last."""
    return {}


def _of_these(table: ConceptTable, mentions: list[_Mention], cleared: Mapping[str, datetime]) -> Candidate:
    """The candidate of these mentions: as it was, where they are what they were.  One more note of a long chart changes few."""
    code, made, cleared_at = mentions[0].assignment.code, _made_in(mentions[0].note), None
    if cleared:
        first = next((one for one in mentions if one.status == "proposed"), mentions[0])
        cleared_at = cleared.get(first.finding.concept) or cleared.get(code)
    if (held := made.get(code)) is None or not held.is_of(table, cleared_at, mentions):
        told = [(one.finding, one.assignment, one.status, one.final) for one in mentions]
        held = made[code] = _Made(table, cleared_at, told, _candidate(table, mentions, cleared_at))
    return held.candidate


def _candidate(table: ConceptTable, mentions: list[_Mention], cleared_at: datetime | None) -> Candidate:
    """One code from all its mentions.  Evidence of mere possibility does not support what is established elsewhere."""
    sure = [one for one in mentions if one.status == "proposed"]
    held = sure or mentions
    first = held[0]
    finding, assignment = first.finding, first.assignment
    standing = [one for one in mentions if cleared_at is None or one.status == "proposed" or one.note.written_at.at > cleared_at]
    row = table.codes.get(finding.concept)
    reasons = [one.assignment.reason for one in held] + [_FINAL for one in held if one.final]
    assessed = next((one for one in held if one.finding.section in ASSESSED), None)
    told = [one.finding.attributes for one in held if one.finding.attributes]
    written = [one.note.written_at.at for one in held if not one.finding.copied]  # in the order of writing
    return Candidate(
        code=assignment.code,
        concept=finding.concept,
        status=first.status,
        kind=_kind(assignment.code, row.kind if row and not assignment.companion else "diagnosis"),
        nature=assignment.nature or ("chronic" if _long_there(table, assignment.code, held) else ""),
        family=assignment.code if assignment.companion else (row.family if row else "") or finding.concept,
        specific=any([one.assignment.specific for one in held]),
        evidence=_quotes(held),
        reasons=tuple(dict.fromkeys(reasons)),
        order=_place(first),
        assessed_order=_place(assessed) if assessed else None,
        last=written[-1] if written else first.note.written_at.at,
        at_admission=any(one.note.note_type in AT_ADMISSION for one in standing),
        only_suspected=not any(one.note.note_type in AT_ADMISSION for one in sure),
        began=frozenset(day for one in held if (day := began_on(one.note, one.finding))),
        told_later=any(onset_told(one.note, one.finding) == "later" for one in held),
        assessed=assessed is not None,
        presenting=assessed is None and all(one.note.note_type in AT_ADMISSION for one in held),
        onset_after=any(began_here(one.note, one.finding) for one in held),
        came_with=any([said.get("poa") == "yes" for said in told]),
        caused_by=frozenset([said["cause"] for said in told if said.get("cause")]),
        together=frozenset([said["with"] for said in told if said.get("with")]),
        drugs=frozenset([(said.get("drug", ""), said["cause"]) for said in told if "cause" in said]),
        onset_unknown=any([said.get("poa") == "undetermined" for said in told]),
        suspected=standing[0].note.written_at.at if standing else None,
    )


def _long_there(table: ConceptTable, code: str, held: list[_Mention]) -> bool:
    """Whether every mention says that it began before this stay, and none calls it acute: a disease of long standing has no other mark."""
    if code.startswith(table.guidelines.acute_form):
        return False
    findings = (one.finding for one in held)
    return all(one.temporality == "historical" and not one.attributes.get("acuity", "").startswith("acute") for one in findings)


def _place(one: _Mention) -> tuple[datetime, int]:
    return one.note.written_at.at, one.finding.start


def _kind(code: str, told: RowKind) -> RowKind:
    """A code of the symptom chapter, or of pain, is a symptom, but for shock, severe sepsis, coma; a finer row may lead out of it (F05)."""
    in_chapter = code.startswith(("R", *_PAINS)) and not code.startswith(("R65", "R57", "R402"))
    if told != "diagnosis":
        return "diagnosis" if code in _DIAGNOSES_OF_SYMPTOMS else told
    return "symptom" if in_chapter else "diagnosis"


def _quotes(held: list[_Mention]) -> tuple[Evidence, ...]:
    """The first quotes and the latest: copied text counts once, where it first stood (DOMAIN F.10)."""
    fresh = [one for one in held if not one.finding.copied] or held[:1]
    shown = fresh if len(fresh) <= MOST_QUOTES else [*fresh[: MOST_QUOTES - 2], *fresh[-2:]]
    return tuple(evidence_of(one.note, one.finding) for one in shown)


def candidate_of(found: Sequence[Stated], code: str, nature: Nature, reason: str) -> Candidate:
    """A code that a step finds in mentions of its own, in the order of writing: the first tells when, the first two are quoted."""
    first = found[0]
    return Candidate(
        code,
        first.finding.concept,
        nature=nature,
        family=code,
        specific=True,
        evidence=tuple(evidence_of(one.note, one.finding) for one in found[:2]),
        reasons=(reason,),
        order=(first.note.written_at.at, first.finding.start),
        last=first.note.written_at.at,
        at_admission=first.note.note_type in AT_ADMISSION,
    )


def _ruled_out(one: Candidate, ruled_out: Mapping[str, datetime]) -> Candidate:
    when = ruled_out.get(one.concept) or ruled_out.get(one.code)
    if when is None:
        return one
    return one.flagged(f"ruled out in a later note ({when.date().isoformat()}): conflicting documentation")
