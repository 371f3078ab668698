"""Numbers that their shape names: "E2V2M4", "94% on 2L", "7.21/68/55", "18.2>7.1/21<88".

Everything in a shape must be what a body can have; else none of it is read.
"""

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from opencdi.events.reading import ValueInText

_FAHRENHEIT_FROM: Final = 86.0
_POUND: Final = 0.45359237  # kg, exact by definition
_NEWBORN: Final = 0.4  # kg
_WHOLE: Final = r"(?![\w/.])"
_SHAPES: Final[tuple[tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...]], ...]] = (
    (
        re.compile(r">[ ]?\d{1,2}(?:\.\d)?[ ]?/"),
        re.compile(rf"(\d(?<![\w./].)\d{{0,2}}(?:\.\d)?)[ ]?>[ ]?(\d{{1,2}}(?:\.\d)?)[ ]?/[ ]?(\d\d(?:\.\d)?)[ ]?<[ ]?(\d{{1,4}}){_WHOLE}"),
        ("wbc", "hemoglobin", "hematocrit", "platelets"),
    ),
    (
        re.compile("<"),
        re.compile(r"(1(?<![\w./].)\d\d)/(\d(?:\.\d)?)/(\d{2,3})/(\d{1,2})/(\d{1,3})/(\d{1,2}(?:\.\d{1,2})?)[ ]?<[ ]?(\d{2,4})" + _WHOLE),
        ("sodium", "potassium", "chloride", "bicarbonate", "bun", "creatinine", "glucose"),
    ),
    (
        re.compile(r"7\.\d{1,2}[ ]?/"),
        re.compile(
            r"[AaGg](?:(?i:bg)(?<=[Aa]..)(?<!\w...)|as\b(?<=[Gg]..)|AS\b(?<=G..))"
            r"[^\n\d]{0,20}(7\.\d{1,2})[ ]?/[ ]?(\d{2,3})[ ]?/[ ]?(\d{2,3})(?!\d|\.\d)"
        ),
        ("ph-arterial", "paco2", "pao2"),
    ),
    (
        re.compile("HF"),
        re.compile(r"HFN?C?[^\n\d]{0,8}(\d{1,2})[ ]?L(?:pm|PM|/min)?[ ]?[/,@ ][ ]?(?:at[ ])?(\d{2,3})[ ]?%"),
        ("oxygen-flow", "fio2"),
    ),
)
"""(what the text must hold somewhere and is found fast, the shape, the analyte of each number in it)."""
_BY_UNIT: Final = re.compile(
    r"(?P<number>\d(?<![\w./-].)\d{0,2}+(?:\.\d)?+)(?=[ ]?[%°RrLlFo])(?:"
    r"(?P<spo2>[ ]?%(?=[ ]?(?:(?:on|w/|with|via)[ ](?:a[ ])?)?(?i:RA\b|room air|\d{1,2}(?:\.5)?[ ]?L\b"
    r"|\d{1,2}[ ]?(?:liters?|lpm)\b|NC\b|nasal cannula"
    r"|NRB\b|BiPAP\b|HFNC\b))|(?:RA|ra)\b|[ ]on[ ](?i:RA|room air)\b)"
    r"|(?P<fio2>[ ]?%[ ]?(?:of[ ])?(?i:FiO2)\b)|(?P<bands>[ ]?%[ ]?(?i:bands|bandemia)\b)"
    r"|(?P<sat>[ ]?%)|(?P<temperature>(?<=\.\d)[ ]?(?:°[ ]?[FC]|F)\b)"
    r"|(?P<flow>[ ]?(?:[Ll](?:pm|PM|/min)?|[Ll]iters?(?:[ ](?:per|a)[ ]minute)?)(?![\w/])))"
)
"""A number whose unit, or what stands behind it, names it: "94% on RA", "95ra", "40% FiO2", "98.2F", "2 L"."""
_UNIT_OF_WEIGHT: Final = re.compile(r"\d[ -](?P<unit>pounds?|lbs?|kilograms?|kg)\b")
_BESIDE_HEIGHT: Final = re.compile(
    r"(?:feet|foot|inch|inches|tall|cm|centimeters|meters),?[ ](?:and[ ])?(?P<number>\d{2,3}(?:\.\d)?)\Z", re.IGNORECASE
)
_OF_A_PERSON: Final = re.compile(r"(?<![\w.])(?P<number>\d{2,3}(?:\.\d)?)\Z")
_PERSON = re.compile(r"[ ,]{1,2}(?:[a-z-]+[ ]){0,2}(?:man|woman|male|female|boy|girl|gentleman|lady|patient|person)\b", re.IGNORECASE)
"""A weight without its name: beside a height ("71 inches tall and 224 pounds"), or of a person ("a 250-pound man")."""
_OF_OXYGEN: Final = re.compile(
    r"[ ]?(?:to[ ]\d{1,2}[ ]?(?:L|liters?)[ ])?(?:of|by|via|on|per)?[ ]?"
    r"(?:home|supplemental|humidified)?[ ]?(?:O2|oxygen|N/?C|nasal|HFNC|high[ -]flow|NRB"
    r"|face[ ]?mask|mask|trach)\b",
    re.IGNORECASE,
)
_BEHIND_OXYGEN: Final = re.compile(
    r"(?:%|\bO2|\boxygen|\bNC|\bcannula|\bHFNC)"
    r"[ ]?(?:therapy|requirement|flow)?(?:[ ]at[ ](?:night|home|rest))?(?:[ ]by[ ](?:nasal[ ])?cannula)?,?"
    r"[ ]?(?:at|on|of|to|@|via|:|=|at[ ]most|up[ ]to|usually|now)?[ ]?\Z",
    re.IGNORECASE,
)
_AIR: Final = re.compile(r"\b(?:RA|[Rr]oom air|NC|nc|cannula)[ ,:]{1,2}\Z")
"""The saturation behind what is breathed: "on RA 95%", "3L nc 94%"."""
_ON: Final = re.compile(r"\b(?:on|home|now)(?:[ ]at)?[ ]\Z", re.IGNORECASE)
_ALONE: Final = re.compile(r"[ ]?(?:[,.;)\n]|\Z|->|at[ ](?:home|night|rest|baseline)|continuous)")
_NO_OXYGEN: Final = re.compile(r"[ ]?(?:of[ ])?(?:NS|LR|IVF?|fluids?|bolus|crystalloids?|normal|out|off|net|neg|pos)\b", re.IGNORECASE)
_VERBAL: Final = (re.compile(r"V[ ]?[1-5]"), re.compile(r"v[ ]?[1-5]"))
"""What each coma score has in its midst; one sign is found much faster than either of two."""
_COMA: Final = re.compile(r"[Ee](?<![\w.].)[ ]?([1-4])[ ,/]{0,2}[Vv][ ]?([1-5])[Tt]?[ ,/]{0,2}[Mm][ ]?([1-6])(?!\w)")
_JUST_BEFORE: Final = 8
_UNITS_OF_WEIGHT: Final = ("pound", " lb", "-lb", "kilogram", " kg", "-kg")
_BOUND: Final = re.compile(r"(?:\b(?:than|above|below|over|under)[ ]|(?<![-=])[<>≤≥][ ]?)\Z", re.IGNORECASE)
_OXYGEN_REACH: Final = 48


@dataclass(frozen=True, slots=True)
class Analyte:
    """One measured quantity: its usual unit and what a body can have."""

    slug: str
    unit: str
    low: float
    high: float
    in_fluids: bool = False
    """Measured in urine, spinal and other fluids too."""
    given: bool = False
    """Also the name of what is given."""


def shaped_values(text: str, analytes: Mapping[str, Analyte], named: Iterable[ValueInText]) -> Iterator[ValueInText]:
    """The values whose shape tells what they are.  `named`: those found already; what they cover is left."""
    covered = sorted({(value.start, value.end) for value in named})
    for mark, pattern, slugs in _SHAPES:
        if mark.search(text) is None:
            continue
        for match in pattern.finditer(text):
            if _touches(covered, match.start(1), match.end(len(slugs))):
                continue
            told = [_told(match, nth, slug, analytes) for nth, slug in enumerate(slugs, 1)]
            if all(told):
                insort(covered, (match.start(1), match.end(len(slugs))))
                yield from (value for value in told if value)
    yield from _by_unit(text, analytes, covered)
    if "weight" in analytes and any(unit in text for unit in _UNITS_OF_WEIGHT):
        yield from _weights(text, analytes["weight"], covered)
    for match in _COMA.finditer(text) if any(verbal.search(text) for verbal in _VERBAL) else ():
        if not _touches(covered, match.start() - _JUST_BEFORE, match.start()):
            score = float(sum(int(part) for part in match.groups()))
            yield ValueInText(start=match.start(), end=match.end(), text=match.group(), analyte="gcs", value=score, unit="{score}")


def _by_unit(text: str, analytes: Mapping[str, Analyte], covered: list[tuple[int, int]]) -> Iterator[ValueInText]:
    """The values that their unit names; litres are oxygen where the words beside them say so, or "on 2L" with nothing behind it."""
    for match in _BY_UNIT.finditer(text):
        slug, (start, end) = match.lastgroup or "", match.span("number")
        if slug == "flow":
            slug = "oxygen-flow" if _is_oxygen(text, start, match.end()) else ""
        elif slug == "sat":
            slug = "spo2" if _AIR.search(text, max(0, start - _JUST_BEFORE), start) else ""
        if slug not in analytes or _touches(covered, start, end) or _BOUND.search(text, max(0, start - _JUST_BEFORE), start):
            continue
        number, unit = in_unit(analytes[slug], float(match["number"]), match[match.lastgroup or 0].strip())
        if number is not None:
            insort(covered, (start, end))
            yield ValueInText(start=start, end=end, text=match["number"], analyte=slug, value=number, unit=unit)


def _weights(text: str, analyte: Analyte, covered: list[tuple[int, int]]) -> Iterator[ValueInText]:
    """The weights that nobody named."""
    for unit_of in _UNIT_OF_WEIGHT.finditer(text):
        behind = unit_of.start() + 1
        since = max(0, behind - _OXYGEN_REACH)
        match = _BESIDE_HEIGHT.search(text, since, behind)
        if match is None and _PERSON.match(text, unit_of.end()):
            match = _OF_A_PERSON.search(text, since, behind)
        number, unit = in_unit(analyte, float(match["number"]), unit_of["unit"]) if match else (None, "")
        if match and number is not None and not _touches(covered, *match.span("number")):
            insort(covered, match.span("number"))
            start, end = match.span("number")
            yield ValueInText(start=start, end=end, text=match["number"], analyte=analyte.slug, value=number, unit=unit)


def _is_oxygen(text: str, start: int, end: int) -> bool:
    before = max(0, start - _OXYGEN_REACH)
    return _NO_OXYGEN.match(text, end) is None and (
        _OF_OXYGEN.match(text, end) is not None
        or _BEHIND_OXYGEN.search(text, before, start) is not None
        or (_ON.search(text, before, start) is not None and _ALONE.match(text, end) is not None)
    )


def _touches(covered: list[tuple[int, int]], start: int, end: int) -> bool:
    at = bisect_left(covered, (end,))
    return at > 0 and covered[at - 1][1] > start


def _told(match: re.Match[str], nth: int, slug: str, analytes: Mapping[str, Analyte]) -> ValueInText | None:
    analyte = analytes.get(slug)
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
    if analyte.slug == "birth-weight" and written.startswith("k"):
        number *= 1000
    if analyte.slug == "weight" and written.startswith(("lb", "pound")):
        number = round(number * _POUND, 1)
    elif analyte.slug == "weight" and written.startswith("k") and number >= _NEWBORN:
        return (number if number <= analyte.high else None), unit  # who writes kilograms may weigh a child
    if analyte.slug in ("wbc", "platelets", "anc") and number >= (50 if analyte.slug == "anc" else 1000):
        number /= 1000  # counted per microlitre: 18,400 is 18.4 thousand
    if analyte.slug == "fio2" and number <= 1:
        unit = "1"
    return (number if analyte.low <= number <= analyte.high else None), unit
