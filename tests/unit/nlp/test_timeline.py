"""The documentation of a condition over a stay: first, last, dropped, contradicted (DOMAIN B29)."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import NoteType
from opencdi.events.reading import ConceptTimeline
from opencdi.events.timeline import QUIET_NOTES, HowSaid, NoteSaid, changes, timelines

DAY1 = datetime(2026, 5, 2, 8, tzinfo=UTC)
HOWS: tuple[HowSaid, ...] = ("present", "copied", "absent", "named")


def note(day: int, how: HowSaid | Literal[""] = "", *, by: str = "a", kind: NoteType = "progress", counts: bool = True) -> NoteSaid:
    said: dict[str, HowSaid] = {"sepsis": how} if how else {}
    return NoteSaid(at=ClinicalTime(DAY1 + timedelta(days=day)), note_type=kind, author=by, said=said, counts=counts)


def sepsis(*notes: NoteSaid) -> ConceptTimeline:
    return timelines({f"n{nth}": told for nth, told in enumerate(notes)})["sepsis"]


def places(line: ConceptTimeline) -> tuple[str | None, str | None]:
    return line.first.note_id if line.first else None, line.last.note_id if line.last else None


def test_first_and_last_in_the_order_written() -> None:
    assert places(sepsis(note(3, "present"), note(1, "present"), note(2, "present"))) == ("n1", "n0")


def test_copied_text_renews_nothing() -> None:
    assert places(sepsis(note(1, "present"), note(2, "copied"))) == ("n0", "n0")


def test_a_diagnosis_of_day_one_that_the_discharge_summary_leaves_out_is_dropped() -> None:
    assert sepsis(note(1, "present"), note(2), note(5, kind="discharge-summary")).dropped == "discharge-summary"


def test_copied_into_the_discharge_summary_it_is_documented_there() -> None:
    assert sepsis(note(1, "present"), note(5, "copied", kind="discharge-summary")).dropped is None


def test_the_discharge_summary_decides_over_silent_progress_notes() -> None:
    days = [note(day) for day in range(2, 2 + QUIET_NOTES)]
    assert sepsis(note(1, "present"), *days, note(6, "present", kind="discharge-summary")).dropped is None


def test_some_silent_progress_notes_in_a_row_drop_it() -> None:
    quiet = [note(day) for day in range(2, 2 + QUIET_NOTES)]
    assert sepsis(note(1, "present"), *quiet[:-1]).dropped is None
    assert sepsis(note(1, "present"), *quiet).dropped == "progress-notes"
    assert sepsis(note(1, "present"), *quiet, note(9, "copied")).dropped is None


def test_a_consult_about_something_else_drops_nothing() -> None:
    assert sepsis(note(1, "present"), *(note(day, kind="consult") for day in range(2, 9))).dropped is None


def test_another_authors_denial_contradicts_his_own_corrects() -> None:
    assert [at.note_id for at in sepsis(note(1, "present"), note(2, "absent", by="b")).contradicted_by] == ["n1"]
    assert not sepsis(note(1, "present"), note(2, "absent")).contradicted_by
    assert not sepsis(note(1, "absent", by="b"), note(2, "present")).contradicted_by


def test_a_note_that_does_not_count_says_nothing() -> None:
    assert timelines({"n0": note(1, "present", counts=False)}) == {}


NOTES = st.lists(
    st.builds(
        note,
        st.integers(1, 6),
        st.sampled_from([*HOWS, ""]),
        by=st.sampled_from("ab"),
        kind=st.sampled_from(["progress", "consult", "discharge-summary"]),
        counts=st.booleans(),
    ),
    max_size=8,
)


@given(NOTES, st.integers(0, 8))
def test_what_changed_added_to_what_was_is_what_is(notes: list[NoteSaid], held: int) -> None:
    stay = {f"n{nth}": told for nth, told in enumerate(notes)}
    before, after = timelines(dict(list(stay.items())[:held])), timelines(stay)
    known = before | {line.concept: line for line in changes(before, after)}
    assert {concept: line for concept, line in known.items() if line.first} == after


@given(NOTES)
def test_the_order_of_delivery_does_not_matter(notes: list[NoteSaid]) -> None:
    stay = {f"n{nth}": told for nth, told in enumerate(notes)}
    assert timelines(stay) == timelines(dict(reversed(stay.items())))
