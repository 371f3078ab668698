"""What a newborn's conditions are coded as, and what of its mother's has no place on its record (`rules/coding/newborns.yaml`; I.C.16)."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from opencdi.coding.guideline_rows import Codes, Row
from opencdi.events.reading import Finding
from opencdi.knowledge.lexicon import BY_TABULAR

_OF_THE_BIRTH: Final = frozenset({
    "pregnancy", "vaginal-delivery", "cesarean-section", "live-birth", "apgar", "twins", "born-elsewhere", "transferred-in", "months-old",
    "diabetes-mellitus",
})  # fmt: skip
_OF_BOTH: Final = ("O", "P", "Z37", "Z38")


class OfNewborn(Row):
    """A condition and its code in the first weeks of life; `mother`: where the record tells this of her; `beside`: beside one of these;

    `unless`: what says it already.
    """

    codes: Codes
    into: str
    mother: Codes = ()
    beside: Codes = ()
    unless: Codes = ("-",)


class OfMother(Row):
    """Codes that are the mother's."""

    codes: Codes


class Outgrown(Row):
    """Codes of the newborn in a life of so many years; `lasting`: but for these; `beside`: not beside one of these."""

    codes: Codes
    from_age: int
    lasting: Codes = ("-",)
    beside: Codes = ()


class Observation(Row):
    """An infection that was suspected and ruled out, or treated until it was denied: by these mentions."""

    code: str
    mentions: frozenset[str]
    treated_with: frozenset[str]


class NewbornData(BaseModel):
    """The whole file.  `weights`: below so many grams -> the last character; `weeks`: completed weeks -> the code."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    conditions: tuple[OfNewborn, ...]
    mothers: tuple[OfMother, ...]
    outgrown: tuple[Outgrown, ...]
    born_with: Codes
    signs: Codes
    observation: Observation
    weights: dict[int, str]
    weeks: dict[int, str]

    @property
    def concepts(self) -> frozenset[str]:
        """The mentions that coding must be told of."""
        return _OF_THE_BIRTH | self.observation.mentions | self.observation.treated_with

    @staticmethod
    def of_both(finding: Finding) -> bool:
        """Whether mother's and child's charts tell it of one another: whoever the reader takes to be its subject, coding must be told."""
        return finding.concept in _OF_THE_BIRTH or (code_of(finding) or "-").startswith(_OF_BOTH)


def code_of(finding: Finding) -> str | None:
    """The code that the words of a mention name themselves."""
    named = finding.concept.removeprefix(BY_TABULAR) if finding.concept.startswith(BY_TABULAR) else ""
    return finding.attributes.get("icd10cm") or named or None
