"""One analyte's values in clinical order: an event on day 30 rewrites its own day and no other.

The last days stand a day to a record.  Of an older day all values are kept where they are few, as a laboratory's are; of a day of which
there are more, as of a monitor's, the lowest and the highest: whether a value was ever beyond a limit is known of the whole stay, and
what was between two values only of the days since.
"""

from bisect import bisect_left, insort
from datetime import UTC, timedelta
from functools import cached_property
from itertools import chain

from opencdi.bus.room import State, States
from opencdi.queries.rows import Rows
from opencdi.queries.told import Point

MAX_A_DAY = 96  # one a quarter of an hour; of a monitor that tells more the last ones are kept, and the lowest and highest
FEW_A_DAY = 6  # one each four hours


class Series(State):
    """The last days (UTC, ascending), each a record of its own, and the values of the older ones.

    `thinned`: days of which more than few values were told, so that `old` has the lowest and the highest of them.  `lowest`: of days
    that were forgotten altogether.
    """

    days: tuple[str, ...] = ()
    old: Rows = ()
    thinned: tuple[str, ...] = ()
    lowest: Point | None = None

    @cached_property
    def old_ids(self) -> frozenset[str]:
        """The names of the values that it holds itself."""
        return frozenset(point.measurement_id for point in (*self.old, self.lowest) if point)

    def with_old(self, date: str, *points: Point) -> "Series":
        """With these values of an older day too."""
        start, end = (bisect_left(self.old, day, key=_date) for day in (date, _next(date)))
        held, thinned = sorted((*self.old[start:end], *points), key=_order), self.thinned
        if date in thinned or len(held) > FEW_A_DAY:
            held, thinned = _extremes(held), tuple(sorted({*thinned, date}))
        return self.but(old=(*self.old[:start], *held, *self.old[end:]), thinned=thinned)

    def but(self, **told: object) -> "Series":
        """Another series, of whose values nothing is taken over that was derived from these."""
        return Series.model_validate({name: told.get(name, getattr(self, name)) for name in Series.model_fields})


class Day(State):
    """One day's values."""

    points: Rows = ()

    @cached_property
    def ids(self) -> frozenset[str]:
        """The names of its values: most results are new, and need be looked for in no day."""
        return frozenset(point.measurement_id for point in self.points)


Looked = tuple[State | None, ...]
"""The records of a series."""


def records_of(states: States, encounter_id: str, analyte: str) -> Looked:
    """The records that the series stands in: the very same as long as no value changes."""
    name = f"{encounter_id}/{analyte}"
    series = states.get(f"series/{name}")
    return (series, *[states.get(f"day/{name}/{day}") for day in series.days]) if isinstance(series, Series) else (series,)


def points_in(records: Looked) -> tuple[Point, ...]:
    """All values since the last day of which some were let go, led by the lowest ever where that is older."""
    series, *days = records
    if not isinstance(series, Series):
        return ()
    near = chain.from_iterable(day.points for day in days if isinstance(day, Day))
    whole = bisect_left(series.old, _next(series.thinned[-1]), key=_date) if series.thinned else 0
    kept = (*series.old[whole:], *near)
    lowest = min((*series.old[:whole], *((series.lowest,) if series.lowest else ())), key=_value, default=None)
    return kept if lowest is None or any(point.value <= lowest.value for point in kept) else (lowest, *kept)


def beyond_memory(records: Looked) -> tuple[Point, ...]:
    """The lowest and the highest of each day of which some values were let go."""
    series = records[0]
    if not isinstance(series, Series):
        return ()
    thinned = frozenset(series.thinned)
    return (*((series.lowest,) if series.lowest else ()), *(point for point in series.old if _date(point) in thinned))


def points_of(states: States, encounter_id: str, analyte: str) -> tuple[Point, ...]:
    """The values as they stand in the records."""
    return points_in(records_of(states, encounter_id, analyte))


def find(states: States, encounter_id: str, analyte: str, measurement_id: str) -> Point | None:
    """The value as filed until now; a newer version of it may have been taken at another time."""
    series, *days = records_of(states, encounter_id, analyte)
    for day in days:
        if isinstance(day, Day) and measurement_id in day.ids:
            return next(point for point in day.points if point.measurement_id == measurement_id)
    if not isinstance(series, Series) or measurement_id not in series.old_ids:
        return None
    return next(point for point in (*series.old, series.lowest) if point and point.measurement_id == measurement_id)


def file_point(states: States, encounter_id: str, analyte: str, point: Point, keep: timedelta) -> None:
    """File a value where it was taken; days that end before the newest value's window are old."""
    name, date = f"{encounter_id}/{analyte}", _date(point)
    series = _series(states, name)
    days = list(series.days)
    if date not in days:
        insort(days, date)
    newest = point if days[-1] == date else _day(states, name, days[-1])[-1]
    since = (newest.at.at.astimezone(UTC) - keep).date().isoformat()
    if series.old:  # once old, a day stays so, also where the newest value was withdrawn since
        since = max(since, _next(_date(series.old[-1])))
    told = series
    if date >= since:
        points = list(_day(states, name, date))
        insort(points, point, key=_order)
        states[f"day/{name}/{date}"] = Day(points=tuple(_bounded(points)))
    else:
        days.remove(date)
        told = told.with_old(date, point)
    while days and days[0] < since:
        told = told.with_old(days[0], *_day(states, name, days[0]))
        del states[f"day/{name}/{days.pop(0)}"]
    if tuple(days) != series.days or told is not series:
        states[f"series/{name}"] = told.but(days=tuple(days))


def take_back(states: States, encounter_id: str, analyte: str, point: Point) -> None:
    """Take a value out again, wherever it was filed."""
    name, date = f"{encounter_id}/{analyte}", _date(point)
    series = _series(states, name)
    if series.lowest == point:
        states[f"series/{name}"] = series.but(lowest=None)
    elif date not in series.days:
        states[f"series/{name}"] = series.but(old=tuple(held for held in series.old if held != point))
    elif kept := tuple(held for held in _day(states, name, date) if held != point):
        states[f"day/{name}/{date}"] = Day(points=kept)
    else:
        del states[f"day/{name}/{date}"]
        states[f"series/{name}"] = series.but(days=tuple(day for day in series.days if day != date))


def _bounded(points: list[Point]) -> list[Point]:
    if len(points) <= MAX_A_DAY:
        return points
    return sorted({point.measurement_id: point for point in (*_extremes(points), *points[-MAX_A_DAY:])}.values(), key=_order)


def _extremes(points: list[Point]) -> list[Point]:
    lowest, highest = min(points, key=_value), max(points, key=_value)
    return [lowest] if lowest is highest else sorted((lowest, highest), key=_order)


def _series(states: States, name: str) -> Series:
    held = states.get(f"series/{name}")
    return held if isinstance(held, Series) else Series()


def _day(states: States, name: str, date: str) -> tuple[Point, ...]:
    held = states.get(f"day/{name}/{date}")
    return held.points if isinstance(held, Day) else ()


def _date(point: Point) -> str:
    return point.at.at.astimezone(UTC).date().isoformat()


def _next(date: str) -> str:
    """What sorts after all values of that day."""
    return f"{date}~"


def _order(point: Point) -> tuple[object, str]:
    return point.at.at, point.measurement_id


def _value(point: Point) -> float:
    return point.value
