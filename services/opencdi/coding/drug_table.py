"""The Table of Drugs and Chemicals as far as our notes need it (`rules/coding/drugs.yaml`): drug -> T36-T65 by what it did (I.C.19.e)."""

from collections.abc import Mapping
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from opencdi.coding.drug_codes import POISONINGS, SIXTH, How
from opencdi.coding.guideline_rows import Codes, Row


class Nature(Row):
    """What the classification makes of a condition once a drug is its cause; `of`: stems, `drugs`: names of these only."""

    codes: Codes
    of: Codes = ("T",)
    drugs: frozenset[str] = frozenset()
    into: str = ""
    also: str = ""
    unless: Codes = ()


class SaysItself(Row):
    """A condition whose own words say that a drug did it: this `drug`, or the one of the stems `of` that the record names as taken."""

    codes: Codes
    words_in_it: str = ""
    of: Codes = ()
    drug: Codes = ()


class DrugTable(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    stems: dict[str, tuple[str, ...]]
    never_prescribed: frozenset[str]
    chemotherapy: frozenset[str]
    natures: tuple[Nature, ...]
    says_itself: tuple[SaysItself, ...]

    @cached_property
    def stem_by_drug(self) -> dict[str, str]:
        """drug -> its stem."""
        return {drug: stem for stem, drugs in self.stems.items() for drug in drugs}

    @cached_property
    def taken(self) -> frozenset[str]:
        """The drugs of which a mere mention may say something: coding must be told of them."""
        stems = tuple(stem for row in self.says_itself for stem in row.of)
        return frozenset(drug for drug, stem in self.stem_by_drug.items() if stem.startswith(stems))

    def code(self, how: How, *names: str) -> str | None:
        """The code of the first of these names that the table has; None where it has none, or the drug has no such column."""
        name = next((slug for name in names if (slug := name.lower().replace(" ", "-")) in self.stem_by_drug), None)
        if name is None or (how not in POISONINGS and name in self.never_prescribed):
            return None
        stem = self.stem_by_drug[name]
        return (stem if "*" in stem else f"{stem}*").replace("*", SIXTH[how]) + "A"

    def poisoning(self, attributes: Mapping[str, str], how: How | None = None) -> str | None:
        """Of an overdose: by its drug and its intent, which is accidental where none is said (I.C.19.e.5.b); or as `how` says."""
        intent: How = next((one for one in POISONINGS if one == attributes.get("form")), "accidental")
        return self.code(how or intent, attributes.get("drug", ""))
