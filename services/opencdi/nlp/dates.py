"""Whole dates long before the last one of a note: "On March 12, 2019, she had a stroke.  Today, 6/14/2022, ..." (DOMAIN B24).

A whole date may be of this stay, which no year is; it is of the past where the same note tells another that is months later.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from opencdi.nlp.past import Times

_LONG: Final = 120
"""Days between an event of the past and the last date of a note, which may be that of the next visit."""
_DAYS_OF_MONTH, _MONTHS = 31, 12


class Dated(NamedTuple):
    """Words [first, last) tell a date; `day` counts days, all months as one long."""

    first: int
    last: int
    day: int


def old_dates(words: list[str], years: Sequence[int], times: Times) -> list[Dated]:
    """The whole dates among these words that lie long before the last of them.  `years`: where words are years."""
    dates = [date for at in years if (date := _date_at(at, words, times))]
    if not dates:
        return []
    months = [_day(int(words[at]), times.months[words[at - 1]], 1) for at in years if at and words[at - 1] in times.months]
    latest = max([*months, *(date.day for date in dates)])
    return [date for date in dates if date.day < latest - _LONG]


def _date_at(at: int, words: list[str], times: Times) -> Dated | None:
    """The date of which that year is part: "March 12, 2019", "12 March 2019", "3/12/2019", "2019-03-12"."""
    before = [word for word in words[max(0, at - 4) : at] if word != ","]
    first = at - (3 if words[at - 1] == "," else 2)
    for month, day, begin in ((before[-2:-1], before[-1:], first), (before[-1:], before[-2:-1], at - 2)):
        if month and day and begin >= 0 and (named := times.months.get(month[0])) and (nth := _number(day[0], _DAYS_OF_MONTH)):
            return _dated(begin, at + 1, int(words[at]), named, nth)
    if at >= 2 and (nth := _number(words[at - 2], _MONTHS)) and (day_of := _number(words[at - 1], _DAYS_OF_MONTH)):
        return _dated(at - 2, at + 1, int(words[at]), nth, day_of)
    behind = words[at + 1 : at + 3]
    if len(behind) == 2 and (nth := _number(behind[0], _MONTHS)) and (day_of := _number(behind[1], _DAYS_OF_MONTH)):
        return _dated(at, at + 3, int(words[at]), nth, day_of)
    return None


def _dated(first: int, last: int, year: int, month: int, day: int) -> Dated:
    return Dated(first, last, _day(year, month, day))


def _day(year: int, month: int, day: int) -> int:
    return (year * _MONTHS + month) * _DAYS_OF_MONTH + day


def _number(word: str, most: int) -> int:
    """The number that a word is, "12" or "12th", if it is one of a month or day; else 0."""
    digits = word[:-2] if word[-2:] in ("st", "nd", "rd", "th") else word
    return int(digits) if digits.isdecimal() and len(digits) <= 2 and 0 < int(digits) <= most else 0
