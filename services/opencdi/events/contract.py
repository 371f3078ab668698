"""What every contract model has in common: frozen, strict when written, lenient when read (STYLE §3.5)."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError


class Contract(BaseModel):
    """Base of everything on a topic.

    Writing refuses an unknown field (a typo would otherwise travel for years).  `read` ignores one, so that a room survives a
    neighbour that has learnt a new field.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def read(cls, raw: bytes | str) -> Self:
        """Decode what another room, perhaps a newer one, has written."""
        return cls.model_validate_json(raw, extra="ignore")

    def to_json(self) -> bytes:
        """One line of JSON, fields in declared order, nothing where there is nothing to say: equal facts are equal bytes."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)


def field_at_fault(error: ValidationError) -> tuple[str, str]:
    """The first field that does not keep the contract, and what is wrong with it; never its value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return ".".join(map(str, first["loc"])) or "body", first["msg"]


class Unknown(Contract):
    """A kind that this release does not know.  Its page is forwarded as the bytes it came in; nobody acts on it."""

    kind: str


def kind_of(value: Any, known: frozenset[str]) -> str:
    """The discriminator of an open union: its own kind where known, else "unknown"."""
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return kind if kind in known else "unknown"


class MadeBy(Contract):
    """Who derived this, and under which editions: without it no replay could be compared (DESIGN §3)."""

    room: str
    software: str
    rules: str | None = None
    code_set: str | None = None
    grouper: str | None = None
    model: str | None = None
