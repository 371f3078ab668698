"""From a stem of the tabular to the most specific code that is documented (Guidelines I.B.2), and to none that says more."""

import re
from collections.abc import Set
from functools import lru_cache
from itertools import pairwise
from typing import Final

from opencdi.knowledge.alphabetic_index import words_in
from opencdi.knowledge.icd10cm import Tabular, tabular, unspecified_below

_SIDES: Final = ("bilateral", "left", "right")
_SAY_NOTHING: Final = frozenset({"unspecified", "site", "type", "other", "part", "initial", "encounter", "closed", "displaced"})
"""Words of a title that nobody need document: an injury under treatment is at its initial encounter (I.C.19.a), and a fracture closed and
displaced unless said (I.C.19.c)."""
_LEFT_OPEN: Final = re.compile(r"unspecified \w+", re.IGNORECASE)
_VAGUE: Final = re.compile(r"unspecified", re.IGNORECASE)
_WHOLE: Final = 7
_ENDINGS: Final = (
    (frozenset({"nonunion", "open", "iii"}), "N"),
    (frozenset({"nonunion", "open"}), "M"),
    (frozenset({"nonunion"}), "K"),
    (frozenset({"malunion", "open", "iii"}), "R"),
    (frozenset({"malunion", "open"}), "Q"),
    (frozenset({"malunion"}), "P"),
    (frozenset({"delayed", "healing"}), "G"),
    (frozenset({"open", "iii"}), "C"),
    (frozenset({"open"}), "B"),
)
"""The seventh character of a fracture by what is said of it: how it failed to heal (I.C.19.c.1), its type by Gustilo (IIIA to IIIC),
open (I.C.19.c: closed only where nothing is said).  The first that the category has."""


@lru_cache(maxsize=50_000)
def supported_leaf(code: str, documented: frozenset[str], places: frozenset[str] = frozenset()) -> str | None:
    """The billable code at or below `code` (with the index's "-" behind a stem or not) that says no more than these words.

    None where the classification has none such.  A branch is taken where all words that its description adds are documented ("stage 3");
    where none is, the unspecified one (`unspecified_below`, with the side).  `places`: those of the words that name a place; of a title's
    "tibia and fibula" one is enough, as "and" means "or" there (I.A.14).
    """
    held, side = tabular(), next((side for side in _SIDES if side in documented), "")
    at: str | None = code.rstrip("-")
    while at and at in held and not held.billable(at):
        above = _words_of(held.description(at) or "")
        told = {child: said for child in held.children(at) if (said := _said(held, child, above, documented, places))}
        at = max(told, key=lambda child: told[child]) if told else unspecified_below(at, side)
    return at if at and held.billable(at) else None


@lru_cache(maxsize=50_000)
def more_exact(code: str, documented: frozenset[str], places: frozenset[str] = frozenset()) -> str:
    """The neighbour of a code that says what this one calls unspecified, where it is documented; else the code itself.

    "Fracture of unspecified part of neck of unspecified femur" and "left": that of the left femur.  It says all that
    the first one does, and nothing beside what is documented.
    """
    leaves = [leaf for stem in _vague_stems(code) if (leaf := supported_leaf(stem, documented, places))]
    more = [leaf for leaf in leaves if _adds_only(leaf, code, documented, places)]
    exact = min((code, *more), key=vagueness)
    letters = [letter for words, letter in _ENDINGS if words <= documented]
    return next((ended for letter in letters if (ended := _ended(exact, letter)) is not None), exact)


def _adds_only(leaf: str, code: str, documented: frozenset[str], places: frozenset[str]) -> bool:
    held = tabular()
    before = held.description(code) or ""
    kept = _words_of(_LEFT_OPEN.sub("", before)) <= _words_of(held.description(leaf) or "")
    return kept and _said(held, leaf, _words_of(before), documented, places) is not None


def _ended(code: str, letter: str) -> str | None:
    """A fracture's code with another seventh character than A, where the category has it with a fracture's meaning."""
    held, other = tabular(), code[:-1] + letter
    if len(code) != _WHOLE or not code.endswith("A") or not held.billable(other):
        return None
    return other if "fracture" in (held.description(other) or "").lower() else None


@lru_cache(maxsize=20_000)
def _vague_stems(code: str) -> tuple[str, ...]:
    """The stems above a code that it leaves open, nearest first: up to where nothing is called unspecified any more."""
    stems: list[str] = []
    for at, above in pairwise(tabular().lineage(code)):
        if vagueness(at) <= vagueness(above) and not (len(at) == _WHOLE and at.endswith(("A", "B"))):
            break
        stems.append(above)
    return tuple(stems)


def _said(held: Tabular, child: str, above: Set[str], documented: Set[str], places: Set[str]) -> tuple[int, bool] | None:
    """How many of the words that this branch adds are documented, and whether all are; None where it says more than is documented."""
    description = held.description(child) or ""
    added = _words_of(description) - above
    missing = added - documented
    if missing:
        missing = missing.difference(*(either for either in _alternatives(description) if either & places))
    said = len(added & documented)
    return (said, added <= documented) if said and not missing else None


@lru_cache(maxsize=50_000)
def _alternatives(description: str) -> tuple[frozenset[str], ...]:
    """The words on both sides of each "and"."""
    parts = [part.split() for part in description.split(" and ")]
    return tuple(words_in(f"{before[-1]} {behind[0]}") for before, behind in pairwise(parts) if before and behind)


def left_open(code: str) -> str:
    """The stem under which all codes say more exactly what this one leaves open: of the unspecified lung's metastasis only the lung's."""
    return (_vague_stems(code) or (code[:3],))[-1]


def says_more(code: str, than: str) -> bool:
    """Whether a code of the same category leaves less open."""
    return code[:3] == than[:3] and vagueness(code) < vagueness(than)


def leaves_open(code: str) -> bool:
    """Whether another code may say more of the same: it calls something unspecified, or says that something is not there."""
    return vagueness(code) > 0 or "without" in (tabular().description(code) or "").lower()


@lru_cache(maxsize=50_000)
def vagueness(code: str) -> int:
    """How many things its description calls unspecified."""
    return len(_VAGUE.findall(tabular().description(code) or ""))


@lru_cache(maxsize=50_000)
def _words_of(description: str) -> frozenset[str]:
    return words_in(description) - _SAY_NOTHING
