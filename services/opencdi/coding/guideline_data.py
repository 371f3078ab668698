"""The guideline steps that are lists (`rules/coding/guidelines.yaml`): each row cites its section; a slip stops the room at its start."""

import re
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from opencdi.coding.guideline_rows import (
    Behind,
    Codes,
    Combined,
    First,
    OneOf,
    Row,
    RowsFor,
    RowsOf,
    SaidBy,
    SeldomFirst,
    rows_for,
    rows_of,
)
from opencdi.knowledge.analytes import ANALYTES


class StepNamed(Row):
    """One step of the closed list; the code that carries it out is known by this name."""

    name: str


class OfCare(BaseModel):
    """A condition that is a complication of an operation where a provider links them.  `kept`: the condition is coded too.

    `of`: after these operations only; of any where there are none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    codes: Codes
    into: str
    kept: bool
    of: frozenset[str] = frozenset()


class SepsisOfCare(BaseModel):
    """Sepsis that is ascribed to the infection of an operation."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    into: str
    of: Codes
    after: Codes


class ComplicationsOfCare(Row):
    """`links`: causes that are operations; `heart`: those on the heart, which the rows name."""

    links: frozenset[str]
    heart: frozenset[str]
    infections: SepsisOfCare
    rows: tuple[OfCare, ...]


class Bleeding(Row):
    """`sources`: what may bleed -> the same with bleeding; `codes`, `concepts`: bleeding by itself; `complaints`: as one comes with it."""

    codes: Codes
    complaints: Codes
    concepts: frozenset[str]
    sources: dict[str, str]


class Hypertension(BaseModel):
    """`own_causes`: of a kidney disease that stay hypertensive; `other_hearts`: beginnings of causes that make a heart failure not so."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    heart: Codes
    kidney: Codes
    own_causes: tuple[str, ...]
    other_hearts: tuple[str, ...]


class Complication(BaseModel):
    """What "with" links to diabetes, by the code's end.  `kept`: it stays on the claim too.

    `said`: only where its words say this, `throughout`: all of them; `any_cause`: whatever its cause.

    `also_says`: codes that the combination says too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    codes: Codes
    suffix: str
    words: str
    said: tuple[str, ...] = ()
    throughout: bool = False
    kept: bool = False
    any_cause: bool = False
    also_says: Codes = ("-",)


class Diabetes(BaseModel):
    """`secondary`: beginning of a cause -> the category; `own_causes`: causes of a complication that leave it diabetic."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    secondary: dict[str, str]
    own_causes: tuple[str, ...]
    complications: tuple[Complication, ...]

    @cached_property
    def complications_for(self) -> "RowsFor[Complication]":
        """Those of `complications` that a claim may have a code of."""
        return rows_for(self.complications, lambda row: (row.codes,))


class Sepsis(BaseModel):
    """`codes`: sepsis itself; `organ_dysfunction`: what makes it severe where a provider links it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    codes: Codes
    organ_dysfunction: Codes


class Bound(BaseModel):
    """A value outside a bound, in the analyte's own unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    analyte: str
    above: float | None = None
    below: float | None = None

    def holds(self, value: float) -> bool:
        """Whether the value is outside."""
        return (self.above is not None and value > self.above) or (self.below is not None and value < self.below)


class Sign(BaseModel):
    """Findings that show that a diagnosis was there before it was documented; `unless`: with one of these codes they say nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    codes: Codes
    of: tuple[Bound, ...]
    at_least: int = 1
    unless: Codes = ()


class Deficits(BaseModel):
    """Deficits that are as old as the disease that causes them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    codes: Codes
    of: Codes


class Slow(BaseModel):
    """What takes weeks to come: named within so many days, it was there."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    codes: Codes
    days: int


class Sequelae(Row):
    """`of`: a deficit of today -> the same as a sequela; `beside`: what has its own code behind the sequela's ("use additional code").

    `strokes`: the concepts of the disease, `current`: its codes while it lasts.
    """

    strokes: tuple[str, ...]
    current: Codes
    of: dict[str, str]
    beside: dict[str, str]


class GuidelineData(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    steps: tuple[StepNamed, ...]
    first: tuple[First, ...]
    begun_here: Codes
    behind: tuple[Behind, ...]
    seldom_first: tuple[SeldomFirst, ...]
    said_by: tuple[SaidBy, ...]
    one_of: tuple[OneOf, ...]
    combined: tuple[Combined, ...]
    bleeding: Bleeding
    complications: ComplicationsOfCare
    hypertension: Hypertension
    diabetes: Diabetes
    sepsis: Sepsis
    manifestations: Codes
    sequelae: Sequelae
    sepsis_organism: dict[str, str]
    signs: tuple[Sign, ...]
    deficits: tuple[Deficits, ...]
    slow: Slow
    long_there: Codes
    chronic_first: Codes
    acute_form: Codes
    poa_exempt: Codes

    @cached_property
    def first_of(self) -> "RowsOf[First]":
        """Those of `first` that a code is under."""
        return rows_of(self.first)

    @cached_property
    def behind_of(self) -> "RowsOf[Behind]":
        """Those of `behind` that a code is under."""
        return rows_of(self.behind)

    @cached_property
    def seldom_of(self) -> "RowsOf[SeldomFirst]":
        """Those of `seldom_first` that a code is under."""
        return rows_of(self.seldom_first)

    @cached_property
    def signs_of(self) -> "RowsOf[Sign]":
        """Those of `signs` that show a code."""
        return rows_of(self.signs)

    @cached_property
    def deficits_of(self) -> "RowsOf[Deficits]":
        """Those of `deficits` that a code is of."""
        return rows_of(self.deficits)

    @cached_property
    def said_by_for(self) -> RowsFor[SaidBy]:
        """Those of `said_by` that a claim may have both sides of."""
        return rows_for(self.said_by, lambda row: (row.codes, row.into))

    @cached_property
    def one_of_for(self) -> RowsFor[OneOf]:
        """Those of `one_of` that a claim may have a degree of."""
        return rows_for(self.one_of, lambda row: (row.codes,))

    @cached_property
    def combined_for(self) -> RowsFor[Combined]:
        """Those of `combined` that a claim may have a code of each group of."""
        return rows_for(self.combined, lambda row: row.of)

    @cached_property
    def bounds(self) -> dict[str, tuple[Bound, ...]]:
        """analyte -> all its bounds, for the analytes that any sign asks for."""
        every = [bound for sign in self.signs for bound in sign.of]
        return {bound.analyte: tuple(one for one in every if one.analyte == bound.analyte) for bound in every}

    @property
    def analytes(self) -> frozenset[str]:
        """The analytes that any sign asks for."""
        return frozenset(self.bounds)

    @cached_property
    def names_a_sign(self) -> re.Pattern[bytes]:
        """Finds one of these analytes in a page of facts as it travels."""
        return re.compile(rb'"analyte":\s*"(?:' + "|".join(map(re.escape, sorted(self.bounds))).encode() + rb')"')

    def unknown_analytes(self) -> frozenset[str]:
        """Analytes that no result can have: a slip in the file."""
        return self.analytes - {analyte.slug for analyte in ANALYTES}
