"""Results by analyte: the latest value, and its course as a small line (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from opencdi.clinical.paper import baseline_on_paper, value_on_paper
from opencdi.clinical.time import ClinicalTime
from opencdi.events.baselines import BaselineCarried
from opencdi.events.facts import MeasurementResulted
from opencdi.store.encounters import Item
from opencdi.workbench.on_paper import analyte_name, name_of_analyte

WIDTH, HEIGHT, EDGE = 132.0, 30.0, 3.0
"""Size of the line in CSS pixels, and the margin that keeps its end points whole."""


@dataclass(frozen=True, slots=True)
class ResultShown:
    """One result with what it replaced."""

    fact: MeasurementResulted
    known_at: datetime
    replaced: tuple[MeasurementResulted, ...]

    @property
    def usable(self) -> bool:
        """Whether this value may be compared with others: neither withdrawn nor quarantined."""
        return self.fact.status != "withdrawn" and self.fact.problem is None


@dataclass(frozen=True, slots=True)
class Trend:
    """One analyte's results, latest first, and the points of its line ("x,y x,y"), empty below two usable values."""

    name: str
    results: tuple[ResultShown, ...]
    line: str
    last_point: tuple[float, float] | None
    low: float | None
    high: float | None

    @property
    def latest(self) -> ResultShown:
        """The latest usable result, or the latest if none is."""
        return next((result for result in self.results if result.usable), self.results[0])


def trends(items: Iterable[Item]) -> list[Trend]:
    """Each analyte's course, by name."""
    by_name: dict[str, list[ResultShown]] = {}
    for item in items:
        if isinstance(item.fact, MeasurementResulted):
            name = analyte_name(item.fact)
            replaced = tuple(before for _, before in item.earlier if isinstance(before, MeasurementResulted))
            by_name.setdefault(name, []).append(ResultShown(item.fact, item.known_at, replaced))
    return [_trend(name, found) for name, found in sorted(by_name.items(), key=lambda one: one[0].lower())]


@dataclass(frozen=True, slots=True)
class BaselineShown:
    """What was before the stay: the value, when it was taken, and what it is."""

    name: str
    value: str
    taken_at: ClinicalTime | None
    told: str
    encounter_id: str | None


def baselines(items: Iterable[Item]) -> list[BaselineShown]:
    """The values carried from earlier encounters, by name (DOMAIN B63)."""
    standing = [item.fact for item in items if isinstance(item.fact, BaselineCarried)]
    shown = [
        BaselineShown(
            name_of_analyte(fact.analyte),
            value_on_paper(fact.value, fact.unit, analyte=fact.analyte),
            fact.taken_at,
            baseline_on_paper(fact.basis, fact.days_before or 0),
            fact.from_encounter_id,
        )
        for fact in standing
        if fact.value is not None and fact.basis is not None
    ]
    return sorted(shown, key=lambda one: one.name.lower())


def _trend(name: str, found: list[ResultShown]) -> Trend:
    found.sort(key=lambda result: result.fact.taken_at.at)
    points = [(result.fact.taken_at.at, result.fact.value) for result in found if result.usable and result.fact.value is not None]
    drawn = _points(points)
    values = [value for _, value in points]
    return Trend(
        name=name,
        results=tuple(reversed(found)),
        line=" ".join(f"{x:.1f},{y:.1f}" for x, y in drawn),
        last_point=drawn[-1] if drawn else None,
        low=min(values, default=None),
        high=max(values, default=None),
    )


def _points(values: list[tuple[datetime, float]]) -> list[tuple[float, float]]:
    if len(values) < 2:
        return []
    first, last = values[0][0], values[-1][0]
    low, high = min(value for _, value in values), max(value for _, value in values)
    across, up = (last - first).total_seconds() or 1.0, (high - low) or 1.0
    return [
        (EDGE + (WIDTH - 2 * EDGE) * (at - first).total_seconds() / across, HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - low) / up)
        for at, value in values
    ]
