"""The side of a mention that stands farther off in its clause: with the place that the clause speaks of, or behind a preposition.

"The left knee has a moderate effusion", "on the right there is a perforation"; "sensation is decreased over the lateral aspect of the
left foot", "a stone in the left proximal ureter".  Words of another clause, of another mention, or a chamber of the heart end the search.
"""

from bisect import bisect_right
from typing import Final

from opencdi.nlp.beside import Beside, Told
from opencdi.nlp.chains import chain_before
from opencdi.nlp.mentioned import Mentioned
from opencdi.nlp.side_phrases import CLAUSE_ENDS, ENDS, SIDE, side_at

_PLACES: Final = frozenset({SIDE, "site"})
_JOINING: Final = frozenset({"and", "but", "while", "whereas"})
_SUBJECT_WITHIN: Final = 9
"""Words from the place that a clause begins with to what it has."""
_PART: Final = 3
"""Words of the part that a comma brings."""


def labelled(mention: Mentioned, near: Beside) -> list[Told]:
    """The side in the label of the mention's line: "R wrist: distal fracture"."""
    label = bisect_right(near.labels, (mention.first,)) - 1 if near.labels else -1
    return [(SIDE, near.labels[label][2])] if label >= 0 and mention.first < near.labels[label][1] else []


def named_side(mention: Mentioned, near: Beside) -> list[Told]:
    """The side that is part of the mention's own name, "pain in the right flank"; not that of a heart's chamber or a quadrant."""
    found: list[Told] = []
    if not near.begins_within(mention.first, mention.last):
        return found
    for i in range(mention.first, mention.last):
        side, behind = side_at(i, near)
        if side and behind < mention.last and not _of_a_quadrant(behind, near):
            found.append((SIDE, side))
    return found


def side_elsewhere(at: int, mentions: list[Mentioned], near: Beside) -> list[Told]:
    """The side that stands elsewhere: in its line's label, in its clause, with the procedure done for it or the symptom beside it."""
    mention, said = mentions[at], near.words.words
    found = labelled(mention, near)
    if side := side_of_subject(at, mentions, near):
        found.append((SIDE, side))
    if not at:
        return found
    before = mentions[at - 1]
    if before.kind in ("procedure", "device"):
        between = said[before.last : mention.first]
        if before.kind == "procedure":
            brings = between[:1] == ["for"] and set(between[1:]) <= near.table.articles
        else:
            brings = near.table.place_words.issuperset(between)  # "R prosthetic knee infection"
        if brings:
            found += [one for one in chain_before(at - 1, mentions, near)[1] if one[0] == SIDE]
    elif before.kind == mention.kind == "symptom" and mention.first - before.last == 1 and said[before.last] in ("and", "+", "&"):
        told = dict(chain_before(at - 1, mentions, near)[1])
        if told.keys() >= _PLACES:  # "R wrist swelling and deformity", but "left weakness and fever"
            found.append((SIDE, told[SIDE]))
    return found


def side_of_operated(at: int, mentions: list[Mentioned], near: Beside) -> list[Told]:
    """The side of what an operation is done to: "repair of left inguinal hernia", "ORIF of the right ankle fracture"."""
    said, mention = near.words.words, mentions[at]
    if mention.kind != "procedure" or at + 1 == len(mentions) or said[mention.last] != "of":
        return []
    begin, told = chain_before(at + 1, mentions, near)
    return [one for one in told if one[0] == SIDE] if set(said[mention.last + 1 : begin]) <= near.table.articles else []


def side_after_part(comma: int, stop: int, near: Beside) -> list[Told]:
    """The side behind the part that a comma brings: "hammertoe, second digit, right foot"."""
    said, second = near.words.words, comma + 1
    while second < stop and second - comma <= _PART and said[second] not in ENDS:
        second += 1
    if second < stop and said[second] == "," and second > comma + 1:
        side, end = side_at(second + 1, near)
        while side and end < stop and end in near.begins:
            end = near.begins[end][0]
        if side and said[end] in ENDS:
            return [(SIDE, side)]
    return []


def side_of_subject(at: int, mentions: list[Mentioned], near: Beside) -> str | None:
    """The side of the place that the mention's clause begins with and says something of; None where another mention stands between."""
    said, table, mention = near.words.words, near.table, mentions[at]
    begin = mention.first
    if not near.side_ends_within(begin - _SUBJECT_WITHIN, begin):
        return None  # no side ends so near
    while begin > 0 and mention.first - begin <= _SUBJECT_WITHIN and said[begin - 1] not in CLAUSE_ENDS:
        begin -= 1
    while begin < mention.first and (said[begin] in table.leading or said[begin] in table.articles) and begin not in near.begins:
        begin += 1
    side, behind = side_at(begin, near)
    if side is None or not table.subject_verbs.intersection(said[behind : mention.first]):
        return None
    new_clause = any(said[i] == "," and said[i + 1] in _JOINING for i in range(behind, mention.first))
    parted = new_clause or any(SIDE in near.begins[i][1].says for i in range(behind, mention.first) if i in near.begins)
    alone = all(other.last <= begin or other.kind in ("symptom", "finding") for other in mentions[max(0, at - 2) : at])
    return side if alone and not parted else None


def _of_a_quadrant(i: int, near: Beside) -> bool:
    """Whether the word behind an adjective of a side is a quadrant: "right upper quadrant pain" is a belly's."""
    return "quadrant" in near.words.words[i : i + 2]
