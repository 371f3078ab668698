"""What a condition is coded as in pregnancy (`rules/coding/obstetrics.yaml`; I.C.15)."""

from functools import cached_property

from pydantic import BaseModel, ConfigDict

from opencdi.coding.guideline_data import Codes, Row


class InPregnancy(Row):
    """A condition and the stem of its obstetric code; `replaces`: that code says it all."""

    codes: Codes
    into: str
    replaces: bool = False


class ObstetricData(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    conditions: tuple[InPregnancy, ...]

    @cached_property
    def concepts(self) -> frozenset[str]:
        """The mentions that tell of a pregnancy: coding must be told of them."""
        return frozenset({"pregnancy", "vaginal-delivery", "cesarean-section"})
