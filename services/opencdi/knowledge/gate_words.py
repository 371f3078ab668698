"""Word lists of the compliance gate (`rules/gate/*.yaml`), tried on what a reader sees, as all of its words are."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from opencdi.knowledge.plain_text import readings
from opencdi.knowledge.tables import parsed
from opencdi.settings import rules_dir

Words = Iterable["str | Words"]
"""A list of a table may hold another list."""


def _flat(words: Words) -> tuple[str, ...]:
    return tuple(one for told in words for one in ((told,) if isinstance(told, str) else _flat(told)))


@lru_cache(maxsize=8)
def gate_table(name: str) -> Any:
    """The table of that name."""
    return parsed((rules_dir() / "gate" / f"{name}.yaml").read_bytes())


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?<![A-Za-z0-9])(?:" + "|".join(map(re.escape, words)) + r")(?![A-Za-z0-9])", re.IGNORECASE)


def said(words: Words, text: str) -> str:
    """The first of the words that the text says; "" if none."""
    told = _flat(words)
    matches = (_pattern(told).search(reading) for reading in readings(text)) if told else ()
    return next((match.group() for match in matches if match), "")


def without(words: Words, text: str) -> str:
    """The text less these words."""
    told = _flat(words)
    return _pattern(told).sub(" ", readings(text)[0]) if told else text
