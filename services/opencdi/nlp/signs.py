"""Plus and minus as a list of symptoms writes them: "(-) fever", "-fever", "+ cough, - rash", "JVD -" (DOMAIN B23).

A minus is most often a bullet or a dash, so it denies only where nothing else is meant: in brackets, glued to the word, with nothing but
a comma behind it, or, in a review of systems, where plus signs stand beside it.
"""

import re
from typing import Final

from opencdi.clinical.vocabulary import SectionKind

_MINUS: Final = "-−"
_BEFORE: Final = re.compile(r"\([-−]\)[ \t]{0,2}(?:[\w-]+[ \t]){0,2}$|(?P<glued>(?<=[\s,(])[-−])$")
_BEFORE_REACH: Final = 40
_BEHIND: Final = re.compile(r" ?[-−](?: ?[,;]|(?P<end>[ \t]{0,4}(?:[\r\n]|\Z)))")
_BEHIND_REACH: Final = 8
_EXAMINED: Final[frozenset[SectionKind]] = frozenset({"review-of-systems", "physical-exam"})
_LIST_SIGN: Final = re.compile(r"(?:^|(?<=[\s;,(:]))([-−+])\s|[;.]\s")
_PLUS: Final = re.compile(r"(?<![\w+])\+\s?[A-Za-z]")
_LIST_REACH: Final = 200


def has_minus_in_brackets(text: str) -> bool:
    """Whether "(-)" stands in a text."""
    return "(-)" in text or "(−)" in text


def denied_by_sign(text: str, start: int, end: int, section: SectionKind, *, bracketed: bool) -> bool:
    """Whether a minus denies the words [start, end) of a text.  `bracketed`: whether it has one in brackets."""
    begin = max(0, start - _BEFORE_REACH)
    if (bracketed or _ends_with_minus(text, begin, start)) and (mark := _BEFORE.search(before := text[begin:start])) is not None:
        bullet = mark["glued"] is not None and before[: mark.start()].rstrip(" \t").endswith(("\n", "\r"))
        if not bullet or section == "review-of-systems":
            return True
    sign = end + 1 if end < len(text) and text[end] == " " else end
    behind = _BEHIND.match(text, end, end + _BEHIND_REACH) if sign < len(text) and text[sign] in _MINUS else None
    if behind is not None and (behind["end"] is None or section in _EXAMINED):
        return True
    return section == "review-of-systems" and _in_a_minus_list(text, start)


def _ends_with_minus(text: str, begin: int, end: int) -> bool:
    """Whether a minus ends [begin, end), or stands before the line break that does."""
    at = end - 1
    if at >= begin and text[at] == "\n":
        at -= 1
    return at >= begin and text[at] in _MINUS


def _in_a_minus_list(text: str, start: int) -> bool:
    """Whether the last sign of its line is a minus, in a list that also knows plus signs: "+ dyspnea; - fever, cough"."""
    if text.find("+", max(0, start - _LIST_REACH), start + _LIST_REACH) < 0:
        return False
    begin = max(text.rfind("\n", 0, start) + 1, start - _LIST_REACH)
    signs = [sign[1] for sign in _LIST_SIGN.finditer(text, begin, start)]
    if not signs or signs[-1] not in ("-", "−"):
        return False
    return _PLUS.search(text, max(0, start - _LIST_REACH), start + _LIST_REACH) is not None
