"""Our own words are no evidence (DOMAIN F.8): how a question of ours is known when it comes back in a note.

Nobody has to tell this room which questions were sent: the words of all are those of the rules (`rules/queries`) and of specialists'
edits, and an indicator has forms that nobody else writes: "lactate 4.2 mmol/L (result, 2026-05-04 08:40, laboratory)".  Letters and
digits are compared, so a vendor may re-wrap, re-case, number or quote them.

Of the options one that is ticked, has something written behind it, or was left standing alone is the physician's answer; a list of
options that nobody marked is not.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from sys import maxsize

from opencdi.events.reading import Finding, ValueInText
from opencdi.events.wording import CONTRARY, DOCUMENTED, INDICATORS, NO_CONTRARY, SOURCES
from opencdi.knowledge.tables import parsed
from opencdi.knowledge.words import Lexicon

ECHO_SHARE = 0.8
"""A note of which this share of the words is a question of ours, and which says nothing beyond it, is the question come back."""
_ASKS = 5
"""So many words of a template in a row are no accident: the question stands in this note."""
_CUT = 3
"""So many words are enough where the text ends with them: a message that was too long was cut off within our question."""
_LONGEST_PIECE = 120
_A_LIST = 3
"""So many options in a row are no accident either, though they do not stand below a question."""
_HOLE = "{documented}"
_WORD = re.compile(r"[^\W_]+")
_FORM = "|".join(re.escape(source).replace(r"\ ", r"\s+") for source in SOURCES)
_IN_BRACKETS = rf"\((?:{_FORM}),\s+\d{{4}}(?:-\d\d){{0,2}}(?:\s+\d\d:\d\d)?(?:,[^()]{{0,200}})?\)"
_ON_PAGE = rf"\b(?:{_FORM})\s+·\s+[^·]{{4,40}}\s+·\s+(?:[^·\n]{{1,60}}$|\w[\w'.-]*(?:,[ ]\w+)?)"
_CITED = re.compile(_IN_BRACKETS, re.IGNORECASE)
_CUT_OFF = re.compile(rf"\((?:{_FORM})(?:,[^()]{{0,60}})?\Z", re.IGNORECASE)
_LAST_BULLET = re.compile(r"[ \t]*\n[ \t>|]*-[ \t][^\n]{0,300}")
_CITED_ON_PAGE = re.compile(f"{_IN_BRACKETS}|{_ON_PAGE}", re.IGNORECASE | re.MULTILINE)
"""Where an indicator comes from: in brackets behind it, or on our page in a line below it."""
_LONGEST_INDICATOR = 600
_HEADINGS = "|".join(told.replace(" ", r"\s+") for told in (DOCUMENTED, INDICATORS, CONTRARY))
_HEADING = re.compile(rf"(?:{_HEADINGS}):|^[ \t>|]*(?:{_HEADINGS})[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_BULLETS = ("-", "–", "—", "•", "*", "·")
_BULLET = re.compile(r"(?:^|\n)[ \t>|]*[-–—•*·][ \t]")
_QUOTED = re.compile(r"[“\"?][^“”\"?]{1,120}[”\"?]\W*$")  # a sender without our quotation marks writes "?"
_LAST_QUOTE = re.compile(r"(?<=\w)[^\w“\"?]*+[“\"?][^“”\"?\n]{1,120}(?:[”\"?]\W*+(?:\w++\W*+){0,2})?")
_ANSWERS = frozenset({"yes", "no", "agree", "present", "absent"})
_DENIES = frozenset({"no", "not", "absent", "false", "negative"})
_TICK = re.compile(r"\[[xX✓✔√]\]|\([xX✓✔√]\)|[☑☒✓✔√]|(?<!\w)[xX](?!\w)")
_TICK_BEHIND = re.compile(rf"{_TICK.pattern}|(?<!\w)[yY](?!\w)|<-|←")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a question's words.  `diagnoses`: what an option stands for, None where only its words can tell (an edited one)."""

    option: bool = False
    diagnoses: frozenset[str] | None = frozenset()
    after_hole: bool = False  # the provider's own term stands quoted before it


@dataclass(frozen=True)
class OwnWords:
    """The words of all our questions."""

    pieces: dict[str, Piece]
    lexicon: Lexicon[Piece] = field(init=False)
    begins: Mapping[tuple[str, ...], tuple[tuple[list[str], Piece], ...]] = field(init=False)
    """The first words of the longer pieces -> all of them: a message that was too long ends within one."""

    def __post_init__(self) -> None:
        """Make them findable."""
        begins: dict[tuple[str, ...], tuple[tuple[list[str], Piece], ...]] = {}
        for form, piece in self.pieces.items():
            if not piece.option and len(words := form.split(" ")) >= _ASKS:
                head = tuple(words[:2])
                begins[head] = (*begins.get(head, ()), (words, piece))
        object.__setattr__(self, "lexicon", Lexicon(self.pieces.items()))
        object.__setattr__(self, "begins", begins)

    def cut_off_in(self, words: list[str]) -> tuple[int, int, Piece] | None:
        """The piece within which these words end, as words [first, last)."""
        for first in range(max(0, len(words) - _LONGEST_PIECE), len(words) - _CUT + 1):
            said = words[first:]
            for whole, piece in self.begins.get(tuple(said[:2]), ()):
                if len(said) <= len(whole) and whole[: len(said) - 1] == said[:-1] and whole[len(said) - 1].startswith(said[-1]):
                    return first, len(words), piece
        return None

    def with_edits(self, wording: Iterable[str], options: Iterable[str]) -> "OwnWords":
        """With words that a specialist put in place of a template's."""
        edited = {_form(text): Piece() for text in wording} | {_form(text): Piece(option=True, diagnoses=None) for text in options}
        return OwnWords(edited | self.pieces)


def _form(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


@lru_cache(maxsize=4)
def load_own_words(folder: Path) -> OwnWords:
    """The words of the rules in that folder (`rules/queries`); retired ones too, whose questions may still be about."""
    pieces = {_form(text): Piece() for text in (DOCUMENTED, INDICATORS, CONTRARY, NO_CONTRARY)}
    for path in sorted(folder.glob("D-*.yaml")):
        rule = parsed(path.read_bytes())
        for text in (rule.get("title"), rule.get("why"), rule.get("question")):
            for nth, part in enumerate(text.split(_HOLE) if text else ()):
                pieces[_form(part)] = Piece(after_hole=nth > 0)
        for option in rule.get("options", ()):
            known = pieces.get(form := _form(option["text"]), Piece()).diagnoses or frozenset()
            pieces[form] = Piece(option=True, diagnoses=known | ({told} if (told := option.get("diagnosis")) else set()))
    return OwnWords(pieces)


_Found = list[tuple[int, int, Piece]]
_Spanned = Finding | ValueInText


@dataclass(frozen=True)
class Echo:
    """What of a text is ours: [start, end) of `stretches`; options `answered`, and what they stand for; the share of its words."""

    stretches: tuple[tuple[int, int], ...] = ()
    answered: tuple[tuple[int, int, frozenset[str] | None], ...] = ()
    share: float = 0.0

    def of_the_provider(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings less those of our words.  An option answered says what it stands for or denies, and no more (DOMAIN F.9)."""
        return tuple(finding for finding in findings if not self._is_ours(finding) and self._is_meant(finding))

    def values_of_the_provider(self, values: Iterable[ValueInText]) -> tuple[ValueInText, ...]:
        """The values less those that we cited."""
        return tuple(value for value in values if not self._is_ours(value))

    def _is_ours(self, span: _Spanned) -> bool:
        nth = bisect_right(self.stretches, (span.start, maxsize)) - 1
        return nth >= 0 and span.end <= self.stretches[nth][1]

    def _is_meant(self, finding: Finding) -> bool:
        nth = bisect_right(self.answered, finding.start, key=lambda option: option[0]) - 1
        if nth < 0 or finding.end > self.answered[nth][1] or finding.assertion == "absent":
            return True
        diagnoses = self.answered[nth][2]
        return diagnoses is None or finding.concept in diagnoses


def echo_in(text: str, own: OwnWords) -> Echo:
    """What of a text is a question of ours come back."""
    words = [word.lower() for word in _WORD.findall(text)]
    found = list(own.lexicon.matches(words))
    if (cut := own.cut_off_in(words)) is not None:
        found = [*(one for one in found if one[1] <= cut[0]), cut]
    cited = list(_cited(text))
    if not found and not cited:
        return Echo()
    spans = [match.span() for match in _WORD.finditer(text)]
    stretches = cited + [
        _with_its_quote(text, spans[first][0], spans[last - 1][1], piece) for first, last, piece in found if not piece.option
    ]
    told = [one for one in found if one[1] - one[0] >= _CUT]
    if told and not told[-1][2].option and _LAST_QUOTE.fullmatch(text, end := spans[told[-1][1] - 1][1]):
        stretches.append((end, len(text)))  # cut off behind the provider's own term that we quoted
    asked = bool(cited) or any(not piece.option and last - first >= _ASKS for first, last, piece in found)
    answered: list[tuple[int, int, frozenset[str] | None]] = []
    between, begins = _between(found, words), {first for first, _, _ in found}
    for options, below in _lists(found, words, between):
        ours = below or len(options) >= _A_LIST
        for first, last, piece in options if asked or ours else ():
            start, end = spans[first][0], spans[last - 1][1]
            if ours and len(options) > 1 and not _is_marked(text, spans, words, (first, last), begins, between):
                stretches.append((start, end))
            else:
                denied = _is_denied(text, spans, words, last, begins)
                answered.append((start, end, frozenset() if denied else piece.diagnoses))
    covered = _words_in([*stretches, *((start, end) for start, end, _ in answered)], spans)
    return Echo(_merged(stretches), tuple(answered), covered / len(words))


def _merged(stretches: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Sorted, none inside or over another."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _words_in(stretches: list[tuple[int, int]], spans: list[tuple[int, int]]) -> int:
    starts = [start for start, _ in spans]
    covered: set[int] = set()
    for start, end in stretches:
        covered.update(range(bisect_left(starts, start), bisect_left(starts, end)))
    return len(covered)


def _between(found: _Found, words: list[str]) -> frozenset[str]:
    """The words that say nothing where they stand between options: numbers and bullets; "or", and what a vendor put between all of them."""
    options = [one for one in found if one[2].option]
    marks = frozenset(word for word in words if len(word) == 1 or word.isdigit())
    gaps = [[word for word in words[one[1] : after[0]] if word not in marks] for one, after in pairwise(options)]
    counted = Counter(gap[0] for gap in gaps if len(gap) == 1 and gap[0] not in _ANSWERS)
    return marks | {"or"} | {word for word, times in counted.items() if times > 1}


def _lists(found: _Found, words: list[str], between: frozenset[str]) -> Iterator[tuple[_Found, bool]]:
    """The options that stand in a row, and whether that is right below our question."""
    row: _Found = []
    below = asks = False
    after = 0
    for one in found:
        first, last, piece = one
        adjoins = all(word in between for word in words[after:first])
        repeats = any(piece is before[2] for before in row)  # behind the list somebody wrote what one of its options says
        if row and (repeats or not adjoins or not piece.option):
            yield row, below
            row = []
        if piece.option:
            below = below if row else adjoins and asks
            row.append(one)
        asks, after = not piece.option and last - first >= _ASKS, last
    if row:
        yield row, below


def _is_marked(
    text: str, spans: list[tuple[int, int]], words: list[str], option: tuple[int, int], begins: set[int], between: frozenset[str]
) -> bool:
    """Whether somebody ticked this option, or wrote something behind it on its line."""
    first, last = option
    start, end = spans[first][0], spans[last - 1][1]
    before = first - 1
    while before >= 0 and words[before] in between:
        before -= 1
    if _TICK.search(text, max(text.rfind("\n", 0, start) + 1, spans[before][1] if before >= 0 else 0), start):
        return True
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    behind = last
    while behind < len(words) and words[behind] in between:
        behind += 1
    if behind == len(words) or spans[behind][0] >= line_end:
        return _TICK_BEHIND.search(text, end, line_end) is not None
    return behind not in begins


def _is_denied(text: str, spans: list[tuple[int, int]], words: list[str], last: int, begins: set[int]) -> bool:
    """Whether the first word behind the option on its line says no to it: "Sepsis (please specify the source): no"."""
    if last == len(words) or last in begins or words[last] not in _DENIES:
        return False
    return "\n" not in text[spans[last - 1][1] : spans[last][0]]


def _with_its_quote(text: str, start: int, end: int, piece: Piece) -> tuple[int, int]:
    quoted = _QUOTED.search(text, max(0, start - 140), start) if piece.after_hole else None
    return (quoted.start() if quoted else start), end


def _cited(text: str) -> Iterator[tuple[int, int]]:
    """The indicators: each from its bullet, or from where the heading or the one before it ends on its line, or else its whole line."""
    after = 0
    for match in (_CITED_ON_PAGE if "·" in text else _CITED).finditer(text):
        stop = match.start()
        begin = max(after, stop - _LONGEST_INDICATOR)
        for heading in _HEADING.finditer(text, begin, stop):
            begin = after = heading.end()
        in_a_row = 0 < after == begin
        line = text.rfind("\n", 0, stop) + 1
        if not match.group().startswith("("):
            above = text.rfind("\n", 0, len(text[begin:line].rstrip()) + begin) + 1
            begin = begin if in_a_row else line if text[line:stop].strip() else above
        elif bullets := [bullet.end() for bullet in _BULLET.finditer(text, begin, stop)]:
            begin = bullets[-1]
        elif not (in_a_row and text[begin:stop].lstrip().startswith(_BULLETS)):
            begin = max(begin if in_a_row else 0, line)
        yield begin, match.end()
        after = match.end()
    for heading in _HEADING.finditer(text, after):
        after = heading.end()
    rest = text[after:]
    if (cut := _CUT_OFF.search(rest[-_LONGEST_INDICATOR:])) or (after and _LAST_BULLET.fullmatch(rest)):
        yield max(after, text.rfind("\n", 0, len(text) - len(cut.group() if cut else "")) + 1), len(text)  # the message was too long
