"""Who keeps each requirement of compliant query practice: the gate, a question's life, the process or a person (DOMAIN §C).

The table is `rules/gate/requirements.yaml`.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from opencdi.knowledge.gate_words import gate_table

Keeper = Literal["gate", "life", "process", "person"]


class Requirement(BaseModel):
    """One requirement: what it asks, and who keeps it, by which check of the linter or how else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kept_by: Keeper
    asks: str = Field(min_length=1)
    check: str = ""
    how: str = ""
    permits: bool = False

    @model_validator(mode="after")
    def _kept_somehow(self) -> Self:
        gate = self.kept_by == "gate"
        if bool(self.check) is not gate or bool(self.how) is gate or (self.permits and not gate):
            raise ValueError("the gate keeps it by a check, everyone else says how")
        return self


_TABLE = TypeAdapter(dict[str, Requirement])


@lru_cache(maxsize=1)
def requirements() -> Mapping[str, Requirement]:
    """By id, in the order of DOMAIN §C."""
    return _TABLE.validate_python(gate_table("requirements")["requirements"])
