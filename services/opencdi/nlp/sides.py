"""The side of a mention that stands farther off in its clause: with the place that the clause speaks of, or behind a preposition.

"The left knee has a moderate effusion", "on the right there is a perforation"; "sensation is decreased over the lateral aspect of the
left foot", "a stone in the left proximal ureter".  Words of another clause, of another mention, or a chamber of the heart end the search.
"""

from bisect import bisect_right
from collections.abc import Iterator

from opencdi.knowledge.words import BREAK
from opencdi.nlp.beside import Beside, Told
from opencdi.nlp.chains import chain_before
from opencdi.nlp.mentioned import Mentioned

_SIDE = "laterality"
_PLACES = frozenset({_SIDE, "site"})
_CLAUSE_ENDS = frozenset({BREAK, ";", ":", "(", ")", "|", "?", "!"})
_ENDS = _CLAUSE_ENDS | {",", "]", "~"}
_JOINING = frozenset({"and", "but", "while", "whereas"})
_SUBJECT_WITHIN = 9
"""Words from the place that a clause begins with to what it has."""
_PART = 3
"""Words of the part that a comma brings."""
_PLACE_WITHIN = 9
"""Words from a preposition to the side."""
_TOLD_CLOSER = 5
"""Words behind the side that say the place more closely: "left fourth through eighth ribs"."""


def labelled(mention: Mentioned, near: Beside) -> Iterator[Told]:
    """The side in the label of the mention's line: "R wrist: distal fracture"."""
    label = bisect_right(near.labels, (mention.first,)) - 1
    if label >= 0 and mention.first < near.labels[label][1]:
        yield _SIDE, near.labels[label][2]


def named_side(mention: Mentioned, near: Beside) -> Iterator[Told]:
    """The side that is part of the mention's own name: "left bundle branch block", "ringing in the right ear"."""
    if near.sides:
        inside = (_side_at(i, near) for i in range(mention.first, mention.last))
        yield from ((_SIDE, side) for side, behind in inside if side and behind < mention.last and not _of_a_quadrant(behind, near))


def measured_until(i: int, stop: int, near: Beside) -> int:
    """Behind what is told from word i on of size, degree and being there, where a place follows: "3 cm", ", 5 mm,", "is again noted in"."""
    said, table = near.words.words, near.table
    bracketed = False
    while i < stop and i not in near.begins:
        if said[i] == "," and (bracketed or said[i + 1][:1].isdigit()):
            bracketed = not bracketed
        elif not (said[i][:1].isdigit() or said[i] in table.measures or said[i] in table.copulas or said[i] in table.shown):
            break
        i += 1
    return i if i < stop and (said[i] in table.leading or (i in near.begins and _SIDE in near.begins[i][1].says)) else 0


def side_elsewhere(at: int, mentions: list[Mentioned], near: Beside) -> Iterator[Told]:
    """The side that stands elsewhere: in its line's label, in its clause, with the procedure done for it or the symptom beside it."""
    mention, said = mentions[at], near.words.words
    yield from labelled(mention, near)
    if near.sides and (side := side_of_subject(at, mentions, near)):
        yield _SIDE, side
    if not at:
        return
    before = mentions[at - 1]
    between = said[before.last : mention.first]
    done_for = before.kind == "procedure" and between[:1] == ["for"] and set(between[1:]) <= near.table.articles
    if done_for or (before.kind == "device" and near.table.place_words.issuperset(between)):  # "R prosthetic knee infection"
        yield from ((name, value) for name, value in chain_before(at - 1, mentions, near)[1] if name == _SIDE)
    elif before.kind == mention.kind == "symptom" and between in (["and"], ["+"], ["&"]):
        told = dict(chain_before(at - 1, mentions, near)[1])
        if told.keys() >= _PLACES:  # "R wrist swelling and deformity", but "left weakness and fever"
            yield _SIDE, told[_SIDE]


def side_of_operated(at: int, mentions: list[Mentioned], near: Beside) -> Iterator[Told]:
    """The side of what an operation is done to: "repair of left inguinal hernia", "ORIF of the right ankle fracture"."""
    said, mention = near.words.words, mentions[at]
    if mention.kind != "procedure" or at + 1 == len(mentions) or said[mention.last] != "of":
        return
    begin, told = chain_before(at + 1, mentions, near)
    if set(said[mention.last + 1 : begin]) <= near.table.articles:
        yield from (one for one in told if one[0] == _SIDE)


def side_after_part(comma: int, stop: int, near: Beside) -> Iterator[Told]:
    """The side behind the part that a comma brings: "hammertoe, second digit, right foot"."""
    said, second = near.words.words, comma + 1
    while second < stop and second - comma <= _PART and said[second] not in _ENDS:
        second += 1
    if second < stop and said[second] == "," and second > comma + 1:
        side, end = _side_at(second + 1, near)
        while side and end < stop and end in near.begins:
            end = near.begins[end][0]
        if side and said[end] in _ENDS:
            yield _SIDE, side


def side_of_subject(at: int, mentions: list[Mentioned], near: Beside) -> str | None:
    """The side of the place that the mention's clause begins with and says something of; None where another mention stands between."""
    said, table, mention = near.words.words, near.table, mentions[at]
    begin = mention.first
    while begin > 0 and mention.first - begin <= _SUBJECT_WITHIN and said[begin - 1] not in _CLAUSE_ENDS:
        begin -= 1
    while begin < mention.first and (said[begin] in table.leading or said[begin] in table.articles) and begin not in near.begins:
        begin += 1
    side, behind = _side_at(begin, near)
    if side is None or not table.subject_verbs.intersection(said[behind : mention.first]):
        return None
    new_clause = any(said[i] == "," and said[i + 1] in _JOINING for i in range(behind, mention.first))
    parted = new_clause or any(_SIDE in near.begins[i][1].says for i in range(behind, mention.first) if i in near.begins)
    alone = all(other.last <= begin or other.kind in ("symptom", "finding") for other in mentions[max(0, at - 2) : at])
    return side if alone and not parted else None


def side_in_phrase(i: int, stop: int, near: Beside) -> tuple[str, int] | None:
    """The side in the phrase that a preposition at word i begins, where nothing follows that it could belong to; and where it ends."""
    said, table = near.words.words, near.table
    at, until = i + (i not in near.begins), min(stop, i + _PLACE_WITHIN)
    while at < until and at not in near.begins and _of_a_place(said[at], near):
        at += 1
    if at < until and at in near.begins and _SIDE not in near.begins[at][1].says:
        at = near.begins[at][0]
        while at < until and at not in near.begins and _of_a_place(said[at], near):
            at += 1
    side, behind = _side_at(at, near) if at < stop else (None, at)
    if side is None or said[at - 1] == "and":  # "scattered over the scalp and both forearms"
        return None
    end = behind
    while end < stop and end - behind < _TOLD_CLOSER and said[end] not in _ENDS and said[end] not in table.closing:
        end += 1
    closed = said[end] in _ENDS or (end < stop and said[end] in table.closing)
    return (side, end) if closed and table.chambers.isdisjoint(said[behind:end]) else None


def _side_at(i: int, near: Beside) -> tuple[str | None, int]:
    """The side that begins at word i, and the word behind it; None of what is no place that has sides."""
    phrase = near.begins.get(i)
    if phrase is None or _SIDE not in phrase[1].says:
        return None, i
    first, second = near.words.words[phrase[0]], near.words.words[phrase[0] + 1 : phrase[0] + 2]
    if first in near.table.chambers or not near.table.chamber_ends.isdisjoint(second):
        return None, i
    return phrase[1].says[_SIDE], phrase[0]


def _of_a_quadrant(i: int, near: Beside) -> bool:
    """Whether the word behind an adjective of a side is a quadrant: "right upper quadrant pain" is a belly's."""
    return "quadrant" in near.words.words[i : i + 2]


def _of_a_place(word: str, near: Beside) -> bool:
    table = near.table
    small = word in table.articles or word in table.leading
    return (
        small
        or word in table.chambers
        or word.isdigit()
        or word == "and"
        or (word.isalpha() and not word.endswith("ing") and word not in table.apart)
    )
