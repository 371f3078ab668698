"""The Alphabetic Index of ICD-10-CM, with its tables of neoplasms and drugs and the index of external causes: how coders find a code.

The NCHS publishes them as XML each year.  Nothing of them is shipped: a site loads its own once (`opencdi codes load`), and they are kept
as one file that a process reads in a fifth of a second.  A term stands under its main term ("Failure" > "heart" > "systolic"); words in
brackets behind it are nonessential modifiers, whose presence or absence changes nothing (Guidelines I.A.7); "see" sends to another term,
"see also" where the first has no word for what is documented (I.A.16).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from opencdi.knowledge.lexicon import ADJECTIVES
from opencdi.knowledge.tables import built, write_whole
from opencdi.knowledge.words import term_form

Part = Literal["index", "neoplasms", "drugs", "external-causes"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
COLUMNS: Final = ("malignant primary", "malignant secondary", "in situ", "benign", "uncertain behavior", "unspecified behavior")
"""Of the table of neoplasms, in its order."""
FILE: Final = "alphabetic-index.json"
FORMAT: Final = 1
Row = list[Any]
"""As a term is kept: parent (-1: a main term), title, nonessential modifiers, codes, see, see also."""
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
_ASSUMED: Final = frozenset({"traumatic", "neoplastic"})
"""What a main term says behind its name though nobody need say it: a fracture is traumatic (I.C.19.c)."""


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """A term as it is printed.

    `codes`: un-dotted, one; of a table one for each column, "" for none.  A code that ends with "-" is a stem.
    """

    title: str
    optional: tuple[str, ...]
    codes: tuple[str, ...]
    see: tuple[str, ...]
    see_also: tuple[str, ...]


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


class AlphabeticIndex:
    """The terms of all parts, by number."""

    def __init__(self, edition: str, parts: dict[Part, tuple[int, int]], rows: list[Row], mains: dict[str, list[int]]) -> None:
        """`parts`: first term and the one after the last of each.  `rows`: a parent before what stands below it.

        `mains`: the main terms of the index and of the table of neoplasms, by their forms.
        """
        self.edition = edition
        self._parts, self._rows, self._mains = parts, rows, mains
        self._below: dict[int, list[int]] = {}
        for nth, row in enumerate(rows):
            self._below.setdefault(row[0], []).append(nth)
        self._forms: dict[int, tuple[frozenset[str], ...]] = {}

    def __len__(self) -> int:
        """How many terms there are."""
        return len(self._rows)

    def term(self, nth: int) -> IndexTerm:
        """A term by its number."""
        _, title, optional, codes, see, see_also = self._rows[nth]
        return IndexTerm(title, tuple(optional), tuple(codes), tuple(see), tuple(see_also))

    def terms_of(self, part: Part) -> range:
        """The numbers of a part's terms."""
        return range(*self._parts[part])

    def below(self, nth: int) -> Sequence[int]:
        """The numbers of the terms right below."""
        return self._below.get(nth, ())

    def path(self, nth: int) -> tuple[str, ...]:
        """The titles from the main term down to this one."""
        titles: list[str] = []
        while nth >= 0:
            titles.append(self._rows[nth][1])
            nth = self._rows[nth][0]
        return tuple(reversed(titles))

    def main_terms(self, form: str) -> Sequence[int]:
        """The main terms of that name, as `term_form` gives it."""
        return self._mains.get(form, ())

    def inverted(self, nth: int) -> frozenset[str]:
        """What must be documented beside a main term's name: "pathological" for "Fracture, pathological"; no word that is assumed."""
        return words_in(parted(self._rows[nth][1])[1]) - _NEVER_SAID - _ASSUMED

    def asked(self, nth: int) -> tuple[frozenset[str], ...]:
        """What must be documented for this term: one of these sets of words.  None at all: it only connects ("with")."""
        if (asked := self._forms.get(nth)) is None:
            parent = self._rows[self._rows[nth][0]][1] if self._rows[nth][0] >= 0 else ""
            lacking = f"{_WITHOUT} " if parent == _WITHOUT else ""
            sets = (words_in(lacking + form) - _NEVER_SAID for form in forms_of(self._rows[nth][1]))
            asked = self._forms[nth] = tuple(dict.fromkeys(words for words in sets if words))
        return asked


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


class WrongIndex(Exception):
    """The file is no index that we can use; the message names the file and what is wrong with it."""


def keep(folder: Path, edition: str, told: Mapping[Part, list[Row]]) -> Path:
    """Writes the index into that folder, whole or not at all."""
    rows: list[Row] = []
    parts: dict[Part, tuple[int, int]] = {}
    mains: dict[str, list[int]] = {}
    for part in PARTS:
        begin = len(rows)
        rows += [[row[0] + begin if row[0] >= 0 else -1, *row[1:]] for row in told.get(part, ())]
        parts[part] = (begin, len(rows))
    for nth in (*range(*parts["index"]), *range(*parts["neoplasms"])):
        if rows[nth][0] < 0:
            for form in forms_of(parted(rows[nth][1])[0]):
                mains.setdefault(form, []).append(nth)
    whole = {"format": FORMAT, "edition": edition, "parts": parts, "rows": rows, "mains": mains}
    write_whole(folder / FILE, json.dumps(whole, separators=(",", ":"), ensure_ascii=False))
    load_index.cache_clear()
    return folder / FILE


@lru_cache(maxsize=2)
def load_index(folder: Path) -> AlphabeticIndex | None:
    """The index that was loaded into that folder; None where none was.  Raises: WrongIndex."""
    path = folder / FILE
    try:
        told = built(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        raise WrongIndex(f"{path.name}: half a file; load it again (opencdi codes load)") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise WrongIndex(f"{path.name}: of another version of this software; load it again (opencdi codes load)")
    return AlphabeticIndex(told["edition"], told["parts"], told["rows"], told["mains"])
