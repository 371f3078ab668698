"""What a note says of a procedure: how, where and with what, beside its name and in the sentences around it (DOMAIN B46)."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final, NamedTuple

from opencdi.knowledge.procedure_names import AND, ProcedureNames
from opencdi.knowledge.words import BREAK, Words

BOTH: Final = "several"
"""Stands for values of which the words tell more than one: no code has that, so it is asked for."""
_DENIES: Final = frozenset({"no", "not", "without", "than"})
_FAR_SENTENCES: Final = 2
_LETTERS: Final = frozenset({"l", "r"})


class Place(NamedTuple):
    """A name's own part of its sentence, the sentence, the word at which the next name of the note stands, and whether it is the first."""

    part: tuple[int, int]
    sentence: tuple[int, int]
    following: int
    first: bool


def told_of(place: Place, words: Words, wanted: frozenset[str], implied: Mapping[str, str], table: ProcedureNames) -> dict[str, str]:
    """What is said of it beyond what its name implies; a better-ranked word wins over the name: "lap appy converted to open"."""
    said = _around(place, words, wanted, table)
    told = dict(implied)
    for name, value in sorted(said.items(), key=lambda told: told[0] in table.renamed):  # its own words before those that hint at it
        attribute = table.renamed.get(name, name)
        held = told.get(attribute)
        if held is not None and name in table.ranked and (name, held) in table.ranks:
            told[attribute] = value if table.ranks[name, value] < table.ranks[name, held] else held
        told.setdefault(attribute, value)
    if "with" in wanted and "with" not in told and _through(words, table):
        told["with"] = BOTH  # the note tells elsewhere what was done: not a mere look
    return told


def _around(place: Place, words: Words, wanted: frozenset[str], table: ProcedureNames) -> dict[str, str]:
    """What its part of the sentence says; what that leaves out, the sentences behind it and before it."""
    said = _said(*place.part, words.words, wanted, table)
    if shared := (wanted & table.of_sentence).difference(said):
        said |= {name: value for name, value in _said(*place.sentence, words.words, shared, table).items() if value != BOTH}
    end = place.sentence[1]
    said = {**_said(end, len(words.words), words.words, (wanted & table.to_the_end).difference(said), table), **said}
    far = wanted.intersection(table.far).difference(said)
    if far and place.following >= end:
        beyond = _beyond(end, min(place.following, len(words.words)), words.words)
        later = _said(end, beyond, words.words, far, table)
        if "with" in later:
            said = {name: value for name, value in said.items() if name not in table.sites}
            said |= _site_of_later(end, beyond, words.words, wanted & table.sites, table)
            if _through(words, table) - set(later["with"].split(AND)):
                later["with"] = BOTH
        said = {**later, **said}
    if place.first and (back := far & table.back):
        begin = place.sentence[0]
        said = {**_said(_sentence_before(begin, words.words), begin, words.words, back, table), **said}
    return said


def _site_of_later(begin: int, stop: int, said: list[str], sites: frozenset[str], table: ProcedureNames) -> dict[str, str]:
    """The site that the one sentence tells which says what was done; of several sentences none."""
    edges = [begin, *(at + 1 for at in range(begin, stop) if said[at] == BREAK), stop]
    found = [pair for pair in pairwise(edges) if "with" in _said(*pair, said, frozenset({"with"}), table)]
    return _said(*found[0], said, sites, table) if len(found) == 1 else {}


def _through(words: Words, table: ProcedureNames) -> set[str]:
    """What the whole note tells of as done through a scope."""
    told = _said(0, len(words.words), words.words, frozenset({"with"}), table)
    return set(told["with"].split(AND)) if told else set()


def _sentence_before(begin: int, said: list[str]) -> int:
    """Where the sentence before this begins."""
    at = begin - 2
    while at > 0 and said[at - 1] != BREAK:
        at -= 1
    return max(0, at)


def _beyond(begin: int, stop: int, said: list[str]) -> int:
    """Where the sentences end that may still speak of it."""
    left = _FAR_SENTENCES
    for i in range(begin + 1, stop):
        if said[i] == BREAK:
            left -= 1
            if not left:
                return i
    return stop


def _said(begin: int, stop: int, said: list[str], wanted: frozenset[str], table: ProcedureNames) -> dict[str, str]:
    """What these words say: of two values of one attribute the first listed; coronary arteries are counted, and stents told by size."""
    if not wanted:
        return {}
    told: dict[str, str] = {}
    arteries: set[str] = set()
    sized = 0
    both: set[str] = set()
    through: set[str] = set()
    for at, last, meanings in table.words.matches(said, begin, stop):
        if at > begin and (
            said[at - 1] in _DENIES or (at > begin + 1 and said[at - 2] in _DENIES and said[at - 1] in ("including", "any"))
        ):
            continue
        if last == at + 1 and said[at] in _LETTERS and not _is_a_side(at, stop, said):
            continue
        for name, value in meanings:
            if name not in wanted:
                continue
            if name == "coronary":
                arteries.add(value)
            elif name == "with":
                through.add(value)
            elif name == "sized-stents":
                sized += 1
            elif name not in told:
                told[name] = value
            elif told[name] != value and name in table.ranked:
                told[name] = min(told[name], value, key=lambda one: table.ranks[name, one])
            elif told[name] != value:
                both.add(name)
    for name in both:
        told[name] = BOTH
    if through:
        told["with"] = AND.join(sorted(through))
    if sized:
        told.setdefault("stents", str(min(sized, 4)))
    if arteries:
        told.setdefault("arteries", str(min(len(arteries), 4)))
        if told.get("stents", "9") < told["arteries"]:
            del told["stents"]  # "DES to LAD and RCA": how many is not said
    return told


def _is_a_side(at: int, stop: int, said: list[str]) -> bool:
    """Whether a lone letter is left or right: not "6.2 L", nor "r/o"."""
    before, behind = said[at - 1] if at else "", said[at + 1] if at + 1 < stop else ""
    if before.isalpha() and (behind in ("", BREAK) or behind.isdigit()):
        return True  # "TKA R 5/3"
    return behind[:1].isalpha() and behind not in ("o", "of", "and", "l", "r") and not (said[at] == "l" and before[-1:].isdigit())
