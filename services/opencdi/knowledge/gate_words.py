"""Word lists of the compliance gate (`rules/gate/*.yaml`), as patterns to be found on what a reader sees."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from opencdi.knowledge.plain_text import plain
from opencdi.knowledge.tables import parsed
from opencdi.settings import rules_dir


@lru_cache(maxsize=8)
def gate_table(name: str) -> Any:
    """The table of that name; each list of words in it is a pattern that finds any of them."""
    return _read(parsed((rules_dir() / "gate" / f"{name}.yaml").read_bytes()))


def _read(told: Any) -> Any:
    match told:
        case dict():
            return {name: _read(value) for name, value in told.items()}
        case list():
            words = "|".join(re.escape(word) for word in _flat(told))
            return re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])" if words else "(?!)", re.IGNORECASE)
        case _:
            return told


def _flat(words: list[Any]) -> Iterator[str]:
    for one in words:  # a list may hold another one by its anchor
        if isinstance(one, list):
            yield from _flat(one)
        else:
            yield one


@lru_cache(maxsize=4096)
def without(words: re.Pattern[str], text: str) -> str:
    """The text less these words."""
    return words.sub(" ", plain(text))
