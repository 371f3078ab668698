"""SOFA points as far as the record can score them (Vincent 1996; Singer 2016).  Unmeasured organs score nothing: a partial score."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from opencdi.queries.chart import Chart
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.found import FIRST, LAST, Came, Placed
from opencdi.queries.measurements import SAME_DRAW, oxygen_at
from opencdi.queries.told import Act, Earlier, Point

EDITION = "SOFA-1996"
DAY = timedelta(hours=24)
# (limit, points): the first limit that the value is beyond counts.  Creatinine and bilirubin in mg/dL, platelets in 10*3/uL.
_LOW: dict[str, tuple[tuple[float, int], ...]] = {
    "platelets": ((20, 4), (50, 3), (100, 2), (150, 1)),
    "gcs": ((6, 4), (10, 3), (13, 2), (15, 1)),
    "map": ((70, 1),),
}
_HIGH: dict[str, tuple[tuple[float, int], ...]] = {
    "creatinine": ((5.0, 4), (3.5, 3), (2.0, 2), (1.2, 1)),
    "bilirubin-total": ((12.0, 4), (6.0, 3), (2.0, 2), (1.2, 1)),
}
SCORED = (*_LOW, *_HIGH, "pao2", "fio2", "oxygen-flow")
PRESSOR = "vasopressor"
SCORING = (*_LOW, *_HIGH, "pao2", PRESSOR)
"""What scores points."""


def points_of(analyte: str, value: float) -> int:
    """The organ's points for one value."""
    if analyte in _LOW:
        return next((points for limit, points in _LOW[analyte] if value < limit), 0)
    return next((points for limit, points in _HIGH[analyte] if value >= limit), 0)


def scores_nothing(came: Came, *_: object) -> bool:
    """Whether the latest value scores nothing, by whatever baseline."""
    analyte = came.name.partition("/")[2]
    return (analyte in _LOW or analyte in _HIGH) and points_of(analyte, came.value.value) == 0


def _respiratory(chart: Chart, point: Point) -> int:
    fraction, _ = oxygen_at(chart, point, same_draw=True)
    ratio = point.value / fraction if fraction else 999.0
    return 2 if ratio < 300 else 1 if ratio < 400 else 0  # 3 and 4 need a ventilator, which is not charted as a value


class Scored(NamedTuple):
    """Organ points of one value."""

    at: datetime
    organ: str
    points: int
    kind: str
    told: Point | Act


def inputs_of(kind: str) -> tuple[str, ...]:
    """The records that points of this kind rest on."""
    if kind == PRESSOR:
        return (f"treatment/{PRESSOR}",)
    return ("analyte/pao2", "analyte/fio2", "analyte/oxygen-flow") if kind == "pao2" else (f"analyte/{kind}", "baselines")


def given(kind: str, chart: Chart) -> Iterator[tuple[tuple[Point, ...] | tuple[Act, ...], timedelta]]:
    """The same records, each with how near to a value it must be to count."""
    if kind == PRESSOR:
        yield chart.acts(PRESSOR), timedelta(0)
        return
    yield chart.series(kind), timedelta(0)
    if kind == "pao2":
        yield chart.series("fio2"), SAME_DRAW
        yield chart.series("oxygen-flow"), SAME_DRAW


def scored(kind: str, chart: Chart, since: datetime, until: datetime) -> Iterator[Scored]:
    """Whatever scores points of that time."""
    if kind == PRESSOR:
        told = chart.found.between(chart.acts(PRESSOR), since, until)
        yield from (Scored(act.at.at, "circulation", 3, PRESSOR, act) for act in told if act.done)
        return
    own = points_of(kind, known.value) if kind != "pao2" and (known := usable(kind, chart)) else 0
    organ = {"map": "circulation", "pao2": "lungs"}.get(kind, kind)
    for point in chart.between(kind, since, until):
        points = _respiratory(chart, point) if kind == "pao2" else points_of(kind, point.value) - own
        if points > 0:
            yield Scored(point.at.at, organ, points, kind, point)


def usable(kind: str, chart: Chart) -> Earlier | None:
    """The baseline of before the illness, whose points are the patient's own."""
    known = chart.stay.baselines.get(kind)
    return known if known and known.of_before_the_illness else None


def dysfunction(
    chart: Chart, each: Sequence[tuple[Scored, ...]], at_least: float, since: datetime = FIRST, before: Placed | None = None
) -> Iterator[Sign]:
    """Each day-long window from then on, by its first scoring value, in which the worst values together reach the limit.

    Points count over the baseline (DOMAIN D.0): where one was carried from before the illness, its points are the patient's own; where not,
    0 is assumed and said.  `before`: the last window that opened earlier.
    """
    until = before.place + DAY if before else None
    near = (chart.found.between(one, since if until is None else max(since, until), LAST) for one in each)
    told = sorted(chain.from_iterable(near), key=lambda one: (one.at, one.organ))
    if _most(told) < at_least:
        return
    for index, (start, *_) in enumerate(told):
        if until is not None and start <= until:
            continue
        worst: dict[str, Scored] = {}
        for place in range(index, len(told)):
            if (one := told[place]).at - start > DAY:
                break
            chart.found.look(1)
            if one.organ not in worst or one.points > worst[one.organ].points:
                worst[one.organ] = one
        if sum(one.points for one in worst.values()) >= at_least:
            until = start + DAY
            yield Sign(start, tuple(cited for one in worst.values() for cited in _cited(chart, one)))


def _most(told: list[Scored]) -> int:
    """What the worst values score together, however far apart they are."""
    worst: dict[str, int] = {}
    for one in told:
        worst[one.organ] = max(one.points, worst.get(one.organ, 0))
    return sum(worst.values())


def _cited(chart: Chart, one: Scored) -> tuple[Cited, ...]:
    if one.kind in (PRESSOR, "pao2"):
        return (Cited(one.kind, one.told),)
    if known := usable(one.kind, chart):
        return Cited(one.kind, known, known.as_label), Cited(one.kind, one.told)
    return (Cited(one.kind, one.told, "baseline not known"),)


def explained(chart: Chart, chronic: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The analytes for which one of the concepts that explain them is documented: the points are old and score nothing."""
    return frozenset(analyte for analyte, told in chronic.items() if any(m.affirmed for concept in told for m in chart.mentions(concept)))
