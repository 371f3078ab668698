"""What numbers and counts around a mention say of it, where its code asks for them: ribs, minutes unconscious, burnt surface."""

from collections.abc import Callable, Mapping
from typing import Final

from opencdi.nlp.burnt import burnt
from opencdi.nlp.ribs import broken_ribs
from opencdi.nlp.unconscious import unconscious

_READERS: Final[dict[str, Callable[[str, int, int, Mapping[str, str]], dict[str, str]]]] = {
    "burn": burnt,
    "fracture": broken_ribs,
    "syncope": unconscious,
    "unconsciousness": unconscious,
}
"""Concept -> what reads them."""


def numbered(concept: str, text: str, start: int, end: int, told: dict[str, str]) -> dict[str, str]:
    """The attributes of the mention at those characters, with what they add to those `told`; for most concepts nothing."""
    read = _READERS.get(concept)
    return {**told, **read(text, start, end, told)} if read else told
