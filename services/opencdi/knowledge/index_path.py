"""From a documented condition's words down the Alphabetic Index to a code, as a coder goes: main term, modifiers, "see", "see also".

A term is passed only where all its words are documented: nothing is assumed, so a word of evidence that is taken away leads to a less
specific code or to none.  Nonessential modifiers may be documented or not (Guidelines I.A.7).  The code is then verified in the tabular
(I.B.1): that is the caller's work (`icd10cm.unspecified_leaf`, `icd10cm.valid_on`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from opencdi.knowledge.alphabetic_index import COLUMNS, CONNECTING, AlphabeticIndex, forms_of, words_in
from opencdi.knowledge.words import term_form

_MOST_SENDS: Final = 6
"""How often one is sent on before nobody is found: "see" may lead round in a circle."""
_NOWHERE: Final = re.compile(r"condition|categor|subcategor|^code ", re.IGNORECASE)
_BY: Final = re.compile(r",? by (?:site|type|cause)\b", re.IGNORECASE)
_SECONDARY: Final = 1
_BEHAVIOR: Final = {
    "secondary": 1, "metastatic": 1, "metastasis": 1, "situ": 2, "benign": 3, "uncertain": 4, "malignant": 0, "carcinoma": 0, "cancer": 0,
}  # fmt: skip
"""The column of the table of neoplasms that a word asks for; without one, the behavior is unspecified."""


@dataclass(frozen=True, slots=True)
class IndexPath:
    """How a code was found.  `steps`: what was looked up, as it is printed; `code`: un-dotted, a stem where more characters follow."""

    steps: tuple[str, ...]
    code: str
    used: frozenset[str]
    left: frozenset[str]
    """Documented words that no term on the way asks for."""


@dataclass(frozen=True, slots=True)
class _Way:
    """What is on the way: `brought` are words that a "see" brought along, which count as documented."""

    documented: frozenset[str]
    steps: tuple[str, ...]
    asked: frozenset[str]
    """Documented words that a term on the way asked for."""
    optional: frozenset[str] = frozenset()
    """Documented words that are its nonessential modifiers."""
    brought: frozenset[str] = frozenset()
    owed: frozenset[str] = frozenset()
    """Of what was brought last, the words that no term has asked for yet."""
    met: frozenset[str] = frozenset()
    """Documented words that a term asked for since it was last sent on: the more, the deeper it stands there."""
    sends: int = 0
    also: int = 0
    """How often it was a "see also", which need not be followed where the term itself has the code (I.A.16)."""

    @property
    def known(self) -> frozenset[str]:
        return self.documented | self.brought

    def past(self, words: frozenset[str]) -> "_Way":
        """Behind a term that has a place for these words."""
        said = words & self.documented
        return replace(self, asked=self.asked | said, met=self.met | said, owed=self.owed - words) if words else self

    @property
    def used(self) -> frozenset[str]:
        return self.asked | self.optional


def find(index: AlphabeticIndex, phrase: str, also: Iterable[str] = ()) -> IndexPath | None:
    """The way to the code that explains most of a phrase; None where no main term or no code is found.

    Looked up is the head of the phrase ("lung abscess with empyema": abscess), and where that leads nowhere its other words.
    `also`: what is documented elsewhere about the same condition (its acuity, type, organism), which need not be explained.
    """
    said = words_in(phrase)
    documented = said.union(*map(words_in, also))
    for mains in _mains(index, phrase):
        been: set[tuple[int, frozenset[str]]] = set()
        starts = [(main, words | beside) for main, words in mains if (beside := index.term(main).inverted) <= documented]
        ways = [found for main, words in starts for found in _down(index, main, _Way(documented, (), words & documented), been)]
        if ways:
            code, best = max(ways, key=lambda found: _rank(found[1]))
            return IndexPath(best.steps, code, best.used, said - best.used)
    return None


def _rank(way: _Way) -> tuple[int, ...]:
    """The more documented words it explains, and asks for, the better; then without a "see also" (I.A.16); then the more
    exactly it is where it was sent; then the deeper; then the shorter."""
    return len(way.used), len(way.asked), -way.also, -len(way.owed), len(way.met), -len(way.steps)


def _mains(index: AlphabeticIndex, phrase: str) -> Iterator[list[tuple[int, frozenset[str]]]]:
    """The main terms that a phrase names, with the words that name them: those of its head first, then of its other words."""
    words = term_form(phrase).split(" ")
    head = next((at for at, word in enumerate(words) if at and word in CONNECTING), len(words))
    for last in (*range(head, 0, -1), *range(len(words), head, -1)):
        for first in range(last):
            if mains := index.main_terms(" ".join(words[first:last])):
                yield [(main, words_in(" ".join(words[first:last]))) for main in mains]
                break


def _down(index: AlphabeticIndex, nth: int, way: _Way, been: set[tuple[int, frozenset[str]]]) -> Iterator[tuple[str, _Way]]:
    """All codes that can be reached from a term with what is documented.  `been`: where one has been already, with what was brought.

    The first way to a term counts: else "see" and "see also" would lead the same rounds again and again.
    """
    if (nth, way.brought) in been:
        return
    been.add((nth, way.brought))
    term = index.term(nth)
    title = f"{term.title} ({', '.join(term.optional)})" if term.optional else term.title
    optional, owed = way.optional | (term.modifiers & way.documented), way.owed - term.modifiers
    here = replace(way, steps=(*way.steps, title), optional=optional, owed=owed)
    if code := _of_columns(term.codes, here):
        yield code, here
    for below, words in term.passed(here.known):
        yield from _down(index, below, here.past(words), been)
    if here.sends < _MOST_SENDS:
        for to in term.see:
            yield from _sent(index, f"see {to}", to, here, been)
        for to in term.see_also if not here.documented <= here.used else ():
            yield from _sent(index, f"see also {to}", to, replace(here, also=here.also + 1), been)


def _sent(index: AlphabeticIndex, step: str, to: str, way: _Way, been: set[tuple[int, frozenset[str]]]) -> Iterator[tuple[str, _Way]]:
    """On from where a "see" sends to: "Failure, heart" brings "heart" along, which need not be documented again."""
    to = _BY.sub("", to)
    if _NOWHERE.search(to):
        return
    name, _, rest = to.partition(",")
    brought = words_in(rest)
    on = replace(way, steps=(*way.steps, step), brought=way.brought | brought, owed=brought, sends=way.sends + 1, met=frozenset())
    for main in dict.fromkeys(main for form in forms_of(name) for main in index.main_terms(form)):
        if (inverted := index.term(main).inverted) <= on.known:
            yield from _down(index, main, on.past(inverted), been)


def _of_columns(codes: tuple[str, ...], way: _Way) -> str:
    """The one code of a term, or that of the column of the table of neoplasms which the documented words ask for."""
    if len(codes) == len(COLUMNS):
        asked = {_BEHAVIOR[word] for word in way.known if word in _BEHAVIOR}
        return codes[_SECONDARY if _SECONDARY in asked else min(asked, default=len(COLUMNS) - 1)]
    return codes[0] if codes else ""
