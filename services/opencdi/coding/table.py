"""The hospital coder's crib: concept and attributes -> ICD-10-CM code (`rules/coding/concepts.yaml`), read once and checked.

Beside it lie `guidelines.yaml`, the guideline steps that are lists, and the tables of single steps; all together are the edition.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from opencdi.clinical.codes import dotted
from opencdi.coding.alongside_data import AlongsideData
from opencdi.coding.drug_codes import How
from opencdi.coding.drug_table import DrugTable
from opencdi.coding.external_data import ExternalCauses
from opencdi.coding.guideline_data import GuidelineData
from opencdi.coding.injury_data import InjuryData
from opencdi.coding.newborn_data import NewbornData
from opencdi.coding.obstetric_data import ObstetricData
from opencdi.coding.specific import Documented, documented
from opencdi.coding.treated_data import TreatedBy
from opencdi.knowledge.alphabetic_index import AlphabeticIndex
from opencdi.knowledge.icd10cm import description_of, undivided
from opencdi.knowledge.lexicon import BY_TABULAR
from opencdi.knowledge.specificity import says_more
from opencdi.knowledge.tables import parsed
from opencdi.knowledge.words import term_form

GUIDELINES = "guidelines.yaml"
BESIDE = {
    "drugs": "drugs.yaml",
    "alongside": "alongside.yaml",
    "external": "external_causes.yaml",
    "injuries": "injuries.yaml",
    "obstetrics": "obstetrics.yaml",
    "newborns": "newborns.yaml",
    "treated": "treated.yaml",
}
"""The tables of single steps: field -> file."""
Nature = Literal["", "chronic", "exempt"]
RowKind = Literal["diagnosis", "symptom", "abnormal-finding"]
NOTHING = "-"
"""In place of a code: so said it is coded to nothing, whatever the place's name would lead to."""
_ACUTE_TYPES = frozenset({"status-asthmaticus"})


Wording = tuple[str, str, tuple[tuple[str, str], ...]]
"""All of a mention that its code rests on: concept, words, attributes.  Copied text says the same every day."""


class ByAttributes(BaseModel):
    """What the concept is coded as when these attributes hold; every field but those declared here is an attribute.

    `words`: index terms of the concept that lead to a code of their own ("emphysema" is no COPD, unspecified).  `poa`: where this form
    differs by nature from the rest of its disease.  `other_years`: the codes of years that have not this one, the most exact first.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    code: str = ""
    other_years: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    poa: Nature | None = None

    def nature(self, of_disease: Nature) -> Nature:
        """An acute form is not chronic by nature, whatever its disease is (appendix I)."""
        told = self.model_extra or {}
        if str(told.get("acuity", "")).startswith(("acute", "subacute")) or told.get("type") in _ACUTE_TYPES:
            return ""
        return of_disease if self.poa is None else self.poa

    def holds(self, attributes: Mapping[str, str], form: str) -> bool:
        """Whether the note says all that this row needs.  `form`: its words, as `term_form` gives them."""
        if self.words and form not in _forms(self.words):
            return False
        needed = self.model_extra or {}
        return all(attributes.get(name) == value or (value == "*" and name in attributes) for name, value in needed.items())


@lru_cache(maxsize=1000)
def _forms(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(term_form, words))


class Row(BaseModel):
    """One concept's row; without `code` only a form of it in `by` is coded."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code: str = ""
    other_years: tuple[str, ...] = ()
    by: tuple[ByAttributes, ...] = ()
    sites: dict[str, str] = Field(default_factory=dict)  # site -> the code or stem that it is coded under
    forms: dict[str, dict[str, str]] = Field(default_factory=dict)  # form -> beginning of the place's code -> the code or stem there
    also: tuple[str, ...] = ()
    poa: Nature = ""
    kind: RowKind = "diagnosis"
    family: str = ""
    organism: bool = False
    poisoning: bool = False  # by the Table of Drugs: the drug that the note names, and how it came to be taken
    how: How | None = None  # of what the Table of Drugs has: always so, whatever the note says
    underlying: str = ""  # the concept that is coded with it where the note names its organism ("septic shock due to E. coli")


class ConceptTable(BaseModel):
    """The whole file.  A concept of the tabular that has no row is coded as the code that it names."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    codes: dict[str, Row]
    no_code: dict[str, str]
    organisms: dict[str, str]
    in_words: dict[str, dict[str, str]] = Field(default_factory=dict)
    integral: dict[str, tuple[str, ...]]
    never_uncertain: tuple[str, ...]
    guidelines: GuidelineData
    drugs: DrugTable
    alongside: AlongsideData
    external: ExternalCauses
    injuries: InjuryData
    obstetrics: ObstetricData
    newborns: NewbornData
    treated: TreatedBy
    edition: str = Field(default="", description="hash of the files: part of what derived a code")

    def has(self, concept: str, attributes: Mapping[str, str]) -> bool:
        """Whether a mention may lead to a code at all."""
        if (
            concept in self.codes
            or concept in self.alongside.concepts
            or concept in self.drugs.taken
            or concept in self.obstetrics.concepts
            or concept in self.newborns.concepts
            or concept in self.treated.operations
        ):
            return True
        return concept.startswith(BY_TABULAR) or "icd10cm" in attributes

    @cached_property
    def says(self) -> Mapping[str, frozenset[str]]:
        """concept -> all codes of its row: what may be meant where it is named without its attributes."""
        return {concept: frozenset((row.code, *(by.code for by in row.by))) for concept, row in self.codes.items()}

    @cached_property
    def codes_of_wording(self) -> "Callable[[Wording], tuple[Assignment, ...]]":
        """`assignments`, remembered: they follow from the words and this table, and a stay says the same at each of its events."""
        return lru_cache(maxsize=20_000)(lambda said: assignments(self, said[0], dict(said[2]), said[1]))

    @cached_property
    def alongside_of(self) -> "Callable[[Wording, bool], tuple[tuple[int, ...], tuple[str, ...]]]":
        """A mention, and whether it is told as over -> the rows of `alongside` that it may be one of, and its codes where they decide."""

        def those(said: Wording, over: bool) -> tuple[tuple[int, ...], tuple[str, ...]]:
            concept, attributes = said[0], dict(said[2])
            named = over or self.alongside.names_code(concept, attributes)
            codes = tuple(one.code for one in self.codes_of_wording(said)) if named else ()
            return self.alongside.rows_for(concept, attributes, codes), codes

        return lru_cache(maxsize=20_000)(those)

    @cached_property
    def on_day(self) -> "Callable[[CodedOn, Callable[[str], bool], AlphabeticIndex | None], Callable[[Wording], tuple[Assignment, ...]]]":
        """The same under one day's code set and the site's index, by whoever works it out from this table."""
        return lru_cache(maxsize=8)(lambda coded, valid, index: lru_cache(maxsize=20_000)(partial(coded, self, valid, index)))

    def integral_to(self, code: str) -> tuple[str, ...]:
        """The diagnoses (as prefixes) that this sign or symptom is part of."""
        return self.integral.get(code, ())


CodedOn = Callable[[ConceptTable, Callable[[str], bool], AlphabeticIndex | None, "Wording"], tuple["Assignment", ...]]


@dataclass(frozen=True, slots=True)
class Assignment:
    """The code that a mention leads to, and why."""

    code: str
    reason: str
    specific: bool  # the note's own attributes or words led here, not the concept alone
    nature: Nature = ""
    companion: bool = False  # comes along with the concept's own code
    other_years: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    open: bool = False  # nothing but the concept, or a term of the tabular, led here


def on_the_day(one: Assignment, valid: Callable[[str], bool]) -> Assignment | None:
    """The assignment under the code set of the day of discharge; None where that has no place for it (Guidelines, preamble).

    `valid`: whether a code may be billed on that day.  Where the code is not of that year, the row's code of other years is taken, or the
    one that it was later divided from; never one that says more.
    """
    if valid(one.code):
        return one
    code = next(filter(valid, one.other_years), None) or undivided(one.code, valid)
    return replace(one, code=code, reason=f"{one.reason}; {dotted(one.code)} is not of this year") if code else None


def assignments(table: ConceptTable, concept: str, attributes: Mapping[str, str], text: str = "") -> tuple[Assignment, ...]:
    """The codes of a mention: by the most telling row; by the tabular term that nlp found, where our rows say nothing finer.

    `text`: the mention's own words.  What the code leaves open and the mention says (side, site, stage) is then told by its neighbour.
    """
    if not table.has(concept, attributes):
        return ()
    if attributes.get("laterality") == "bilateral":
        return _of_both_sides(table, concept, attributes, text)
    return _of_one(table, concept, attributes, text)


def _of_both_sides(table: ConceptTable, concept: str, attributes: Mapping[str, str], text: str) -> tuple[Assignment, ...]:
    """The bilateral code; where the classification has none, that of each side (I.B.13)."""
    both = _of_one(table, concept, attributes, text)
    right, left = (_of_one(table, concept, {**attributes, "laterality": side}, text) for side in ("right", "left"))
    sided = right and left and right[0].code != left[0].code
    if not sided or (both and "ilateral" in description_of(both[0].code)):
        return both
    other = replace(left[0], companion=True, reason=f"{left[0].reason}; the other side (I.B.13)")
    return (*right, other, *(one for one in left[1:] if one.code not in {held.code for held in right}))


def _of_one(table: ConceptTable, concept: str, attributes: Mapping[str, str], text: str) -> tuple[Assignment, ...]:
    said = documented(text, attributes, table.in_words)
    if concept.startswith(BY_TABULAR):
        code = said.leaf(concept.removeprefix(BY_TABULAR))
        return (Assignment(code, "tabular term", specific=True, open=True),) if code else ()
    row = table.codes.get(concept)
    if row is None:  # said too generally for a code, unless its own words name one: "lung abscess"
        code = said.leaf(attributes.get("icd10cm", ""))
        return (Assignment(code, f"{concept}: tabular term", specific=True),) if code else ()
    if row.poisoning and (poisoned := table.drugs.poisoning(attributes, row.how)):
        return (Assignment(poisoned, f"{concept}: {attributes['drug']}, Table of Drugs", specific=True),)
    own = _own_code(row, concept, attributes, text, said)
    if own is None:
        return ()
    codes = [own, *(_beside(own, said.exact(said.leaf(code) or code)) for code in own.also)]
    codes += [Assignment(code, f"comes with {own.code}", False, row.poa, companion=True) for code in row.also]
    if row.underlying and "organism" in attributes:
        under = assignments(table, row.underlying, attributes)
        codes += [replace(one, companion=True, reason=f"{one.reason}; comes with {own.code} (I.C.1.d.1.b)") for one in under]
    if row.organism and (organism := table.organisms.get(attributes.get("organism", ""))):
        codes.append(Assignment(organism, "organism as the cause (I.A.17)", True, row.poa, companion=True))
    return tuple(codes)


def _beside(own: Assignment, code: str) -> Assignment:
    return Assignment(code, f"comes with {own.code}", own.specific, own.nature, companion=True)


def _own_code(row: Row, concept: str, attributes: Mapping[str, str], text: str, said: Documented) -> Assignment | None:
    """The concept's own code: by its form, by its site, by the tabular term that nlp found, or as when nothing more is said."""
    named = said.leaf(attributes.get("icd10cm", ""))
    form = term_form(text) if any(by.words for by in row.by) else ""
    found = next((by for by in row.by if by.holds(attributes, form)), None)
    if found is not None and found.code == NOTHING:
        return None
    if found is not None and found.code:
        needed = [f"{name} {attributes[name]}" for name in (found.model_extra or {}) if name in attributes]
        told = ", ".join((*needed, *((form,) if found.words else ())))
        code = said.leaf(found.code)
        if code is None:
            return None
        own = Assignment(code, f"{concept}: {told}", True, found.nature(row.poa), other_years=found.other_years, also=found.also)
    elif formed := _of_form(row, attributes.get("form", ""), named or row.sites.get(attributes.get("site", ""), row.code), said):
        return Assignment(formed, f"{concept}: form {attributes['form']}", specific=True, nature=row.poa)
    elif named:
        return Assignment(named, f"{concept}: tabular term", specific=True, nature=row.poa)
    elif at := said.leaf(row.sites.get(attributes.get("site", ""), "")):
        return Assignment(at, f"{concept}: site {attributes['site']}", specific=True, nature=row.poa)
    elif row.code:
        own = Assignment(row.code, concept, specific=False, nature=row.poa, other_years=row.other_years, open=True)
    else:
        return None
    exact = said.exact(own.code)
    judged = found is not None and "icd10cm" in (found.model_extra or {})  # the row has weighed the tabular term itself
    if named and not judged and says_more(named, than=exact):
        exact = named
    return own if exact == own.code else replace(own, code=exact, reason=f"{own.reason}: as exact as it is said (I.B.2)", specific=True)


def _of_form(row: Row, form: str, place: str, said: Documented) -> str | None:
    """The code of a form that the classification has elsewhere, by place there too: of a fracture, that of diseased bone (I.C.13.d.2)."""
    there = row.forms.get(form, {})
    nearest = max((begins for begins in there if place.startswith(begins)), key=len, default=None)
    return None if nearest is None else said.leaf(there[nearest])


@lru_cache(maxsize=8)
def load_table(path: Path) -> ConceptTable:
    """The table; `ValueError` names the field that is wrong: a bad table stops the room at its start."""
    files = {name: (path.parent / file).read_bytes() for name, file in {"guidelines": GUIDELINES, **BESIDE}.items()}
    raw = path.read_bytes()
    edition = hashlib.sha256(b"".join((raw, *files.values()))).hexdigest()[:12]
    table = ConceptTable.model_validate({**parsed(raw), **{name: parsed(told) for name, told in files.items()}, "edition": edition})
    if unknown := table.guidelines.unknown_analytes():
        raise ValueError(f"{GUIDELINES}: no such analyte: {', '.join(sorted(unknown))}")
    return table
