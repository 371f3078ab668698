"""The closed list of named conditions that a rule may state (STYLE §3.6): data names them, Python decides them.

Limits are names of the rule's own `thresholds`, so that every number is visible in one place and a site can set it.  Windows are
hours.  `opencdi.queries.conditions` and `.measurements` hold what each of them means.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from opencdi.clinical.vocabulary import NoteType, SectionKind
from opencdi.queries.condition_at_discharge import AnsweredNotCharted, Dropped, LeftUncertain
from opencdi.queries.feed_conditions import Coded, Conflicting, Discharged, Grew, NamedDifferently, OnDevice, ProcedureLeftOpen, Resists
from opencdi.queries.form import Form

Route = Literal["iv", "oral", "injected"]


class Limit(Form):
    """An analyte and the one limit that its values are held to."""

    analyte: str
    above: str | None = None
    at_least: str | None = None
    below: str | None = None
    at_most: str | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if len([name for name in (self.above, self.at_least, self.below, self.at_most) if name]) != 1:
            raise ValueError("needs exactly one of above, at_least, below, at_most")
        return self

    @property
    def name(self) -> str:
        """The threshold."""
        return self.above or self.at_least or self.below or self.at_most or ""


class Measurement(Limit):
    """A result or vital sign beyond a limit.  `oxygen: room-air`: without known oxygen; `charted-room-air`: oxygen is charted as none.

    `written`: also a number that a note tells of now ("EF 30 %"), for what comes in reports and seldom as a result; copied text tells none.
    `times_reference`: the limit is so many times the end of the range that the laboratory sent with the value; one without a range is not
    compared.
    """

    kind: Literal["measurement"]
    times_reference: bool = False
    written: bool = False
    oxygen: Literal["any", "room-air", "charted-room-air"] = "any"


class Consecutive(Limit):
    """So many readings in a row beyond the limit, none between them that is not, the first and the last so many hours apart or more."""

    kind: Literal["consecutive"]
    readings: int = Field(ge=2)
    apart_h: float = Field(gt=0)


class Change(Form):
    """A value that rose or fell by at least so much against an earlier one within the window (KDIGO: 0.3 mg/dL within 48 h)."""

    kind: Literal["change"]
    analyte: str
    direction: Literal["rise", "fall"]
    by: str
    within_h: float


class RatioToBaseline(Form):
    """A value at least so many times the baseline: the lowest value within the window before it, or after it (KDIGO: 1.5 in 7 days).

    `later`: the patient came in with the high value and recovered to the baseline; this is known only in retrospect (DOMAIN D-11).
    `carried`: the baseline is from before the stay, and the value was taken within the window from the stay's beginning: the rise is
    presumed to be of those days.
    """

    kind: Literal["ratio-to-baseline"]
    analyte: str
    at_least: str
    within_h: float
    baseline: Literal["earlier", "later", "carried"] = "earlier"


class AtBaseline(Form):
    """No value of the stay is above the one carried from before it by so much, or reaches it so many `times`.

    A carried value of the last week says nothing here: it may be of the illness itself.  `from_level`: only where the baseline itself is
    above that, so that a patient's chronic level is told from a usual one.
    """

    kind: Literal["at-baseline"]
    analyte: str
    by: str | None = None
    times: str | None = None
    from_level: str | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if (self.by is None) == (self.times is None):
            raise ValueError("at-baseline needs exactly one of by, times")
        return self


class OxygenationRatio(Form):
    """PaO2/FiO2 below a limit; FiO2 measured, or estimated from nasal cannula flow and then labelled so (DOMAIN D.0)."""

    kind: Literal["oxygenation-ratio"]
    below: str


class Repeated(Form):
    """The analyte was measured again within so many hours: it is being monitored."""

    kind: Literal["repeated"]
    analyte: str
    within_h: float


class Stated(Form):
    """A note says so: present, of this patient, active in this encounter.  `having`: the finding must carry that attribute.

    `lacking`: it carries at least one of these attributes in no note of a provider ("CHF", whose type nobody names).
    `standing`: no provider denied or ruled it out in a later note.  `sections`: there, and nowhere else in the note.
    """

    kind: Literal["stated"]
    concepts: tuple[str, ...] = Field(min_length=1)
    note_types: tuple[NoteType, ...] = ()
    sections: tuple[SectionKind, ...] = ()
    having: dict[str, str | None] = Field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    standing: bool = False
    by: Literal["anyone", "provider"] = "anyone"
    notes: int = Field(default=1, ge=1)  # in at least so many different notes


class Treatment(Form):
    """A drug given or an order placed that belongs to one of the named treatments (`treatments.yaml`).

    `given`: not only ordered; `route`: by this way; `dose_at_least`: each dose so large.  `doses`, `at_least_h`: a course of so many doses,
    so long from the first to the last.
    """

    kind: Literal["treatment"]
    any_of: tuple[str, ...] = Field(min_length=1)
    given: bool = False
    route: Route | None = None
    dose_at_least: str | None = None
    doses: int = Field(default=1, ge=1)
    at_least_h: float = 0

    @property
    def is_course(self) -> bool:
        """Whether one dose is not enough."""
        return self.doses > 1 or self.at_least_h > 0


class Listed(Form):
    """A diagnosis on a problem list, DG1 or billing list: it may indicate or suppress, it never satisfies (DOMAIN F.6)."""

    kind: Literal["listed"]
    codes: tuple[str, ...] = Field(min_length=1)


class SuspectedInfection(Form):
    """Antibiotic then culture within 24 h, or culture then antibiotic within 72 h; the earlier is the time (Seymour 2016)."""

    kind: Literal["suspected-infection"]
    antibiotic: str
    culture: str


class OrganDysfunction(Form):
    """SOFA points of the worst values within a day reach the limit over the baseline, 0 where none is known, and said so (Singer 2016).

    `chronic`: analyte -> concepts of the record that explain its points as old ("creatinine": chronic kidney disease); those score nothing.
    """

    kind: Literal["organ-dysfunction"]
    at_least: str
    chronic: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class CountOf(Form):
    """At least so many of these within one window, `including` among them (SIRS: two of four within 6 h, temperature or WBC one)."""

    kind: Literal["count-of"]
    at_least: int = Field(ge=1)
    within_h: float
    of: "tuple[Condition, ...]"
    including: "Condition | None" = None


class AllOf(Form):
    """Every one of these; with `within_h`, no further than that from the first of them, the nearest of each.  Without: whenever in
    the stay, and the last of them says when.

    `in_order`: the others do not come before the first, since what was done earlier was not done about it.
    """

    kind: Literal["all-of"]
    of: "tuple[Condition, ...]"
    within_h: float | None = None
    in_order: bool = False


class Without(Form):
    """Signs of the one that have no sign of the other from `before_h` before to `after_h` after them; `ever`: none in the whole stay.

    What explains a finding away comes before it (a white count after steroids); what shows it to be an artefact comes after it.
    """

    kind: Literal["without"]
    of: "Condition"
    sign: "Condition"
    before_h: float = 0
    after_h: float = 0
    ever: bool = False

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.ever == bool(self.before_h or self.after_h):
            raise ValueError("without needs before_h, after_h or ever")
        return self


class AnyOf(Form):
    """One of these is enough."""

    kind: Literal["any-of"]
    of: "tuple[Condition, ...]"


class Definition(Form):
    """The definition that the site has adopted, of those that the rule gives; `as_shipped` where it has adopted none (DOMAIN B62)."""

    kind: Literal["definition"]
    as_shipped: str


Condition = Annotated[
    Measurement | Consecutive | Change | RatioToBaseline | AtBaseline | OxygenationRatio | Repeated | Stated | Conflicting | Treatment
    | Listed | SuspectedInfection | OrganDysfunction | Coded | ProcedureLeftOpen | Grew | Resists | OnDevice | Discharged | Dropped
    | NamedDifferently | AnsweredNotCharted | LeftUncertain | CountOf | AllOf | AnyOf | Without | Definition,
    Field(discriminator="kind"),
]  # fmt: skip

for _form in (CountOf, AllOf, AnyOf, Without):
    _form.model_rebuild()
