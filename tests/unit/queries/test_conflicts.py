"""When two authors contradict each other, and when one only knows more later (DOMAIN D-77)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.events.people import Person
from opencdi.queries.chart import Chart, Stay
from opencdi.queries.conflicts import conflicting
from opencdi.queries.feed_conditions import Conflicting
from opencdi.queries.told import Mention

ZERO = datetime(2026, 5, 4, 8, tzinfo=UTC)
SAID: dict[str, dict[str, Any]] = {
    "present": {"assertion": "present", "certainty": "certain", "active": "yes"},
    "ruled out": {"assertion": "absent", "certainty": "ruled-out", "active": "no"},
    "past": {"assertion": "present", "certainty": "certain", "active": "no", "temporality": "historical"},
    "possible": {"assertion": "possible", "certainty": "possible", "active": "unknown"},
}
PRESENCE = Conflicting(kind="conflicting", concepts=("pneumonia",), within_h=48)
STATUS = Conflicting(kind="conflicting", concepts=("pneumonia",), past=True, within_h=48)
STAGE = Conflicting(kind="conflicting", concepts=("pneumonia",), attributes=("stage",), within_h=48)


def word(author: str, hours: float, said: str = "present", **told: Any) -> Mention:
    return Mention(
        **{
            "note_id": f"{author}{hours}", "revision": 1, "note_type": "progress", "author": author, "author_id": author,
            "author_role": "provider", "authentication": "authenticated", "counts": True, "at": ClinicalTime(ZERO + timedelta(hours=hours)),
            "start": 0, "end": 9, "text": "pneumonia", "temporality": "current", "experiencer": "patient", "section": "assessment",
            **SAID[said], **told,
        }
    )  # fmt: skip


def conflict(condition: Conflicting, *words: Mention, attending: str = "") -> bool:
    stay = Stay(tenant="t", started_at=ZERO, attending=Person(staff_id=attending) if attending else None)
    told = tuple(sorted(words, key=lambda one: (one.at.at, one.note_id)))
    return bool(list(conflicting(condition, Chart(stay, lambda _: (), lambda _: told, lambda _: ()))))


@pytest.mark.parametrize(("hours", "met"), [(1, True), (48, True), (48.1, False)])
def test_both_words_are_of_one_time(hours: float, met: bool) -> None:
    assert conflict(PRESENCE, word("a", 0), word("b", hours, "ruled out")) is met


def test_what_was_possible_contradicts_nothing() -> None:
    assert not conflict(PRESENCE, word("a", 0, "possible"), word("b", 1, "ruled out"))


def test_a_scan_that_is_cited_is_not_the_authors_word() -> None:
    assert not conflict(PRESENCE, word("a", 0), word("b", 1, "ruled out", section="imaging"))


@pytest.mark.parametrize(("one", "other", "met"), [("3", "3a", False), ("3a", "3b", True), ("3", "4", True)])
def test_more_exactly_said_is_no_other_thing(one: str, other: str, met: bool) -> None:
    assert conflict(STAGE, word("a", 0, attributes={"stage": one}), word("b", 1, attributes={"stage": other})) is met


_WORDS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(["present", "ruled out"])), min_size=1, max_size=6, unique_by=lambda t: t[0]
)


@given(_WORDS)
def test_one_author_never_contradicts_himself(said: list[tuple[int, str]]) -> None:
    assert not conflict(PRESENCE, *(word("a", hours, what) for hours, what in said))


@given(_WORDS, _WORDS, st.sampled_from(["present", "ruled out"]))
def test_the_attendings_last_word_settles_it(ours: list[tuple[int, str]], theirs: list[tuple[int, str]], last: str) -> None:
    words = [*(word("a", hours, what) for hours, what in ours), *(word("b", hours, what) for hours, what in theirs)]
    assert not conflict(PRESENCE, *words, word("a", 41, last), attending="a")


@given(_WORDS, _WORDS)
def test_it_is_the_last_words_that_conflict(ours: list[tuple[int, str]], theirs: list[tuple[int, str]]) -> None:
    words = [*(word("a", hours, what) for hours, what in ours), *(word("b", hours, what) for hours, what in theirs)]
    assert conflict(PRESENCE, *words) is (max(ours)[1] != max(theirs)[1])


@pytest.mark.parametrize(
    ("one", "other", "met"),
    [
        ("present", "past", True),
        ("past", "present", True),
        ("past", "past", False),
        ("present", "ruled out", False),
        ("possible", "past", False),
    ],
)
def test_what_one_tells_as_present_and_another_as_past(one: str, other: str, met: bool) -> None:
    assert conflict(STATUS, word("a", 0, one), word("b", 1, other)) is met
    assert not conflict(PRESENCE, word("a", 0, "present"), word("b", 1, "past"))


def test_the_history_of_a_relative_or_one_that_is_active_is_no_past() -> None:
    assert not conflict(STATUS, word("a", 0), word("b", 1, "past", experiencer="other"))
    assert not conflict(STATUS, word("a", 0), word("b", 1, "past", active="yes"))


def test_the_attending_says_which_it_is() -> None:
    told = (word("a", 0), word("b", 1, "past"))
    assert not conflict(STATUS, *told, word("c", 2, "past"), attending="c")
    assert conflict(STATUS, *told, word("c", -1, "past"), attending="c")
