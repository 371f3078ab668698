"""How firmly the record says a code, 0 to 1, and what that is made of.  Not a probability: nothing has calibrated it (DOMAIN F.16)."""

from collections.abc import Mapping
from typing import Final

from opencdi.coding.candidates import Candidate, Status

BASE: Final[Mapping[Status, float]] = {"proposed": 0.6, "uncertain": 0.35, "flagged": 0.3}
ASSESSED: Final = 0.2
EXACT: Final = 0.1
REPEATED: Final = 0.05
"""What makes a code firmer: it stands in an assessment, its words led to this very code, it is said more than once."""


def parts(one: Candidate) -> tuple[tuple[str, float], ...]:
    """What the confidence of a code adds up from, in words."""
    told = (
        (one.status, BASE[one.status], True),
        ("stands in an assessment", ASSESSED, one.assessed),
        ("said exactly", EXACT, one.specific),
        ("said more than once", REPEATED, len(one.evidence) > 1),
    )
    return tuple((name, value) for name, value, holds in told if holds)


def confidence(one: Candidate) -> float:
    """The sum of its parts."""
    return round(sum(value for _, value in parts(one)), 2)
