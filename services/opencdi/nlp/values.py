"""Numbers in a note: "Cr 2.9", "WBC 18K", "T 38.9", "BP 85/40", with the unit written or usual (`rules/nlp/values.yaml`).

Two names may share two numbers ("BUN/Cr 58/1.3", "hemoglobin and hematocrit of 9.1 and 27").  Behind a value others of the same analyte may
follow (`trends.py`); what is wanted, given or of another fluid is no value (`unmeasured.py`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from pathlib import Path
from typing import Final

from opencdi.events.reading import ValueInText
from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import Words, words_of
from opencdi.nlp.any_of import any_of
from opencdi.nlp.pressures import pressures_in
from opencdi.nlp.trends import following, following_pairs
from opencdi.nlp.unmeasured import unmeasured
from opencdi.nlp.value_shapes import Analyte, in_unit, shaped_values

_MONTH: Final = (
    r"(?:January|February|March|April|(?-i:May)|June|July|August|September|October|November|December)"
    r"(?:[ ]\d{1,2}(?:st|nd|rd|th)?(?![\d.]|[ ]?[%/])(?:,?[ ](?:19|20)\d\d)?|,?[ ](?:of[ ])?(?:19|20)\d\d|(?![ ,]+\d{1,2}(?![\d.])))"
)
"""A month, with its day or year: its numbers are nobody's value."""
_BLANK: Final = r"[ \t]"
_WORDS: Final = (
    "level count score of is was are were at to from up down now elevated peaked peak found noted measured reported be being today on"
    " admission dropped fell rose went gone came back has have had been in the low high only trended trending trend improved worsened"
    " increased decreased risen fallen still initially initial estimated currently repeat nadir max min maximum minimum around about"
    " approximately approx arrival presentation this am morning ran running most which recent last latest baseline a an as remains stable"
    " bump bumped climbed climbing crept drifted sank slipped dipped reversed corrected remained stayed held settled reached briefly"
    " transiently that yesterday week month year night spring summer winter monday tuesday wednesday thursday friday saturday sunday my our"
    " office clinic hospital"
)
_BETWEEN: Final = (
    r"at[ ]\d{4}(?!\d)(?:[ ]?h(?:rs?|ours)?\b)?|"  # an hour: "BG at 0600 was 212"
    rf"{any_of(_WORDS.split(), _BLANK)}|[=:~<>≥≤(,]|(?:19|20)\d\d(?=[ ](?:was|were)\b)|{_MONTH}"
)
_SAID: Final = rf"(?P<said>(?:[ \t]{{0,8}}(?i:{_BETWEEN})(?![A-Za-z])){{0,7}}[ \t]{{0,12}})"
_NUMBER: Final = r"(?<![A-Za-z])(?P<number>(?!0\d)(?:\d{1,3}(?:,\d{3})+|\d{1,6}(?:\.\d{1,3})?|\.\d{1,3}))(?!\d|\.\d|:\d|'?s\b)"
_UNITS = r"%|°[ \t]?[CF]\b|[CF]\b|kg/m\^?2|kg\b|kilograms?\b|lbs?\b|pounds?\b|mg/dL|mmol/L|mEq/L|g/dL|ng/mL|[xX*] ?10[\^*]?[39]|/[uµ]L"
_UNIT: Final = rf"(?:[ \t]?-[ \t]?\d{{1,3}}(?=[ \t]?%))?(?P<unit>[kK]\b|[ \t]{{0,2}}(?:{_UNITS}))?"
_SECOND: Final = re.compile(r"[ \t]?(?:(?P<over>/)|and\b|&)[ \t]?(?P<number>\d{1,4}(?:\.\d{1,2})?)(?![\d/]|\.\d)")
_JOINED: Final = re.compile(r"(?:(?P<over>/)|[ ]and[ ]|[ ]?&[ ]?)\Z")
_APART: Final = re.compile(r"[^\w&./-]+")
_NAME_REACH: Final = 24
_OF_BEFORE: Final = re.compile(r"\b(?:baseline|b/l)[ \t]{0,2}\Z", re.IGNORECASE)
_BASELINE_TOLD: Final = re.compile(r"\bbaseline\b", re.IGNORECASE)


@dataclass(frozen=True)
class Values:
    """How numbers are found: one pattern for all names, and who each name is; a name of two ("H/H") has a number for each."""

    pattern: re.Pattern[str]
    first_words: frozenset[str]
    """The forms of the words with which names begin: only there the pattern is tried."""
    by_name: Mapping[str, tuple[Analyte, ...]]
    by_slug: Mapping[str, Analyte]
    """Every analyte that has a name, by its own."""

    def named(self, name: str) -> tuple[Analyte, ...]:
        """Who that is, as written or in any case; nobody where the name is unknown."""
        return self.by_name.get(name) or self.by_name.get(" ".join(name.lower().split()), ())


@lru_cache(maxsize=4)
def load_values(folder: Path) -> Values:
    """The table from `values.yaml` in that folder."""
    told = read_table(folder / "values.yaml")
    analytes = {
        slug: Analyte(slug, row["unit"], row["low"], row["high"], row.get("in_fluids", False), row.get("given", False))
        for slug, row in told.items()
    }
    by_name: dict[str, tuple[Analyte, ...]] = {}
    exact: list[str] = []
    names: list[str] = []
    for slug, row in told.items():
        for name in row.get("exact", ()):
            by_name[name] = (analytes[slug],)
            exact.append(name)
        for name, other in ((name, None) for name in row.get("names", ())) if "with" not in row else _named(row):
            by_name[name.lower()] = (analytes[slug],) if other is None else (analytes[slug], analytes[other])
            names.append(name)
    by_slug = {analyte.slug: analyte for several in by_name.values() for analyte in several}
    either, any_case = any_of(exact, _BLANK), any_of([name.lower() for name in names], _BLANK)
    pattern = re.compile(rf"(?<![\w.-])(?=[A-Za-z])(?P<name>{either}|(?i:{any_case}))(?!\w){_SAID}{_NUMBER}{_UNIT}")
    return Values(pattern, frozenset(words_of(name).words[0] for name in by_name), by_name, by_slug)


def _named(row: Mapping[str, Mapping[str, list[str]]]) -> Iterator[tuple[str, str | None]]:
    """The names of one row, each with the analyte whose number stands second."""
    yield from ((name, None) for name in row["names"])
    for other, names in row["with"].items():
        yield from ((name, other) for name in names)


def values_in(text: str, words: Words, values: Values) -> list[ValueInText]:
    """The values in a text, left to right."""
    found: list[ValueInText] = []
    after = 0
    for at in compress(range(len(words.words)), map(values.first_words.__contains__, words.words)):
        if (start := words.starts[at]) >= after and (match := values.pattern.match(text, start)) is not None:
            found.extend(_values_of(text, match, values))
            after = match.end()
    found.extend(pressures_in(text, values.by_slug, found))
    found.extend(shaped_values(text, values.by_slug, found))
    return sorted(found, key=lambda value: (value.start, value.end))


def _values_of(text: str, match: re.Match[str], values: Values) -> list[ValueInText]:
    told, second = _sharing(text, match, values)
    if not told or unmeasured(text, match, told[0] or told[-1]):  # type: ignore[arg-type]  # never two of nobody
        return []
    start, said = match.start(), match["said"]
    earlier = bool(
        _OF_BEFORE.search(text, max(0, start - 12), start) or _BASELINE_TOLD.search(said) or said.rstrip().lower().endswith("from")
    )
    spans = [(match["number"], start, match.end()), *([(second["number"], second.start("number"), second.end())] if second else ())]
    found: list[ValueInText] = []
    for analyte, (number, first, last) in zip(told, spans, strict=False):
        if analyte is None:
            continue
        value, unit = in_unit(analyte, float(number.replace(",", "")), (match["unit"] or "").strip())
        if value is None:
            return found
        words = text[first:last]
        found.append(ValueInText(start=first, end=last, text=words, analyte=analyte.slug, value=value, unit=unit, earlier=earlier))
    if len(told) == 1 and told[0] is not None:
        found += following(text, match, told[0], values.named)
    elif second and second["over"] and told[0] is not None and told[1] is not None:
        found += following_pairs(text, second.end(), (told[0], told[1]))
    return found


def _sharing(text: str, match: re.Match[str], values: Values) -> tuple[tuple[Analyte | None, ...], re.Match[str] | None]:
    """Whose the number is, and where two names share two numbers, the second of them; None: a name that we do not know ("PT/INR")."""
    analytes, start = values.named(match["name"]), match.start()
    second = _SECOND.match(text, match.end("number"))
    joined = _JOINED.search(text, max(0, start - 5), start)
    if joined is not None and len(analytes) == 1:
        before = _APART.split(text[max(0, joined.start() - _NAME_REACH) : joined.start()])
        first = values.named(before[-1]) or values.named(" ".join(before[-2:]))
        if second and (first or (joined["over"] and second["over"] and len(before[-1]) > 1)):
            return (first[0] if first else None, analytes[0]), second
        if joined["over"] and not before[-1][-1:].isdigit():
            return (), None  # "P/F", "urine P/Cr": a ratio
    if len(analytes) > 1:
        return (analytes, second) if second else (analytes[:1], None)
    return ((), None) if second and second["over"] else (analytes, None)
