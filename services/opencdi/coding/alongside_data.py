"""What must come along with a disease, by the mentions that lead to it (`rules/coding/alongside.yaml`; I.C.21)."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from opencdi.clinical.vocabulary import SectionKind
from opencdi.coding.guideline_rows import Codes, Row
from opencdi.knowledge.lexicon import BY_TABULAR
from opencdi.knowledge.words import term_form

ANY = "*"
When = Literal["present", "past", "any"]


class Alongside(Row):
    """One row; what its fields mean says the file's head."""

    code: str
    mentions: tuple[str, ...] = ()
    codes: Codes = ()
    having: dict[str, str] = Field(default_factory=dict)
    texts: tuple[str, ...] = ()
    when: When = "present"
    at_admission: bool = False
    sections: tuple[SectionKind, ...] = ()
    beside: Codes = ()
    unless: Codes = ()
    replaces: Codes = ()
    any_clinician: bool = False
    poa: Literal["chronic", "exempt"] = "exempt"

    def names(self, concept: str, attributes: Mapping[str, str], text: str) -> bool:
        """Whether a mention is one of this row's by its concept, attributes and words."""
        if not self.mentions or (ANY not in self.mentions and concept not in self.mentions):
            return False
        return self.has(attributes) and (not self.texts or any(term_form(word) in term_form(text) for word in self.texts))

    def has(self, attributes: Mapping[str, str]) -> bool:
        """Whether the mention says all that this row needs."""
        return all(attributes.get(name) == value for name, value in self.having.items())


class AlongsideData(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rows: tuple[Alongside, ...]

    @cached_property
    def concepts(self) -> frozenset[str]:
        """The concepts that any row asks for by name: coding must be told of them."""
        return frozenset(concept for row in self.rows for concept in row.mentions if concept != ANY)

    @cached_property
    def _by_concept(self) -> dict[str, tuple[int, ...]]:
        named = {concept for row in self.rows for concept in row.mentions}
        return {concept: tuple(nth for nth, row in enumerate(self.rows) if concept in row.mentions) for concept in named}

    @cached_property
    def _by_category(self) -> dict[str, tuple[int, ...]]:
        wanted = {code[:3] for row in self.rows for code in row.codes}
        return {code: tuple(nth for nth, row in enumerate(self.rows) if code in {one[:3] for one in row.codes}) for code in wanted}

    def names_code(self, concept: str, attributes: Mapping[str, str]) -> bool:
        """Whether the tabular's own words of a mention name a category that a row is of."""
        return (attributes.get("icd10cm") or concept.removeprefix(BY_TABULAR))[:3] in self._by_category

    @cached_property
    def _of_any_concept(self) -> dict[str, tuple[int, ...]]:
        told = {name for row in self.rows if ANY in row.mentions for name in row.having}
        return {name: tuple(nth for nth, row in enumerate(self.rows) if ANY in row.mentions and name in row.having) for name in told}

    def rows_for(self, concept: str, attributes: Mapping[str, str], codes: tuple[str, ...]) -> tuple[int, ...]:
        """The rows that a mention may be one of: by its concept, by what it says beyond it, or by what it is coded as."""
        by_concept = self._by_concept.get(concept, ())
        by_attribute = [nth for name, rows in self._of_any_concept.items() if name in attributes for nth in rows]
        by_code = [nth for code in codes for nth in self._by_category.get(code[:3], ())]
        return tuple(dict.fromkeys((*by_concept, *by_attribute, *by_code))) if by_attribute or by_code else by_concept

    @cached_property
    def any_clinician(self) -> Codes:
        """The codes that count whoever documents them."""
        return tuple(code for row in self.rows if row.any_clinician for code in row.codes)
