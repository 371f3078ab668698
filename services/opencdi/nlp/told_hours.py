"""For how long something went on, as the note says it beside: "HFNC about 40 hours", "vent ~42 h", "BiPAP 28h" (DOMAIN B46)."""

import re
from typing import Final

LASTED: Final = "lasted"
"""The attribute that says for how many hours."""
_HOURS: Final = re.compile(
    r"(?<![\d./:-])(?P<hours>\d{1,3}(?:\.\d)?) ?-? ?(?:consecutive |continuous |total )?(?:hours?|hrs?|h)\b", re.IGNORECASE
)
_NO_DURATION_BEFORE: Final = re.compile(
    r"(?:\b(?:q|every|each|in|within|at|after|by|past|last|next|than|under|over|until|day|up to)|[<>]|\bon the) ?$", re.IGNORECASE
)
"""When or how often, no length: "q 4 h", "in 24 hours", "at 48 hours"; "more than 96 hours" is told elsewhere."""
_NO_DURATION_BEHIND: Final = re.compile(
    r" ?(?:/|per\b|a (?:day|night)|each\b|every\b|nightly|daily|at (?:night|home)|ago|before|prior|later|after|post|earlier"
    r"|trial|goal|sessions?\b|of sleep)",
    re.IGNORECASE,
)
_BEFORE: Final = 8


def hours_in(text: str, start: int, end: int) -> str | None:
    """The hours that characters [start, end) tell; None where they tell none, or different ones."""
    told = {
        found["hours"]
        for found in _HOURS.finditer(text, start, end)
        if not _NO_DURATION_BEFORE.search(text[max(start, found.start() - _BEFORE) : found.start()])
        and not _NO_DURATION_BEHIND.match(text, found.end(), end)
    }
    return told.pop() if len(told) == 1 else None
