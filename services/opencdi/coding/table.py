"""The hospital coder's crib: concept and attributes -> ICD-10-CM code (`rules/coding/concepts.yaml`), read once and checked."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from opencdi.knowledge.icd10cm import unspecified_leaf

Nature = Literal["", "chronic", "exempt"]
RowKind = Literal["diagnosis", "symptom", "abnormal-finding"]
_BY_TABULAR = "icd10cm:"
"""Concepts that nlp found by a tabular term of their own are named "icd10cm:<code>"."""


class ByAttributes(BaseModel):
    """What the concept is coded as when these attributes hold; every field but the codes is an attribute."""

    model_config = ConfigDict(frozen=True, extra="allow")
    code: str
    also: tuple[str, ...] = ()

    def holds(self, attributes: Mapping[str, str]) -> bool:
        """Whether the note says all that this row needs."""
        needed = self.model_extra or {}
        return all(attributes.get(name) == value or (value == "*" and name in attributes) for name, value in needed.items())


class Row(BaseModel):
    """One concept's row."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code: str
    by: tuple[ByAttributes, ...] = ()
    also: tuple[str, ...] = ()
    poa: Nature = ""
    kind: RowKind = "diagnosis"
    family: str = ""
    organism: bool = False


class ConceptTable(BaseModel):
    """The whole file.  A concept of the tabular that has no row is coded as the code that it names."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    codes: dict[str, Row]
    no_code: dict[str, str]
    organisms: dict[str, str]
    integral: dict[str, tuple[str, ...]]
    never_uncertain: tuple[str, ...]
    edition: str = Field(default="", description="hash of the file: part of what derived a code")

    def has(self, concept: str) -> bool:
        """Whether the concept may lead to a code at all."""
        return concept in self.codes or concept.startswith(_BY_TABULAR)

    def integral_to(self, code: str) -> tuple[str, ...]:
        """The diagnoses (as prefixes) that this sign or symptom is part of."""
        return self.integral.get(code, ())


@dataclass(frozen=True, slots=True)
class Assignment:
    """The code that a mention leads to, and why."""

    code: str
    reason: str
    specific: bool  # the note's own attributes or words led here, not the concept alone
    companion: bool = False  # comes along with the concept's own code


def assignments(table: ConceptTable, concept: str, attributes: Mapping[str, str]) -> tuple[Assignment, ...]:
    """The codes of a mention: by the most telling row; by the tabular term that nlp found, where our rows say nothing finer."""
    if concept.startswith(_BY_TABULAR):
        code = unspecified_leaf(concept.removeprefix(_BY_TABULAR))
        return (Assignment(code, "tabular term", specific=True),) if code else ()
    row = table.codes.get(concept)
    if row is None:
        return ()
    found = next((by for by in row.by if by.holds(attributes)), None)
    if found is not None:
        told = ", ".join(f"{name} {attributes[name]}" for name in (found.model_extra or {}))
        codes = [Assignment(found.code, f"{concept}: {told}", specific=True)]
        codes += [Assignment(code, f"comes with {found.code}", specific=True, companion=True) for code in found.also]
    elif named := unspecified_leaf(attributes.get("icd10cm", "")):
        codes = [Assignment(named, f"{concept}: tabular term", specific=True)]
    else:
        codes = [Assignment(row.code, concept, specific=False)]
    codes += [Assignment(code, f"comes with {codes[0].code}", specific=False, companion=True) for code in row.also]
    if row.organism and (organism := table.organisms.get(attributes.get("organism", ""))):
        codes.append(Assignment(organism, "organism as the cause (I.A.17)", specific=True, companion=True))
    return tuple(codes)


@lru_cache(maxsize=8)
def load_table(path: Path) -> ConceptTable:
    """The table; `ValueError` names the field that is wrong: a bad table stops the room at its start."""
    raw = path.read_bytes()
    told = yaml.load(raw, Loader=yaml.CSafeLoader)
    return ConceptTable.model_validate({**told, "edition": hashlib.sha256(raw).hexdigest()[:12]})
