"""The side that a condition has from another mention: from itself named before ("the stone"), or from what it comes with."""

from collections.abc import Mapping, Sequence
from typing import Final

from opencdi.knowledge.words import BREAK
from opencdi.nlp.beside import Beside
from opencdi.nlp.mentioned import Mentioned
from opencdi.nlp.relations import takes

_SIDE: Final = "laterality"
_WITH: Final = frozenset({"with", "w"})
_ENDS: Final = frozenset({BREAK, ";", ":", "|", "and", "but"})
_ADJECTIVES: Final = 4
"""Words from "with" to what it brings: "with mild residual"."""
_REMEMBERED: Final = 250
"""Words after which what was told of a side is forgotten."""


def shared_sides(mentions: list[Mentioned], told: Sequence[Mapping[str, str]], near: Beside) -> Mapping[int, str]:
    """Index of a mention -> its side, for those of which the words beside them tell none.  `told`: the attributes of each mention."""
    found: dict[int, str] = {}
    if not any(_SIDE in attributes for attributes in told):
        return found
    last: dict[str, tuple[int, str]] = {}  # concept -> where its side was told last, and the side; "" where two were
    said = near.words.words
    for at, mention in enumerate(mentions):
        side = told[at].get(_SIDE)
        if side is None:
            before = (told[at - 1].get(_SIDE) or found.get(at - 1)) if at else None
            if (before and _comes_with(mentions[at - 1], mention, near)) or (before and _one_phrase(mentions[at - 1], mention, near)):
                side = before
            elif at + 1 < len(mentions) and told[at + 1].get(_SIDE) and _one_phrase(mention, mentions[at + 1], near):
                side = told[at + 1][_SIDE]
            elif mention.first and said[mention.first - 1] in near.table.known and mention.concept in last:
                where, known = last[mention.concept]
                side = known if mention.first - where <= _REMEMBERED else None
            if side is not None and not takes(mention, _SIDE, near.table):
                side = None
            if side:
                found[at] = side
        if side is not None:
            both = mention.concept in last and last[mention.concept][1] != side
            last[mention.concept] = mention.first, "" if both else side
    return found


def _one_phrase(part: Mentioned, head: Mentioned, near: Beside) -> bool:
    """Whether two parts share the head that is said once: "left tibia and fibula fractures"."""
    said = near.words.words
    elliptic = part.concept == head.concept and said[part.last - 1] != said[head.last - 1]
    return elliptic and said[part.last : head.first] in (["and"], ["&"])


def _comes_with(before: Mentioned, mention: Mentioned, near: Beside) -> bool:
    """Whether a local condition hangs on the one before it by "with": "a heel ulcer w/ osteomyelitis"."""
    if before.kind not in ("diagnosis", "finding") or before.concept in near.table.unsided:
        return False
    if not mention.concept.startswith(near.table.local):
        return False
    between = near.words.words[before.last : mention.first]
    at = next((i for i, word in enumerate(between) if word in _WITH), None)
    return at is not None and _ENDS.isdisjoint(between) and len(between) - at <= _ADJECTIVES
