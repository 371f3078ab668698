"""The phrases of a text that modify what stands beside them, and the labels of its lines: found once for all its mentions (DOMAIN B27)."""

from dataclasses import dataclass, field
from typing import Final

from opencdi.knowledge.words import BREAK, Words, counted
from opencdi.nlp.began import Onsets
from opencdi.nlp.relation_words import Meaning, Table

_UNKNOWN: Final = 3
"""Words of the name's own that may stand between a side and the mention: "right corona radiata infarct"."""
_LABEL_BEGINS: Final = 12
"""Characters before the label of a line: a bullet, a number, the name of the study."""
_ANSWERS: Final = 8
"""Words behind the site that a form asks for, in which it asks what is there."""
_LABEL_REACH: Final = 600
"""Characters of a line of which its label speaks."""
_AHEAD: Final = frozenset({"laterality", "severity"})
_BULLETS: Final = " \t-–—•*>#.)(0123456789"
_SENTENCE_ENDS: Final = frozenset({". ", ".\n", "."})

Told = tuple[str, str]
"""Attribute and value."""


@dataclass
class Beside:
    """The phrases of a text that modify, found once for all its mentions."""

    words: Words
    table: Table
    begins: dict[int, tuple[int, Meaning]] = field(default_factory=dict)
    ends: dict[int, tuple[int, Meaning]] = field(default_factory=dict)
    small: dict[int, tuple[int, Meaning]] = field(default_factory=dict)
    """Sides by a small letter, which count only right beside what has a side: "l flank pain"; by the word behind."""
    labels: list[tuple[int, int, str]] = field(default_factory=list)
    """Of each line that begins with a side and a colon ("R wrist: distal fracture"): its words [first, last), and the side."""
    told_on_admission: list[int] = field(init=False)
    """Words with which it may be told what was there on admission."""
    sides: list[int] = field(init=False)
    """Of the phrases that say a side or how bad it is, how many end before each word."""
    begun: list[int] = field(default_factory=list)
    """How many phrases begin before each word, and in `ended` how many end before it.

    Most mentions have none beside them, and nothing is read there: two counts that are the same tell it.
    """
    ended: list[int] = field(default_factory=list)
    text: str = ""
    onsets: Onsets | None = None
    """What the text tells of the admission and of what came later, once asked for."""
    chains: dict[int, tuple[int, list[Told]]] = field(default_factory=dict)
    """Of each mention, by its place in the list: what stands before it, once asked for."""

    def __post_init__(self) -> None:
        """Find them."""
        self.told_on_admission = self.words.beginnings(self.table.on_admission)
        for first, last, meaning in self.words.matches(self.table.phrases):
            self.begins[first] = (last, meaning)
            self.ends[last] = (first, meaning)
        ahead = [last for last, meaning in self.begins.values() if not _AHEAD.isdisjoint(meaning.says)]
        self.sides = counted(ahead, len(self.words.words))

    def begins_within(self, first: int, last: int) -> bool:
        """Whether a phrase begins at one of the words [first, last)."""
        return self.begun[first] != self.begun[last]

    def ends_within(self, first: int, last: int) -> bool:
        """Whether a phrase ends right before one of the words [first, last)."""
        return self.ended[first] != self.ended[last]

    def side_ends_within(self, first: int, last: int) -> bool:
        """Whether a phrase that says a side or how bad it is ends right before one of the words [first, last)."""
        return self.sides[max(0, first)] != self.sides[last]

    def parted_by_dash(self, i: int) -> bool:
        """Whether a dash between blanks stands before word i: "malnutrition, severe - dietitian to see"."""
        words = self.words
        return 0 < i < len(words.starts) and any(f" {dash} " in self.text[words.ends[i - 1] : words.starts[i]] for dash in "-–—")


def beside(text: str, words: Words, table: Table) -> Beside:
    """The modifying phrases of a text; those that count only in capitals are told from its letters."""
    found = Beside(words, table, text=text)
    said = words.words
    for first, (last, meaning) in list(found.begins.items()):
        heading = said[last : last + 1] == [":"]
        if meaning.written:
            as_written = text[words.starts[first] : words.ends[last - 1]]
            both = meaning.says.get("laterality") == "bilateral" and not (last in found.begins and found.begins[last][1].is_place)
            if heading or both or not as_written.isupper() or _litres(first, as_written, text, words):
                del found.begins[first], found.ends[last]  # "R: no further seizure" is a response
                if not (heading or both or _litres(first, as_written.upper(), text, words)):
                    found.small[last] = first, meaning
            elif text[words.ends[last - 1] : words.ends[last - 1] + 2] in _SENTENCE_ENDS:
                del found.ends[last]  # "dysmetria L. Truncal ataxia"
            if first in found.begins and _tells_the_site(first, meaning, found):
                found.labels.append((last, last + _ANSWERS, meaning.says["laterality"]))
            continue
        if _tells_the_site(first, meaning, found):
            found.labels.append((last, last + _ANSWERS, meaning.says["laterality"]))
        if heading and (side := _labelling(last, text, found)):
            found.labels.append((last, *side))
    found.begun = counted(list(found.begins), len(said))
    found.ended = counted(sorted([*found.ends, *found.small]), len(said))
    return found


def _labelling(colon: int, text: str, near: Beside) -> tuple[int, str] | None:
    """Of the label of a line that ends with that colon: the word behind which it says no more, and its side.

    "L heel:" speaks of its whole line, "XR pelvis and right wrist:" of its sentence.
    """
    words, sides, i = near.words, set(), colon
    while (phrase := near.ends.get(i) or near.small.get(i)) is not None:
        sides |= {phrase[1].says["laterality"]} if "laterality" in phrase[1].says else set()
        i = phrase[0]
    start = words.starts[i]
    line = text.rfind("\n", max(0, start - _LABEL_BEGINS - 1), start) + 1
    if len(sides) != 1 or (line == 0 and start > _LABEL_BEGINS):
        return None
    if text[line:start].strip(_BULLETS):
        return words.words.index(BREAK, colon), sides.pop()
    line_end = text.find("\n", start, start + _LABEL_REACH)
    return words.first_at(line_end if line_end >= 0 else start + _LABEL_REACH), sides.pop()


def _tells_the_site(i: int, meaning: Meaning, near: Beside) -> bool:
    """Whether a form asks there where it is, of which the next answers tell what: "Site: L heel. Type: pressure injury."."""
    if "laterality" not in meaning.says:
        return False
    said = near.words.words
    colon = i - 1 - (said[i - 1] == BREAK)
    return colon > 0 and said[colon] == ":" and said[colon - 1] in near.table.sites_told


def _litres(at: int, letter: str, text: str, words: Words) -> bool:
    """ "2 L"; a date ("1/11 L pneumothorax") is no amount."""
    before = at - 1
    if letter != "L" or at == 0 or not words.words[before].isdigit() or text[max(0, words.starts[before] - 1)] == "/":
        return False
    return before > 0 and words.words[before - 1] != BREAK  # the number of an item: "2 L IJ thrombophlebitis"


def said_ahead(i: int, begin: int, near: Beside) -> tuple[int, Meaning] | None:
    """The side, or the severity, some words before word i, where those are of the name itself: no verb, no preposition, no slash."""
    said, apart = near.words.words, near.table.apart
    if not near.side_ends_within(i - _UNKNOWN, i):
        return None
    for at in range(i - 1, max(begin, i - 1 - _UNKNOWN) - 1, -1):
        phrase = near.ends.get(at + 1) if at + 1 < i and near.side_ends_within(at + 1, at + 2) else None
        if phrase is not None:
            sided = "laterality" in phrase[1].says
            return phrase if phrase[0] >= begin and (sided or _one_name(at + 1, i, near)) else None
        if not (said[at].isalnum() and said[at][0].isalpha()) or len(said[at]) < 2 or said[at] in apart or said[at].endswith("ing"):
            return None
    return None


def _one_name(first: int, last: int, near: Beside) -> bool:
    """Whether no slash stands in these words and before the next: "mild cognitive impairment / breast cancer" are two."""
    return "/" not in near.text[near.words.starts[first] : near.words.starts[last]]
