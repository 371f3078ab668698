"""A story: one admission as a short list of events, written for people (`deploy/demo/stories/*.yaml`).

Times are "day hh:mm" from the demo's first day.  Each event names exactly one thing that happened.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from opencdi.knowledge.tables import parsed
from opencdi.settings import data_root


class Told(BaseModel):
    """Base of the story's parts: a misspelt word stops the story, not the demo."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Patient(Told):
    """Somebody who does not exist."""

    mrn: str
    name: str  # "Family^Given"
    born: str  # ISO date
    sex: Literal["M", "F"]


class Visit(Told):
    """One visit number."""

    number: str
    account: str
    location: str
    attending: str  # "id^Family^Given"


class Admit(Told):
    """A01 (inpatient), A04 (emergency), A06 (to inpatient), A08 (anything else new)."""

    trigger: Literal["A01", "A02", "A04", "A05", "A06", "A07", "A08"] = "A01"
    patient_class: str = "I"
    location: str | None = None
    attending: str | None = None
    reason: str = ""


class Discharge(Told):
    """A03 with its UB-04 disposition."""

    disposition: str = "01"


class Results(Told):
    """One order's results: analyte -> value.  The same `order` again is a newer version (status C: corrected, W: wrong)."""

    values: dict[str, float | str]
    order: str | None = None
    status: Literal["P", "F", "C", "W"] = "F"
    taken: str | None = None  # "day hh:mm"; default: the event's own time


class Note(Told):
    """A document.  `event`: T02 new, T06 addendum, T10 replacement, T11 cancel, T04 status."""

    id: str
    type: Literal["h&p", "progress", "consult", "discharge", "nursing", "dietitian", "radiology", "pathology", "operative", "emergency"]
    text: str = ""
    by: str | None = None  # "id^Family^Given"; default: the attending
    event: Literal["T02", "T04", "T06", "T10", "T11"] = "T02"
    parent: str | None = None
    signed: bool = True


class Report(Told):
    """A report in words, as its department sends it (ORU, DiagnosticReport).  The same `number` again is a newer version."""

    number: str
    type: Literal["radiology", "pathology"]
    text: str
    by: str | None = None  # "id^Family^Given" of who read it; default: the attending
    status: Literal["P", "F", "C"] = "F"


class Drug(Told):
    """A drug ordered (RDE) or given (RAS)."""

    name: str
    dose: str = ""
    route: str = "IV"
    order: str


class Order(Told):
    """An order that is no drug (ORM)."""

    name: str
    code: str
    number: str


def _since_the_start(text: str) -> timedelta:
    day, _, time = text.partition(" ")
    hours, _, minutes = time.partition(":")
    return timedelta(days=int(day), hours=int(hours), minutes=int(minutes))


StoryTime = Annotated[timedelta, BeforeValidator(lambda told: _since_the_start(told) if isinstance(told, str) else told)]


class Event(Told):
    """One thing that happened, `at` day and time."""

    at: StoryTime
    admit: Admit | None = None
    cancel_admit: bool = False
    cancel_discharge: bool = False
    discharge: Discharge | None = None
    vitals: Results | None = None
    labs: Results | None = None
    note: Note | None = None
    report: Report | None = None
    ordered: Drug | None = None
    given: Drug | None = None
    order: Order | None = None

    @model_validator(mode="after")
    def _one(self) -> "Event":
        told = [name for name in type(self).model_fields if name != "at" and getattr(self, name)]
        if len(told) != 1:
            raise ValueError(f"an event tells one thing, not {len(told)}")
        return self


class Story(Told):
    """One admission."""

    story: str
    about: str
    channel: Literal["hl7", "fhir"] = "hl7"
    patient: Patient
    visit: Visit
    events: tuple[Event, ...]


def taken_at(text: str, start: datetime) -> datetime:
    """The instant that "day hh:mm" means in a demo that began then."""
    return start + _since_the_start(text)


def load_stories(folder: Path | None = None) -> list[Story]:
    """The stories of a folder, by file name; default: those that are shipped.  Raises `ValueError` naming the field."""
    where = folder or _shipped()
    return [Story.model_validate(parsed(path.read_bytes())) for path in sorted(where.glob("*.yaml"))]


def _shipped() -> Path:
    root = data_root()
    return next(path for path in (root / "demo" / "stories", root / "deploy" / "demo" / "stories") if path.is_dir())
