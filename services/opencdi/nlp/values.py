"""Numbers in a note: "Cr 2.9", "WBC 18K", "T 38.9", "SpO2 86% RA", "BP 85/40", with the unit written or usual (`rules/nlp/values.yaml`)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from opencdi.events.pages import ValueInText

_BETWEEN = (
    r"level|count|of|is|was|at|to|=|:|~|up|down|now|elevated|peaked|peak|found|be|today|on|admission|"
    r"dropped|fell|rose|has|been|in|the|low|high|>|<|≥|≤|\(|,"
)
_SAID = rf"(?:[ \t]{{0,3}}(?:{_BETWEEN})){{0,4}}[ \t]{{0,3}}"
_NUMBER = r"(?P<number>\d{1,3}(?:,\d{3})+|\d{1,6}(?:\.\d{1,3})?)(?![\d/]|\.\d|:\d)"
_UNITS = r"[kK]\b|%|°[ \t]?[CF]\b|[CF]\b|kg/m\^?2|kg\b|lbs?\b|mg/dL|mmol/L|mEq/L|g/dL|ng/mL|[xX*] ?10[\^*]?[39]|/[uµ]L"
_UNIT = rf"(?:[ \t]?-[ \t]?\d{{1,3}}(?=[ \t]?%))?(?P<unit>[ \t]{{0,2}}(?:{_UNITS}))?"
_PRESSURE = re.compile(
    r"\b(?i:BP|blood pressure)[ \t]{0,3}(?:of|is|was|at|:|=|in the)?[ \t]{0,3}(?P<sbp>\d{2,3})/(?P<dbp>\d{2,3})(?![\d/])"
)
_CHANGE = re.compile(r"[ \t]{0,3}(?:->|→|-->|=>)[ \t]{0,3}(?P<number>\d{1,4}(?:\.\d{1,3})?)(?![\d/]|\.\d)")
_FAHRENHEIT_FROM = 86.0
_POUND = 0.45359237  # kg, exact by definition


@dataclass(frozen=True, slots=True)
class Analyte:
    """One measured quantity: its usual unit and what a body can have."""

    slug: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True)
class Values:
    """How numbers are found: one pattern for all names, and who each name is."""

    pattern: re.Pattern[str]
    by_name: Mapping[str, Analyte]


@lru_cache(maxsize=4)
def load_values(folder: Path) -> Values:
    """The table from `values.yaml` in that folder."""
    told = yaml.load((folder / "values.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # C loader of SafeLoader
    by_name: dict[str, Analyte] = {}
    exact: list[str] = []
    names: list[str] = []
    for slug, row in told.items():
        analyte = Analyte(slug, row["unit"], row["low"], row["high"])
        for name in row.get("exact", ()):
            by_name[name] = analyte
            exact.append(name)
        for name in row.get("names", ()):
            by_name[name.lower()] = analyte
            names.append(name)
    either = "|".join(re.escape(name) for name in sorted(exact, key=len, reverse=True))
    any_case = "|".join(_in_any_case(name) for name in sorted(names, key=len, reverse=True))
    return Values(re.compile(rf"(?=[^\W\d_])(?<![\w./-])(?P<name>{either}|{any_case})(?!\w){_SAID}{_NUMBER}{_UNIT}"), by_name)


def _in_any_case(name: str) -> str:
    """The first letter as a set: an alternative that cannot begin here is then refused at a glance, which halves the time."""
    return f"[{name[0].lower()}{name[0].upper()}](?i:{re.escape(name[1:])})".replace(r"\ ", r"[ \t]")


def values_in(text: str, values: Values) -> list[ValueInText]:
    """The values in a text, left to right."""
    found = [value for match in values.pattern.finditer(text) for value in _values_of(text, match, values)]
    for match in _PRESSURE.finditer(text):
        for name in ("sbp", "dbp"):
            found.append(
                ValueInText(start=match.start(), end=match.end(), text=match.group(), analyte=name, value=float(match[name]), unit="mm[Hg]")
            )
    return sorted(found, key=lambda value: (value.start, value.end))


def _values_of(text: str, match: re.Match[str], values: Values) -> Iterator[ValueInText]:
    name = match["name"]
    analyte = values.by_name.get(name) or values.by_name[re.sub(r"\s", " ", name.lower())]
    number, unit = _in_unit(analyte, float(match["number"].replace(",", "")), (match["unit"] or "").strip())
    if number is None:
        return
    yield ValueInText(start=match.start(), end=match.end(), text=match.group(), analyte=analyte.slug, value=number, unit=unit)
    if later := _CHANGE.match(text, match.end()):
        number, unit = _in_unit(analyte, float(later["number"]), "")
        if number is not None:
            yield ValueInText(
                start=later.start("number"), end=later.end("number"), text=later["number"], analyte=analyte.slug, value=number, unit=unit
            )


def _in_unit(analyte: Analyte, number: float, written: str) -> tuple[float | None, str]:
    """The value and its UCUM unit; None where no body has it."""
    unit = analyte.unit
    if analyte.slug == "temperature" and (written.endswith("F") or number >= _FAHRENHEIT_FROM):
        plausible = (number - 32) / 1.8
        return (number if analyte.low <= plausible <= analyte.high else None), "[degF]"
    if analyte.slug == "weight" and written.startswith("lb"):
        number = round(number * _POUND, 1)
    if analyte.slug in ("wbc", "platelets") and number >= 1000:
        number /= 1000  # counted per microlitre: 18,400 is 18.4 thousand
    if analyte.slug == "fio2" and number <= 1:
        unit = "1"
    return (number if analyte.low <= number <= analyte.high else None), unit
