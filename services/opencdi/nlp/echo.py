"""Our own words and copied words are not evidence (DOMAIN F.8, F.10).

A question that we sent is known by its shingles, runs of `SHINGLE` words: a vendor may re-wrap, re-case or quote it, the runs stay.
A stretch of a note is an echo when at least `ECHO` words in a row come from one question; an answer in the physician's own words
("sepsis due to urinary tract infection") is shorter than that and counts.
"""

import re
from collections.abc import Iterable
from zlib import crc32

from opencdi.events.ids import content_hash

SHINGLE = 6
ECHO = 12
ECHO_SHARE = 0.8
"""A note of which this share of the words is a question of ours, and which says nothing beyond it, is the question come back."""
COPIED_FROM = 40
"""Shorter lines ("AKI, improving") are written alike by accident; of this many letters on, an identical line was copied."""
_WORD = re.compile(r"[^\W_]{2,}")
_LINE = re.compile(r"[^\n]+")


def _shingled(text: str) -> tuple[list[tuple[int, int]], list[int]]:
    spans: list[tuple[int, int]] = []
    words: list[str] = []
    for match in _WORD.finditer(text):
        spans.append(match.span())
        words.append(match.group().lower())
    return spans, [crc32(" ".join(words[i : i + SHINGLE]).encode("utf-8", "surrogatepass")) for i in range(len(words) - SHINGLE + 1)]


def shingles_of(text: str) -> tuple[int, ...]:
    """What a sent question is remembered by."""
    return tuple(sorted(set(_shingled(text)[1])))


def echoes_in(text: str, sent: Iterable[tuple[int, ...]]) -> tuple[list[tuple[int, int]], float]:
    """[start, end) of each stretch that repeats a sent question, and the share of the words that they hold."""
    known = [frozenset(shingles) for shingles in sent]
    if not known:
        return [], 0.0
    spans, shingles = _shingled(text)
    stretches: list[tuple[int, int]] = []
    covered = 0
    for question in known:
        begin: int | None = None
        for i in range(len(shingles) + 1):
            hit = i < len(shingles) and shingles[i] in question
            if hit and begin is None:
                begin = i
            elif not hit and begin is not None:
                last = i - 1 + SHINGLE
                if last - begin >= ECHO:
                    stretches.append((spans[begin][0], spans[last - 1][1]))
                    covered += last - begin
                begin = None
    return sorted(stretches), min(1.0, covered / len(spans)) if spans else 0.0


def lines_of(text: str) -> list[tuple[int, int, str]]:
    """[start, end) and hash of each line long enough that an identical one was copied; white space and case do not count."""
    found: list[tuple[int, int, str]] = []
    for match in _LINE.finditer(text):
        plain = " ".join(match.group().split()).lower()
        if len(plain) >= COPIED_FROM:
            found.append((match.start(), match.end(), content_hash(plain)[:24]))
    return found
