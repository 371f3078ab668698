"""What time it is, as the last tick said, and what is due: this room reads no clock (DESIGN §1)."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from opencdi.bus.room import State, States
from opencdi.knowledge.site import SiteData

BACKLOG = timedelta(minutes=30)
"""After an outage the documents that waited come in first; candidates leave so long after the feed is heard again (DOMAIN F.7)."""
DOCUMENTS = "/documents"
RHYTHM = 8
"""A feed has no usual gap that its silence could exceed before it has been heard at so many ticks."""


class Due(BaseModel):
    """A reminder that falls due."""

    model_config = ConfigDict(frozen=True)
    at: datetime
    encounter_id: str
    query_id: str


class Clock(State):
    """One tenant's time in this partition: feeds as last heard, reminders, and stays with a candidate that waits for documents."""

    at: datetime | None = None
    heard: datetime | None = None
    hearings: int = 0
    resumed: datetime | None = None
    due: tuple[Due, ...] = ()
    waiting: tuple[str, ...] = ()


class SiteKnown(State):
    """The site data that came last on the line."""

    site: SiteData


def clock_of(states: States, tenant: str) -> Clock:
    """The tenant's clock."""
    held = states.get(f"clock/{tenant}")
    return held if isinstance(held, Clock) else Clock()


def site_of(states: States, tenant: str, default: SiteData) -> SiteData:
    """The tenant's site data."""
    held = states.get(f"site/{tenant}")
    return held.site if isinstance(held, SiteKnown) else default


def documents_heard(feeds: dict[str, datetime]) -> datetime | None:
    """When a documents feed was last heard: "<feed>/documents" where the tick tells feeds apart, else any feed."""
    documents = [at for name, at in feeds.items() if name.endswith(DOCUMENTS)] or list(feeds.values())
    return max(documents, default=None)


def told(clock: Clock, at: datetime, feeds: dict[str, datetime], site: SiteData) -> Clock:
    """The clock after a tick."""
    heard = documents_heard(feeds) or clock.heard
    limit = timedelta(hours=site.documents_silence_hours)
    again = clock.heard is not None and heard is not None and heard - clock.heard > limit and clock.hearings >= RHYTHM
    hearings = clock.hearings + (heard != clock.heard)
    return clock.model_copy(update={"at": at, "heard": heard, "hearings": hearings, "resumed": heard if again else clock.resumed})


def documents_flow(clock: Clock, at: datetime, site: SiteData) -> bool:
    """Whether silence of the chart may be taken for absence at that instant: the feed is not silent, and no backlog is coming in."""
    known = clock.heard is not None and clock.hearings >= RHYTHM
    if known and clock.heard is not None and at - clock.heard > timedelta(hours=site.documents_silence_hours):
        return False
    return clock.resumed is None or at >= clock.resumed + BACKLOG


def wait(states: States, tenant: str, encounter_id: str) -> None:
    """A candidate of this stay waits for documents: look again at each tick."""
    clock = clock_of(states, tenant)
    if encounter_id not in clock.waiting:
        states[f"clock/{tenant}"] = clock.model_copy(update={"waiting": (*clock.waiting, encounter_id)})


def remind(states: States, tenant: str, due: Due) -> None:
    """Remember a reminder."""
    clock = clock_of(states, tenant)
    states[f"clock/{tenant}"] = clock.model_copy(update={"due": tuple(sorted((*clock.due, due), key=lambda d: (d.at, d.query_id)))})
