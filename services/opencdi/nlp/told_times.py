"""When something was done, as the note says it beside: "5/3 at 14:00", "on May 8, 2026 at 0900", "POD 2", "yesterday" (DOMAIN B46).

What stands in the note is kept as far as it goes, for who codes knows the day on which it was written:
"2026-05-03T14:00", "05-03T14:00", "05-03", "T14:00", "today", "yesterdayT09:00", "pod2".
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = r"(?P<month_{0}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE: Final = re.compile(
    r"\b(?:(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?P<m>\d{1,2})/(?P<d>\d{1,2})(?:/(?P<y>\d{4}|\d{2}))?(?![\d/%])"
    rf"|{_MONTH.format('a')}\s+(?P<day_a>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year_a>\d{{4}}))?\b"
    rf"|(?P<day_b>\d{{1,2}})\s+{_MONTH.format('b')}(?:\s+(?P<year_b>\d{{4}}))?"
    r"|(?P<word>yesterday|today|this morning|this afternoon|this evening|overnight|last night)"
    r"|(?:pod|(?<!\d )ppd|postpartum day|postop(?:erative)? day|post-op day|post-operative day)\s*#?\s*(?P<pod>\d{1,2}))(?:\b|(?=T\d\d:))",
    re.IGNORECASE,
)
_CLOCK: Final = re.compile(
    r"(?<![\d/.:-])(?:(?P<h>[01]?\d|2[0-3]):(?P<min>[0-5]\d)(?:\s*(?P<ap>[ap])\.?m\b\.?)?|(?P<h12>1[0-2]|[1-9])\s*(?P<ap12>[ap])\.?m\b\.?"
    r"|(?P<mil>(?:[01]\d|2[0-3])[0-5]\d)(?=\s*(?:h\b|hours?\b|hrs?\b)|\s*(?:on\b|$|[,.;)(]|\s))(?!\s*(?:ml|cc|mg|units?|g)\b))(?![\d/:])",
    re.IGNORECASE,
)
_BEFORE_PRESSURES: Final = re.compile(r"(?:bipap|bilevel|nippv|niv|settings)(?: (?:at|of))? ?\Z", re.IGNORECASE)
_BEFORE_SCORES: Final = re.compile(r"apgars?(?: scores?)?(?: of|:)? ?\Z", re.IGNORECASE)
_BEFORE: Final = 16
_INSPIRED: Final = range(8, 31)
_EXPIRED: Final = range(4, 9)
"""Pressures in cm of water, in and out, which may look like a day: "BiPAP 12/5 started 0325"."""
_AT_MOST: Final = 24
"""Characters between a day and the time of that day: "on 5/3 at approximately 14:00"."""
_BESIDE: Final = 12
"""Characters between a name and the moment right behind it: " on ", " at about "."""


class Told(NamedTuple):
    """Characters [start, end) tell a moment."""

    start: int
    end: int
    moment: str


def moments_in(text: str, start: int, end: int) -> list[Told]:
    """The moments that the characters [start, end) of a text tell, left to right."""
    dates = [
        (found.start(), found.end(), day)
        for found in _DATE.finditer(text, start, end)
        if (day := _day(found)) is not None and not _are_no_day(found, text, start)
    ]
    clocks = [
        (found.start(), found.end(), _clock(found))
        for found in _CLOCK.finditer(text, start, end)
        if not any(first <= found.start() < last for first, last, _ in dates)
        and (found["mil"] is None or _is_time(text, start, found.start(), dates))
    ]
    told: list[Told] = []
    taken: set[int] = set()
    for first, last, day in dates:
        near = [
            at for at, (begin, stop, _) in enumerate(clocks)
            if at not in taken and (0 <= begin - last <= _AT_MOST or 0 <= first - stop <= _AT_MOST)
        ]  # fmt: skip
        nearest = min(near, key=lambda at: min(abs(clocks[at][0] - last), abs(first - clocks[at][1])), default=None)
        if nearest is None or day.startswith("pod"):
            told.append(Told(first, last, day))
        else:
            taken.add(nearest)
            begin, stop, clock = clocks[nearest]
            told.append(Told(min(first, begin), max(last, stop), f"{day}T{clock}"))
    told += [Told(begin, stop, f"T{clock}") for at, (begin, stop, clock) in enumerate(clocks) if at not in taken]
    return sorted(told)


def _are_no_day(found: re.Match[str], text: str, start: int) -> bool:
    """Whether these are a newborn's scores, or the pressures of a mask; a time of day right behind them makes them a day."""
    if found["m"] and not found["y"] and _BEFORE_SCORES.search(text[max(start, found.start() - _BEFORE) : found.start()]):
        return True
    if not found["m"] or found["y"] or int(found["m"]) not in _INSPIRED or int(found["d"]) not in _EXPIRED:
        return False
    behind = text[found.end() : found.end() + 4].lower()
    return bool(_BEFORE_PRESSURES.search(text[max(start, found.start() - _BEFORE) : found.start()])) and not behind.startswith(
        (" at ", " @")
    )


def _is_time(text: str, start: int, at: int, dates: list[tuple[int, int, str]]) -> bool:
    """Four figures are a time behind "at" or "since" or beside a date, or where they begin with 0; else a dose, a volume or a year."""
    before = text[max(start, at - 6) : at].lower()
    if text[at] == "0" and not before.endswith(("room ", "rm ", "bed ", "ext ", "x ", "#", "# ", "pin ")):
        return True
    if text[at + 4 : at + 8].lower() == " on " and any(first == at + 8 for first, _, _ in dates):
        return True
    if before.endswith("since ") and text[at : at + 2] not in ("19", "20"):
        return True
    return before.endswith(("at ", "@ ", "@")) or any(0 <= at - last <= 4 for _, last, _ in dates)


def _day(found: re.Match[str]) -> str | None:
    told = found.groupdict()
    if told["iso"]:
        return str(told["iso"])
    if told["pod"]:
        return f"pod{int(told['pod'])}"
    if told["word"]:
        return "yesterday" if told["word"].lower() in ("yesterday", "last night") else "today"
    if told["m"]:
        month, day, year = int(told["m"]), int(told["d"]), told["y"]
    else:
        side = "a" if told["month_a"] else "b"
        month, day, year = _MONTHS.index(told[f"month_{side}"].lower()) + 1, int(told[f"day_{side}"]), told[f"year_{side}"]
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    whole = f"{2000 + int(year) if len(year) == 2 else int(year)}-" if year else ""
    return f"{whole}{month:02d}-{day:02d}"


def _clock(found: re.Match[str]) -> str:
    if found["mil"]:
        return f"{found['mil'][:2]}:{found['mil'][2:]}"
    hour, half = int(found["h"] or found["h12"]), (found["ap"] or found["ap12"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02d}:{found['min'] or '00'}"


def assigned(names: Sequence[tuple[int, int]], moments: Sequence[Told]) -> dict[int, str]:
    """Of each name of a sentence, characters [start, end), when it was.

    The moment right behind it, else the nearest before it that is nobody's, else the next behind it.  A bare time is of the day told
    before it: "on 5/4 she self-extubated and was reintubated at 15:30".
    """
    left = _dated(moments)
    taken: dict[int, str] = {}
    for at, (_, end) in enumerate(names):
        if near := next((one for one in left if 0 <= one.start - end <= _BESIDE), None):
            taken[at] = near.moment
            if "T" in near.moment or at + 1 == len(names) or near.start < names[at + 1][1]:
                left.remove(near)  # else the day is the next name's as well: "AROM, NSVD 5/4"
    for at, (start, end) in enumerate(names):
        if at in taken:
            continue
        low = names[at - 1][1] if at else 0
        before = [one for one in left if low <= one.start and one.end <= start]
        behind = [one for one in left if end <= one.start and (at + 1 == len(names) or one.end <= names[at + 1][0])]
        if chosen := (before[-1:] or behind[:1]):
            taken[at] = chosen[0].moment
            left.remove(chosen[0])
    return taken


def _dated(moments: Sequence[Told]) -> list[Told]:
    day, told = "", []
    for one in moments:
        if one.moment.startswith("T"):
            told.append(one._replace(moment=f"{day}{one.moment}"))
        else:
            day = one.moment.partition("T")[0]
            told.append(one)
    return told
