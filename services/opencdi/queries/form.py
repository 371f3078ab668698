"""What every part of a rule file has in common."""

from pydantic import BaseModel, ConfigDict


class Form(BaseModel):
    """A part of a rule file: frozen, and no field that we do not know (a typo would silently never match)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
