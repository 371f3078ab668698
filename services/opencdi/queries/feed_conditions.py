"""Named conditions over what the record tells beside values and single statements: its codes, its authors, its end."""

from typing import Literal

from pydantic import Field

from opencdi.clinical.vocabulary import NoteType, Poa
from opencdi.queries.form import Form


class Conflicting(Form):
    """Two authors say different things of one of `concepts` within the window, and the attending has not decided since.

    `attributes`: what they name of it differs; `past`: one tells as present what the other tells as past; neither: one affirms what the
    other rules out.  `against`: a provider's word against that of
    these notes, a dietitian's or a pathologist's; none: two providers.
    """

    kind: Literal["conflicting"]
    concepts: tuple[str, ...] = Field(min_length=1)
    attributes: tuple[str, ...] = ()
    past: bool = False
    against: tuple[NoteType, ...] = ()
    within_h: float = Field(gt=0)


class NamedDifferently(Form):
    """Two providers name one event by concepts of different groups of `between`, within the window, and the attending has not decided."""

    kind: Literal["named-differently"]
    between: tuple[tuple[str, ...], ...] = Field(min_length=2)
    within_h: float = Field(gt=0)

    @property
    def concepts(self) -> tuple[str, ...]:
        """All names."""
        return tuple(concept for group in self.between for concept in group)


class Coded(Form):
    """A diagnosis that stands in the working code set so; by what it would pay nobody can ask (DOMAIN F.14).

    `codes`, `not_codes`: prefixes.  `tied`: it meets the principal definition as another does, and all that do are one sign.  `conflict`:
    of its onset the notes say both.  `first_after_h`, `still_after_h`: said for the first time, or still, so long after the stay began or
    later.
    """

    kind: Literal["coded"]
    codes: tuple[str, ...] = ()
    not_codes: tuple[str, ...] = ()
    role: Literal["any", "principal", "secondary"] = "any"
    status: tuple[Literal["proposed", "flagged", "uncertain"], ...] = ("proposed",)
    poa: tuple[Poa, ...] = ()
    conflict: bool = False
    tied: bool = False
    first_after_h: float = 0
    still_after_h: float = 0


class ProcedureLeftOpen(Form):
    """A procedure of the closed list was done, and what is written leaves its code open (DOMAIN B46).

    `lacking`: one of these is what nobody told of it ("method"), and none of `told` is missing; none: whatever it is.
    """

    kind: Literal["procedure-left-open"]
    procedures: tuple[str, ...] = Field(min_length=1)
    lacking: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


class Grew(Form):
    """A culture or another test for a germ is positive; a common commensal counts only where two sets have it (`microbiology.yaml`).

    `organisms`: one of these; none: any.
    """

    kind: Literal["grew"]
    studies: tuple[str, ...] = Field(min_length=1)
    organisms: tuple[str, ...] = ()


class Resists(Form):
    """A germ that grew in one of `studies` resists in one of these ways (`resistance.yaml`), by the laboratory's words or its tests."""

    kind: Literal["resists"]
    studies: tuple[str, ...] = Field(min_length=1)
    resistances: tuple[str, ...] = Field(min_length=1)


class OnDevice(Form):
    """One of `devices` has been in place on so many calendar days, the first one counted, as the notes tell."""

    kind: Literal["on-device"]
    devices: tuple[str, ...] = Field(min_length=1)
    calendar_days: int = Field(ge=1)


class Discharged(Form):
    """The patient has left."""

    kind: Literal["discharged"]
