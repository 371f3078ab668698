"""What is remembered of a note: by the very note, and no longer than it lasts."""

import gc
from datetime import UTC, datetime

from opencdi.clinical.time import ClinicalTime
from opencdi.coding.of_note import remembered
from opencdi.events.reading import NoteRead


def note(revision: int = 1) -> NoteRead:
    return NoteRead(
        note_id="n", revision=revision, note_type="progress", author_role="provider", authentication="authenticated", counts=True,
        written_at=ClinicalTime(datetime(2026, 5, 1, tzinfo=UTC), "minute"),
    )  # fmt: skip


class Work:
    """Tells a note's revision, and counts."""

    def __init__(self) -> None:
        self.done: list[int] = []

    def __call__(self, one: NoteRead) -> int:
        self.done.append(one.revision)
        return one.revision


def test_a_note_is_worked_out_once_and_its_next_revision_anew() -> None:
    work = Work()
    revision_of = remembered(work)
    first, second = note(1), note(2)
    assert [revision_of(one) for one in (first, first, second, first)] == [1, 1, 2, 1]
    assert work.done == [1, 2]


def test_the_same_words_decoded_anew_are_worked_out_anew() -> None:
    work = Work()
    revision_of = remembered(work)
    first, again = note(), note()
    assert first == again
    assert revision_of(first) == revision_of(again)
    assert work.done == [1, 1]


def test_what_is_remembered_goes_with_the_note() -> None:
    class Answer:
        pass

    answer_of = remembered(lambda _: Answer())
    one = note()
    held = id(answer_of(one))
    assert any(id(thing) == held for thing in gc.get_objects() if type(thing) is Answer)
    del one
    assert not any(type(thing) is Answer for thing in gc.get_objects())
