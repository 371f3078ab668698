"""Numbers in a note: "Cr 2.9", "WBC 18K", "T 38.9", "BP 85/40", with the unit written or usual (`rules/nlp/values.yaml`).

Behind a value others of the same analyte may follow: "1.1 -> 2.9", "2.9 from 1.1", "2.9 (baseline 1.1)"; those of before are `earlier`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import yaml

from opencdi.events.reading import ValueInText
from opencdi.nlp.value_shapes import Analyte, in_unit, shaped_values

_BETWEEN = (
    r"level|count|of|is|was|at|to|=|:|~|up|down|now|elevated|peaked|peak|found|be|today|on|admission|"
    r"dropped|fell|rose|has|been|in|the|low|high|>|<|≥|≤|\(|,|trended|trending|trend|improved|worsened|increased|decreased|risen|fallen|"
    r"still|initially|initial|currently|repeat|nadir|around|about|approximately|approx|arrival|presentation|this|am|baseline|an?|as|remains"
)
_SAID = rf"(?:[ \t]{{0,3}}(?:{_BETWEEN})){{0,5}}[ \t]{{0,3}}"
_NUMBER = r"(?P<number>\d{1,3}(?:,\d{3})+|\d{1,6}(?:\.\d{1,3})?)(?![\d/]|\.\d|:\d)"
_UNITS = r"%|°[ \t]?[CF]\b|[CF]\b|kg/m\^?2|kg\b|lbs?\b|mg/dL|mmol/L|mEq/L|g/dL|ng/mL|[xX*] ?10[\^*]?[39]|/[uµ]L"
_UNIT = rf"(?:[ \t]?-[ \t]?\d{{1,3}}(?=[ \t]?%))?(?P<unit>[kK]\b|[ \t]{{0,2}}(?:{_UNITS}))?"
_PRESSURE = re.compile(
    r"\b(?i:BP|blood pressure)[ \t]{0,3}(?:of|is|was|at|:|=|in the)?[ \t]{0,3}(?P<sbp>\d{2,3})/(?P<dbp>\d{2,3})(?![\d/])"
)
_FOLLOWING = re.compile(
    r"(?:[ \t]?\(\d{1,2}/\d{1,2}(?:/\d{2,4})?\))?[ \t]{0,3}(?:(?P<then>->|→|-->|=>|>|\||,[ \t]then|(?:up|down)[ \t]to|now)"
    r"|[,;(]?[ \t]{0,2}(?P<before>(?:up[ \t]|down[ \t]|increased[ \t]|decreased[ \t])?from(?:[ \t](?:a[ \t])?baseline(?:[ \t]of)?)?"
    r"|(?:(?:his|her|their)[ \t])?(?:baseline|base|b/l|bl)(?:[ \t](?:is|was|of|cr|creatinine|around|about)){0,2}|previously|prior))"
    r"[ \t:=~]{0,3}(?P<number>\d{1,4}(?:\.\d{1,3})?)(?![\d/]|\.\d)(?:[ \t]?-[ \t]?\d{1,4}(?:\.\d{1,3})?(?![\d/]))?[ \t]?%?",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"[ \t]?\((?P<number>\d{1,4}(?:\.\d{1,3})?)(?:\)|[ \t](?:in|on)[ \t])", re.IGNORECASE)
"""The value of before in brackets: "Cr 1.6 (0.7)", "Cr 3.3 (1.1 on 10/2)"."""
_LISTED = re.compile(r",[ \t]{0,2}(?P<number>\d{1,4}(?:\.\d{1,3})?)(?![\d/%:]|\.\d|[ \t]?[A-Za-z])")
"""Further numbers of a trend: "lactate trended 4.2, 2.8, 1.4"."""
_OF_BEFORE = re.compile(r"\b(?:baseline|b/l)[ \t]{0,2}$", re.IGNORECASE)
_BASELINE_TOLD = re.compile(r"\bbaseline\b", re.IGNORECASE)
_MAX_FOLLOWING = 12
_GIVEN = re.compile(r"[ \t]?(?:mg|mcg|g|gm|grams?|units?|meq|mEq|tabs?)\b(?!/)")
"""What was given, no level: "magnesium 2 g", "K 10 mEq"."""
_OF_A_VITAMIN = re.compile(r"\bvit(?:amin)?[ ]$", re.IGNORECASE)


@dataclass(frozen=True)
class Values:
    """How numbers are found: one pattern for all names, and who each name is."""

    pattern: re.Pattern[str]
    by_name: Mapping[str, Analyte]

    @cached_property
    def by_slug(self) -> Mapping[str, Analyte]:
        """Every analyte by its own name."""
        return {analyte.slug: analyte for analyte in self.by_name.values()}


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
    either, any_case = _alternatives(exact), _alternatives(sorted({name.lower() for name in names}))
    return Values(re.compile(rf"(?<![\w./-])(?=[A-Za-z])(?P<name>{either}|(?i:{any_case}))(?!\w){_SAID}{_NUMBER}{_UNIT}"), by_name)


def _alternatives(names: list[str]) -> str:
    """A pattern of the names, the longest first, told apart by their first letter (tried at every word of a note)."""
    by_letter: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        by_letter.setdefault(name[0], []).append(re.escape(name[1:]).replace(r"\ ", r"[ \t]"))
    return "|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())


def values_in(text: str, values: Values) -> list[ValueInText]:
    """The values in a text, left to right."""
    found = [value for match in values.pattern.finditer(text) for value in _values_of(text, match, values)]
    for match in _PRESSURE.finditer(text):
        for name in ("sbp", "dbp"):
            found.append(
                ValueInText(start=match.start(), end=match.end(), text=match.group(), analyte=name, value=float(match[name]), unit="mm[Hg]")
            )
    found.extend(shaped_values(text, values.by_slug, {value.start: value for value in found}))
    return sorted(found, key=lambda value: (value.start, value.end))


def _values_of(text: str, match: re.Match[str], values: Values) -> Iterator[ValueInText]:
    name = match["name"]
    analyte = values.by_name.get(name) or values.by_name[re.sub(r"\s", " ", name.lower())]
    number, unit = in_unit(analyte, float(match["number"].replace(",", "")), (match["unit"] or "").strip())
    if number is None or _GIVEN.match(text, match.end("number")) or _OF_A_VITAMIN.search(text, max(0, match.start() - 9), match.start()):
        return
    earlier = _OF_BEFORE.search(text, max(0, match.start() - 12), match.start()) or _BASELINE_TOLD.search(match.group())
    yield ValueInText(
        start=match.start(), end=match.end(), text=match.group(), analyte=analyte.slug, value=number, unit=unit, earlier=bool(earlier)
    )
    at = match.end()
    trend = "trend" in match.group().lower()
    for _ in range(_MAX_FOLLOWING):
        following = _FOLLOWING.match(text, at) or _IN_BRACKETS.match(text, at) or (_LISTED.match(text, at) if trend else None)
        if following is None:
            return
        number, unit = in_unit(analyte, float(following["number"]), "")
        if number is None:
            return
        start, end = following.span("number")
        before = following.re is _IN_BRACKETS or (following.re is _FOLLOWING and following["before"] is not None)
        yield ValueInText(start=start, end=end, text=text[start:end], analyte=analyte.slug, value=number, unit=unit, earlier=before)
        at = following.end()
