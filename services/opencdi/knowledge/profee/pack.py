"""What a pack of professional-fee edits is: it names its edition and source, and says what is wrong with a day's services.

The coding room never sees one: a physician's own bill is another claim than the hospital's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, Protocol

SCOPE: Final = "professional fee, outside inpatient coding"
Rule = Literal["pair", "units", "coverage", "modifier", "unknown-code", "not-covered-by-edition"]


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One line of a professional claim, all lines by one practitioner for one patient.  `diagnoses`: those that the line points to."""

    code: str
    day: date
    modifiers: tuple[str, ...] = ()
    units: int = 1
    diagnoses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, in words, and with which lines (from 1)."""

    rule: Rule
    lines: tuple[int, ...]
    says: str


class WrongPack(ValueError):
    """The pack cannot be used; says the file, the row and the field."""


class ProFeePack(Protocol):
    """What a site, a payer or another vendor plugs in."""

    @property
    def edition(self) -> str:
        """Which quarter of whose edits."""

    @property
    def source(self) -> str:
        """Where they come from."""

    def check(self, lines: Sequence[ServiceLine]) -> tuple[Finding, ...]:
        """All that is wrong with these lines; none where nothing is."""
