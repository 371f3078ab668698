"""How often a hospital lets questions interrupt a physician (DOMAIN B68, E.6): a budget, quiet hours, and what waits to go together.

The likelihood that a reminder is accepted falls by 30 % with each further one (BMC MIDM 2017): fewer, together, and not at night.
"""

from datetime import time
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class DeliveryPolicy(BaseModel):
    """What the outbound ledger keeps for each physician.  Hours are by the hospital's clock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    times_a_day: int = Field(
        default=1, ge=1
    )  # so often is a physician asked about one patient in a day, however many questions go together
    open_at_most: int = Field(default=6, ge=1)  # questions that one physician has and has not answered
    bundle_minutes: int = Field(default=60, ge=0)  # so long the first question on a patient waits for others
    quiet_from: time | None = None
    quiet_until: time | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_until is None) or (self.quiet_from is not None and self.quiet_from == self.quiet_until):
            raise ValueError("quiet hours have a beginning and another end")
        return self
