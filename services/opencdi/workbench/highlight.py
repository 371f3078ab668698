"""A note with its evidence marked at exact offsets: overlapping marks, and not one character added, lost or moved (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

MarkKind = Literal["indicator", "contrary", "code", "present", "absent", "possible"]
_RANK: dict[MarkKind, int] = {"indicator": 0, "contrary": 1, "code": 2, "present": 3, "possible": 4, "absent": 5}


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters [start, end) that somebody points at: `text` is what they say stands there."""

    start: int
    end: int
    text: str
    kind: MarkKind
    label: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the note under the same marks.  `starts`: the start offsets that can be jumped to here."""

    text: str
    kind: MarkKind | None
    label: str
    starts: int | None


def reproduces(text: str, mark: Mark) -> bool:
    """Whether the quote stands in the note exactly where it claims to (DOMAIN Q-02)."""
    return 0 <= mark.start < mark.end <= len(text) and text[mark.start : mark.end] == mark.text


def segments(text: str, marks: Iterable[Mark]) -> list[Segment]:
    """The note cut where marks begin and end.  A mark whose quote does not reproduce is left out: better none than a wrong one."""
    told = sorted((mark for mark in marks if reproduces(text, mark)), key=lambda mark: (_RANK[mark.kind], mark.start))
    cuts = sorted({0, len(text), *(mark.start for mark in told), *(mark.end for mark in told)})
    return [_segment(text, start, end, told) for start, end in pairwise(cuts)]


def _segment(text: str, start: int, end: int, marks: list[Mark]) -> Segment:
    here = [mark for mark in marks if mark.start <= start and end <= mark.end]
    labels = list(dict.fromkeys(mark.label for mark in here))
    starts = start if any(mark.start == start for mark in here) else None
    return Segment(text[start:end], here[0].kind if here else None, " · ".join(labels), starts)


def in_context(text: str, start: int, end: int, reach: int = 60) -> tuple[str, str]:
    """The words of the same line before and after a quote, at most so many characters, cut between words."""
    begin, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    before, after = text[begin:start], text[end : stop if stop >= 0 else len(text)]
    if len(before) > reach:
        before = "…" + before[-reach:].partition(" ")[2]
    if len(after) > reach:
        after = after[:reach].rpartition(" ")[0].rstrip(".") + "…"
    return before.lstrip(), after.rstrip()
