"""Sentences of a note: the stretch in which a "no" or a "history of" can reach.

Notes are not prose: a new line may be a new item or a wrapped sentence, "Dr. Smith" is one, "1. AKI 2. UTI" are two.  The stretches
returned are in order, do not overlap and cover every character that is not white space.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from opencdi.nlp.any_of import any_of

_BOUNDARY: Final = re.compile(
    r"[\n\r\f\v\x85\u2028\u2029.!?](?:(?<=[\n\f\v\x85\u2028\u2029])|(?<=\r)(?!\n)"
    r"|(?<=[.!?])[.!?]*(?:,(?=[ \t]*[A-Z0-9])|(?=[\s\"')\]]|$))|(?<=[a-z]{3}\.)(?=[A-Z][a-z]))"
)
"""Begins with a set of signs: a text is searched for those alone.

Dictated text often has its line breaks turned into commas ("Gallstones.,ANESTHESIA") or its blanks lost ("improved.No fever").
"""
_ITEM: Final = re.compile(r"[-*•·#>+~]|\(?\d{1,2}[.)]|\[[ xX✓]?\]|[A-Z][A-Za-z /&]{0,30}:")
_MARKED: Final = re.compile(r"(?<![ \t])[ \t]*(?:[-*•·#>+~]|\(?\d{1,2}[.)])")
_INLINE_ITEM: Final = re.compile(r"(?<=[\s;,.])(?:1?\d[.)]\s+(?=[A-Z])|\(?(?P<number>1?\d|[a-h])(?P<close>[.)])\s+(?=\w)|[#•]\s*(?=\w))")
_NUMBERED: Final = r"(?<=[\s;,.(1][0-9a-h].)"
_CLOSES_ITEM: Final = tuple(re.compile(rf"{sign}(?=\s*\w)") for sign in (rf"\.{_NUMBERED}", rf"\){_NUMBERED}", "#", "•"))
"""How an item of a running list may open, told by its last sign; one sign is found much faster than any of four."""
_REACH: Final = 400
"""The item before an item of a running list stands within so many characters."""
_SHORT_FORMS: Final = frozenset(
    [
        "dr", "mr", "mrs", "ms", "st", "vs", "pt", "pts", "approx", "no", "dx", "hx", "sx", "tx", "rx", "fx", "wt", "ht", "temp", "yo",
        "y.o", "s.p", "e.g", "i.e", "etc", "prof", "jr", "sr", "dept", "inc", "c", "e", "h", "s", "p", "a", "k", "b", "q.d", "b.i.d",
        "t.i.d", "p.o", "i.v", "a.m", "p.m", "resp",
    ]
)  # fmt: skip
_CLIPPED: Final = frozenset(
    [
        "incl", "excl", "bilat", "prev", "poss", "prob", "susp", "cont", "hosp", "abd", "lt", "rt", "neg", "pos", "min", "max", "hr", "hrs",
        "sec", "mo", "mos", "wk", "wks", "yr", "yrs", "lb", "lbs", "oz", "cm", "mm", "mg", "ml", "kg", "mcg", "cc", "ft", "ext", "fam",
        "sig", "cf", "al", "viz", "ca", "fig", "adm", "req", "ant", "lat", "inf", "sup", "vol", "mod", "sev", "occ", "h.o", "abnl", "esp",
    ]
)  # fmt: skip
"""Short forms whose sentence goes on only in small letters: "neg. for PE", but "Flu neg. Fever persists"."""
_ALSO_NOUNS: Final = frozenset({"fx", "sx", "tx", "rx"})
"""Short forms that may close a sentence even so: "no other fx. diffuse osteopenia"."""
_WRAPPED_AT: Final = 65
"""A line at least this long that ends without a full stop was broken by the editor, not by the author."""
_WRAPPED_SMALL_AT: Final = 40
"""The same where the next line goes on in small letters."""
_GOES_ON: Final = re.compile(
    r"(?:and|or|nor|but|with|without|w/|of|due|secondary|2/2|for|in|on|at|to|by|from|as|than|who|which|that|the|a|an|is|was|were|has|had)(?![A-Za-z])",
    re.IGNORECASE,
)
_OPEN: Final = (
    "and or nor with without w/ of due to secondary 2/2 for in on at by from as than the a an is was were has had not any left right acute"
    " chronic"
)
_UNFINISHED: Final = re.compile(rf"\b(?:{any_of(_OPEN.split(), '')}|(?<![-:–.]\s)(?<!\s\s)no)\Z", re.IGNORECASE)
_UNFINISHED_REACH: Final = 12
_LEADER: Final = 4
"""So many dots lead to an answer on the right."""
_ANSWERED: Final = re.compile(r"[ \t]{1,3}(?:yes|no|none|denies|denied)(?=[ \t]*(?:[.,;\r\n]|\Z))", re.IGNORECASE)
_GAP: Final = "   "
"""So many blanks part the columns of a row."""
_CELL: Final = re.compile(r"[^ \t\n](?:[^\n \t]|[ \t](?!  ))*")
_ANSWER_CELL: Final = re.compile(
    r"(?:yes|no|none|y|n|neg|pos|denies|unknown|\?)(?![\w/.-])(?! (?:known|other|further|more|evidence|signs?|acute|new)\b)", re.IGNORECASE
)
_ITEM_NUMBER: Final = re.compile(r"(?<![^\s;,])1?\d$")
_COUNTED: Final = re.compile(r"(?:CKD|stages?|stg|grade|type|class|GOLD|NYHA|Hinchey|ECOG|score)[ \t]+$", re.IGNORECASE)
"""The number behind these is theirs: "CKD 4. Diabetes type 2. Hypertension"."""
_COUNTED_REACH: Final = 12
_BEFORE_DOT: Final = re.compile(r"(?<![\d'’])[A-Za-z.]{1,12}$")  # not the s of "in her 70s." and "Parkinson's."


def _ends_line(text: str, at: int, line_start: int, widths: "_Widths", *, listed: bool) -> bool:
    """Whether the line break at that place ends a sentence; `listed`: it stands in a list, where each item has its line."""
    rest = text[at + 1 : at + 50]
    following = rest.lstrip(" \t\r")
    if not following or following[0].isspace() or _ITEM.match(following):
        return True
    line = text[line_start:at].strip()
    if not line or line[-1] in ":.!?;":
        return True
    if line[-1] == "," or _GOES_ON.match(following) or _UNFINISHED.search(line, max(0, len(line) - _UNFINISHED_REACH)):
        return False
    small = following[0].islower()
    if small and rest[0] in " \t" and _MARKED.match(text, line_start, at):
        return False  # an item that goes on below its first word
    if len(line) < (_WRAPPED_SMALL_AT if small else _WRAPPED_AT) or (listed and not small):
        return True
    # Where the next word would have had room on this line, its author broke it.
    return at - line_start + 1 + len(following.split(None, 1)[0]) <= widths.at(at)


class _Widths:
    """How wide the lines of each paragraph are; asked in the order of the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._until = self._width = 0

    def at(self, place: int) -> int:
        """The longest line of the paragraph in which that line break stands."""
        if place >= self._until:
            begin = max(self._text.rfind("\n\n", self._until, place), self._until)
            end = self._text.find("\n\n", place)
            self._until = end if end >= 0 else len(self._text)
            self._width = max(map(len, self._text[begin : self._until].split("\n")))
        return self._width


def _ends_at_dot(text: str, begin: int, at: int, end: int) -> bool:
    """Whether the full stop at that place ends a sentence."""
    if text[at] == "?" and (at == begin or text[at - 1] in " \t\n(:" or _ANSWERED.match(text, end)):
        return False  # "? UTI": the doubt belongs to what follows, as the answer in "Dizziness? No." to what was asked
    if end - at >= _LEADER and text.startswith("." * _LEADER, at):
        return False  # "Corneal abrasion ........ no"
    if text[at] != "." or text[at + 1 : end] not in ("", ","):
        return True
    word = _word_before(text, begin, at)
    if len(word) == 1 and text[at - 2 : at - 1].isdigit() and text[begin : at - 1].strip(" (").isdigit():
        return False  # "1a. Diabetes"
    if len(word) == 1 and text[max(begin, at - 2) : at - 1].isdigit():
        word = ""  # "rate in the 80s."
    if (form := word.lower()) in _SHORT_FORMS:
        after = text[end : end + 15].lstrip()
        if word == "C" and after[:1].isupper():
            return True  # "hepatitis C. Labs were": no "c." for "with"
        if form in _ALSO_NOUNS and after[:1].islower():
            return _GOES_ON.match(after) is None
        return not after or (form == "no" and after[0].isalpha())  # "chest pain: no. sats 94 %", but "no. 5"
    number = _ITEM_NUMBER.search(text, max(begin, at - 3), at) if text[at - 1].isdigit() else None
    if number is not None and not _is_counted(text, number.start()):
        return False  # "1. Acute kidney injury": the number belongs to its item
    after = text[end : end + 15].lstrip()
    if not (after and after[0].islower()):
        return True
    # Tired residents write no capitals: a word before the stop is enough, if what follows does not go on with it.
    if not word:
        return text[at - 1].isdigit() or text[at - 1] in "%)"
    if form in _CLIPPED:
        return False
    if "." in word and all(len(part) < 2 for part in word.split(".")):
        return False  # "p.r.n. for pain"
    return len(word) > 3 or (len(word) > 1 and _GOES_ON.match(after) is None)


def _word_before(text: str, begin: int, at: int) -> str:
    """The word that ends there, or its last letters; empty where none does."""
    near = text[max(begin, at - 12) : at].rpartition(" ")[2]
    if near.isalpha() and near.isascii():
        return near  # nearly always
    found = _BEFORE_DOT.search(text, max(begin, at - 12), at)
    return found.group() if found else ""


def sentences_in(text: str, headings: Iterable[int] = (), lists: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """[start, end) of each sentence, white space around it left out.

    No sentence goes across the places in `headings`; within the stretches of `lists`, in order, each line that begins with a capital
    is an item.
    """
    cuts: list[int] = []
    begin = line_start = 0
    widths = _Widths(text)
    nth = 0
    for match in _BOUNDARY.finditer(text):
        at, end = match.span()
        sign = text[at]
        if sign == "\n":
            while nth < len(lists) and lists[nth][1] <= at:
                nth += 1
            ends = _ends_line(text, at, line_start, widths, listed=nth < len(lists) and lists[nth][0] <= at)
            line_start = end
        elif sign not in ".!?":
            ends, line_start = True, end
        else:
            ends = _ends_at_dot(text, begin, at, end)
        if ends:
            cuts.append(end)
            begin = end
    cuts.extend(_running_items(text))
    cuts.extend(_answered_cells(text))
    return list(_stretches(text, sorted({*cuts, *headings, len(text)})))


def _running_items(text: str) -> Iterator[int]:
    """Where the items of running lists begin: "... to follow. 2) sepsis"."""
    for sign in [sign for pattern in _CLOSES_ITEM for sign in pattern.finditer(text)]:
        for begin in range(max(0, sign.start() - 3), sign.start() + 1):
            if (match := _INLINE_ITEM.match(text, begin)) and _is_item(text, match):
                yield begin
                break


def _answered_cells(text: str) -> Iterator[int]:
    """Where a row of labels and answers begins its next label: "Asthma   no   | Stones   yes   | Gout"."""
    at = text.find(_GAP)
    while at >= 0:
        begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = end if end >= 0 else len(text)
        cells = [cell.span() for cell in _CELL.finditer(text, begin, end)]
        for nth in range(1, len(cells)):
            if _ANSWER_CELL.match(text, cells[nth][0]) and not _ANSWER_CELL.match(text, cells[nth - 1][0]):
                yield cells[nth - 1][0]
                if nth + 1 < len(cells):
                    yield cells[nth + 1][0]
        at = text.find(_GAP, end)


def _is_counted(text: str, at: int) -> bool:
    """Whether the number at that place says which of its kind the word before it is."""
    return _COUNTED.search(text, max(0, at - _COUNTED_REACH), at) is not None


def _is_item(text: str, match: re.Match[str]) -> bool:
    """Whether it is an item of a running list; small letters are only behind the item before: "a) AKI b) sepsis", not "(stage 3) with"."""
    number, close = match["number"], match["close"]
    if _is_counted(text, match.start()):
        return False
    if number is None:
        return True
    before = str(int(number) - 1) if number.isdigit() else chr(ord(number) - 1)
    line = text[max(text.rfind("\n", max(0, match.start() - _REACH), match.start()) + 1, match.start() - _REACH, 0) : match.start()]
    return re.search(rf"(?<![^\s(;,.]){before}{re.escape(close)}\s", line) is not None


def _stretches(text: str, cuts: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    begin = 0
    for cut in cuts:
        piece = text[begin:cut]
        if stripped := piece.strip():
            start = begin + piece.index(stripped[0])
            found.append((start, start + len(stripped)))
        begin = cut
    return found
