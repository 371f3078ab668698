"""How firmly the record says a code, 0 to 1, and what that is made of.  Not a probability: nothing has calibrated it (DOMAIN F.16)."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from opencdi.coding.candidates import Candidate, Status

BASE: Final[Mapping[Status, float]] = {"proposed": 0.6, "uncertain": 0.35, "flagged": 0.3}
ASSESSED: Final = 0.2
EXACT: Final = 0.1
REPEATED: Final = 0.05
"""What makes a code firmer: it stands in an assessment, its words led to this very code, it is said more than once."""


def parts(one: Candidate) -> tuple[tuple[str, float], ...]:
    """What the confidence of a code adds up from, in words."""
    return _parts(one.status, one.assessed, one.specific, len(one.evidence) > 1)


def confidence(one: Candidate) -> float:
    """The sum of its parts."""
    return _sum(parts(one))


@cache
def _sum(told: tuple[tuple[str, float], ...]) -> float:
    return round(sum([value for _, value in told]), 2)


@cache
def _parts(status: Status, assessed: bool, specific: bool, repeated: bool) -> tuple[tuple[str, float], ...]:
    told = (
        (status, BASE[status], True),
        ("stands in an assessment", ASSESSED, assessed),
        ("said exactly", EXACT, specific),
        ("said more than once", REPEATED, repeated),
    )
    return tuple((name, value) for name, value, holds in told if holds)
