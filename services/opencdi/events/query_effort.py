"""Equal effort (DOMAIN Q-44): questions that may take a diagnosis away are counted beside those that may add one, month by month."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final, Literal

from opencdi.clinical.vocabulary import GapType, QueryState
from opencdi.events.query_history import Asked

Aim = Literal["validation", "opportunity", "clarification"]
AIM_BY_GAP: Final[Mapping[GapType, Aim]] = {
    "unsupported-diagnosis": "validation",
    "missing-diagnosis": "opportunity",
    "unspecific": "opportunity",
    "conflicting": "clarification",
    "present-on-admission": "clarification",
    "sequence": "clarification",
}
"""A clarification may go either way: two authors, an onset, the circumstances of admission."""
AIMS: Final[tuple[Aim, ...]] = ("validation", "opportunity", "clarification")
COUNTED: Final[Mapping[QueryState, str]] = {
    "draft": "produced", "dismissed": "dismissed", "approved": "approved", "sent": "sent", "answered": "answered",
}  # fmt: skip
"""What is counted, each in its own month.  Produced: it stood on the specialist's list, or was written by a person."""


@dataclass(frozen=True, slots=True)
class Effort:
    """The questions of one aim in one month: by what became of them then, and the produced ones by their kind of gap."""

    month: date
    aim: Aim
    counts: Mapping[str, int]
    by_gap: Mapping[GapType, int]


def efforts(asked: Iterable[Asked], zone: tzinfo) -> list[Effort]:
    """All three aims of every month in which there was any question: none is left out because it is 0."""
    counts: Counter[tuple[date, Aim, str]] = Counter()
    gaps: Counter[tuple[date, GapType]] = Counter()
    for one in asked:
        for state, name in COUNTED.items():
            if (month := one.month(state, zone)) is not None:
                counts[month, AIM_BY_GAP[one.gap_type], name] += 1
        if (month := one.month("draft", zone)) is not None:
            gaps[month, one.gap_type] += 1
    return [
        Effort(
            month,
            aim,
            {name: counts[month, aim, name] for name in COUNTED.values()},
            {gap: gaps[month, gap] for gap, aims_at in AIM_BY_GAP.items() if aims_at == aim},
        )
        for month in sorted({month for month, _, _ in counts})
        for aim in AIMS
    ]
