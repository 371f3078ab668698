"""Notes come, are replaced, signed, withdrawn and added to in any order: the room's last words about each are what a fresh reading of
its last revision says, and copies are marked where they were not written first (DOMAIN B31, F.10)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.bus.room import Record, States
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import Authentication, NoteType
from opencdi.events.contract import Contract
from opencdi.events.entry import Envelope, Page, entry_of, read_entry
from opencdi.events.facts import NoteFiled, NoteRetracted, NoteStatusChanged
from opencdi.events.ids import content_hash
from opencdi.events.pages import FactsPage, FindingsPage, TextsPage
from opencdi.events.people import Person
from opencdi.events.reading import ConceptTimeline, NoteRead
from opencdi.events.topics import CHART
from opencdi.knowledge.site import SiteData
from opencdi.nlp.reader import RuleReader
from opencdi.nlp.room import nlp_room

ROOM = nlp_room(SiteData())
DAY1 = datetime(2026, 5, 2, 8, tzinfo=UTC)
PARTS = [
    "# Sepsis secondary to urinary tract infection, on ceftriaxone day 2\n",
    "# Sepsis secondary to urinary tract infection, on ceftriaxone day 3\n",
    "Acute kidney injury is improving with fluids, creatinine 2.9 from 3.4. ",
    "AKI, improving\n",
    "No pneumonia on the film of this morning, lungs are clear.\n",
    "PMH: COPD, CKD stage 3b\n",
    "Right leg cellulitis grew MRSA.\n",
    "\n",
]  # the same lines stand in many notes
TEXTS = st.lists(st.sampled_from(PARTS), max_size=5).map("".join)


@dataclass(frozen=True)
class Event:
    """One thing that happens to a note."""

    what: str  # filed, signed, retracted
    note: int
    text: str = ""
    day: int = 1
    note_type: NoteType = "progress"
    signed: Authentication = "authenticated"


EVENTS = st.lists(
    st.builds(
        Event,
        what=st.sampled_from(["filed", "filed", "filed", "signed", "retracted"]),
        note=st.integers(0, 3),
        text=TEXTS,
        day=st.integers(1, 3),
        note_type=st.sampled_from(["progress", "discharge-summary", "consult"]),
        signed=st.sampled_from(["authenticated", "unsigned"]),
    ),
    max_size=12,
)


def step(states: States, fact: Contract, text: str | None = None) -> FindingsPage | None:
    pages: list[Page] = [FactsPage.model_construct(kind="facts", facts=(fact,), moved_from=(), patient_id=None, more=None)]
    if text is not None:
        pages.append(TextsPage(texts={getattr(fact, "note_id", ""): text}))
    envelope = Envelope(entry_id="e", tenant="t", received_at=DAY1, source="intake", encounter_id="enc")
    (out,) = ROOM.step(states, Record(CHART.name, "enc", entry_of(envelope, pages).encode()))
    return read_entry(out.value).page(FindingsPage)


def filing(event: Event, revision: int) -> NoteFiled:
    """An addendum is a note of its own: note 3 adds to note 0."""
    return NoteFiled(
        note_id=f"n{event.note}",
        revision=revision,
        note_type=event.note_type,
        author=Person(staff_id=str(event.note % 2), role="provider"),
        written_at=ClinicalTime(DAY1 + timedelta(days=event.day)),
        authentication=event.signed,
        parent_id="n0" if event.note == 3 else None,
        text_hash=content_hash(event.text),
        length=len(event.text),
    )


@dataclass
class Told:
    """The room's last words about each note and condition, and what each note is by then."""

    notes: dict[str, NoteRead]
    timelines: dict[str, ConceptTimeline]
    last: dict[int, tuple[Event, int]]


def played(events: Iterable[Event]) -> Told:
    states: States = {}
    told = Told({}, {}, {})
    for event in events:
        known = told.last.get(event.note)
        at, page = ClinicalTime(DAY1), None
        if event.what == "filed":
            told.last[event.note] = event, known[1] + 1 if known else 1
            page = step(states, filing(*told.last[event.note]), event.text)
        elif known and event.what == "signed":
            told.last[event.note] = replace(known[0], signed="authenticated"), known[1]
            page = step(states, NoteStatusChanged(note_id=f"n{event.note}", revision=known[1], authentication="authenticated", at=at))
        elif known:
            told.last[event.note] = replace(known[0], what="retracted"), known[1]
            page = step(states, NoteRetracted(note_id=f"n{event.note}", at=at))
        if page is not None:
            told.notes |= {note.note_id: note for note in page.notes}
            told.timelines |= {line.concept: line for line in page.timeline}
    return told


@settings(max_examples=150, deadline=None)
@given(EVENTS, st.randoms(use_true_random=False))
def test_the_last_words_about_each_note_are_those_of_a_fresh_reading_in_any_order(events: list[Event], random: object) -> None:
    told = played(events)
    notes = list(told.last.items())
    random.shuffle(notes)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    states: States = {}
    fresh: dict[str, NoteRead] = {}
    timelines: dict[str, ConceptTimeline] = {}
    for _, (event, revision) in notes:
        if event.what != "retracted":
            page = step(states, filing(event, revision), event.text)
            assert page is not None
            fresh |= {note.note_id: note for note in page.notes}
            timelines |= {line.concept: line for line in page.timeline}
    assert {note_id: note for note_id, note in told.notes.items() if not note.retracted} == fresh
    assert all(not (note.findings or note.values or note.counts) for note in told.notes.values() if note.retracted)
    assert {concept: line for concept, line in told.timelines.items() if line.first} == {
        c: line for c, line in timelines.items() if line.first
    }


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_a_copied_statement_stands_in_the_note_that_it_was_copied_from(events: list[Event]) -> None:
    notes = played(events).notes
    for note in notes.values():
        for finding in note.findings:
            assert finding.copied == (finding.copied_from is not None)
            if finding.copied_from is not None:
                origin = notes[finding.copied_from]
                assert (origin.written_at.at, origin.note_id) < (note.written_at.at, note.note_id)
                assert any(not one.copied and one.concept == finding.concept for one in origin.findings)


def test_a_note_that_says_nothing_of_it_changes_no_mark() -> None:
    events = [Event("filed", 0, PARTS[0]), Event("filed", 1, PARTS[0], day=2)]
    told, with_other = played(events), played([events[0], Event("filed", 2, PARTS[4], day=1), events[1]])
    assert {note_id: with_other.notes[note_id] for note_id in told.notes} == told.notes


def test_a_note_that_comes_late_was_still_written_first() -> None:
    told = played([Event("filed", 0, PARTS[0], day=2), Event("filed", 1, PARTS[0], day=1)])
    assert {finding.copied_from for finding in told.notes["n0"].findings} == {"n1"}
    assert {finding.copied for finding in told.notes["n1"].findings} == {False}


def test_what_was_copied_from_a_withdrawn_note_stands_first_in_the_copy() -> None:
    told = played([Event("filed", 0, PARTS[0]), Event("filed", 1, PARTS[0], day=2), Event("retracted", 0)])
    assert {finding.copied for finding in told.notes["n1"].findings} == {False}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were read."""
    texts: list[str] = []
    read = RuleReader.read

    def counted(self: RuleReader, text: str, note_type: NoteType = "other") -> object:
        texts.append(text)
        return read(self, text, note_type)

    monkeypatch.setattr(RuleReader, "read", counted)
    return texts


def test_the_same_words_are_not_read_again(reads: list[str]) -> None:
    text = PARTS[0]
    same = [Event("filed", 0, text, signed="unsigned"), Event("signed", 0), Event("filed", 0, text), Event("filed", 0, text, day=2)]
    told = played(same)
    assert reads == [text]
    assert (told.notes["n0"].revision, told.notes["n0"].counts) == (3, True)
    played([*same, Event("filed", 0, text + PARTS[2])])
    assert reads == [text, text, text + PARTS[2]]


def test_only_the_addendum_is_read_where_one_comes(reads: list[str]) -> None:
    played([Event("filed", 0, PARTS[0]), Event("filed", 1, PARTS[2]), Event("filed", 3, PARTS[4])])
    assert reads == [PARTS[0], PARTS[2], PARTS[4]]


def test_another_kind_of_note_is_read_anew(reads: list[str]) -> None:
    played([Event("filed", 0, PARTS[0]), Event("filed", 0, PARTS[0], note_type="discharge-summary")])
    assert len(reads) == 2


def test_an_older_revision_that_comes_late_changes_nothing() -> None:
    states: States = {}
    newer = step(states, filing(Event("filed", 0, PARTS[0]), 2), PARTS[0])
    late = step(states, filing(Event("filed", 0, PARTS[5]), 1), PARTS[5])
    assert newer is not None
    assert late is not None
    assert late.notes == newer.notes
