"""What was done for the patient, by name: which drugs and orders belong to "iv-antibiotic", "culture", "oxygen-therapy" …

A word list (`rules/queries/treatments.yaml`), because senders name the same drug in a hundred ways and codes are often local.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import TypeAdapter

_SHAPE = TypeAdapter(dict[str, tuple[str, ...]])


class Treatments:
    """Finds the named treatments that a drug or order belongs to."""

    def __init__(self, words_by_name: Mapping[str, tuple[str, ...]]) -> None:
        """`words_by_name`: treatment -> the words, each a whole word or phrase, any of which tells it."""
        self.names = frozenset(words_by_name)
        self._pattern_by_name = {
            name: re.compile(r"(?<![a-z0-9])(?:" + "|".join(re.escape(word) for word in words) + r")(?![a-z0-9])")
            for name, words in words_by_name.items()
        }

    def of(self, text: str) -> tuple[str, ...]:
        """The treatments that this drug's or order's name belongs to."""
        told = text.lower()
        return tuple(name for name, pattern in self._pattern_by_name.items() if pattern.search(told))


@lru_cache(maxsize=8)
def load_treatments(path: Path) -> Treatments:
    """Treatments from YAML."""
    return Treatments(_SHAPE.validate_python(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)))
