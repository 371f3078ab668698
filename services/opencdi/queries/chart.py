"""The record of one stay as rules look at it: measurements, statements, treatments, listed diagnoses, and the stay itself.

A view over the room's records: what a rule does not ask for is not looked up, so an event on day 30 costs what it costs on day 1.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from pydantic import Field

from opencdi.bus.room import State
from opencdi.clinical.time import ClinicalTime, completed_years
from opencdi.clinical.vocabulary import (
    EncounterClass,
)  # fmt: skip
from opencdi.events.people import Person
from opencdi.events.reading import ConceptTimeline
from opencdi.knowledge.final_document import Document, final_document
from opencdi.knowledge.site import SiteData
from opencdi.queries.found import Found
from opencdi.queries.told import (
    Act,
    Answer,
    CodeSet,
    Culture,
    Earlier,
    Listing,
    Mention,
    Point,
    Remembered,
    Written,
)


class Suspended(Remembered):
    """A rule that raised on this stay: its revision and our release then, and the sources that were corrected without it."""

    edition: str
    missed: tuple[str, ...] = ()
    too_much: bool = False  # it looked at more than a rule may


class Stay(State):
    """The stay itself.  `queries` holds the latest question of each condition, `asked` how many there were.

    `moved_from`: stays that are part of this one now -> the message that said so.
    """

    tenant: str
    patient_id: str = ""
    birth_date: str | None = None
    encounter_class: EncounterClass | None = None  # of the visit that governs the stay, as intake tells it
    attending: Person | None = None
    team: tuple[str, ...] = ()  # who has attended this patient or written of them as a provider: staff ids, or names where there is none
    on_leave: bool = False
    newborn: bool = False
    started_at: datetime
    expected_discharge_at: ClinicalTime | None = None
    discharged_at: ClinicalTime | None = None
    disposition: str | None = None
    summaries: tuple[Document, ...] = ()
    last_note: Document | None = None  # the latest authenticated one by a provider
    bill_neared_at: datetime | None = None  # when the end of the bill hold came near, as the clock said it
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
    watched: tuple[str, ...] = ()  # concepts that a question which a person wrote asks about
    cited: tuple[str, ...] = ()  # sources that it shows

    @property
    def unread(self) -> bool:
        """Whether some of the chart has not been read: nothing is opened or sent meanwhile (DESIGN §1)."""
        return self.more or bool(self.failed)

    def leaves_at(self, site: SiteData) -> datetime | None:
        """When asking ends, as far as is known: by the expected discharge; after discharge, when the bill drops (DOMAIN F.15)."""
        if self.discharged_at is not None:
            return self.discharged_at.at + timedelta(days=site.bill_hold_days)
        return self.expected_discharge_at.at if self.expected_discharge_at else None

    def bill_nears_at(self, site: SiteData) -> datetime | None:
        """From when what people answered and no note tells is pressing; None while the patient is here."""
        left, drops = self.discharged_at, self.leaves_at(site)
        return max(left.at, drops - timedelta(hours=site.answers_due_hours)) if left and drops else None

    def bill_nears(self, site: SiteData) -> datetime | None:
        """The same once that hour has struck, of the discharge and the bill hold as they are now."""
        at = self.bill_nears_at(site)
        return at if at and self.bill_neared_at and self.bill_neared_at >= at else None

    def final_document(self, site: SiteData) -> Document | None:
        """The document that states the diagnoses at the end, where it is in force (DOMAIN F.11, F.15)."""
        return final_document(self.summaries, self.last_note, self.discharged_at, self.disposition, site)

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
        line: Callable[[str], ConceptTimeline | None] = lambda _: None,
        answers: Callable[[], Iterable[Answer]] = lambda: (),
        cultures: Callable[[], tuple[Culture, ...]] = lambda: (),
        found: Found | None = None,
        beyond_memory: Callable[[str], tuple[Point, ...]] = lambda _: (),
    ) -> None:
        """Each callable looks one record up: by analyte, by concept, by treatment, by analyte as notes write it, the working codes; how
        notes have dropped a concept, what was answered and stands in no note, what grew.

        `found`: what conditions found in this stay before.  `beyond_memory`: the lowest and highest of days of which not all is known.
        """
        self.stay = stay
        self.series = series
        self.mentions = mentions
        self.acts = acts
        self.written = written
        self.code_set = code_set
        self.line = line
        self.answers = answers
        self.cultures = cultures
        self.found = found or Found()
        self.beyond_memory = beyond_memory
        self._known: dict[str, object] = {}

    def between(self, analyte: str, since: datetime, until: datetime) -> tuple[Point, ...]:
        """The values of that time, both ends included."""
        return self.found.between(self.series(analyte), since, until)

    def looked_up(self, inputs: tuple[str, ...]) -> tuple[object, ...]:
        """What stands under the names of inputs of rules ("analyte/creatinine"): the very objects as long as nothing of them changes."""
        known = self._known
        return tuple([known[name] if name in known else known.setdefault(name, self._told(name)) for name in inputs])

    def _told(self, name: str) -> object:
        kind, _, of = name.partition("/")
        tell = _TELLS.get(kind)
        return tell(self, of) if tell else object()  # what is not known here is another each time


_TELLS: dict[str, Callable[[Chart, str], object]] = {
    "analyte": lambda chart, analyte: chart.series(analyte),
    "concept": lambda chart, concept: chart.mentions(concept),
    "treatment": lambda chart, treatment: chart.acts(treatment),
    "written": lambda chart, analyte: chart.written(analyte),
    "line": lambda chart, concept: chart.line(concept),
    "baselines": lambda chart, _: chart.stay.baselines,
    "listings": lambda chart, _: chart.stay.listings,
    "coded": lambda chart, _: chart.code_set(),
    "germs": lambda chart, _: chart.cultures(),
    "left": lambda chart, _: chart.stay.discharged_at,
    "final": lambda chart, _: object() if chart.stay.discharged_at else None,  # nothing is final while the patient is here
    "attending": lambda chart, _: chart.stay.attending,
    "began": lambda chart, _: chart.stay.started_at,
}
