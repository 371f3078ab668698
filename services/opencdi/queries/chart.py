"""The record of one stay as rules look at it: measurements, statements, treatments, listed diagnoses, and the stay itself.

A view over the room's records: what a rule does not ask for is not looked up, so an event on day 30 costs what it costs on day 1.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from opencdi.bus.room import State
from opencdi.clinical.paper import baseline_on_paper
from opencdi.clinical.time import ClinicalTime, completed_years
from opencdi.clinical.vocabulary import (
    Active,
    Assertion,
    Authentication,
    AuthorRole,
    BaselineBasis,
    Certainty,
    EncounterClass,
    Experiencer,
    NoteType,
    Poa,
    SectionKind,
    Temporality,
)  # fmt: skip
from opencdi.events.baselines import BaselineCarried
from opencdi.events.people import Person
from opencdi.events.reading import ConceptTimeline
from opencdi.knowledge.final_document import Document

if TYPE_CHECKING:
    from opencdi.queries.evidence import Answer  # which cites what is here


class Remembered(BaseModel):
    """A part of a state."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Point(Remembered):
    """One measurement, in its newest version."""

    measurement_id: str
    value: float
    unit: str = ""
    comparator: str | None = None
    preliminary: bool = False
    at: ClinicalTime
    author: str = ""
    low: float | None = None  # of the range that its laboratory calls usual
    high: float | None = None


class Earlier(Point):
    """A value of an earlier encounter, carried to this stay as its baseline (DOMAIN B63)."""

    encounter_id: str | None = None
    days_before: int = 0
    basis: BaselineBasis

    @classmethod
    def told(cls, fact: BaselineCarried) -> Self | None:
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
    def ruled_out(self) -> bool:
        """Said not to be so."""
        return self.experiencer == "patient" and (self.assertion == "absent" or self.certainty == "ruled-out")

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
    first: CodeWords


class CodeSet(State):
    """The codes and procedures of the last coding page that some rule asks for."""

    diagnoses: tuple[CodedDiagnosis, ...] = ()
    procedures: tuple[OpenProcedure, ...] = ()


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
    """A culture, or another test for a germ, in its newest version."""

    result_id: str
    specimen_id: str
    study: str
    name: str
    text: str
    outcome: Literal["positive", "negative", "pending", "unclear"]
    organisms: tuple[str, ...] = ()
    commensals: tuple[str, ...] = ()  # those of them that live on healthy skin
    preliminary: bool = False
    at: ClinicalTime
    author: str = ""


class Listing(Remembered):
    """A diagnosis on a list."""

    listing_id: str
    code: str
    text: str = ""
    at: ClinicalTime


class Suspended(Remembered):
    """A rule that raised on this stay: its revision and our release then, and the sources that were corrected without it."""

    edition: str
    missed: tuple[str, ...] = ()


class Stay(State):
    """The stay itself.  `queries` holds the latest question of each condition, `asked` how many there were.

    `moved_from`: stays that are part of this one now -> the message that said so.
    """

    tenant: str
    patient_id: str = ""
    birth_date: str | None = None
    encounter_class: EncounterClass | None = None  # of the visit that governs the stay, as intake tells it
    attending: Person | None = None
    on_leave: bool = False
    newborn: bool = False
    started_at: datetime
    discharged_at: ClinicalTime | None = None
    disposition: str | None = None
    summaries: tuple[Document, ...] = ()
    last_note: Document | None = None  # the latest authenticated one by a provider
    ended: str = ""  # ENCOUNTER_CANCELLED, or SUPERSEDED by a move
    ended_at: datetime | None = None
    failed: tuple[str, ...] = ()  # entries that a room could not step
    more: bool = False  # the message in hand goes on in the next entry
    notes_read: bool = False  # an authenticated provider note of this stay has been read (DOMAIN F.7)
    listings: tuple[Listing, ...] = ()
    told: tuple[str, ...] = ()  # the concepts and treatments that have a record: rules ask about many that nobody ever mentions
    queries: dict[str, str] = Field(default_factory=dict)
    asked: dict[str, int] = Field(default_factory=dict)
    baselines: dict[str, Earlier] = Field(default_factory=dict)  # by analyte: what was before this stay
    suspended: dict[str, Suspended] = Field(default_factory=dict)  # by rule id (DESIGN §2)
    moved_from: dict[str, str] = Field(default_factory=dict)

    @property
    def unread(self) -> bool:
        """Whether some of the chart has not been read: nothing is opened or sent meanwhile (DESIGN §1)."""
        return self.more or bool(self.failed)

    def age(self) -> int | None:
        """Years completed at the start of the stay; None where the birth date is unknown."""
        return completed_years(self.birth_date, self.started_at.date())


class Chart:
    """What rules may look at.  Series and mentions come in clinical order, whatever order they arrived in."""

    def __init__(
        self,
        stay: Stay,
        series: Callable[[str], tuple[Point, ...]],
        mentions: Callable[[str], tuple[Mention, ...]],
        acts: Callable[[str], tuple[Act, ...]],
        written: Callable[[str], tuple[Written, ...]] = lambda _: (),
        code_set: Callable[[], CodeSet] = lambda: CodeSet(),
        cultures: Callable[[], tuple[Culture, ...]] = lambda: (),
        line: Callable[[str], ConceptTimeline | None] = lambda _: None,
        answers: "Callable[[], Iterable[Answer]]" = lambda: (),
    ) -> None:
        """Each callable looks one record up: by analyte, concept, treatment, or analyte as notes write it; or tells what is there."""
        self.stay, self.series, self.mentions, self.acts, self.written = stay, series, mentions, acts, written
        self.code_set, self.cultures = code_set, cultures
        self.line, self.answers = line, answers
