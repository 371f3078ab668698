"""A stay's values of one analyte: in clinical order however they arrive, bounded, and an event costs the same on every day."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from opencdi.bus.room import State
from opencdi.clinical.time import ClinicalTime
from opencdi.queries.series import FEW_A_DAY, MAX_A_DAY, Day, beyond_memory, file_point, points_of, records_of, take_back
from opencdi.queries.told import Point

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


def monitored(day: int, *values: float) -> list[Point]:
    """A day of which there are more values than a laboratory tells."""
    return [point(24 * day + hour, value) for hour, value in enumerate((*values, *[1.2] * FEW_A_DAY))]


def values(points: tuple[Point, ...]) -> list[float]:
    return [one.value for one in points]


LATER = [point(24 * day, 1.4) for day in range(9, 12)]


def test_of_a_laboratory_the_whole_stay_is_kept() -> None:
    assert values(points_of(filed([point(0, 0.7), point(24, 0.9), *LATER]), "enc", "creatinine")) == [0.7, 0.9, 1.4, 1.4, 1.4]


@given(st.randoms(use_true_random=False))
def test_of_an_old_day_of_many_values_the_lowest_and_the_highest_are_kept_in_any_order(dice: object) -> None:
    told = [*monitored(0, 0.7, 2.2), *monitored(1, 0.9, 3.0), point(48, 1.3), *LATER]
    dice.shuffle(told)
    states = filed(told)
    assert values(beyond_memory(records_of(states, "enc", "creatinine"))) == [0.7, 2.2, 0.9, 3.0]
    assert values(points_of(states, "enc", "creatinine")) == [0.7, 1.3, 1.4, 1.4, 1.4], "what was between the others is not known"
    take_back(states, "enc", "creatinine", point(0, 0.7))
    assert values(points_of(states, "enc", "creatinine")) == [0.9, 1.3, 1.4, 1.4, 1.4]


def test_a_lower_value_of_these_days_makes_the_old_one_superfluous() -> None:
    states = filed([*monitored(0, 0.7), *(point(24 * day, 0.6) for day in range(9, 12))])
    assert values(points_of(states, "enc", "creatinine")) == [0.6, 0.6, 0.6]


def test_a_monitor_that_tells_every_minute_is_bounded() -> None:
    told = points_of(filed([point(minute / 60, 1 + minute / 1000) for minute in range(3 * MAX_A_DAY)]), "enc", "creatinine")
    assert len(told) == MAX_A_DAY + 1
    assert told[0].value == 1.0


EARLIEST, LATEST = (datetime(2026, 5, day) for day in (1, 3))  # noqa: DTZ001  # of any zone
DETAILS = st.builds(
    Point,
    measurement_id=st.uuids().map(str),
    value=st.floats(-1e6, 1e6),
    unit=st.sampled_from(["", "mg/dL"]),
    comparator=st.sampled_from([None, "<", ">"]),
    preliminary=st.booleans(),
    at=st.builds(
        ClinicalTime,
        st.datetimes(EARLIEST, LATEST, timezones=st.integers(-720, 840).map(lambda m: timezone(timedelta(minutes=m)))),
        st.sampled_from(["second", "minute", "day"]),
        st.booleans(),
    ),
    author=st.sampled_from(["", "1001"]),
)


@given(st.lists(DETAILS, max_size=8))
def test_what_is_stored_in_columns_comes_back(points: list[Point]) -> None:
    day = Day(points=tuple(points))
    assert Day.model_validate_json(day.model_dump_json()) == day


def test_a_day_that_an_earlier_release_stored_is_read() -> None:
    stored = (
        '{"version":1,"points":[{"measurement_id":"m1","value":1.4,"unit":"mg/dL","comparator":null,"preliminary":false,'
        '"at":{"at":"2026-05-01T08:00:00-04:00","precision":"minute","ambiguous":false},"author":""}]}'
    )
    taken = ClinicalTime(datetime(2026, 5, 1, 12, tzinfo=UTC), "minute")
    assert Day.model_validate_json(stored).points == (Point(measurement_id="m1", value=1.4, unit="mg/dL", at=taken),)


def test_a_value_rewrites_its_own_day_and_no_other() -> None:
    states = filed([point(6 * i) for i in range(24)])
    before = dict(states)
    file_point(states, "enc", "creatinine", point(6 * 24 - 1), WEEK)
    assert {key for key in states if states[key] is not before.get(key)} == {"day/enc/creatinine/2026-05-06"}
