"""SOFA points as far as the record can score them (Vincent 1996; Singer 2016).  Unmeasured organs score nothing: a partial score."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from opencdi.queries.chart import Chart, Point
from opencdi.queries.evidence import Cited, Sign
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


def dysfunction(chart: Chart, at_least: float, chronic: Mapping[str, tuple[str, ...]] | None = None) -> Iterator[Sign]:
    """Each day-long window, by its first scoring value, in which the worst values together reach the limit.

    Points count over the baseline (DOMAIN D.0): where one was carried from before the illness, its points are the patient's own; where not,
    0 is assumed and said.  `chronic`: analyte -> concepts; where one is documented, the analyte's points are old and score nothing.
    """
    old = {analyte for analyte, told in (chronic or {}).items() if any(m.affirmed for concept in told for m in chart.mentions(concept))}
    scored: list[tuple[datetime, str, int, tuple[Cited, ...]]] = []
    for analyte in (one for one in (*_LOW, *_HIGH) if one not in old):
        known = chart.stay.baselines.get(analyte)
        usable = known if known and known.of_before_the_illness else None
        own = points_of(analyte, usable.value) if usable else 0
        before = (Cited(analyte, usable, usable.as_label),) if usable else ()
        label = None if usable else "baseline not known"
        for point in chart.series(analyte):
            if (points := points_of(analyte, point.value) - own) > 0:
                organ = "circulation" if analyte == "map" else analyte
                scored.append((point.at.at, organ, points, (*before, Cited(analyte, point, label))))
    if "pao2" not in old:
        scored += [(p.at.at, "lungs", n, (Cited("pao2", p),)) for p in chart.series("pao2") if (n := _respiratory(chart, p))]
    scored += [(act.at.at, "circulation", 3, (Cited(PRESSOR, act),)) for act in chart.acts(PRESSOR) if act.done]
    scored.sort(key=lambda entry: (entry[0], entry[1]))
    until: datetime | None = None
    for index, (start, *_) in enumerate(scored):
        if until is not None and start <= until:
            continue
        worst: dict[str, tuple[int, tuple[Cited, ...]]] = {}
        for at, organ, points, cited in scored[index:]:
            if at - start > DAY:
                break
            if points > worst.get(organ, (0, cited))[0]:
                worst[organ] = (points, cited)
        if sum(points for points, _ in worst.values()) >= at_least:
            until = start + DAY
            yield Sign(start, tuple(one for _, cited in worst.values() for one in cited))
