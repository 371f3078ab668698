"""Consecutive hours on a ventilator (ICD-10-PCS 5A19): counted from start and stop, open where the record leaves them open."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.coding.ventilation import Episode, Event, Kind, Moment, episodes, range_of

T0 = datetime(2026, 5, 3, 14, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 5, 3, tzinfo=UTC)


def at(hours: float, kind: Kind = "start", *, for_surgery: bool = False) -> Event:
    told = T0 + timedelta(hours=hours)
    return Event(kind, Moment(told, told), for_surgery)


def on_day(day: int, kind: Kind = "start") -> Event:
    first = MIDNIGHT + timedelta(days=day)
    return Event(kind, Moment(first, first + timedelta(days=1)))


def hours_of(*events: Event, left: float | None = None) -> list[str | None]:
    return [one.hours for one in episodes(events, left=None if left is None else T0 + timedelta(hours=left))]


@pytest.mark.parametrize(
    ("hours", "counted"),
    [(0.0, "under-24"), (23.9, "under-24"), (24.0, "24-to-96"), (96.0, "24-to-96"), (96.1, "over-96"), (500.0, "over-96")],
)
def test_hours_are_counted_in_three_ranges(hours: float, counted: str) -> None:
    assert range_of(hours) == counted
    assert hours_of(at(0), at(hours + 0.001 if hours == 0 else hours, "stop")) == [counted]


def test_a_reintubation_begins_a_new_episode() -> None:
    assert hours_of(at(0), at(60, "stop"), at(66), at(120, "stop")) == ["24-to-96", "24-to-96"]


def test_with_a_tracheostomy_the_weaning_counts_until_the_ventilator_is_off_for_good() -> None:
    told = at(0), at(50, "tracheostomy"), at(60, "stop"), at(70, "still"), at(100, "stop")
    assert hours_of(*told) == ["over-96"]


def test_days_alone_give_bounds_and_say_the_hours_only_where_both_bounds_do() -> None:
    assert hours_of(on_day(0), on_day(6, "stop")) == ["over-96"]
    assert hours_of(on_day(0), on_day(4, "stop")) == [None]  # between 72 and 120 hours
    assert hours_of(on_day(0), on_day(5, "stop")) == [None]  # 96 hours exactly are not more than 96
    assert hours_of(on_day(0), on_day(0, "stop")) == [None]  # a day at most: the last hour counts


def test_what_goes_on_is_proven_by_what_was_last_seen() -> None:
    assert hours_of(at(0), at(97, "still")) == ["over-96"]
    assert hours_of(at(0), at(30, "still")) == [None]
    assert hours_of(at(0), at(30, "still"), left=90) == ["24-to-96"]
    assert hours_of(at(0), at(30, "still"), left=200) == [None]


def test_what_began_before_the_arrival_counts_from_there() -> None:
    (one,) = episodes([at(0), at(100, "stop")], arrived=T0 + timedelta(hours=10))
    assert (one.at_least, one.hours) == (90.0, "24-to-96")


def test_told_twice_is_once() -> None:
    assert hours_of(at(0), on_day(0), at(100, "stop"), at(100, "stop")) == ["over-96"]


def test_out_and_in_again_on_one_day_are_told_apart_by_what_came_before() -> None:
    assert hours_of(at(-48), on_day(0, "stop"), at(1.5), at(44, "stop")) == ["24-to-96", "24-to-96"]


def test_an_order_that_nothing_tells_leaves_the_hours_open() -> None:
    assert hours_of(on_day(1, "stop"), at(25.5), at(100, "stop")) == [None]


moments = st.floats(min_value=0, max_value=400, allow_nan=False).map(lambda hours: round(hours, 1))
kinds: st.SearchStrategy[Kind] = st.sampled_from(("start", "stop", "still", "tracheostomy"))
happened = st.lists(st.builds(at, moments, kinds), max_size=8)


def longest(told: tuple[Episode, ...]) -> float:
    return max((one.at_least for one in told), default=0.0)


@given(happened, st.randoms())
def test_the_order_in_which_it_is_told_does_not_matter(told: list[Event], random: object) -> None:
    shuffled = list(told)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert episodes(told) == episodes(shuffled)


@given(st.floats(1, 200), st.floats(0.01, 0.98), st.floats(0.001, 0.01))
def test_a_reintubation_within_never_lengthens(hours: float, out: float, away: float) -> None:
    whole = episodes([at(0), at(hours, "stop")])
    split = episodes([at(0), at(hours * out, "stop"), at(hours * (out + away)), at(hours, "stop")])
    assert len(split) == 2
    assert longest(split) <= longest(whole)


@given(happened)
def test_no_episode_lasts_less_than_nothing_or_more_than_it_can(told: list[Event]) -> None:
    for one in episodes(told):
        assert one.at_least >= 0
        assert one.at_most is None or one.at_least <= one.at_most + 1e-6
