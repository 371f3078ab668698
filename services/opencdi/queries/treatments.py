"""What was done for the patient, by name: which drugs and orders belong to "iv-antibiotic", "culture", "oxygen-therapy" …

A word list (`rules/queries/treatments.yaml`), because senders name the same drug in a hundred ways and codes are often local.
`not` lists the words that tell another use of it: cefazolin "for prophylaxis", tobramycin "ophthalmic"; `with` those of which one must
stand there too: furosemide "IV".
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from opencdi.knowledge.tables import parsed

OPERATION = "operation"
"""The one treatment that no order names: an operative or anesthesia note tells it, by whatever name the procedure has."""
OPERATIVE_NOTES = frozenset({"operative", "anesthesia"})


class Words(BaseModel):
    """The words of one treatment, whole words or phrases in lower case."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    words: tuple[str, ...]
    unless: tuple[str, ...] = Field(default=(), alias="not")
    beside: tuple[str, ...] = Field(default=(), alias="with")


_SHAPE = TypeAdapter(dict[str, tuple[str, ...] | Words])


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    if not words:
        return re.compile("")
    return re.compile(r"(?<![a-z0-9])(?:" + "|".join(re.escape(word) for word in words) + r")(?![a-z0-9])")


class Treatments:
    """Finds the named treatments that a drug or order belongs to."""

    def __init__(self, words_by_name: Mapping[str, tuple[str, ...] | Words]) -> None:
        """`words_by_name`: treatment -> the words, any of which tells it."""
        self.names = frozenset(words_by_name) | {OPERATION}
        told = {name: words if isinstance(words, Words) else Words(words=words) for name, words in words_by_name.items()}
        self._told_by = {name: tuple(_pattern(words) for words in (one.words, one.unless, one.beside)) for name, one in told.items()}

    def of(self, text: str) -> tuple[str, ...]:
        """The treatments that this drug's or order's name belongs to."""
        told = text.lower()
        return tuple(
            name
            for name, (is_it, is_not, beside) in self._told_by.items()
            if is_it.search(told) and not (is_not.pattern and is_not.search(told)) and beside.search(told)
        )


@lru_cache(maxsize=8)
def load_treatments(path: Path) -> Treatments:
    """Treatments from YAML."""
    return Treatments(_SHAPE.validate_python(parsed(path.read_bytes())))
