"""What the record tells, one thing by one: a value, a mention, a number in a note, a code, an act, a culture, an answer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from opencdi.bus.room import State
from opencdi.clinical.paper import baseline_on_paper
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import (
    Active,
    Assertion,
    Authentication,
    AuthorRole,
    BaselineBasis,
    Certainty,
    Experiencer,
    NoteType,
    Poa,
    SectionKind,
    Temporality,
)  # fmt: skip
from opencdi.events.baselines import BaselineCarried
from opencdi.events.facts import MeasurementResulted


class Remembered(BaseModel):
    """A part of a state."""

    model_config = ConfigDict(frozen=True, extra="ignore")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One measurement, in its newest version: the smallest thing of which a stay has thousands."""

    measurement_id: str
    value: float
    unit: str = ""
    comparator: str | None = None
    preliminary: bool = False
    at: ClinicalTime
    author: str = ""
    entry_id: str = ""  # that told it first
    low: float | None = None  # of the range that its laboratory calls usual
    high: float | None = None

    @classmethod
    def measured(cls, fact: MeasurementResulted, entry_id: str) -> Self | None:
        """What a result tells; None where it tells no value that may be used."""
        if fact.value is None or fact.problem or fact.status == "withdrawn":
            return None
        return cls(
            measurement_id=fact.measurement_id,
            value=fact.value,
            unit=fact.unit or "",
            comparator=fact.comparator,
            preliminary=fact.status == "preliminary",
            at=fact.taken_at,
            author=(fact.performer.name or fact.performer.staff_id) if fact.performer else "",
            entry_id=entry_id,
            low=fact.usual_low,
            high=fact.usual_high,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier(Point):
    """A value of an earlier encounter, carried to this stay as its baseline (DOMAIN B63)."""

    encounter_id: str | None = None
    days_before: int = 0
    basis: BaselineBasis

    @classmethod
    def told(cls, fact: BaselineCarried, entry_id: str) -> Self | None:
        """The baseline that the fact tells; None where none stands any more."""
        if fact.value is None or fact.taken_at is None or fact.measurement_id is None or fact.basis is None:
            return None
        return cls(
            measurement_id=fact.measurement_id,
            value=fact.value,
            unit=fact.unit or "",
            at=fact.taken_at,
            encounter_id=fact.from_encounter_id,
            days_before=fact.days_before or 0,
            basis=fact.basis,
            entry_id=entry_id,
        )

    @property
    def of_before_the_illness(self) -> bool:
        """Whether it is old enough not to be of what the patient came with."""
        return self.basis != "week-before"

    @property
    def as_label(self) -> str:
        """What it is, and its age (Q-23)."""
        return f"baseline, {baseline_on_paper(self.basis, self.days_before)}"


class InNote(Remembered):
    """Words of a note, and where they stand."""

    note_id: str
    revision: int
    note_type: NoteType
    author: str = ""
    at: ClinicalTime
    start: int
    end: int
    text: str
    confidentiality: str | None = None  # of a restricted note only


class Mention(InNote):
    """One statement of one note about a concept."""

    author_id: str = ""
    author_role: AuthorRole
    attested: bool = False
    authentication: Authentication
    counts: bool
    assertion: Assertion
    temporality: Temporality
    active: Active
    certainty: Certainty
    experiencer: Experiencer
    section: SectionKind
    attributes: dict[str, str] = Field(default_factory=dict)
    copied: bool = False

    @property
    def of_now(self) -> bool:
        """Said about this patient, and about this stay."""
        return self.experiencer == "patient" and self.temporality != "hypothetical" and self.active != "no"

    @property
    def affirmed(self) -> bool:
        """Said to be so, without "possible"."""
        return self.of_now and self.assertion == "present" and self.certainty == "certain"

    @property
    def was_so(self) -> bool:
        """Said to have been so, and to be no longer: "history of breast cancer"."""
        past = self.temporality == "historical" and self.active == "no"
        return past and self.experiencer == "patient" and self.assertion == "present" and self.certainty == "certain"

    @property
    def ruled_out(self) -> bool:
        """Said not to be so."""
        return self.experiencer == "patient" and (self.assertion == "absent" or self.certainty == "ruled-out")

    @property
    def not_since(self) -> datetime | None:
        """From when on a denial that is bound to a short time says that it was not there ("no seizures overnight"); None: ever."""
        at = self.at.at
        match self.attributes.get("denied") or self.attributes.get("poa"):
            case "today":
                return datetime.combine(at.date(), time(), at.tzinfo)
            case "yesterday":
                return datetime.combine(at.date() - timedelta(days=1), time(), at.tzinfo)
            case "of-late":
                return at
            case _:
                return None

    def denies(self, at: datetime) -> bool:
        """Whether it says that what was taken for it at that instant was none."""
        return self.ruled_out and (self.not_since is None or self.not_since <= at)

    @property
    def uncertain(self) -> bool:
        """Said to be possible, probable or suspected."""
        return self.of_now and not self.ruled_out and (self.assertion == "possible" or self.certainty != "certain")


def attributes_told(mentions: Iterable[Mention]) -> dict[str, set[str]]:
    """What providers tell of a condition beyond its name, in whichever of their notes: "acute on chronic" in one, "HFpEF" in another."""
    told: dict[str, set[str]] = {}
    for mention in mentions:
        for name, value in mention.attributes.items() if mention.counts and mention.affirmed else ():
            told.setdefault(name, set()).add(value)
    return told


class Written(InNote):
    """A number in a note, as the note tells it."""

    value: float
    entry_id: str = ""


class CodeWords(InNote):
    """Words of a note on which a working code rests: coding takes none but those that count as documentation."""


class CodedDiagnosis(Remembered):
    """A diagnosis of the working code set, and where it was said first and last.  `tied`: it meets the principal definition as well as
    another does (Guideline II.B, II.C); `conflict`: of its onset the notes say both."""

    code: str
    concept: str
    principal: bool = False
    tied: bool = False
    status: str = "proposed"
    poa: Poa = "undetermined"
    conflict: bool = False
    first: CodeWords
    last: CodeWords


class OpenProcedure(Remembered):
    """A procedure whose code waits for what nobody has said, by its name in the closed list (DOMAIN D-68, D-74)."""

    procedure: str
    asks: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    first: CodeWords
    last: CodeWords | None = None


class CodeSet(State):
    """The codes and procedures of the last coding page that some rule asks for."""

    diagnoses: tuple[CodedDiagnosis, ...] = ()
    procedures: tuple[OpenProcedure, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.diagnoses or self.procedures)


class Act(Remembered):
    """A drug given or ordered, or an order placed."""

    act_id: str
    text: str
    done: bool  # given, as against ordered
    drug: bool
    at: ClinicalTime
    author: str = ""
    dose: str = ""
    route: str = ""


class Culture(Remembered):
    """A culture, another test for a germ, or a susceptibility, in its newest version."""

    result_id: str
    specimen_id: str
    study: str
    name: str
    text: str
    outcome: Literal["positive", "negative", "pending", "unclear"]
    organisms: tuple[str, ...] = ()
    commensals: tuple[str, ...] = ()  # those of them that live on healthy skin
    drug: str = ""  # of a susceptibility: whether this acts on the germ
    resistant: bool = False
    preliminary: bool = False
    at: ClinicalTime
    author: str = ""


class Listing(Remembered):
    """A diagnosis on a list."""

    listing_id: str
    code: str
    text: str = ""
    at: ClinicalTime


class Answer(Remembered):
    """What a provider answered to a question of ours, where no note tells it yet."""

    query_id: str
    diagnosis: str
    text: str
    author: str = ""
    at: ClinicalTime
    confidentiality: str | None = None


def says_the_same(old: Point | None, new: Point | None) -> bool:
    """Whether nothing is new but the entry that tells it again."""
    return old == new or (old is not None and new is not None and old == replace(new, entry_id=old.entry_id))
