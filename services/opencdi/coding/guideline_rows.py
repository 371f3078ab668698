"""Rows of the guideline lists, and how a claim finds those of them that concern it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from opencdi.coding.drug_codes import How

Codes = tuple[str, ...]
"""Prefixes of un-dotted codes."""
_CATEGORY = 3


@lru_cache(maxsize=5_000)
def categories_of(prefixes: Codes) -> frozenset[str] | None:
    """The three-character categories of these prefixes; None where one is shorter and is of many."""
    return frozenset(prefix[:_CATEGORY] for prefix in prefixes) if all(len(prefix) >= _CATEGORY for prefix in prefixes) else None


class Row(BaseModel):
    """What every row has: `cite` the section of the guidelines, `words` why, for a coder."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    cite: str
    words: str

    @property
    def reason(self) -> str:
        """As the coder reads it."""
        return f"{self.cite}: {self.words}"


class First(Row):
    """Sequenced first where present on admission; `beside`: only beside one of these; `how`: only drugs' codes that say one of these.

    `unless`: not where the patient came for one of these, and not for it.
    """

    codes: Codes
    how: tuple[How, ...] = ()
    beside: Codes = Field(default=(), alias="with")
    unless: Codes = ()


class Behind(Row):
    """Never first beside one of `after` that was not acquired here."""

    codes: Codes
    after: Codes


class SeldomFirst(Row):
    """First only where it answers the reason for the admission; `before_symptoms`: or where else there are only symptoms."""

    codes: Codes
    before_symptoms: bool


class SaidBy(Row):
    """Codes that leave the claim where one of `into` is on it."""

    codes: Codes
    into: Codes


class OneOf(Row):
    """Degrees of one disease, the highest first.

    `always`: degrees that outweigh whatever was documented later; `vague`: no degrees at all, which yield to any.
    """

    codes: Codes
    which: Literal["latest", "highest"]
    always: Codes = ()
    vague: Codes = ("-",)


class Combined(Row):
    """One code of each group makes `into`.

    `link`: "presumed" unless the provider names another cause (I.A.15), "documented" only where he links them; "" where nothing is linked.
    `effect`: the group of what comes of the others: only its cause unlinks them, theirs is another matter ("ESRD due to hypertension").
    """

    of: tuple[Codes, ...]
    into: str
    replaces: Codes
    link: Literal["", "presumed", "documented"] = ""
    effect: int | None = None


class OfCodes(Protocol):
    """A row of a list that is for certain codes."""

    @property
    def codes(self) -> Codes:
        """As prefixes."""


Coded = TypeVar("Coded", bound=OfCodes)
Asking = TypeVar("Asking")
RowsOf = Callable[[str], tuple[tuple[int, Coded], ...]]
"""code -> the rows that it is under, each with its place in the list."""
RowsFor = Callable[[frozenset[str]], tuple[tuple[int, Asking], ...]]
"""categories on a claim -> the rows that may have something to say of it, each with its place in the list."""


def rows_of(rows: tuple[Coded, ...]) -> RowsOf[Coded]:
    """Remembered: which rows a code is under is asked of every code of a claim at each event, and is always the same."""
    return lru_cache(maxsize=20_000)(lambda code: tuple((nth, row) for nth, row in enumerate(rows) if code.startswith(row.codes)))


def rows_for(rows: tuple[Asking, ...], groups: Callable[[Asking], tuple[Codes, ...]]) -> RowsFor[Asking]:
    """Rows that ask for a code of each of these groups; remembered, for there are hundreds, and a claim's categories seldom change."""
    asked = [(nth, row, [near for codes in groups(row) if (near := categories_of(codes)) is not None]) for nth, row in enumerate(rows)]

    def those(categories: frozenset[str]) -> tuple[tuple[int, Asking], ...]:
        return tuple((nth, row) for nth, row, near in asked if not any(map(categories.isdisjoint, near)))

    return lru_cache(maxsize=2_000)(those)
