"""What the named conditions about measurements mean: each gives the signs of the values between two instants."""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import inf

from opencdi.queries.chart import Chart
from opencdi.queries.condition import AtBaseline, Change, Consecutive, Limit, Measurement, OxygenationRatio, RatioToBaseline, Repeated
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.found import FIRST, LAST, Came, Placed, clinical
from opencdi.queries.told import Point

OXYGEN_HOLDS = timedelta(hours=4)
"""An oxygen setting is taken to stand so long until the next one is charted."""
READINGS_APART = timedelta(hours=72)
"""Readings further from each other are of no one row."""
CITED_OF_A_ROW = 8
"""So many of its readings show a row; with each one's entry it can be found again (DOMAIN B62)."""
SAME_DRAW = timedelta(minutes=30)
"""A blood gas is divided by the oxygen charted no further than that from the draw (DOMAIN D.0)."""


def beyond(point: Point, condition: Limit, limit: float) -> bool:
    """Whether the value is beyond the limit.  "<0.5" is below all that is ≥ 0.5 and never above anything; ">600" likewise."""
    not_beside = ("<", "<=") if condition.above or condition.at_least else (">", ">=")
    return _is_over(point.value, condition, limit) and point.comparator not in not_beside


def is_within(condition: Measurement | Consecutive, limit: float, came: Came, *_: object) -> bool:
    """Whether the latest value is within the limit: it brings no sign then, and takes back no row of readings that has been one."""
    if isinstance(condition, Measurement) and (end := reference_of(came.value, condition)) is not None:
        limit *= end
    return came.name == f"analyte/{condition.analyte}" and not beyond(came.value, condition, limit)


def differs_less(condition: Change, by: float, came: Came, _: object, chart: Chart) -> bool:
    """Whether the latest value differs by less from all before it within the window."""
    values, latest = _window_before(came, condition.within_h, chart), came.value.value
    return not values or round(latest - min(values) if condition.direction == "rise" else max(values) - latest, 6) < by


def rises_less(condition: RatioToBaseline, ratio: float, came: Came, signs: tuple[Sign, ...], chart: Chart) -> bool:
    """Whether the latest value is less than so many times the baseline; in retrospect, whether no other is so many times this one."""
    latest = came.value.value
    if condition.baseline == "carried":
        known = chart.stay.baselines.get(condition.analyte)
        return known is None or known.value <= 0 or round(latest / known.value, 6) < ratio
    values = [value for value in _window_before(came, condition.within_h, chart) if value > 0]
    if condition.baseline == "later":
        return not signs and (not values or latest <= 0 or round(max(values) / latest, 6) < ratio)
    return not values or round(latest / min(values), 6) < ratio


def _window_before(came: Came, hours: float, chart: Chart) -> list[float]:
    at = came.value.at.at
    return [point.value for point in chart.found.between(came.before, at - timedelta(hours=hours), at)]


def reference_of(point: Point, condition: Measurement) -> float | None:
    """The end of the laboratory's range to which the value is held, where the condition asks for that."""
    if not condition.times_reference:
        return None
    return point.high if condition.above or condition.at_least else point.low


def _is_over(value: float, condition: Limit, limit: float) -> bool:
    if condition.above or condition.at_least:
        return value >= limit if condition.at_least else value > limit
    return value <= limit if condition.at_most else value < limit


def _standing(points: tuple[Point, ...], at: Point) -> Point | None:
    before = bisect_right(points, at.at.at, key=clinical)
    return points[before - 1] if before and at.at.at - points[before - 1].at.at <= OXYGEN_HOLDS else None


def _same_draw(points: tuple[Point, ...], at: Point) -> Point | None:
    near = points[bisect_left(points, at.at.at - SAME_DRAW, key=clinical) : bisect_right(points, at.at.at + SAME_DRAW, key=clinical)]
    return min(near, key=lambda point: abs(point.at.at - at.at.at), default=None)


def oxygen_at(chart: Chart, point: Point, *, same_draw: bool = False) -> tuple[float | None, bool]:
    """FiO2 as a fraction at the time of a measurement, and whether it is an estimate; None where nothing is charted.

    Nasal cannula: 0.20 + 0.04 per litre up to 6 L/min (DOMAIN D.0), an estimate.
    """
    charted = _same_draw if same_draw else _standing
    if fio2 := charted(chart.series("fio2"), point):
        return (fio2.value / 100 if fio2.value > 1 else fio2.value), False
    if flow := charted(chart.series("oxygen-flow"), point):
        return (0.21, False) if flow.value == 0 else (0.20 + 0.04 * flow.value, True) if flow.value <= 6 else (None, True)
    return None, False


def measured(condition: Measurement, chart: Chart, limit: float, since: datetime = FIRST, until: datetime = LAST) -> Iterator[Sign]:
    """Each value beyond the limit."""
    for point in chart.between(condition.analyte, since, until):
        end = reference_of(point, condition)
        if not beyond(point, condition, limit if end is None else limit * end) or (end is None and condition.times_reference):
            continue
        label = None if end is None else f"laboratory's limit {end:g}"
        if condition.oxygen != "any":
            fraction, estimated = oxygen_at(chart, point)
            if estimated or (fraction > 0.22 if fraction is not None else condition.oxygen == "charted-room-air"):
                continue
            label = "room air" if fraction is not None else "no oxygen charted"
        yield Sign(point.at.at, (Cited(condition.analyte, point, label),))
    for told in chart.found.between(chart.written(condition.analyte), since, until) if condition.written else ():
        if _is_over(told.value, condition, limit):
            yield Sign(told.at.at, (Cited(condition.analyte, told),))


def in_a_row(condition: Consecutive, chart: Chart, limit: float, since: datetime = FIRST, before: Placed | None = None) -> Iterator[Sign]:
    """Each reading from then on that ends such a row.  Its readings are cited: of a long row the first and those that lead up to its end.

    `before`: the last that ends a row earlier.
    """
    points, most = chart.series(condition.analyte), max(CITED_OF_A_ROW, condition.readings) - 1
    start = bisect_left(points, since, key=clinical)
    began = _row_until(condition, chart, limit, start, before)
    if before and began < start and before.sign.cited[-1].told == points[start - 1]:
        held = before.sign.cited
    else:
        held = tuple(
            Cited(condition.analyte, one) for one in (*points[began : min(began + 1, start)], *points[max(began + 1, start - most) : start])
        )
    first, later = (held[0] if held else None), deque(held[1:], maxlen=most)
    for position in range(start, len(points)):
        point = points[position]
        chart.found.look(1)
        if first and point.at.at - points[position - 1].at.at > READINGS_APART:  # what was between them may have been forgotten
            first = None
        if not beyond(point, condition, limit):
            first = None
            continue
        cited = Cited(condition.analyte, point)
        if first is None:
            first, began = cited, position
            later.clear()
            continue
        later.append(cited)
        if position - began + 1 >= condition.readings and point.at.at - points[began].at.at >= timedelta(hours=condition.apart_h):
            yield Sign(point.at.at, (first, *later))


def _row_until(condition: Consecutive, chart: Chart, limit: float, end: int, before: Placed | None) -> int:
    """Where the readings beyond the limit begin that lead without a break to the one at `end`; `end` where there are none."""
    points, place = chart.series(condition.analyte), end - 1
    while place >= 0 and beyond(points[place], condition, limit):
        chart.found.look(1)
        if place + 1 < end and points[place + 1].at.at - points[place].at.at > READINGS_APART:
            break
        if before and before.sign.cited[-1].told == points[place]:  # that one ended a row already
            return points.index(before.sign.cited[0].told, bisect_left(points, before.sign.cited[0].told.at.at, key=clinical))
        place -= 1
    return place + 1


def _after_extreme(before: Iterable[Point], points: Iterable[Point], window: timedelta, sign: int) -> Iterator[tuple[Point, Point]]:
    """Each of the points with the lowest before it within the window (the first of equals; with sign -1 the highest), `before` included.

    One pass.  The clinical order decides, so a result that arrives late is placed where it was taken.
    """
    rising: deque[Point] = deque(before)  # of the window, whoever may still be the lowest: each no higher than all after it
    for point in points:
        if not point.at.fits_window(window):
            continue
        while rising and abs(point.at.at - rising[0].at.at) > window:
            rising.popleft()
        if rising:
            yield point, rising[0]
        while rising and sign * rising[-1].value > sign * point.value:
            rising.pop()
        rising.append(point)


def _rising(points: Sequence[Point], window: timedelta, sign: int) -> list[Point]:
    """Of these, whoever may still be the lowest."""
    rising: list[Point] = []
    least = inf
    for point in reversed(points):
        if (told := sign * point.value) <= least and point.at.fits_window(window):
            rising.append(point)
            least = told
    return rising[::-1]


def changed(condition: Change, chart: Chart, by: float, since: datetime = FIRST, until: datetime = LAST) -> Iterator[Sign]:
    """Each value that differs by so much from one before it within the window; both are cited."""
    window, sign = timedelta(hours=condition.within_h), 1 if condition.direction == "rise" else -1
    points = chart.between(condition.analyte, since - window, until)
    start = bisect_left(points, since, key=clinical)
    for point, reference in _after_extreme(_rising(points[:start], window, sign), points[start:], window, sign):
        difference = sign * (point.value - reference.value)
        if round(difference, 6) >= by and not _wobbles(point, reference, points, window, sign):  # 1.3 - 1.0 is 0.30000000000000004
            yield Sign(point.at.at, (Cited(condition.analyte, reference, "earlier value"), Cited(condition.analyte, point)))


def _wobbles(point: Point, extreme: Point, points: tuple[Point, ...], window: timedelta, sign: int = 1, *, later: bool = False) -> bool:
    """Whether the patient had such a value on the other side of the extreme too (1.9, 2.1, 1.8, 2.1): neither rise nor recovery."""
    if not later:
        start, end = bisect_left(points, point.at.at - window, key=clinical), bisect_left(points, extreme.at.at, key=clinical)
    else:
        start, end = bisect_right(points, extreme.at.at, key=clinical), bisect_right(points, point.at.at + window, key=clinical)
    level = sign * point.value
    return any(sign * points[place].value >= level and points[place].at.fits_window(window) for place in range(start, end))


def times_baseline(
    condition: RatioToBaseline, chart: Chart, ratio: float, since: datetime = FIRST, until: datetime = LAST
) -> Iterator[Sign]:
    """Each value that is so many times the lowest one before it within the window; or, in retrospect, after it."""
    if condition.baseline == "carried":
        yield from _times_carried(condition, chart, ratio, since, until)
        return
    window, later = timedelta(hours=condition.within_h), condition.baseline == "later"
    near = chart.between(condition.analyte, since, until + window) if later else chart.between(condition.analyte, since - window, until)
    points = tuple(point for point in near if point.value > 0)
    if later:
        end = bisect_right(points, until, key=clinical)
        before, own = points[end:][::-1], points[:end][::-1]
    else:
        start = bisect_left(points, since, key=clinical)
        before, own = points[:start], points[start:]
    for point, lowest in _after_extreme(_rising(before, window, 1), own, window, 1):
        if round(point.value / lowest.value, 6) < ratio or _wobbles(point, lowest, points, window, later=later):
            continue
        reference = Cited(condition.analyte, lowest, "lowest later value" if later else "baseline")
        yield Sign(point.at.at, (Cited(condition.analyte, point), reference) if later else (reference, Cited(condition.analyte, point)))


def _times_carried(condition: RatioToBaseline, chart: Chart, ratio: float, since: datetime, until: datetime) -> Iterator[Sign]:
    known = chart.stay.baselines.get(condition.analyte)
    if known is None or known.value <= 0:
        return
    last = known.at.at + timedelta(days=known.days_before, hours=condition.within_h)  # from the day on which the stay began
    reference = Cited(condition.analyte, known, known.as_label)
    for point in chart.between(condition.analyte, since, until):
        if known.at.at < point.at.at <= last and round(point.value / known.value, 6) >= ratio:
            yield Sign(point.at.at, (reference, Cited(condition.analyte, point)))


def at_baseline(condition: AtBaseline, chart: Chart, limit: Callable[[str], float]) -> Iterator[Sign]:
    """The baseline from before the stay, at the time of the stay's highest value, where that is not beyond it."""
    known = chart.stay.baselines.get(condition.analyte)
    of_the_stay = (*chart.beyond_memory(condition.analyte), *chart.series(condition.analyte))
    highest = max(of_the_stay, key=lambda point: point.value, default=None)
    if known is None or highest is None or not known.of_before_the_illness:
        return
    if condition.from_level is not None and known.value <= limit(condition.from_level):
        return
    beyond_by = known.value + limit(condition.by) if condition.by is not None else known.value * limit(condition.times or "")
    if round(highest.value - beyond_by, 6) < 0:
        yield Sign(highest.at.at, (Cited(condition.analyte, known, known.as_label),))


def low_oxygenation(
    condition: OxygenationRatio, chart: Chart, limit: float, since: datetime = FIRST, until: datetime = LAST
) -> Iterator[Sign]:
    """Each arterial oxygen pressure whose ratio to the oxygen fraction of that time is below the limit."""
    for point in chart.between("pao2", since, until):
        fraction, estimated = oxygen_at(chart, point, same_draw=True)
        if fraction is None or (ratio := point.value / fraction) >= limit:
            continue
        yield Sign(point.at.at, (Cited("pao2", point, f"PaO2/FiO2 {ratio:.0f}{', FiO2 estimated' if estimated else ''}"),))


def repeated(condition: Repeated, chart: Chart, since: datetime = FIRST, until: datetime = LAST) -> Iterator[Sign]:
    """Each measurement that follows another within the window."""
    window = timedelta(hours=condition.within_h)
    for before, point in pairwise(chart.between(condition.analyte, since - window, until)):
        if since <= point.at.at and timedelta(0) < point.at.at - before.at.at <= window:
            yield Sign(point.at.at, (Cited(condition.analyte, point, "repeat measurement"),))
