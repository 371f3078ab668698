"""When two providers call one event by names that exclude each other (DOMAIN D-33)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.events.people import Person
from opencdi.queries.chart import Chart, Stay
from opencdi.queries.feed_conditions import NamedDifferently
from opencdi.queries.rival_names import named_differently
from opencdi.queries.told import Mention

ZERO = datetime(2026, 5, 4, 8, tzinfo=UTC)
SAID: dict[str, dict[str, Any]] = {
    "present": {"assertion": "present", "certainty": "certain", "active": "yes"},
    "ruled out": {"assertion": "absent", "certainty": "ruled-out", "active": "no"},
    "possible": {"assertion": "possible", "certainty": "possible", "active": "unknown"},
}
INFARCTION, STRAIN = "nstemi", "demand-ischemia"
NAMES = NamedDifferently(kind="named-differently", between=((INFARCTION,), (STRAIN, "myocardial-injury")), within_h=48)


def word(author: str, hours: float, concept: str, said: str = "present", **told: Any) -> tuple[str, Mention]:
    return concept, Mention(
        **{
            "note_id": f"{author}{hours}", "revision": 1, "note_type": "progress", "author": author, "author_id": author,
            "author_role": "provider", "authentication": "authenticated", "counts": True, "at": ClinicalTime(ZERO + timedelta(hours=hours)),
            "start": 0, "end": 6, "text": concept, "temporality": "current", "experiencer": "patient", "section": "assessment",
            **SAID[said], **told,
        }
    )  # fmt: skip


def differ(*words: tuple[str, Mention], attending: str = "") -> bool:
    stay = Stay(tenant="t", started_at=ZERO, attending=Person(staff_id=attending) if attending else None)
    mentions = {concept: tuple(one for of, one in words if of == concept) for concept in NAMES.concepts}
    return bool(list(named_differently(NAMES, Chart(stay, lambda _: (), mentions.__getitem__, lambda _: ()))))


def test_an_infarction_and_a_strain_exclude_each_other() -> None:
    assert differ(word("a", 0, INFARCTION), word("b", 5, STRAIN))


def test_two_names_of_one_group_do_not() -> None:
    assert not differ(word("a", 0, STRAIN), word("b", 5, "myocardial-injury"))


def test_a_note_that_weighs_both_chooses_neither() -> None:
    assert not differ(word("a", 0, INFARCTION), word("a", 0, STRAIN), word("b", 5, STRAIN))
    assert not differ(word("a", 0, INFARCTION), word("a", 0, STRAIN, "possible"), word("b", 5, STRAIN))


def test_a_note_that_denies_the_other_name_has_chosen() -> None:
    assert differ(word("a", 0, INFARCTION), word("a", 0, STRAIN, "ruled out"), word("b", 5, STRAIN))


def test_a_name_that_was_taken_back_is_nobodys() -> None:
    assert not differ(word("a", 0, INFARCTION), word("b", 5, STRAIN), word("a", 9, INFARCTION, "ruled out"))


def test_what_was_called_possible_later_is_still_the_last_name() -> None:
    assert differ(word("a", 0, INFARCTION), word("b", 5, STRAIN), word("a", 9, INFARCTION, "possible"))


def test_a_scan_that_is_cited_and_text_that_is_carried_on_are_nobodys_word() -> None:
    assert not differ(word("a", 0, INFARCTION, section="imaging"), word("b", 5, STRAIN))
    assert not differ(word("a", 0, INFARCTION, copied=True), word("b", 5, STRAIN))


def test_the_attendings_last_note_decides() -> None:
    assert differ(word("a", 0, INFARCTION), word("b", 5, STRAIN), attending="a")
    assert not differ(word("a", 0, INFARCTION), word("b", 5, STRAIN), word("a", 9, INFARCTION), attending="a")


WORDS = st.builds(
    word,
    st.sampled_from("abc"),
    st.integers(0, 90),
    st.sampled_from([INFARCTION, STRAIN, "myocardial-injury"]),
    st.sampled_from(sorted(SAID)),
)


@given(st.lists(WORDS, max_size=7))
def test_who_is_alone_contradicts_nobody(words: list[tuple[str, Mention]]) -> None:
    assert not differ(*(told for told in words if told[1].author_id == "a"))


@given(st.lists(WORDS, max_size=7))
def test_agreement_is_no_difference(words: list[tuple[str, Mention]]) -> None:
    assert not differ(*(told for told in words if told[0] == INFARCTION))


@given(st.lists(WORDS, max_size=7), st.randoms())
def test_the_order_of_arrival_says_nothing(words: list[tuple[str, Mention]], chance: Any) -> None:
    shuffled = list(words)
    chance.shuffle(shuffled)
    assert differ(*shuffled) == differ(*words)
