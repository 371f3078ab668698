"""Why a question moved or reads otherwise: a cause of the closed list, and a detail that never carries a patient's words (DOMAIN B64)."""

from typing import Annotated, Any, cast, get_args

from pydantic import Field, model_validator

from opencdi.clinical.vocabulary import QueryCause
from opencdi.events.contract import Contract

CAUSES: frozenset[str] = frozenset(get_args(QueryCause))
Detail = Annotated[str, Field(max_length=80, pattern=r"^[\w .,:/%+-]*$")]
"""One or two words of ours: a rule's id, an option's, the name of what suppresses, hours of a ladder."""


def cause_of(told: str) -> tuple[QueryCause, str]:
    """A reason as one text, "SUPPRESSED dialysis", as cause and detail; raises `ValueError` for a cause that is in no list."""
    cause, _, detail = told.partition(" ")
    cause = {"CLASS": "CLASS_CHANGED"}.get(cause, cause)
    if cause not in CAUSES:
        raise ValueError("a cause that is not in the list")
    return cast(QueryCause, cause), detail


class Caused(Contract):
    """What has a cause.  Pages of before the list had both in one text, and are read as that."""

    cause: QueryCause
    detail: Detail = ""

    @model_validator(mode="before")
    @classmethod
    def _in_one_text(cls, told: Any) -> Any:
        if isinstance(told, dict) and "detail" not in told and " " in str(told.get("cause", "")):
            cause, detail = cause_of(told["cause"])
            return {**told, "cause": cause, "detail": detail}
        return told

    @property
    def because(self) -> str:
        """Both in one text."""
        return f"{self.cause} {self.detail}".strip()
