"""The seam for a severity grouper of a site's own, such as the licensed 3M APR-DRG: its interface, and none of its logic (DOMAIN B56)."""

from dataclasses import dataclass
from typing import Literal, Protocol

from opencdi.knowledge.grouper import GrouperClaim

Subclass = Literal[1, 2, 3, 4]
"""Minor, moderate, major, extreme."""


@dataclass(frozen=True, slots=True)
class SeverityGrouping:
    """Its answer: the base DRG, severity of illness, risk of mortality, and which grouper and edition said so."""

    drg: str
    severity: Subclass
    mortality: Subclass
    grouper: str


class SeverityGrouper(Protocol):
    """What a site plugs in: the same claim that the MS-DRG grouper is given, regrouped as often as a code is looked at."""

    def grouped(self, claim: GrouperClaim) -> SeverityGrouping | None:
        """Its answer; None where it has none for this claim.  Pure: the same claim has the same answer."""
        ...
