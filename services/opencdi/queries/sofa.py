"""SOFA points as far as the record can score them (Vincent 1996; Singer 2016).  Unmeasured organs score nothing: a partial score."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from opencdi.queries.chart import Act, Chart, Earlier, Point
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.found import FIRST, LAST, Placed
from opencdi.queries.measurements import oxygen_at

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


def points_of(analyte: str, value: float) -> int:
    """The organ's points for one value."""
    if analyte in _LOW:
        return next((points for limit, points in _LOW[analyte] if value < limit), 0)
    return next((points for limit, points in _HIGH[analyte] if value >= limit), 0)


def _respiratory(chart: Chart, point: Point) -> int:
    fraction, _ = oxygen_at(chart, point, same_draw=True)
    ratio = point.value / fraction if fraction else 999.0
    return 2 if ratio < 300 else 1 if ratio < 400 else 0  # 3 and 4 need a ventilator, which is not charted as a value


class _Scored(NamedTuple):
    at: datetime
    organ: str
    points: int
    kind: str
    told: Point | Act


def dysfunction(
    chart: Chart, at_least: float, old: frozenset[str] = frozenset(), since: datetime = FIRST, before: Placed | None = None
) -> Iterator[Sign]:
    """Each day-long window from then on, by its first scoring value, in which the worst values together reach the limit.

    Points count over the baseline (DOMAIN D.0): where one was carried from before the illness, its points are the patient's own; where not,
    0 is assumed and said.  `old`: analytes whose points are explained by an old disease and score nothing.  `before`: the last window
    that opened earlier.
    """
    scored = sorted(_scored(chart, old, since), key=lambda one: (one.at, one.organ))
    if _most(scored) < at_least:
        return
    until = before.place + DAY if before else None
    for index, (start, *_) in enumerate(scored):
        if until is not None and start <= until:
            continue
        worst: dict[str, _Scored] = {}
        for place in range(index, len(scored)):
            if (one := scored[place]).at - start > DAY:
                break
            chart.found.look(1)
            if one.organ not in worst or one.points > worst[one.organ].points:
                worst[one.organ] = one
        if sum(one.points for one in worst.values()) >= at_least:
            until = start + DAY
            yield Sign(start, tuple(cited for one in worst.values() for cited in _cited(chart, one)))


def _most(scored: list[_Scored]) -> int:
    """What the worst values score together, however far apart they are."""
    worst: dict[str, int] = {}
    for one in scored:
        worst[one.organ] = max(one.points, worst.get(one.organ, 0))
    return sum(worst.values())


def _scored(chart: Chart, old: frozenset[str], since: datetime) -> Iterator[_Scored]:
    for analyte in (one for one in (*_LOW, *_HIGH) if one not in old):
        own = points_of(analyte, usable.value) if (usable := _usable(chart, analyte)) else 0
        organ = "circulation" if analyte == "map" else analyte
        for point in chart.between(analyte, since, LAST):
            if (points := points_of(analyte, point.value) - own) > 0:
                yield _Scored(point.at.at, organ, points, analyte, point)
    if "pao2" not in old:
        for point in chart.between("pao2", since, LAST):
            if points := _respiratory(chart, point):
                yield _Scored(point.at.at, "lungs", points, "pao2", point)
    for act in chart.found.between(chart.acts(PRESSOR), since, LAST):
        if act.done:
            yield _Scored(act.at.at, "circulation", 3, PRESSOR, act)


def _usable(chart: Chart, analyte: str) -> Earlier | None:
    known = chart.stay.baselines.get(analyte)
    return known if known and known.of_before_the_illness else None


def _cited(chart: Chart, one: _Scored) -> tuple[Cited, ...]:
    if one.kind in (PRESSOR, "pao2"):
        return (Cited(one.kind, one.told),)
    if usable := _usable(chart, one.kind):
        return Cited(one.kind, usable, usable.as_label), Cited(one.kind, one.told)
    return (Cited(one.kind, one.told, "baseline not known"),)


def explained(chart: Chart, chronic: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The analytes for which one of the concepts that explain them is documented: the points are old and score nothing."""
    return frozenset(analyte for analyte, told in chronic.items() if any(m.affirmed for concept in told for m in chart.mentions(concept)))
