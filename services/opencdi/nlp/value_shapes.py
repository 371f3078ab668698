"""Numbers that their shape names: "E2V2M4", "94% on 2L", "7.21/68/55", "18.2>7.1/21<88", "38.9 122 84/40 26 94%".

Everything in a shape must be what a body can have; else none of it is read.
"""

import re
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from opencdi.events.reading import ValueInText

_FAHRENHEIT_FROM = 86.0
_POUND = 0.45359237  # kg, exact by definition
_WHOLE = r"(?![\w/.])"
_SHAPES: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    (
        "<",
        re.compile(rf"(?<![\w./])(\d{{1,3}}(?:\.\d)?)[ ]?>[ ]?(\d{{1,2}}(?:\.\d)?)[ ]?/[ ]?(\d\d(?:\.\d)?)[ ]?<[ ]?(\d{{1,4}}){_WHOLE}"),
        ("wbc", "hemoglobin", "hematocrit", "platelets"),
    ),
    (
        "<",
        re.compile(r"(?<![\w./])(1\d\d)/(\d(?:\.\d)?)/(\d{2,3})/(\d{1,2})/(\d{1,3})/(\d{1,2}(?:\.\d{1,2})?)[ ]?<[ ]?(\d{2,4})" + _WHOLE),
        ("sodium", "potassium", "chloride", "bicarbonate", "bun", "creatinine", "glucose"),
    ),
    (
        "ABG",
        re.compile(r"\bABG[^\n\d]{0,20}(7\.\d{1,2})[ ]?/[ ]?(\d{2,3})[ ]?/[ ]?(\d{2,3})(?!\d|\.\d)"),
        ("ph-arterial", "paco2", "pao2"),
    ),
    (
        "/",
        re.compile(
            r"(?<![\w./])(\d{2,3}\.\d)[ ]?[FC]?[,| ]{1,3}(?:HR[ ])?(\d{2,3})[,| ]{1,3}(?:BP[ ])?(\d{2,3})/(\d{2,3})[,| ]{1,3}"
            r"(?:RR[ ])?(\d\d)[,| ]{1,3}(\d{2,3})(?![\d./])"
        ),
        ("temperature", "heart-rate", "sbp", "dbp", "respiratory-rate", "spo2"),
    ),
    (
        "%",
        re.compile(
            r"(?<![\w./-])(\d{2,3})[ ]?%[ ]?(?:(?:on|w/|with)[ ])?(?i:RA\b|room air|\d{1,2}(?:\.5)?[ ]?L\b|\d{1,2}[ ]?(?:liters?|lpm)\b"
            r"|NC\b|nasal cannula|NRB\b|BiPAP\b|HFNC\b)"
        ),
        ("spo2",),
    ),
    ("%", re.compile(r"(?<![\w./-])(\d{2,3})[ ]?%[ ]?(?:of[ ])?(?i:FiO2)\b"), ("fio2",)),
    ("O2", re.compile(r"\bO2[ ]?(?:at|@|via|:|of)?[ ]?(\d{1,2})[ ]?(?i:L|lpm|liters?)\b"), ("oxygen-flow",)),
    (
        "",
        re.compile(
            r"(?<![\w./-])(\d{1,2})[ ]?(?i:L|lpm|liters?)[ ]?(?:/min)?[ ]?(?i:of[ ]|by[ ]|via[ ]|on[ ])?"
            r"(?i:O2|oxygen|NC|nasal cannula|HFNC|NRB|home O2)\b"
        ),
        ("oxygen-flow",),
    ),
)
"""(what the text must hold somewhere, the shape, the analyte of each number in it)."""
_COMA = re.compile(r"(?<![\w.])E[ ]?([1-4])[ ,/]{0,2}V[ ]?([1-5])T?[ ,/]{0,2}M[ ]?([1-6])(?!\w)", re.IGNORECASE)
_JUST_BEFORE = 8


@dataclass(frozen=True, slots=True)
class Analyte:
    """One measured quantity: its usual unit and what a body can have."""

    slug: str
    unit: str
    low: float
    high: float


_PRESSURE = {name: Analyte(name, "mm[Hg]", low, high) for name, low, high in (("sbp", 40, 300), ("dbp", 15, 200))}


def shaped_values(text: str, analytes: Mapping[str, Analyte], named: Mapping[int, ValueInText]) -> Iterator[ValueInText]:
    """The values whose shape tells what they are.  `named`: those found by name, by their first character; what they cover is left."""
    covered = sorted({(value.start, value.end) for value in named.values()})
    for mark, pattern, slugs in _SHAPES:
        if mark not in text:
            continue
        for match in pattern.finditer(text):
            if _touches(covered, match.start(1), match.end()):
                continue
            told = [_told(match, nth, slug, analytes) for nth, slug in enumerate(slugs, 1)]
            if all(told):
                insort(covered, (match.start(1), match.end()))
                yield from (value for value in told if value)
    for match in _COMA.finditer(text):
        if not _touches(covered, match.start() - _JUST_BEFORE, match.start()):
            score = float(sum(int(part) for part in match.groups()))
            yield ValueInText(start=match.start(), end=match.end(), text=match.group(), analyte="gcs", value=score, unit="{score}")


def _touches(covered: list[tuple[int, int]], start: int, end: int) -> bool:
    at = bisect_left(covered, (end,))
    return at > 0 and covered[at - 1][1] > start


def _told(match: re.Match[str], nth: int, slug: str, analytes: Mapping[str, Analyte]) -> ValueInText | None:
    analyte = analytes.get(slug) or _PRESSURE.get(slug)
    number, unit = in_unit(analyte, float(match[nth]), "") if analyte else (None, "")
    if analyte is None or number is None:
        return None
    start, end = match.span(nth)
    return ValueInText(start=start, end=end, text=match[nth], analyte=analyte.slug, value=number, unit=unit)


def in_unit(analyte: Analyte, number: float, written: str) -> tuple[float | None, str]:
    """The value and its UCUM unit; None where no body has it."""
    unit = analyte.unit
    if analyte.slug == "temperature" and (written.endswith("F") or number >= _FAHRENHEIT_FROM):
        plausible = (number - 32) / 1.8
        return (number if analyte.low <= plausible <= analyte.high else None), "[degF]"
    if analyte.slug == "weight" and written.startswith("lb"):
        number = round(number * _POUND, 1)
    if analyte.slug in ("wbc", "platelets", "anc") and number >= 1000:
        number /= 1000  # counted per microlitre: 18,400 is 18.4 thousand
    if analyte.slug == "fio2" and number <= 1:
        unit = "1"
    return (number if analyte.low <= number <= analyte.high else None), unit
