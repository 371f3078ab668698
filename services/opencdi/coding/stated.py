"""What the notes say, mention by mention: whose words they are, in which order they were written, how sure they are."""

from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import Final, NamedTuple

from opencdi.coding.of_note import remembered
from opencdi.coding.onset import AT_ADMISSION
from opencdi.coding.table import Wording
from opencdi.events.reading import Finding, NoteRead

ASSESSED: Final = frozenset({"assessment", "assessment-and-plan", "impression", "discharge-diagnoses", "hospital-course", "addendum"})
"""Where a diagnosis stands that the author weighed: elsewhere it is only named in passing."""
_START = attrgetter("start")


class Stated(NamedTuple):
    """One mention in one note."""

    note: NoteRead
    finding: Finding
    wording: Wording


def wording_of(finding: Finding) -> Wording:
    """All of a mention that its code rests on."""
    return finding.concept, finding.text, tuple(finding.attributes.items())


class Said(NamedTuple):
    """One mention as its note alone tells it.  `sure`: whether it is said as certain; None where it can be neither coded nor suspected.

    `weighs`: one object for all mentions said as certain that bear on their code alike, beside the day; None for others.
    """

    finding: Finding
    wording: Wording
    sure: bool | None
    ruled_out: bool
    weighs: object | None


@remembered
def said_in(note: NoteRead) -> tuple[Said, ...]:
    """The mentions of this patient, in their order in the note."""
    told = (one for one in sorted(note.findings, key=_START) if one.experiencer == "patient" and one.temporality != "hypothetical")
    return tuple(_said(note, one) for one in told)


@remembered
def bearing_on_codes(note: NoteRead) -> tuple[Said, ...]:
    """Those of the mentions that say a condition, suspect it or rule it out."""
    return tuple(one for one in said_in(note) if one.ruled_out or one.sure is not None)


def _said(note: NoteRead, one: Finding) -> Said:
    wording, sure = wording_of(one), True if _is_certain(one) else False if _is_uncertain(one) else None
    dated = "poa" in one.attributes  # "yesterday" is another day in each note
    weighs = _alike(wording, one.section in ASSESSED, one.temporality, note.note_type in AT_ADMISSION) if sure and not dated else None
    return Said(one, wording, sure, one.assertion == "absent" and one.certainty == "ruled-out", weighs)


@lru_cache(maxsize=50_000)
def _alike(*_: object) -> object:
    """What these have in common: it is told apart in no time, though it is asked of every mention at each event."""
    return object()


@remembered
def concepts_in(note: NoteRead) -> frozenset[str]:
    """All that a note mentions, in whatever way and of whomever."""
    return frozenset(one.concept for one in note.findings)


def in_order(notes: Iterable[NoteRead]) -> list[NoteRead]:
    """Those that stand, as they were written."""
    return sorted((note for note in notes if not note.retracted), key=lambda note: (note.written_at.at, note.note_id))


def stated(notes: Iterable[NoteRead], *, any_clinician: bool = False) -> list[Stated]:
    """The mentions that may be coded, in the order in which they were written (DOMAIN F.6, F.8).

    `any_clinician`: also those of clinicians who are no providers, for what may be coded whoever documents it (I.B.14).
    """
    heard = in_order(heard_of(notes, any_clinician=any_clinician))
    return [Stated(note, one.finding, one.wording) for note in heard for one in said_in(note)]


def heard_of(notes: Iterable[NoteRead], *, any_clinician: bool = False) -> list[NoteRead]:
    """The notes whose words may be coded."""
    return [note for note in notes if note.counts or (any_clinician and note.authentication == "authenticated" and not note.query_echo)]


def _is_certain(finding: Finding) -> bool:
    return finding.assertion == "present" and finding.active == "yes" and finding.certainty == "certain"


def _is_uncertain(finding: Finding) -> bool:
    told = finding.assertion == "possible" or (finding.assertion == "present" and finding.certainty in ("probable", "possible"))
    return told and finding.active != "no" and finding.temporality == "current" and finding.certainty not in ("unlikely", "ruled-out")
