"""What a note says of a condition, in the words of the classification, so that its code says as much and no more (B41; I.B.2, I.B.13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from opencdi.knowledge.alphabetic_index import words_in
from opencdi.knowledge.icd10cm import unspecified_leaf
from opencdi.knowledge.specificity import more_exact, supported_leaf

InWords = Mapping[str, Mapping[str, str]]
"""attribute -> value -> the words of the classification that it says, where they are not its own."""
_SPOKEN: Final = ("laterality", "site", "acuity", "severity", "stage")
"""The attributes that the tabular tells apart by their words.  A type is named by each disease in its own way: by the table's rows."""
_BY_WORDS: Final = ("form", "with")
"""A form, and what comes with it, are told apart by the words that the table gives them, where it gives any: open, with agitation."""


@dataclass(frozen=True, slots=True)
class Documented:
    """The words of one mention and of its attributes; `places`: those that say where."""

    words: frozenset[str]
    places: frozenset[str]
    side: str

    def leaf(self, stem: str) -> str | None:
        """The billable code at or below a stem, as exact as is documented; None where the classification has none that says no more."""
        code = supported_leaf(stem, self.words, self.places) or unspecified_leaf(stem, self.side)
        return code and self.exact(code)

    def exact(self, code: str) -> str:
        """The code, or its neighbour that says what it leaves open."""
        return more_exact(code, self.words, self.places)


def documented(text: str, attributes: Mapping[str, str], in_words: InWords) -> Documented:
    """What a mention says.  `text`: its own words."""
    said_so = ((name, value) for name, value in attributes.items() if name in _SPOKEN or name in _BY_WORDS)
    told = tuple((name, value) for name, value in said_so if name in _SPOKEN or value in in_words.get(name, {}))
    said = tuple(spoken(name, value, in_words) for name, value in told)
    places = next((words for (name, _), words in zip(told, said, strict=True) if name == "site"), "")
    return _documented((text, *said), places, attributes.get("laterality", ""))


def spoken(name: str, value: str, in_words: InWords) -> str:
    """What an attribute's value says in the words of the classification."""
    own = value.replace("-", " ")
    return in_words.get(name, {}).get(value, f"stage {own}" if name == "stage" else own)


@lru_cache(maxsize=20_000)
def _documented(said: tuple[str, ...], places: str, side: str) -> Documented:
    return Documented(frozenset().union(*map(words_in, said)), words_in(places), side)
