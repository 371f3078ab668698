"""Names that hold the name of a condition and mean none: "Glasgow coma scale", "stroke unit", "Dr. Burns" (`rules/nlp/none_meant.yaml`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from opencdi.knowledge.concepts import Concept
from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import term_form

NONE = Concept("", "finding", chronic=False, generic=False, terms={})
"""What such a name means."""


@dataclass(frozen=True)
class NoneMeant:
    """`names`: as the lexicon keys them; `heads`: words behind a name that make it another's, `about` behind a condition's, `services`
    behind an operation's.

    `titles`: words before a person's name.
    """

    names: tuple[str, ...]
    heads: frozenset[str]
    about: frozenset[str]
    services: frozenset[str]
    titles: frozenset[str]

    def terms(self) -> Iterator[tuple[str, Concept, Mapping[str, str]]]:
        """The names as terms of a lexicon that mean nothing."""
        return ((name, NONE, {}) for name in self.names)


@lru_cache(maxsize=4)
def load_none_meant(folder: Path) -> NoneMeant:
    """The table of that folder."""
    told = read_table(folder / "none_meant.yaml")
    names = tuple(term_form(pattern.format(word)) for word, patterns in told["patterns"].items() for pattern in patterns)
    heads, about, services = (frozenset(map(term_form, told[name])) for name in ("heads", "about", "services"))
    return NoneMeant(names, heads, about, services, frozenset(told["titles"]))
