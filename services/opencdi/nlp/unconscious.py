"""How long consciousness was lost: "LOC x 5 min", "brief LOC", "unconscious for about 2 hours" (the sixth character of S06)."""

import re
from collections.abc import Mapping
from typing import Final

_LOST: Final = re.compile(r"\bloc\b|conscious|knocked out|blacked out", re.IGNORECASE)
_BRIEF: Final = re.compile(
    r"\b(?:brief(?:ly)?|momentar(?:y|ily)|transient(?:ly)?|few (?:seconds?|minutes?|mins?)|seconds)\b", re.IGNORECASE
)
_TIME: Final = re.compile(
    r"(?P<number>\d{1,3}(?:\.\d)?)\s?(?:-|–|to)?\s?(?P<most>\d{1,3})?\s?-?"
    r"(?P<unit>s(?:ec(?:ond)?s?)?|min(?:ute)?s?|h(?:(?:ou)?rs?)?)\b",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[A-Za-z]+")
_BEHIND: Final = frozenset({
    "of", "for", "x", "about", "approx", "approximately", "around", "lasting", "lasted", "was", "estimated", "at", "est", "less", "than",
    "up", "to", "per", "duration", "a",
})  # fmt: skip
"""Words that may stand between the loss and how long it lasted; and between the time and the loss behind it."""
_AHEAD: Final = frozenset({"of", "period", "duration", "a"})
_REACH: Final = 40
_BRIEF_REACH: Final = 24
_MINUTES: Final = {"s": 1 / 60, "m": 1.0, "h": 60.0}
_UP_TO: Final = ((30, "brief"), (59, "minutes-31-59"), (359, "hours-1-5"), (1440, "hours-6-24"))
"""Minutes up to which each span of the classification goes."""


def unconscious(text: str, start: int, end: int, told: Mapping[str, str]) -> dict[str, str]:
    """The span in which the duration lies that stands beside a loss of consciousness; nothing where none is told."""
    if "form" in told or _LOST.search(text[start:end]) is None:
        return {}
    for time in _TIME.finditer(text, max(0, start - _REACH), end + _REACH):
        follows = time.start() >= end and _only(text[end : time.start()], _BEHIND)
        if follows or (time.end() <= start and _only(text[time.end() : start], _AHEAD)):
            minutes = float(time["most"] or time["number"]) * _MINUTES[time["unit"][0].lower()]
            return {"form": next((span for most, span in _UP_TO if minutes <= most), "over-24-hours")}
    before, behind = text[max(0, start - _BRIEF_REACH) : start].rpartition(".")[2], text[end : end + _BRIEF_REACH].partition(".")[0]
    return {"form": "brief"} if _BRIEF.search(f"{before}{text[start:end]}{behind}") else {}


def _only(between: str, words: frozenset[str]) -> bool:
    """Whether nothing but these words stands there, in one sentence."""
    return not {".", ";", "\n"} & set(between) and words.issuperset(_WORD.findall(between.lower()))
