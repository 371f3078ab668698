"""Further numbers of the same analyte behind a value: "1.1 -> 2.9", "2.9 from 1.1", "7.2 (was 13.1)", "3.1, likely prerenal, 1.6 at d/c".

What was before is `earlier`: the baseline, what stands in brackets, behind "from" and behind "<" ("9.2 < 9.9 < 12.8": newest first).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from opencdi.events.reading import ValueInText
from opencdi.nlp.any_of import any_of
from opencdi.nlp.value_shapes import Analyte, in_unit

_MOMENT: Final = r"(?:discharge|d/c|dc|admission|admit|adm|arrival|presentation|transfer|baseline|day of discharge)"
_TIME: Final = (
    rf"(?:at|on|by|upon)[ ](?:the[ ](?:time|day)[ ]of[ ])?{_MOMENT}\b|today|this morning|(?:the[ ])?next (?:day|morning)|prior to\b|after\b"
)
_MOVES: Final = (
    "improved improving decreased decreasing increased increasing rose risen fell fallen dropped came went trended trending downtrended"
    " downtrending recovered returned declined climbed climbing normalized corrected cleared falling dropping rising sinking sank crept"
    " drifted drifting slipped settled dipped up down back"
)
_MOVED: Final = any_of(_MOVES.split(), "")
_FOLLOWING: Final = re.compile(
    r"(?:[ \t]?\(\d{1,2}/\d{1,2}(?:/\d{2,4})?\)|[ ]?%?[ ](?:on[ ])?(?:RA|room air|\d{1,2}[ ]?L(?:[ ]NC)?)"
    r"(?=[ ]?[-→]|,?[ ](?:and|then|but|falling|dropping)\b)|[ ](?:on|at)[ ]"
    rf"(?:{_MOMENT}|(?:hospital[ ])?day[ ](?:number[ ])?\d{{1,2}})(?=[ ,]))?[ \t]{{0,3}}+(?:(?P<then>-{{1,2}}>|→|=>|>"
    rf"|\||,[ \t](?:then|repeat|rechecked|currently)(?:[ ](?:was|of))?|now|(?:up|down)[ \t]to"
    rf"|(?:(?:and|then|but|,|it|this|which|has|have|subsequently|later|since)[ ]?){{0,3}}(?:{_MOVED})"
    rf"(?:[ ](?:{_MOVED})){{0,2}}[ ]to(?:[ ]a)?"
    r"(?:[ ](?:peak|nadir|baseline|high|low)(?:[ ]of)?)?)"
    r"|[,;(]?+[ \t]{0,2}+(?P<before><-?|←|(?:up[ \t]|down[ \t]|stable[ \t]|increased[ \t]"
    r"|decreased[ \t])?from(?:[ \t](?:a[ \t])?baseline(?:[ \t]of)?)?"
    r"|(?:(?:his|her|their)[ \t])?(?:baseline|base|b/l|bl)(?:[ \t](?:is|was|of|cr|creatinine|around|about)){0,2}"
    r"|(?:with|against|over|above|from)[ \t](?:an?|the|his|her)[ \t](?:known[ \t]|usual[ \t])?baseline(?:[ \t]of)?"
    r"|(?:as[ \t])?compared[ \t](?:with|to)"
    r"|(?:it|which)[ \t](?:was|had[ \t]been)|having[ \t]been|last[ \t](?:week|month|year|spring|summer|fall|winter)(?:[ \t]it[ \t]was)?"
    r"|previously|prior|(?<=\()was))"
    r"[ \t:=~]{0,3}(?P<number>\d{1,4}(?:\.\d{1,3})?)(?![\d/]|\.\d|[ ](?:days?|weeks?|months?|years?|hours?|times)\b)"
    r"(?:[ \t]?-[ \t]?\d{1,4}(?:\.\d{1,3})?(?![\d/]))?[ \t]?%?\)?",
    re.IGNORECASE,
)
_TO: Final = re.compile(
    rf"[ ]?%?(?:[ ](?:on|at)[ ]{_MOMENT})?(?:[ ](?:up|down|back))?[ ]to(?:[ ]a)?[ ](?P<number>\d{{1,4}}(?:\.\d{{1,3}})?)(?![\d/]|\.\d)",
    re.IGNORECASE,
)
""" "dropped from 12.1 to 8.4"."""
_IN_BRACKETS: Final = re.compile(
    r"[ \t]?\((?P<number>\d{1,4}(?:\.\d{1,3})?)(?:\)|[ \t](?:in|on)[ ]|[ \t](?:am|pm|yest(?:erday)?|prior|prev|last"
    r"|adm(?:it|ission)?|before)\b)",
    re.IGNORECASE,
)
"""The value of before in brackets: "Cr 1.6 (0.7)", "Cr 3.3 (1.1 on 10/2)"."""
_LISTED: Final = re.compile(r",[ \t]{0,2}(?P<number>\d{1,4}(?:\.\d{1,3})?)(?![\d/%:]|\.\d|[ \t]?[A-Za-z])")
"""Further numbers of a trend: "lactate trended 4.2, 2.8, 1.4"."""
_LATER: Final = re.compile(
    rf"(?:[^\d\n.;:]{{0,40}}?[,)][ ]|(?:[ ](?:{_TIME}))?[ ]and[ ](?:was[ ])?)(?P<number>\d{{1,4}}(?:\.\d{{1,3}})?)(?=[ ](?:{_TIME}))",
    re.IGNORECASE,
)
"""A bare number with its time: "peak 3.1, likely prerenal, 1.6 at d/c", "GCS 10 on arrival and 8 prior to intubation"."""
_IT_MOVED: Final = re.compile(
    rf"(?P<gap>[^\d\n]{{0,110}}?)(?:\bit[ ]|,[ ](?=ha[sd][ ]))"
    rf"(?:(?:has|had|then|later|subsequently|gradually|slowly|quickly|promptly|finally)[ ]){{0,2}}(?:{_MOVED})"
    rf"(?:[ ](?:{_MOVED}))?[ ]to(?:[ ]a(?:[ ](?:peak|nadir|low|high)[ ]of)?)?[ ](?P<number>\d{{1,4}}(?:\.\d{{1,3}})?)(?![\d/]|\.\d)",
    re.IGNORECASE,
)
"""The same told on: "creatinine was 2.4.  With fluids it fell to 1.1", "which was 1.4, has risen to 3.6"; nothing else is named between."""
_GAP_WORD: Final = re.compile(r"[A-Za-z][\w-]*")
_PAIR: Final = re.compile(r"[ ]?%?[ ]?(?:-{1,2}>|→)[ ]?(\d{1,4}(?:\.\d)?)/(\d{1,4}(?:\.\d)?)(?![\d/]|\.\d)")
"""The next two of two analytes: "H/H 9.1/27 -> 7.4/22"."""
_COLUMN: Final = re.compile(r"(?:[ ]{2,12}|[ ]?\t[ ]?)(?P<number>\d{1,4}(?:\.\d{1,3})?)(?=[ ]{2}|[ ]?\t|[ ]{0,3}(?:\n|\Z))")
"""The next number of a row of a table."""
_MAX_FOLLOWING: Final = 12
_TOLD_ON: Final = 160
_SIGNS: Final = frozenset({"pressure", "rate", "count", "level", "score", "fever", "pain"})
"""Something else that may rise and fall."""


def following(text: str, match: re.Match[str], analyte: Analyte, named: Callable[[str], Sequence[Analyte]]) -> list[ValueInText]:
    """The values of that analyte behind its first (`match`); `named` says whose a name is."""
    found: list[ValueInText] = []
    at, said = match.end(), match["said"].lower()
    trend, moved = "trend" in said, said.rstrip().endswith("from")
    row = said[:2] in ("  ", "\t") and text[max(0, match.start() - 1) : match.start()] in ("", "\n")
    for _ in range(_MAX_FOLLOWING):
        next_one = (
            _FOLLOWING.match(text, at)
            or _IN_BRACKETS.match(text, at)
            or (_TO.match(text, at) if moved else None)
            or (_LISTED.match(text, at) if trend else None)
            or (_COLUMN.match(text, at) if row else None)
            or _LATER.match(text, at)
            or _told_on(text, at, named)
        )
        if next_one is None:
            break
        number, unit = in_unit(analyte, float(next_one["number"]), "")
        if number is None:
            break
        start, end = next_one.span("number")
        before = next_one.re is _IN_BRACKETS or (next_one.re is _FOLLOWING and next_one["before"] is not None)
        words = text[start:end]
        found.append(ValueInText(start=start, end=end, text=words, analyte=analyte.slug, value=number, unit=unit, earlier=before))
        at, moved = next_one.end(), False
    return found


def _told_on(text: str, at: int, named: Callable[[str], Sequence[Analyte]]) -> re.Match[str] | None:
    if text.find(" to ", at, at + _TOLD_ON) < 0 or not (match := _IT_MOVED.match(text, at)):
        return None
    words = _GAP_WORD.findall(match["gap"])
    told = match["gap"].count(". ") > 1 or any(named(word) for word in words) or any(named(f"{one} {two}") for one, two in pairwise(words))
    return None if told or not _SIGNS.isdisjoint(word.lower() for word in words) else match


def following_pairs(text: str, at: int, analytes: tuple[Analyte, Analyte]) -> Iterator[ValueInText]:
    """The values behind a pair of two analytes that ends there."""
    for _ in range(_MAX_FOLLOWING):
        match = _PAIR.match(text, at)
        if match is None:
            return
        for nth, analyte in enumerate(analytes, 1):
            number, unit = in_unit(analyte, float(match[nth]), "")
            if number is not None:
                start, end = match.span(nth)
                yield ValueInText(start=start, end=end, text=match[nth], analyte=analyte.slug, value=number, unit=unit)
        at = match.end()
