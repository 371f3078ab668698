"""The hospital coder's crib: concept and attributes -> ICD-10-CM code (`rules/coding/concepts.yaml`), read once and checked.

Beside it lie `guidelines.yaml`, the guideline steps that are lists, and the tables of single steps; all together are the edition.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from opencdi.coding.alongside_data import AlongsideData
from opencdi.coding.drug_table import DrugTable
from opencdi.coding.external_data import ExternalCauses
from opencdi.coding.guideline_data import GuidelineData
from opencdi.coding.leaf import by_tabular, leaf_said
from opencdi.coding.obstetric_data import ObstetricData
from opencdi.knowledge.lexicon import BY_TABULAR
from opencdi.knowledge.tables import parsed
from opencdi.knowledge.words import term_form

GUIDELINES = "guidelines.yaml"
BESIDE = {"drugs": "drugs.yaml", "alongside": "alongside.yaml", "external": "external_causes.yaml", "obstetrics": "obstetrics.yaml"}
"""The tables of single steps: field -> file."""
Nature = Literal["", "chronic", "exempt"]
RowKind = Literal["diagnosis", "symptom", "abnormal-finding"]
_ACUTE_TYPES = frozenset({"status-asthmaticus"})


class ByAttributes(BaseModel):
    """What the concept is coded as when these attributes hold; every field but those declared here is an attribute.

    `words`: index terms of the concept that lead to a code of their own ("emphysema" is no COPD, unspecified).  `poa`: where this form
    differs by nature from the rest of its disease.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    code: str
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
    by: tuple[ByAttributes, ...] = ()
    also: tuple[str, ...] = ()
    poa: Nature = ""
    kind: RowKind = "diagnosis"
    family: str = ""
    organism: bool = False
    poisoning: bool = False  # by the Table of Drugs: the drug that the note names, and how it came to be taken
    underlying: str = ""  # the concept that is coded with it where the note names its organism ("septic shock due to E. coli")


class ConceptTable(BaseModel):
    """The whole file.  A concept of the tabular that has no row is coded as the code that it names."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    codes: dict[str, Row]
    no_code: dict[str, str]
    organisms: dict[str, str]
    integral: dict[str, tuple[str, ...]]
    never_uncertain: tuple[str, ...]
    guidelines: GuidelineData
    drugs: DrugTable
    alongside: AlongsideData
    external: ExternalCauses
    obstetrics: ObstetricData
    edition: str = Field(default="", description="hash of the files: part of what derived a code")

    def has(self, concept: str, attributes: Mapping[str, str]) -> bool:
        """Whether a mention may lead to a code at all."""
        if (
            concept in self.codes
            or concept in self.alongside.concepts
            or concept in self.drugs.taken
            or concept in self.obstetrics.concepts
        ):
            return True
        return concept.startswith(BY_TABULAR) or "icd10cm" in attributes

    def says(self, concept: str) -> frozenset[str]:
        """All codes of a concept's row: what may be meant where it is named without its attributes."""
        row = self.codes.get(concept)
        return frozenset((row.code, *(by.code for by in row.by))) if row else frozenset()

    def integral_to(self, code: str) -> tuple[str, ...]:
        """The diagnoses (as prefixes) that this sign or symptom is part of."""
        return self.integral.get(code, ())


@dataclass(frozen=True, slots=True)
class Assignment:
    """The code that a mention leads to, and why."""

    code: str
    reason: str
    specific: bool  # the note's own attributes or words led here, not the concept alone
    nature: Nature = ""
    companion: bool = False  # comes along with the concept's own code


def assignments(table: ConceptTable, concept: str, attributes: Mapping[str, str], text: str = "") -> tuple[Assignment, ...]:
    """The codes of a mention: by the most telling row; by the tabular term that nlp found, where our rows say nothing finer.

    `text`: the mention's own words.
    """
    if concept.startswith(BY_TABULAR):
        code = by_tabular(concept.removeprefix(BY_TABULAR), attributes)
        return (Assignment(code, "tabular term", specific=True),) if code else ()
    row = table.codes.get(concept)
    if row is None:  # said too generally for a code, unless its own words name one: "lung abscess"
        code = by_tabular(attributes.get("icd10cm", ""), attributes)
        return (Assignment(code, f"{concept}: tabular term", specific=True),) if code else ()
    if row.poisoning and (poisoned := table.drugs.poisoning(attributes)):
        return (Assignment(poisoned, f"{concept}: {attributes['drug']}, Table of Drugs", specific=True),)
    form = term_form(text) if any(by.words for by in row.by) else ""
    found = next((by for by in row.by if by.holds(attributes, form)), None)
    if found is not None and found.code:
        nature = found.nature(row.poa)
        told = ", ".join((*(f"{name} {attributes[name]}" for name in (found.model_extra or {})), *((form,) if found.words else ())))
        code = leaf_said(found.code, attributes)
        if code is None:
            return ()
        codes = [Assignment(code, f"{concept}: {told}", specific=True, nature=nature)]
        codes += [Assignment(other, f"comes with {code}", True, nature, companion=True) for other in found.also]
    elif named := by_tabular(attributes.get("icd10cm", ""), attributes):
        codes = [Assignment(named, f"{concept}: tabular term", specific=True, nature=row.poa)]
    elif row.code:
        codes = [Assignment(row.code, concept, specific=False, nature=row.poa)]
    else:
        return ()
    codes += [Assignment(code, f"comes with {codes[0].code}", False, row.poa, companion=True) for code in row.also]
    if row.underlying and "organism" in attributes:
        under = assignments(table, row.underlying, attributes)
        codes += [replace(one, companion=True, reason=f"{one.reason}; comes with {codes[0].code} (I.C.1.d.1.b)") for one in under]
    if row.organism and (organism := table.organisms.get(attributes.get("organism", ""))):
        codes.append(Assignment(organism, "organism as the cause (I.A.17)", True, row.poa, companion=True))
    return tuple(codes)


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
