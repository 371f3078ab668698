"""The reference range that a laboratory sends with a result (OBX-7, Observation.referenceRange), as senders write it.

It is the range of that laboratory, of that method and of such a patient: what is so many times its limit is told by no table of ours.  A
range that cannot be read, or several of one result ("M: 13-17, F: 12-15"), is none.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from opencdi.knowledge.analytes import Analyte
from opencdi.knowledge.units import in_house_unit, unit_of

_N = r"[(\[]? ?([+-]?(?:\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,9})?|\d{1,12}(?:[.,]\d{1,9})?|[.,]\d{1,9})) ?[)\]]?"
_BETWEEN = re.compile(rf"{_N} ?(?:-|–|—|‐|\.\.|~|\bto\b) ?{_N} ?(\D\S{{0,30}})?", re.IGNORECASE)  # as they are sent
_BELOW = re.compile(rf"(?:<=?|=<|≤|up to|under|below|less than) ?(?:or equal to ?)?{_N} ?(\D\S{{0,30}})?", re.IGNORECASE)
_ABOVE = re.compile(rf"(?:>=?|=>|≥|over|above|greater than|more than) ?(?:or equal to ?)?{_N} ?(\D\S{{0,30}})?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z")


class Range(NamedTuple):
    """What is usual: None where it has no end on that side."""

    low: float | None = None
    high: float | None = None


class _Sent(NamedTuple):
    range: Range
    unit: str


@lru_cache(maxsize=4096)
def _read(sent: str) -> _Sent | None:
    text = " ".join(sent.split())
    if match := _BETWEEN.fullmatch(text):
        low, high = _number(match[1]), _number(match[2])
        return _Sent(Range(low, high), match[3] or "") if low < high else None
    if match := _BELOW.fullmatch(text):
        return _Sent(Range(high=_number(match[1])), match[2] or "")
    if match := _ABOVE.fullmatch(text):
        return _Sent(Range(low=_number(match[1])), match[2] or "")
    return None


def _number(digits: str) -> float:
    return float(digits.replace(",", "") if _THOUSANDS.match(digits) else digits.replace(",", "."))


def usual(analyte: Analyte, sent: str, unit: str) -> Range:
    """The range in the house's unit; nothing where it cannot be read, or names a unit that is nobody's."""
    told = _read(sent)
    if told is None or (told.unit and unit_of(told.unit) is None):
        return Range()
    low, high = (None if end is None else in_house_unit(analyte, end, told.unit or unit) for end in told.range)
    return Range(low, high)
