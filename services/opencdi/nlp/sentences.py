"""Sentences of a note: the stretch in which a "no" or a "history of" can reach.

Notes are not prose: a new line may be a new item or a wrapped sentence, "Dr. Smith" is one, "1. AKI 2. UTI" are two.  The stretches
returned are in order, do not overlap and cover every character that is not white space.
"""

import re
from collections.abc import Iterable

_BOUNDARY = re.compile(r"\n|[.!?]+(?=[\s\"')\]]|$)")
_ITEM = re.compile(r"[ \t]*(?:[-*•·#>+~]|\(?\d{1,2}[.)]|\[[ xX✓]?\]|[A-Z][A-Za-z /&]{0,30}:)")
_INLINE_ITEM = re.compile(r"(?<=[\s;])(?:1?\d[.)]\s+(?=[A-Z])|[#•]\s*(?=\w))")
_SHORT_FORMS = frozenset(
    [
        "dr", "mr", "mrs", "ms", "st", "vs", "pt", "pts", "approx", "no", "dx", "hx", "sx", "tx", "rx", "fx", "wt", "ht", "temp", "yo",
        "y.o", "s.p", "e.g", "i.e", "etc", "prof", "jr", "sr", "dept", "inc", "c", "e", "h", "s", "p", "a", "k", "b", "q.d", "b.i.d",
        "t.i.d", "p.o", "i.v", "a.m", "p.m", "resp",
    ]
)  # fmt: skip
_WRAPPED_AT = 65
"""A line at least this long that ends without a full stop was broken by the editor, not by the author."""
_ITEM_NUMBER = re.compile(r"(?<![^\s;])1?\d$")
_BEFORE_DOT = re.compile(r"[A-Za-z.]+$")


def _ends_line(text: str, at: int, line_start: int) -> bool:
    """Whether the line break at that place ends a sentence."""
    rest = text[at + 1 : at + 50]
    following = rest.lstrip(" \t\r")
    if not following or following[0] == "\n" or _ITEM.match(following):
        return True
    line = text[line_start:at].strip()
    if not line or line[-1] in ":.!?;":
        return True
    if line[-1] == "," or following[0].islower():
        return False
    return len(line) < _WRAPPED_AT


def _ends_at_dot(text: str, begin: int, at: int, end: int) -> bool:
    """Whether the full stop at that place ends a sentence."""
    if text[at] == "?" and (at == begin or text[at - 1] in " \t\n(:"):
        return False  # "? UTI": the doubt belongs to what follows
    if text[at] != "." or end - at > 1:
        return True
    before = _BEFORE_DOT.search(text, max(begin, at - 12), at)
    if before is not None and before.group().lower() in _SHORT_FORMS:
        after = text[end : end + 3].lstrip()
        return not after or (
            before.group().lower() in {"no", "c", "e", "h", "s", "p", "a", "k", "b"} and len(before.group()) > 1 and after[0].isupper()
        )
    if _ITEM_NUMBER.search(text, max(begin, at - 3), at):
        return False  # "1. Acute kidney injury": the number belongs to its item
    after = text[end : end + 3].lstrip()
    # Tired residents write no capitals: a word of some length before the stop is enough.
    return not (after and after[0].islower()) or (before is not None and len(before.group()) > 3)


def sentences_in(text: str, headings: Iterable[int] = ()) -> list[tuple[int, int]]:
    """[start, end) of each sentence, white space around it left out; no sentence goes across the places in `headings`."""
    cuts: list[int] = []
    begin = line_start = 0
    for match in _BOUNDARY.finditer(text):
        at, end = match.span()
        if text[at] == "\n":
            ends = _ends_line(text, at, line_start)
            line_start = end
        else:
            ends = _ends_at_dot(text, begin, at, end)
        if ends:
            cuts.append(end)
            begin = end
    cuts.extend(match.start() for match in _INLINE_ITEM.finditer(text))
    return list(_stretches(text, sorted({*cuts, *headings, len(text)})))


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
