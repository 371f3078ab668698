"""The phrase in which a side stands behind a mention: "over the lateral aspect of the left foot", "3 cm, in the right upper lobe"."""

from typing import Final

from opencdi.knowledge.words import BREAK
from opencdi.nlp.beside import Beside

SIDE: Final = "laterality"
CLAUSE_ENDS: Final = frozenset({BREAK, ";", ":", "(", ")", "|", "?", "!"})
ENDS: Final = CLAUSE_ENDS | {",", "]", "~"}
_PLACE_WITHIN: Final = 9
"""Words from a preposition to the side."""
_TOLD_CLOSER: Final = 5
"""Words behind the side that say the place more closely: "left fourth through eighth ribs"."""


def side_behind(i: int, stop: int, near: Beside, *, led: bool) -> tuple[str, int] | None:
    """The side in what is told from word i on of the place, `led` to by a preposition or behind a size and degree; and where it ends."""
    found = side_in_phrase(i, stop, near) if led else None
    if found is None and (far := _measured_until(i, stop, near)) > i:
        found = side_in_phrase(far, stop, near)
    return found


def _measured_until(i: int, stop: int, near: Beside) -> int:
    """Behind what is told from word i on of size, degree and being there, where a place follows: "3 cm", ", 5 mm,", "is again noted in"."""
    said, table = near.words.words, near.table
    bracketed = False
    while i < stop and i not in near.begins:
        if said[i] == "," and (bracketed or said[i + 1][:1].isdigit()):
            bracketed = not bracketed
        elif not (said[i][:1].isdigit() or said[i] in table.measures or said[i] in table.copulas or said[i] in table.shown):
            break
        i += 1
    return i if i < stop and (said[i] in table.leading or (i in near.begins and SIDE in near.begins[i][1].says)) else 0


def side_in_phrase(i: int, stop: int, near: Beside) -> tuple[str, int] | None:
    """The side in the phrase that a preposition at word i begins, where nothing follows that it could belong to; and where it ends."""
    said, table = near.words.words, near.table
    at, until = i + (i not in near.begins), min(stop, i + _PLACE_WITHIN)
    while at < until and at not in near.begins and _of_a_place(said[at], near):
        at += 1
    if at < until and at in near.begins and SIDE not in near.begins[at][1].says:
        at = near.begins[at][0]
        while at < until and at not in near.begins and _of_a_place(said[at], near):
            at += 1
    side, behind = side_at(at, near) if at < stop else (None, at)
    if side is None or said[at - 1] == "and":  # "scattered over the scalp and both forearms"
        return None
    end = behind
    while end < stop and end - behind < _TOLD_CLOSER and said[end] not in ENDS and said[end] not in table.closing:
        end += 1
    closed = said[end] in ENDS or (end < stop and said[end] in table.closing)
    return (side, end) if closed and table.chambers.isdisjoint(said[behind:end]) else None


def side_at(i: int, near: Beside) -> tuple[str | None, int]:
    """The side that begins at word i, and the word behind it; None of what is no place that has sides."""
    phrase = near.begins.get(i)
    if phrase is None or SIDE not in phrase[1].says:
        return None, i
    first, second = near.words.words[phrase[0]], near.words.words[phrase[0] + 1 : phrase[0] + 2]
    if first in near.table.chambers or not near.table.chamber_ends.isdisjoint(second):
        return None, i
    return phrase[1].says[SIDE], phrase[0]


def _of_a_place(word: str, near: Beside) -> bool:
    table = near.table
    if word in table.articles or word in table.leading or word in table.chambers or word.isdigit() or word == "and":
        return True
    return word.isalpha() and not word.endswith("ing") and word not in table.apart
