"""What the named conditions about measurements mean."""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import pairwise

from opencdi.queries.chart import Chart, Point
from opencdi.queries.condition import Change, Measurement, OxygenationRatio, RatioToBaseline, Repeated
from opencdi.queries.evidence import Cited, Sign

OXYGEN_HOLDS = timedelta(hours=4)
"""An oxygen setting is taken to stand so long until the next one is charted."""
SAME_DRAW = timedelta(minutes=30)


def beyond(point: Point, condition: Measurement, limit: float) -> bool:
    """Whether the value is beyond the limit.  "<0.5" is below all that is ≥ 0.5 and never above anything; ">600" likewise."""
    if condition.above or condition.at_least:
        over = point.value >= limit if condition.at_least else point.value > limit
        return over and point.comparator not in ("<", "<=")
    under = point.value <= limit if condition.at_most else point.value < limit
    return under and point.comparator not in (">", ">=")


def _standing(points: tuple[Point, ...], at: Point) -> Point | None:
    before = bisect_right(points, at.at.at, key=lambda point: point.at.at)
    return points[before - 1] if before and at.at.at - points[before - 1].at.at <= OXYGEN_HOLDS else None


def oxygen_at(chart: Chart, point: Point) -> tuple[float | None, bool]:
    """FiO2 as a fraction at the time of a measurement, and whether it is an estimate; None where nothing is charted.

    Nasal cannula: 0.20 + 0.04 per litre up to 6 L/min (DOMAIN D.0), an estimate.
    """
    if fio2 := _standing(chart.series("fio2"), point):
        return (fio2.value / 100 if fio2.value > 1 else fio2.value), False
    if flow := _standing(chart.series("oxygen-flow"), point):
        return (0.21, False) if flow.value == 0 else (0.20 + 0.04 * flow.value, True) if flow.value <= 6 else (None, True)
    return None, False


def measured(condition: Measurement, chart: Chart, limit: float) -> Iterator[Sign]:
    """Each value beyond the limit."""
    for point in chart.series(condition.analyte):
        if not beyond(point, condition, limit):
            continue
        label = None
        if condition.oxygen == "room-air":
            fraction, estimated = oxygen_at(chart, point)
            if estimated or (fraction is not None and fraction > 0.22):
                continue
            label = "room air" if fraction is not None else "no oxygen charted"
        yield Sign(point.at.at, (Cited(condition.analyte, point, label),))


def _after_extreme(points: Iterable[Point], window: timedelta, value: Callable[[Point], float]) -> Iterator[tuple[Point, Point]]:
    """Each point with the one of least `value` before it within the window (the first of equals); one pass, however long the stay.

    The clinical order decides, so a result that arrives late is placed where it was taken.
    """
    rising: deque[Point] = deque()  # of the window, whoever may still be the least: each less than all after it
    for point in points:
        while rising and point.at.at - rising[0].at.at > window:
            rising.popleft()
        if rising:
            yield point, rising[0]
        while rising and value(rising[-1]) > value(point):
            rising.pop()
        rising.append(point)


def changed(condition: Change, chart: Chart, by: float) -> Iterator[Sign]:
    """Each value that differs by so much from one before it within the window; both are cited."""
    window = timedelta(hours=condition.within_h)
    sign = 1 if condition.direction == "rise" else -1
    points = (point for point in chart.series(condition.analyte) if point.at.fits_window(window))
    for point, reference in _after_extreme(points, window, lambda p: sign * p.value):
        if round(sign * (point.value - reference.value), 6) >= by:  # 1.3 - 1.0 is 0.30000000000000004, and 0.8 - 0.5 is 0.29999999999999993
            yield Sign(point.at.at, (Cited(condition.analyte, reference, "earlier value"), Cited(condition.analyte, point)))


def times_baseline(condition: RatioToBaseline, chart: Chart, ratio: float) -> Iterator[Sign]:
    """Each value that is so many times the lowest one before it within the window."""
    window = timedelta(hours=condition.within_h)
    points = (point for point in chart.series(condition.analyte) if point.at.fits_window(window) and point.value > 0)
    for point, lowest in _after_extreme(points, window, lambda p: p.value):
        if round(point.value / lowest.value, 6) >= ratio:
            yield Sign(point.at.at, (Cited(condition.analyte, lowest, "baseline"), Cited(condition.analyte, point)))


def low_oxygenation(condition: OxygenationRatio, chart: Chart, limit: float) -> Iterator[Sign]:
    """Each arterial oxygen pressure whose ratio to the oxygen fraction of that time is below the limit."""
    for point in chart.series("pao2"):
        fraction, estimated = oxygen_at(chart, point)
        if fraction is None or (ratio := point.value / fraction) >= limit:
            continue
        yield Sign(point.at.at, (Cited("pao2", point, f"PaO2/FiO2 {ratio:.0f}{', FiO2 estimated' if estimated else ''}"),))


def repeated(condition: Repeated, chart: Chart) -> Iterator[Sign]:
    """Each measurement that follows another within the window."""
    window = timedelta(hours=condition.within_h)
    points = chart.series(condition.analyte)
    for before, point in pairwise(points):
        if timedelta(0) < point.at.at - before.at.at <= window:
            yield Sign(point.at.at, (Cited(condition.analyte, point, "repeat measurement"),))
