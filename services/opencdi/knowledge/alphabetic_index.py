"""The Alphabetic Index of ICD-10-CM, with its tables of neoplasms and drugs and the index of external causes: how coders find a code.

The NCHS publishes them as XML each year.  Nothing of them is shipped: a site loads its own once (`opencdi codes load`), and they are kept
as one file (`index_file`).  A term stands under its main term ("Failure" > "heart" > "systolic"); words in brackets behind it are
nonessential modifiers, whose presence or absence changes nothing (Guidelines I.A.7); "see" sends to another term, "see also" where the
first has no word for what is documented (I.A.16).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, get_args

from opencdi.knowledge.lexicon import ADJECTIVES
from opencdi.knowledge.words import term_form

Part = Literal["index", "neoplasms", "drugs", "external-causes"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
COLUMNS: Final = ("malignant primary", "malignant secondary", "in situ", "benign", "uncertain behavior", "unspecified behavior")
"""Of the table of neoplasms, in its order."""
Row = list[Any]
"""A term as it is printed: parent (-1: a main term), title, nonessential modifiers, codes, see, see also."""
Below = Mapping[str, Sequence[tuple[int, int, Sequence[str]]]]
"""The terms right below one, each of their forms under one of its words: word -> (number, which form, all words of the form); under ""
those that only connect ("with"), for which nothing need be documented."""
_SAME_WORD: Final = 3
"""Letters in which the forms of one word agree: "Abdomen, abdominal"."""
CONNECTING: Final = frozenset(
    {"with", "due", "to", "in", "of", "by", "and", "or", "the", "a", "an", "on", "at", "for", "from", "following", "as"}
)
"""Words of an index term that say how its other words belong to it."""
NOUNS: Final[Mapping[str, str]] = {
    **{term_form(adjective): term_form(noun) for noun, adjective in ADJECTIVES.items()}, "sacral": "sacrum", "coccygeal": "coccyx",
    "tubal": "tube", "tracheobronchial": "trachea",
}  # fmt: skip
"""A doctor's adjective for an organ, to its noun: the index has now the one and now the other."""
_WITHOUT: Final = "without"
_ENDS_LACK: Final = frozenset({"with", "due", ",", ";"})
_NEVER_SAID: Final = CONNECTING | {"nec", "nos", "no", "region", "area", ""}
"""What nobody need document: those, the index's own "NEC" and "NOS", and that a place is a region."""
_A_BONE: Final = re.compile(r"^((?:meta)?(?:carp|tars)al) bone")
"""Says what it is without "bone": "tarsal bone(s)", to which "see Fracture, tarsal" sends."""
_ASSUMED: Final = frozenset({"traumatic", "neoplastic"})
"""What a main term says behind its name though nobody need say it: a fracture is traumatic (I.C.19.c)."""


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """A term as it is printed, and what must be documented for it and for those right below it.

    `parent`: -1 of a main term.  `codes`: un-dotted, one; of a table one for each column, "" for none; one that ends with "-" is a stem.
    `modifiers`: the words of `optional`, the nonessential modifiers.  `inverted`: what must be documented beside a main term's name.
    """

    parent: int
    title: str
    optional: tuple[str, ...]
    codes: tuple[str, ...]
    see: tuple[str, ...]
    see_also: tuple[str, ...]
    modifiers: frozenset[str]
    inverted: frozenset[str]
    below: Below

    def passed(self, known: frozenset[str]) -> list[tuple[int, frozenset[str]]]:
        """The terms right below for which enough is documented, in their order, and the words of each: none for one that only connects."""
        words_at: dict[int, frozenset[str]] = {}
        for nth, _, words in sorted(form for word in ("", *known) for form in self.below.get(word, ()) if known.issuperset(form[-1])):
            words_at.setdefault(nth, frozenset(words))
        return list(words_at.items())


@lru_cache(maxsize=20_000)
def words_in(phrase: str) -> frozenset[str]:
    """The words of a phrase that say something, an organ by its noun ("renal": kidney).

    What something is without is told apart from what is there: "without bleeding" is one word.
    """
    said: set[str] = set()
    lacking = ""
    for word in term_form(phrase).split(" "):
        if word == _WITHOUT:
            lacking = f"{_WITHOUT} "
        elif word in _ENDS_LACK:
            lacking = ""
        if word.isalnum() and word != _WITHOUT and word not in CONNECTING:
            said.add(lacking + NOUNS.get(word, word))
    return frozenset(said)


def words_of_all(phrases: Iterable[str]) -> frozenset[str]:
    """The words of several phrases together."""
    return frozenset().union(*map(words_in, phrases))


class Terms(dict[int, IndexTerm]):
    """The terms by number.  A term is taken apart when it is first met: most never are."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        """`lines`: of each term its row as JSON, and what was worked out of it."""
        super().__init__()
        self._lines = lines

    def __missing__(self, nth: int) -> IndexTerm:  # noqa: D105
        parent, title, optional, codes, see, see_also, modifiers, inverted, below = json.loads(self._lines[nth])
        printed = parent, title, tuple(optional), tuple(codes), tuple(see), tuple(see_also)
        term = self[nth] = IndexTerm(*printed, frozenset(modifiers), frozenset(inverted), below)
        return term


class AlphabeticIndex:
    """The terms of all parts, by number."""

    def __init__(self, edition: str, parts: Mapping[Part, Sequence[int]], mains: Mapping[str, Sequence[int]], terms: Terms) -> None:
        """`parts`: first term and the one after the last of each.

        `mains`: the main terms of the index and of the table of neoplasms, by their forms.
        """
        self.edition = edition
        self._parts, self._mains, self._terms = parts, mains, terms

    def term(self, nth: int) -> IndexTerm:
        """A term by its number."""
        return self._terms[nth]

    def terms_of(self, part: Part) -> range:
        """The numbers of a part's terms."""
        return range(*self._parts[part])

    def path(self, nth: int) -> tuple[str, ...]:
        """The titles from the main term down to this one."""
        term = self.term(nth)
        return (term.title,) if term.parent < 0 else (*self.path(term.parent), term.title)

    def main_terms(self, form: str) -> Sequence[int]:
        """The main terms of that name, as `term_form` gives it."""
        return self._mains.get(form, ())


def forms_of(title: str) -> Iterator[str]:
    """A title's forms, as `term_form` gives them: "Abdomen, abdominal" and "atrial or auricular" have two, "skull, base" is one.

    What stands behind "or" takes the place of the word before it: "bird fancier's disease or lung" is a bird fancier's lung.
    """
    first, *others = title.split(" or ")
    stem = first.rpartition(" ")[0]
    for either in (first, *(f"{stem} {other}" for other in others)):
        parts = [part for part in either.split(",") if part.strip()]
        if len({part.strip()[:_SAME_WORD].lower() for part in parts}) == 1:
            yield from dict.fromkeys(map(term_form, parts))
        else:
            yield term_form(either.replace(",", " "))


def parted(title: str) -> tuple[str, str]:
    """A main term's name and what is inverted behind it: "Fracture, pathological"; nothing is in "Abdomen, abdominal"."""
    name, _, rest = title.partition(",")
    return (title, "") if len(tuple(forms_of(title))) > 1 else (name, rest)


def inverted_in(title: str) -> frozenset[str]:
    """What must be documented beside a main term's name: "pathological" for "Fracture, pathological"; no word that is assumed."""
    return words_in(parted(title)[1]) - _NEVER_SAID - _ASSUMED


def asked_by(title: str, below: str = "") -> tuple[frozenset[str], ...]:
    """What must be documented for a term `below` another: one of these sets of words.  None at all: it only connects ("with")."""
    lacking = f"{_WITHOUT} " if below == _WITHOUT else ""
    forms = (*forms_of(title), *(term_form(bone[1]) for bone in _A_BONE.finditer(title)))
    sets = (words_in(lacking + form) - _NEVER_SAID for form in forms)
    return tuple(dict.fromkeys(words for words in sets if words))
