"""What a hospital's medical staff has adopted: by which definition of a condition its rules ask, with which limits (DOMAIN B62).

Each adoption is signed off: who approved it and when.  A definition is named as the rules name it (`definition_id`); all rules that ask
by it share the sign-off.  Whether the names are those of rules is `opencdi.queries.adoptions`; this is their form.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_Words = Annotated[str, Field(min_length=1, max_length=200)]


class SiteLimit(BaseModel):
    """A limit of a rule as the site sets it, and its UCUM unit ("1" where it is a ratio or a count): the rule's own unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Annotated[float, Field(allow_inf_nan=False)]
    unit: str = "1"


class Adoption(BaseModel):
    """One definition as this hospital has adopted it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    adopted: str = ""  # where rules offer several: "sepsis-3"
    thresholds: dict[str, SiteLimit] = Field(default_factory=dict)  # "D-11.delta"; what is not named stays as the rule has it
    approved_by: _Words  # of the medical staff: a committee, or a name and office
    approved_on: date
