"""A stay's values of one analyte: in clinical order however they arrive, bounded, and an event costs the same on every day."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from opencdi.bus.room import State
from opencdi.clinical.time import ClinicalTime
from opencdi.queries.chart import Point
from opencdi.queries.series import MAX_A_DAY, file_point, points_of, take_back

DAY_1 = datetime(2026, 5, 1, tzinfo=UTC)
WEEK = timedelta(days=7)


def point(hours: float, value: float = 1.0, name: str = "") -> Point:
    return Point(measurement_id=name or f"m{hours}", value=value, at=ClinicalTime(DAY_1 + timedelta(hours=hours)))


def filed(points: list[Point], keep: timedelta = WEEK) -> dict[str, State]:
    states: dict[str, State] = {}
    for one in points:
        file_point(states, "enc", "creatinine", one, keep)
    return states


HOURS = st.lists(st.integers(0, 24 * 6), unique=True, min_size=1, max_size=30)


@given(HOURS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_count(hours: list[int], dice: object) -> None:
    points = [point(hour) for hour in hours]
    dice.shuffle(points)
    assert [one.measurement_id for one in points_of(filed(points), "enc", "creatinine")] == [f"m{hour}" for hour in sorted(hours)]


@given(HOURS, st.data())
def test_what_is_taken_back_was_never_there(hours: list[int], data: st.DataObject) -> None:
    points = [point(hour) for hour in hours]
    gone = data.draw(st.sampled_from(points))
    states = filed(points)
    take_back(states, "enc", "creatinine", gone)
    assert points_of(states, "enc", "creatinine") == points_of(filed([one for one in points if one != gone]), "enc", "creatinine")


def test_old_days_are_forgotten_but_not_the_lowest_value_ever() -> None:
    states = filed([point(0, 0.7), point(24, 0.9), *(point(24 * day, 1.4) for day in range(9, 12))])
    told = points_of(states, "enc", "creatinine")
    assert [one.value for one in told] == [0.7, 1.4, 1.4, 1.4]
    take_back(states, "enc", "creatinine", told[0])
    assert [one.value for one in points_of(states, "enc", "creatinine")] == [1.4, 1.4, 1.4]


def test_a_lower_value_of_these_days_makes_the_old_one_superfluous() -> None:
    states = filed([point(0, 0.7), *(point(24 * day, 0.6) for day in range(9, 12))])
    assert [one.value for one in points_of(states, "enc", "creatinine")] == [0.6, 0.6, 0.6]


def test_a_monitor_that_tells_every_minute_is_bounded() -> None:
    states = filed([point(minute / 60, 1 + minute / 1000) for minute in range(3 * MAX_A_DAY)])
    told = points_of(states, "enc", "creatinine")
    assert len(told) == MAX_A_DAY + 1
    assert told[0].value == 1.0


def test_a_value_rewrites_its_own_day_and_no_other() -> None:
    states = filed([point(6 * i) for i in range(24)])
    before = dict(states)
    file_point(states, "enc", "creatinine", point(6 * 24 - 1), WEEK)
    assert {key for key in states if states[key] is not before.get(key)} == {"day/enc/creatinine/2026-05-06"}
