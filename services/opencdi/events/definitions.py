"""By what a question was judged, for CDI's half only (DOMAIN B62, F.14): the definition in force here, and each limit that was crossed."""

from datetime import date, datetime
from typing import Literal

from opencdi.events.contract import Contract
from opencdi.events.indicators import Indicator


class InForce(Contract):
    """The definition by which a rule asked at this site, and who adopted it when; nobody: it is the rule's own, as shipped."""

    definition_id: str  # "SEPSIS-SITE"
    adopted: str = ""  # where the rule offers several: "sepsis-3"
    approved_by: str | None = None
    approved_on: date | None = None
    site: str
    site_revision: int


class ConditionNoticed(Contract):
    """What a record meets whether or not anybody is asked about it: a fact for CDI, never a question (B62).

    `stands` is False where its evidence was corrected since and it is met no more.
    """

    name: str  # "sepsis-2", "hyperlactatemia"
    rule_id: str
    definition: InForce
    at: datetime  # clinical time of the first sign
    indicators: tuple[Indicator, ...]
    stands: bool = True

    @property
    def is_in_force(self) -> bool:
        """Whether it is the definition by which this site asks."""
        return self.name == self.definition.adopted


class CrossedBy(Contract):
    """A value of the record: where it stands, and the entry that told it ("" where it was told before entries were remembered)."""

    source_id: str
    entry_id: str = ""


class Crossing(Contract):
    """A limit that the record crossed, whose limit it is, and by which values: whoever has the entries can try it again.

    `how`: the rule's own word ("above", "by"), of the condition `kind` ("measurement", "change").
    """

    limit: str  # "D-11.delta"
    kind: str
    how: str
    value: float
    unit: str
    set_by: Literal["rule", "site"]
    crossed_by: tuple[CrossedBy, ...]
