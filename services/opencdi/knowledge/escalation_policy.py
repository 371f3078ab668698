"""Who hears, and when, that nobody has answered a question (DOMAIN Q-54, B73): the physician again, and then those above, rung by rung.

A hospital's own policy, sooner for what is clinically more severe, and at an end before the bill drops.  Without one the reminders of the
site data hold for all questions alike.
"""

from itertools import pairwise
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

EscalatedTo = Literal["physician", "physician-advisor", "department-chair", "administration"]
"""From the one who was asked upwards."""
_RANK = {role: rank for rank, role in enumerate(get_args(EscalatedTo))}
SEVERITIES = (1, 2, 3)


class Rung(BaseModel):
    """One step: so many hours after the question reached its physician, this role hears of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after_hours: Annotated[int, Field(ge=0)]
    to: EscalatedTo


class EscalationPolicy(BaseModel):
    """A hospital's ladders.  `by_severity`: for each clinical severity of a rule (3 the gravest) its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by_severity: dict[Annotated[int, Field(ge=SEVERITIES[0], le=SEVERITIES[-1])], Annotated[tuple[Rung, ...], Field(min_length=1)]]
    before_bill_drop_hours: Annotated[int, Field(ge=1)] = 24  # so long before the bill drops the last rung is told at the latest

    @model_validator(mode="after")
    def _goes_up(self) -> Self:
        if missing := set(SEVERITIES) - set(self.by_severity):
            raise ValueError(f"no ladder for severity {min(missing)}")
        for severity, rungs in self.by_severity.items():
            for lower, higher in pairwise(rungs):
                if higher.after_hours <= lower.after_hours or _RANK[higher.to] < _RANK[lower.to]:
                    raise ValueError(f"the ladder for severity {severity} goes up: later, and to the same role or one above")
        for mild, grave in pairwise(SEVERITIES):
            reached = _first_told(self.by_severity[grave])
            for role, hours in _first_told(self.by_severity[mild]).items():
                if reached.get(role, hours) > hours:
                    raise ValueError(f"the {role} hears later of severity {grave} than of severity {mild}")
        return self


def _first_told(rungs: tuple[Rung, ...]) -> dict[EscalatedTo, int]:
    return {rung.to: rung.after_hours for rung in reversed(rungs)}
