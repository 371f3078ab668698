"""How long a condition lasts that is no chronic disease: gallstones, a watched aneurysm, osteopenia (`rules/nlp/lasting.yaml`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from opencdi.knowledge.lexicon import BY_TABULAR
from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import Lexicon, term_form

Lasts = Literal["for-good", "until-treated", "as-listed"]


class WrongLasting(Exception):
    """The table cannot be used; the message names what is in two of its lists."""


@dataclass(frozen=True)
class Lasting:
    """What lasts and how, by the beginnings of its codes or by its concept, and words that tell of it (see the table)."""

    by_code: Mapping[str, Lasts]
    by_concept: Mapping[str, Lasts]
    treated: Lexicon[bool]
    operated: frozenset[str]
    of_past: frozenset[str]
    watched: frozenset[str]
    found: frozenset[str]
    passing: frozenset[str]

    def of(self, concept: str, code: str | None) -> Lasts | None:
        """How long it lasts; None of an event, of what heals and of chronic disease.  `code`: that of the longer tabular term around it."""
        if code is None and not concept.startswith(BY_TABULAR):
            return self.by_concept.get(concept)
        named = code or concept.removeprefix(BY_TABULAR)
        for length in range(len(named), 2, -1):
            if (how := self.by_code.get(named[:length])) is not None:
                return how
        return None


@lru_cache(maxsize=4)
def load_lasting(folder: Path) -> Lasting:
    """The table of that folder.  Raises: WrongLasting."""
    told = read_table(folder / "lasting.yaml")
    by_code: dict[str, Lasts] = {}
    by_concept: dict[str, Lasts] = {}
    ways: tuple[Lasts, ...] = get_args(Lasts)
    for how in ways:
        for table, names in ((by_code, told[how]["codes"]), (by_concept, told[how]["concepts"])):
            for name in names:
                if table.setdefault(name.replace(".", ""), how) != how:
                    raise WrongLasting(f"{name} is in two lists")
    treated = [(term_form(term), ends) for term, ends in (*((t, True) for t in told["treated"]), *((t, False) for t in told["untreated"]))]
    words = {name: frozenset(map(term_form, told[name])) for name in ("operated", "of_past", "watched", "found", "passing")}
    return Lasting(by_code, by_concept, Lexicon(treated), **words)
