"""The documentation of each condition over a stay: first, last, dropped, contradicted (DOMAIN B29).  Rules over what each note says.

Only notes that count speak: authenticated, by a treating provider, no question of ours come back (F.6, F.8).
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import Field

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import NoteType
from opencdi.events.contract import Contract
from opencdi.events.reading import ConceptTimeline, Finding, NoteAt, NoteRead

QUIET_NOTES = 3
"""So many progress notes in a row that do not name a condition have dropped it; one note of one day is about that day."""

HowSaid = Literal["present", "copied", "absent", "named"]
_RANK: Mapping[HowSaid, int] = {"present": 3, "copied": 2, "absent": 1, "named": 0}
"""What a note says of a condition more than once: that the patient has it tells more than that he might, or had it once."""


class NoteSaid(Contract):
    """What one note says of which diagnosis, in a word.  Empty where the note does not count."""

    at: ClinicalTime
    note_type: NoteType
    author: str = ""
    said: dict[str, HowSaid] = Field(default_factory=dict)
    counts: bool = False


def said_in(note: NoteRead) -> NoteSaid:
    """What a note says of each diagnosis of the patient."""
    speaks = note.counts and not note.retracted
    said: dict[str, HowSaid] = {}
    for finding in note.findings if speaks else ():
        if finding.kind == "diagnosis" and finding.experiencer == "patient" and finding.temporality != "hypothetical":
            how = _how(finding)
            if _RANK[how] >= _RANK[said.get(finding.concept, "named")]:
                said[finding.concept] = how
    author = note.author.staff_id or note.author.name or "" if note.author else ""
    return NoteSaid(at=note.written_at, note_type=note.note_type, author=author, said=said, counts=speaks)


def _how(finding: Finding) -> HowSaid:
    if finding.assertion == "absent":
        return "absent"
    if finding.assertion == "present" and finding.active == "yes" and finding.certainty == "certain":
        return "copied" if finding.copied else "present"
    return "named"


def timelines(stay: Mapping[str, NoteSaid]) -> dict[str, ConceptTimeline]:
    """condition -> its documentation, for each that some note says the patient has.  `stay`: note id -> what it says."""
    notes = sorted((note.at.at, note_id) for note_id, note in stay.items() if note.counts)
    in_order = [(NoteAt(note_id=note_id, at=stay[note_id].at), stay[note_id]) for _, note_id in notes]
    concepts = {concept for _, note in in_order for concept, how in note.said.items() if how in ("present", "copied")}
    return {concept: _timeline(concept, in_order) for concept in sorted(concepts)}


def changes(before: Mapping[str, ConceptTimeline], after: Mapping[str, ConceptTimeline]) -> tuple[ConceptTimeline, ...]:
    """The timelines that are not what they were; a condition that no note documents any more has none."""
    gone = (ConceptTimeline(concept=concept) for concept in before if concept not in after)
    return (*(line for concept, line in after.items() if before.get(concept) != line), *gone)


def _timeline(concept: str, notes: list[tuple[NoteAt, NoteSaid]]) -> ConceptTimeline:
    having = [(at, note) for at, note in notes if note.said.get(concept) in ("present", "copied")]
    own = [at for at, note in having if note.said[concept] == "present"]
    first = having[0][0]
    denied = [at for at, note in notes if note.said.get(concept) == "absent" and _said_by_another(note, having)]
    return ConceptTimeline(
        concept=concept, first=first, last=own[-1] if own else first, dropped=_dropped(concept, notes), contradicted_by=tuple(denied)
    )


def _said_by_another(denying: NoteSaid, having: Iterable[tuple[NoteAt, NoteSaid]]) -> bool:
    """Whether somebody else than who denies it had said it before: an author may correct himself."""
    before = {note.author for _, note in having if note.at.at < denying.at.at}
    return bool(before - {denying.author} if denying.author else before)


def _dropped(concept: str, notes: list[tuple[NoteAt, NoteSaid]]) -> Literal["discharge-summary", "progress-notes"] | None:
    summaries = [note for _, note in notes if note.note_type == "discharge-summary"]
    if summaries:
        return None if any(concept in note.said for note in summaries) else "discharge-summary"
    named = max(at.at.at for at, note in notes if concept in note.said)
    quiet = sum(note.note_type == "progress" and note.at.at > named for _, note in notes)
    return "progress-notes" if quiet >= QUIET_NOTES else None
