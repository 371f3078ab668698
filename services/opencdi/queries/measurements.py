"""What the named conditions about measurements mean."""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import pairwise

from opencdi.queries.chart import Chart, Point
from opencdi.queries.condition import AtBaseline, Change, Consecutive, Limit, Measurement, OxygenationRatio, RatioToBaseline, Repeated
from opencdi.queries.evidence import Cited, Sign

OXYGEN_HOLDS = timedelta(hours=4)
"""An oxygen setting is taken to stand so long until the next one is charted."""
READINGS_APART = timedelta(hours=72)
"""Readings further from each other are of no one row."""
SAME_DRAW = timedelta(minutes=30)
"""A blood gas is divided by the oxygen charted no further than that from the draw (DOMAIN D.0)."""


def beyond(point: Point, condition: Limit, limit: float) -> bool:
    """Whether the value is beyond the limit.  "<0.5" is below all that is ≥ 0.5 and never above anything; ">600" likewise."""
    not_beside = ("<", "<=") if condition.above or condition.at_least else (">", ">=")
    return _is_over(point.value, condition, limit) and point.comparator not in not_beside


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
    before = bisect_right(points, at.at.at, key=lambda point: point.at.at)
    return points[before - 1] if before and at.at.at - points[before - 1].at.at <= OXYGEN_HOLDS else None


def _same_draw(points: tuple[Point, ...], at: Point) -> Point | None:
    near = [point for point in points if abs(point.at.at - at.at.at) <= SAME_DRAW]
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


def measured(condition: Measurement, chart: Chart, limit: float) -> Iterator[Sign]:
    """Each value beyond the limit."""
    for point in chart.series(condition.analyte):
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
    for told in chart.written(condition.analyte) if condition.written else ():
        if _is_over(told.value, condition, limit):
            yield Sign(told.at.at, (Cited(condition.analyte, told),))


def in_a_row(condition: Consecutive, chart: Chart, limit: float) -> Iterator[Sign]:
    """Each reading that ends such a row; the first and the last of it are cited."""
    row: list[Point] = []
    for point in chart.series(condition.analyte):
        if row and point.at.at - row[-1].at.at > READINGS_APART:  # what was between them may have been forgotten
            row = []
        row = [*row, point] if beyond(point, condition, limit) else []
        if len(row) >= condition.readings and point.at.at - row[0].at.at >= timedelta(hours=condition.apart_h):
            yield Sign(point.at.at, (Cited(condition.analyte, row[0]), Cited(condition.analyte, point)))


def _after_extreme(points: Iterable[Point], window: timedelta, value: Callable[[Point], float]) -> Iterator[tuple[Point, Point]]:
    """Each point with the one of least `value` before it within the window (the first of equals); one pass, however long the stay.

    The clinical order decides, so a result that arrives late is placed where it was taken.
    """
    rising: deque[Point] = deque()  # of the window, whoever may still be the least: each less than all after it
    for point in points:
        while rising and abs(point.at.at - rising[0].at.at) > window:
            rising.popleft()
        if rising:
            yield point, rising[0]
        while rising and value(rising[-1]) > value(point):
            rising.pop()
        rising.append(point)


def _range(points: tuple[Point, ...]) -> tuple[float, float]:
    """Lowest and highest.  Most stays are too steady for any rise or fall: that is seen at once, without looking at windows."""
    values = [point.value for point in points]
    return min(values, default=0.0), max(values, default=0.0)


def _placed(chart: Chart, analyte: str, window: timedelta) -> list[Point]:
    return [point for point in chart.series(analyte) if point.at.fits_window(window)]


def changed(condition: Change, chart: Chart, by: float) -> Iterator[Sign]:
    """Each value that differs by so much from one before it within the window; both are cited."""
    low, high = _range(chart.series(condition.analyte))
    if round(high - low, 6) < by:
        return
    window = timedelta(hours=condition.within_h)
    sign = 1 if condition.direction == "rise" else -1
    points = _placed(chart, condition.analyte, window)
    for point, reference in _after_extreme(points, window, lambda p: sign * p.value):
        difference = sign * (point.value - reference.value)
        if round(difference, 6) >= by and not _wobbles(point, reference, points, window, sign):  # 1.3 - 1.0 is 0.30000000000000004
            yield Sign(point.at.at, (Cited(condition.analyte, reference, "earlier value"), Cited(condition.analyte, point)))


def _wobbles(point: Point, extreme: Point, points: list[Point], window: timedelta, sign: int = 1) -> bool:
    """Whether the patient had such a value on the other side of the extreme too (1.9, 2.1, 1.8, 2.1): neither rise nor recovery."""
    after = point.at.at > extreme.at.at
    return any(
        sign * other.value >= sign * point.value
        for other in points
        if abs(other.at.at - point.at.at) <= window and (other.at.at < extreme.at.at if after else other.at.at > extreme.at.at)
    )


def times_baseline(condition: RatioToBaseline, chart: Chart, ratio: float) -> Iterator[Sign]:
    """Each value that is so many times the lowest one before it within the window; or, in retrospect, after it."""
    if condition.baseline == "carried":
        yield from _times_carried(condition, chart, ratio)
        return
    low, high = _range(chart.series(condition.analyte))
    if low > 0 and round(high / low, 6) < ratio:
        return
    window, later = timedelta(hours=condition.within_h), condition.baseline == "later"
    points = [point for point in _placed(chart, condition.analyte, window) if point.value > 0]
    for point, lowest in _after_extreme(reversed(points) if later else points, window, lambda p: p.value):
        if round(point.value / lowest.value, 6) < ratio or _wobbles(point, lowest, points, window):
            continue
        reference = Cited(condition.analyte, lowest, "lowest later value" if later else "baseline")
        yield Sign(point.at.at, (Cited(condition.analyte, point), reference) if later else (reference, Cited(condition.analyte, point)))


def _times_carried(condition: RatioToBaseline, chart: Chart, ratio: float) -> Iterator[Sign]:
    known = chart.stay.baselines.get(condition.analyte)
    if known is None or known.value <= 0:
        return
    until = known.at.at + timedelta(days=known.days_before, hours=condition.within_h)  # from the day on which the stay began
    reference = Cited(condition.analyte, known, known.as_label)
    for point in chart.series(condition.analyte):
        if known.at.at < point.at.at <= until and round(point.value / known.value, 6) >= ratio:
            yield Sign(point.at.at, (reference, Cited(condition.analyte, point)))


def at_baseline(condition: AtBaseline, chart: Chart, limit: Callable[[str], float]) -> Iterator[Sign]:
    """The baseline from before the stay, at the time of the stay's highest value, where that is not beyond it."""
    known = chart.stay.baselines.get(condition.analyte)
    highest = max(chart.series(condition.analyte), key=lambda point: point.value, default=None)
    if known is None or highest is None or not known.of_before_the_illness:
        return
    if condition.from_level is not None and known.value <= limit(condition.from_level):
        return
    beyond_by = known.value + limit(condition.by) if condition.by is not None else known.value * limit(condition.times or "")
    if round(highest.value - beyond_by, 6) < 0:
        yield Sign(highest.at.at, (Cited(condition.analyte, known, known.as_label),))


def low_oxygenation(condition: OxygenationRatio, chart: Chart, limit: float) -> Iterator[Sign]:
    """Each arterial oxygen pressure whose ratio to the oxygen fraction of that time is below the limit."""
    for point in chart.series("pao2"):
        fraction, estimated = oxygen_at(chart, point, same_draw=True)
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
