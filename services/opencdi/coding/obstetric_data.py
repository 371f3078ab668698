"""What a condition is coded as in pregnancy, childbirth and the puerperium (`rules/coding/obstetrics.yaml`; I.C.15)."""

from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

from opencdi.coding.guideline_rows import Codes, Row

When = Literal["", "before", "after", "delivered", "undelivered"]


class InPregnancy(Row):
    """A condition and the stem of its obstetric code; `replaces`: that code says it all.

    `when`: only so far as it began before the birth or after it, or where she delivers in this stay.

    `from_weeks`, `below_weeks`: of gestation; `unless`: not beside one of these.
    """

    codes: Codes
    into: str
    replaces: bool = False
    when: When = ""
    from_weeks: int = 0
    below_weeks: int = 99
    unless: Codes = ("-",)


class ToldBy(Row):
    """A code that another mention of the record makes more exact: gestational diabetes by what it is treated with."""

    codes: Codes
    mentions: frozenset[str]
    into: str


class Scar(Row):
    """A scar by an attribute of the operation: of an earlier one (`past`), or of the delivery of this stay."""

    attribute: tuple[str, str]
    past: bool
    code: str


class Elsewhere(Row):
    """Codes that have no place on this record; `when`: only then."""

    codes: Codes
    when: When = ""


class ObstetricData(BaseModel):
    """The whole file.  `after_birth`: what begins with the labor or behind it; `no_weeks`: of a pregnancy that is over, which has none."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    conditions: tuple[InPregnancy, ...]
    told_by: tuple[ToldBy, ...]
    scars: tuple[Scar, ...]
    elsewhere: tuple[Elsewhere, ...]
    after_birth: Codes
    no_weeks: Codes

    @cached_property
    def concepts(self) -> frozenset[str]:
        """The mentions that tell of a pregnancy and a birth: coding must be told of them, whoever the reader takes to be their subject."""
        own = {"pregnancy", "postpartum", "vaginal-delivery", "cesarean-section", "live-birth", "apgar", "twins"}
        own |= {"born-elsewhere", "transferred-in", "tubal-ligation", "oophorectomy"}
        return frozenset(own.union(*(row.mentions for row in self.told_by)))
