"""What a sentence says about a mention beyond its name: severity, acuity, side, site, stage, type, presence on admission (DOMAIN B27).

Only by evidence in the words right beside it, never a neighbour's: "AKI, acute anemia" says nothing of the AKI's acuity.  Words before a
mention belong to it where nothing else stands between.  Words behind it do where they are a run of their own: in brackets, behind a comma
or a colon, behind "is", after "of the", or simply next, and then nothing follows that they could belong to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from opencdi.knowledge.words import BREAK, Words
from opencdi.nlp.causes import causes_of
from opencdi.nlp.mentioned import Mentioned
from opencdi.nlp.relation_words import Meaning, Table

_TOLD_OF = frozenset({"diagnosis", "finding", "symptom"})
_PLACES = frozenset({"laterality", "site"})
_ENDS = frozenset({BREAK, ",", ";", ")", "(", ":", "|", "]", "?", "!"})
_JOINED = frozenset({"and", "on", "to", "the", "of", "side", "sided", "with"})
"""Words inside a run of modifiers: "acute on chronic", "of the left leg"."""
_SAID_WITHIN = 12
"""Words behind a mention within which "present on admission" still speaks of it."""
_LONGEST_RUN = 12
_LEFT = 8

Told = tuple[str, str]
"""Attribute and value."""


@dataclass
class Beside:
    """The phrases of a text that modify, found once for all its mentions."""

    words: Words
    table: Table
    begins: dict[int, tuple[int, Meaning]] = field(default_factory=dict)
    ends: dict[int, tuple[int, Meaning]] = field(default_factory=dict)
    tells_admission: bool = field(init=False)
    chains: dict[int, tuple[int, list[Told]]] = field(default_factory=dict)
    """Of each mention, by its place in the list: what stands before it, once asked for."""

    def __post_init__(self) -> None:
        """Find them."""
        said = self.words.words
        self.tells_admission = self.table.on_admission.begins_in(said)
        for first, last, meaning in self.table.phrases.matches(said):
            self.begins[first] = (last, meaning)
            self.ends[last] = (first, meaning)


def beside(text: str, words: Words, table: Table) -> Beside:
    """The modifying phrases of a text; those that count only in capitals are told from its letters."""
    found = Beside(words, table)
    for first, (last, meaning) in list(found.begins.items()):
        as_written = text[words.starts[first] : words.ends[last - 1]]
        heading = last < len(words.words) and words.words[last] == ":"  # "R: no further seizure" is a response
        if meaning.written and (heading or not as_written.isupper() or _litres(first, as_written, text, words)):
            del found.begins[first], found.ends[last]
    return found


def _litres(at: int, letter: str, text: str, words: Words) -> bool:
    """ "2 L"; a date ("1/11 L pneumothorax") is no amount."""
    before = at - 1
    return letter == "L" and at > 0 and words.words[before].isdigit() and text[max(0, words.starts[before] - 1)] != "/"


def attributes_of(at: int, mentions: list[Mentioned], near: Beside) -> dict[str, str]:
    """All attributes of the mention at that place of the list; what its own term implies comes first."""
    mention = mentions[at]
    told = dict(mention.attributes)
    if mention.kind == "device":
        told.update((name, value) for name, value in _before(at, mentions, near) if name in _PLACES and name not in told)
        return told
    if mention.kind not in _TOLD_OF:
        return told
    for name, value in (*_before(at, mentions, near), *_inside(mention, near), *_behind(at, mentions, near), *_on_admission(mention, near)):
        if takes(mention, name, near.table):
            told.setdefault(name, value)
    for name, value in causes_of(at, mentions, near.words.words, near.table):
        told.setdefault(name, value)
    return told


def takes(mention: Mentioned, name: str, table: Table) -> bool:
    """Whether such an attribute can be said of that mention: sepsis has no side, a symptom no acuity."""
    if mention.kind not in _TOLD_OF or (name in ("laterality", "site") and mention.concept in table.unsided):
        return False
    return name != "acuity" or mention.kind == "diagnosis"


def chain_before(at: int, mentions: list[Mentioned], near: Beside) -> tuple[int, list[Told]]:
    """Where the modifiers begin that stand before a mention and belong to it, and what they say, nearest first."""
    if at not in near.chains:
        near.chains[at] = _chain_before(at, mentions, near)
    return near.chains[at]


def _chain_before(at: int, mentions: list[Mentioned], near: Beside) -> tuple[int, list[Told]]:
    mention, said = mentions[at], near.words.words
    begin = mentions[at - 1].last if at else 0
    told: list[Told] = []
    start = i = mention.first
    while i > max(begin, mention.first - _LEFT):
        if (stage := _stage_before(i, begin, mention, near)) is not None:
            i = start = stage[0]
            told.append(("stage", stage[1]))
        elif (phrase := near.ends.get(i)) is not None and phrase[0] >= begin:
            i = start = phrase[0]
            told += _says(phrase[1], mention)
        elif said[i - 1] in near.table.passed or (start == i < mention.first and _adds_to(i - 1, begin, near)):
            i -= 1
        else:
            break
    return start, told


def _adds_to(comma: int, begin: int, near: Beside) -> bool:
    """Whether the comma joins two adjectives that begin their clause: "acute, severe pancreatitis"."""
    phrase = near.ends.get(comma)
    if near.words.words[comma] != "," or phrase is None or phrase[1].says.keys() - {"severity", "acuity"}:
        return False
    return phrase[0] == 0 or (phrase[0] > begin and near.words.words[phrase[0] - 1] in (_ENDS - {","}) | near.table.articles)


def _says(meaning: Meaning, mention: Mentioned) -> Iterator[Told]:
    yield from meaning.of.get(mention.concept, {}).items()
    yield from meaning.says.items()


def _before(at: int, mentions: list[Mentioned], near: Beside) -> Iterator[Told]:
    _, told = chain_before(at, mentions, near)
    if len(told) < 2:
        yield from told
        return
    acuities = {value for name, value in told if name == "acuity"}
    sides = {value for name, value in told if name == "laterality"}
    for name, value in told:
        if name == "acuity" and {"acute", "chronic"} <= acuities:
            yield name, "acute-on-chronic"
        elif name == "laterality" and {"left", "right"} <= sides:
            yield name, "bilateral"
        else:
            yield name, value


def _inside(mention: Mentioned, near: Beside) -> Iterator[Told]:
    """What the mention's own words say of the place: "RLL pneumonia", "sacral ulcer"."""
    if mention.concept in near.table.sited:
        for i in range(mention.first, mention.last):
            if (phrase := near.begins.get(i)) is not None and phrase[0] <= mention.last and phrase[1].is_place:
                yield from phrase[1].says.items()


def _stage_before(i: int, begin: int, mention: Mentioned, near: Beside) -> tuple[int, str] | None:
    """ "stage 3" that ends right before word i."""
    said, table = near.words.words, near.table
    if mention.concept in table.staged and i - 2 >= begin and said[i - 1] in table.stages and said[i - 2] in table.stage_words:
        return i - 2, table.stages[said[i - 1]]
    return None


def _stage_at(i: int, mention: Mentioned, near: Beside, *, bare: bool) -> tuple[int, str] | None:
    """Word behind a stage that begins at word i, and the stage."""
    said, table = near.words.words, near.table
    if mention.concept not in table.staged:
        return None
    worded = said[i] in table.stage_words and i + 1 < len(said)
    at = i + 1 if worded else i
    if said[at] not in table.stages or not (worded or (bare and mention.concept in table.bare_staged)):
        return None
    if not worded and at + 1 < len(said) and said[at + 1] in table.counted:
        return None  # "CKD 3 years"
    return at + 1, table.stages[said[at]]


def _run(i: int, stop: int, mention: Mentioned, near: Beside) -> tuple[int, list[Told]]:
    """The modifiers from word i on, one after the other, and where they end."""
    said = near.words.words
    told: list[Told] = []
    end = i
    while i < stop and i < end + 3:
        if (stage := _stage_at(i, mention, near, bare=False)) is not None:
            told.append(("stage", stage[1]))
            i = end = stage[0]
        elif (phrase := near.begins.get(i)) is not None and phrase[0] <= stop:
            told += _says(phrase[1], mention)
            i = end = phrase[0]
        elif (said[i] in _JOINED and end == i) or (said[i] in near.table.articles and i > end):
            i += 1
        else:
            break
    return end, told


def _closes(i: int, stop: int, near: Beside) -> bool:
    """Whether nothing follows at word i that the run before it could belong to."""
    said = near.words.words
    return i >= len(said) or said[i] in _ENDS or (i < stop and said[i] in near.table.closing)


def _behind(at: int, mentions: list[Mentioned], near: Beside) -> Iterator[Told]:
    mention, said = mentions[at], near.words.words
    stop = chain_before(at + 1, mentions, near)[0] if at + 1 < len(mentions) else len(said)
    i = mention.last
    if i < stop and (stage := _stage_at(i, mention, near, bare=True)) is not None:
        yield "stage", stage[1]
        i = stage[0]
    if i < stop and said[i] in near.table.copulas:
        while i < stop and (said[i] in near.table.copulas or said[i] in near.table.articles or said[i] == "as"):
            i += 1
    elif i < stop and said[i] in near.table.leading:
        i += 1
        while i < stop and said[i] in near.table.articles:
            i += 1
    end, told = _run(i, stop, mention, near)
    if told and _closes(end, stop, near):
        yield from told
        i = end
    elif stages := [one for one in told if one[0] == "stage"]:
        yield from stages  # a stage belongs to nothing else
        i = end
    if i < stop:
        yield from _segments(i, stop, mention, near)


def _segments(i: int, stop: int, mention: Mentioned, near: Beside) -> Iterator[Told]:
    """The runs behind commas, in brackets and behind a colon.  Behind a colon and in brackets other words may stand between them."""
    said = near.words.words
    opener = said[i]
    tolerant = opener in {":", "("}
    limit = min(stop, i + (3 * _LONGEST_RUN if tolerant else _LONGEST_RUN))
    while i < limit and said[i] in {",", ":", "("}:
        end, told = _run(i + 1, stop, mention, near)
        whole = bool(told) and end < len(said) and (said[end] in _ENDS or (tolerant and _closes(end, stop, near)))
        if whole:
            yield from told
        elif not tolerant:
            return
        i = end if whole else i + 1
        while tolerant and i < limit and said[i] not in {",", BREAK, ")", ";"}:
            i += 1


def runs_from(i: int, stop: int, following: int, at: int, mentions: list[Mentioned], near: Beside) -> Iterator[Told]:
    """What the runs of modifiers say with which a sentence begins ("stage 3, sacrum"), for the mention at that place of the list.

    `following`: the mention that comes next in the text.
    """
    if following < len(mentions):
        stop = min(stop, chain_before(following, mentions, near)[0])
    while i < stop:
        end, told = _run(i, stop, mentions[at], near)
        if not told or near.words.words[min(end, len(near.words.words) - 1)] not in _ENDS:
            return
        yield from told
        i = end + 1


def _on_admission(mention: Mentioned, near: Beside) -> Iterator[Told]:
    """What the note itself says of its presence on admission, in the same clause."""
    if not near.tells_admission:
        return
    behind = near.words.words[mention.last : mention.last + _SAID_WITHIN]
    until = min((behind.index(mark) for mark in (BREAK, ";") if mark in behind), default=len(behind))
    for _, _, told in near.table.on_admission.matches(behind, 0, until):
        yield "poa", told
        return
