"""The working DRG's relative weight over the stay as a line of steps: seen at a glance, told in the list below it (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from opencdi.events.audiences import DrgChanged

WIDTH, HEIGHT, TOP, SIDE = 360.0, 96.0, 22.0, 8.0
"""Size in CSS pixels, the room for labels above the highest step, and the margin left, right and below."""
LABEL = 30.0
"""Two labels closer than this would run into each other: the later one is left out."""


@dataclass(frozen=True, slots=True)
class Step:
    """One DRG for a time: from `x` to `end` at height `y`; `label` is empty where it would not fit."""

    x: float
    end: float
    y: float
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class DrgPlot:
    """The steps, and the path through them; a DRG without a weight is a gap."""

    steps: tuple[Step, ...]
    path: str
    low: float
    high: float


def drg_plot(history: Sequence[DrgChanged], now: datetime) -> DrgPlot | None:
    """The plot of a history (in any order) up to `now`; None below two weights, where there is nothing to see."""
    told = sorted(history, key=lambda change: change.nth)
    weights = [change.after.weight for change in told if change.after and change.after.weight is not None]
    if len(weights) < 2:
        return None
    first, last = told[0].at, max(now, told[-1].at)
    low, high = min(weights), max(weights)
    until = [change.at for change in told[1:]] + [last]

    def x(at: datetime) -> float:
        span = (last - first).total_seconds() or 1.0
        return SIDE + (WIDTH - 2 * SIDE) * (at - first).total_seconds() / span

    def y(weight: float) -> float:
        return HEIGHT - SIDE - (HEIGHT - TOP - SIDE) * (weight - low) / ((high - low) or 1.0)

    steps: list[Step] = []
    for change, end in zip(reversed(told), reversed(until), strict=True):  # from today back: today's label has its place first
        if change.after and change.after.weight is not None:
            at, free = x(change.at), all(abs(x(change.at) - step.x) >= LABEL for step in steps if step.label)
            title = f"DRG {change.after.drg}, weight {change.after.weight:.4f}"
            steps.insert(0, Step(at, x(end), y(change.after.weight), change.after.drg if free else "", title))
    return DrgPlot(tuple(steps), _path(steps), low, high)


def _path(steps: list[Step]) -> str:
    told, reached = "", -1.0
    for step in steps:
        told += f"V{step.y:.1f}" if step.x == reached else f"M{step.x:.1f} {step.y:.1f}"
        told += f"H{step.end:.1f}"
        reached = step.end
    return told
