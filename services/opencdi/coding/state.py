"""What the coding room remembers: stay, readings, signs, today's codes; a record each, so that a late event stays cheap."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from opencdi.bus import over
from opencdi.bus.room import State, States
from opencdi.bus.site import SiteKnown
from opencdi.clinical.time import ClinicalTime, completed_years
from opencdi.clinical.vocabulary import EncounterClass, Sex
from opencdi.coding.signs import Signs
from opencdi.events.pages import CodingPage
from opencdi.events.reading import NoteRead


class Listed(State):
    """A diagnosis on a list: shown as recorded where it is a valid code; it never satisfies."""

    code: str
    system: str
    role: str


class Recorded(State):
    """A procedure on the hospital's list, under whatever code it carries; `until` where its end is told."""

    code: str
    system: str
    at: ClinicalTime
    until: ClinicalTime | None = None


class Stay(State):
    """`stay/<encounter>`: who, when, how classed, how left."""

    tenant: str
    birth_date: str | None = None
    sex: Sex = "U"
    encounter_class: EncounterClass | None = None
    admitted_at: ClinicalTime | None = None
    admitting_reason: str | None = None
    inpatient_at: datetime | None = None
    discharged_at: ClinicalTime | None = None
    disposition: str | None = None
    closed: Literal["cancelled", "moved"] | None = None
    note_ids: tuple[str, ...] = ()
    listed: dict[str, Listed] = Field(default_factory=dict)
    recorded: dict[str, Recorded] = Field(default_factory=dict)  # procedures, by their id
    nth: int = 0  # how many times the DRG has changed

    def age_on(self, day: date) -> int | None:
        """Years completed on that day; None where the birth date is unknown."""
        return completed_years(self.birth_date, day)

    @property
    def days_old(self) -> int | None:
        """Days from the birth to the admission; None where either day is unknown."""
        if self.admitted_at is None or len(self.birth_date or "") < len("2026-05-04"):
            return None
        return (self.admitted_at.at.date() - date.fromisoformat((self.birth_date or "")[:10])).days


class ReadNote(State):
    """`note/<encounter>/<note>`: what one note says, less what coding does not need."""

    note: NoteRead


class Today(State):
    """`today/<encounter>`: the last CodingPage sent."""

    page: CodingPage


MODELS: dict[str, type[State]] = {"site": SiteKnown, "stay": Stay, "note": ReadNote, "today": Today, "signs": Signs, **over.MODELS}


def forget(states: States, encounter_id: str) -> None:
    """Forget all that is remembered of a stay."""
    stay = states.pop(f"stay/{encounter_id}", None)
    for note_id in stay.note_ids if isinstance(stay, Stay) else ():
        states.pop(f"note/{encounter_id}/{note_id}", None)
    for name in ("today", "signs"):
        states.pop(f"{name}/{encounter_id}", None)
