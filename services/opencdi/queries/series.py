"""One analyte's values in clinical order, a day to a record: an event on day 30 rewrites its own day and no other."""

from bisect import insort
from datetime import UTC, timedelta
from itertools import chain

from opencdi.bus.room import State, States
from opencdi.queries.chart import Point

MAX_A_DAY = 96  # one a quarter of an hour; of a monitor that tells more the last ones are kept


class Series(State):
    """The days that are kept (UTC, ascending), and the lowest value of those that are not: a baseline."""

    days: tuple[str, ...] = ()
    lowest: Point | None = None


class Day(State):
    """One day's values."""

    points: tuple[Point, ...] = ()


def points_of(states: States, encounter_id: str, analyte: str) -> tuple[Point, ...]:
    """The values of the last days, led by the lowest ever where that is older."""
    series = _series(states, f"{encounter_id}/{analyte}")
    kept = tuple(chain.from_iterable([_day(states, f"{encounter_id}/{analyte}", day) for day in series.days]))
    lowest = series.lowest
    return kept if lowest is None or any(point.value <= lowest.value for point in kept) else (lowest, *kept)


def find(states: States, encounter_id: str, analyte: str, measurement_id: str) -> Point | None:
    """The value as filed until now; a newer version of it may have been taken at another time."""
    series = _series(states, f"{encounter_id}/{analyte}")
    for day in series.days:
        for point in _day(states, f"{encounter_id}/{analyte}", day):
            if point.measurement_id == measurement_id:
                return point
    lowest = series.lowest
    return lowest if lowest is not None and lowest.measurement_id == measurement_id else None


def file_point(states: States, encounter_id: str, analyte: str, point: Point, keep: timedelta) -> None:
    """File a value where it was taken; days that end before the newest value's window are forgotten."""
    name, date = f"{encounter_id}/{analyte}", _date(point)
    held, points = _series(states, name), list(_day(states, name, date))
    insort(points, point, key=_order)
    days, gone = list(held.days), points[:-MAX_A_DAY]
    states[f"day/{name}/{date}"] = Day(points=tuple(points[-MAX_A_DAY:]))
    if date not in days:
        insort(days, date)
        since = (_day(states, name, days[-1])[-1].at.at.astimezone(UTC) - keep).date().isoformat()
        while days[0] < since:
            gone += _day(states, name, days[0])
            del states[f"day/{name}/{days.pop(0)}"]
    if gone or len(days) != len(held.days):
        lowest = min([*gone, held.lowest] if held.lowest else gone, key=lambda point: point.value, default=None)
        states[f"series/{name}"] = Series(days=tuple(days), lowest=lowest)


def take_back(states: States, encounter_id: str, analyte: str, point: Point) -> None:
    """Take a value out again, wherever it was filed."""
    name, date = f"{encounter_id}/{analyte}", _date(point)
    series = _series(states, name)
    if series.lowest == point:
        states[f"series/{name}"] = series.model_copy(update={"lowest": None})
    elif rest := tuple(held for held in _day(states, name, date) if held != point):
        states[f"day/{name}/{date}"] = Day(points=rest)
    else:
        del states[f"day/{name}/{date}"]
        states[f"series/{name}"] = series.model_copy(update={"days": tuple(day for day in series.days if day != date)})


def _series(states: States, name: str) -> Series:
    held = states.get(f"series/{name}")
    return held if isinstance(held, Series) else Series()


def _day(states: States, name: str, date: str) -> tuple[Point, ...]:
    held = states.get(f"day/{name}/{date}")
    return held.points if isinstance(held, Day) else ()


def _date(point: Point) -> str:
    return point.at.at.astimezone(UTC).date().isoformat()


def _order(point: Point) -> tuple[object, str]:
    return point.at.at, point.measurement_id
