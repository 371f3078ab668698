"""What time it is, as the last tick said, and what is due: this room reads no clock (DESIGN §1)."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from opencdi.bus.room import State, States
from opencdi.knowledge.site import SiteData

BACKLOG = timedelta(minutes=30)
"""After an outage the documents that waited come in first; candidates leave so long after the feed is heard again (DOMAIN F.7)."""
DOCUMENTS = "/documents"
RHYTHM = 8
"""A feed has no usual gap that its silence could exceed before it has been heard at so many ticks."""

What = Literal["reminder", "recheck", "bill-hold", "forget"]


class Due(BaseModel):
    """What falls due for a stay: a reminder of a question, the end of the bill hold, forgetting."""

    model_config = ConfigDict(frozen=True)
    at: datetime
    encounter_id: str
    what: What = "reminder"
    query_id: str = ""


class Dues(State):
    """What falls due on one day, in due order: a day to a record, so that neither filing nor looking costs more the more is waiting."""

    due: tuple[Due, ...]


class Clock(State):
    """One tenant's time in this partition: feeds as last heard, stays with a candidate that waits for documents, the `days` with dues."""

    at: datetime | None = None
    heard: datetime | None = None
    hearings: int = 0
    resumed: datetime | None = None
    days: tuple[int, ...] = ()
    waiting: tuple[str, ...] = ()


def clock_of(states: States, tenant: str) -> Clock:
    """The tenant's clock."""
    held = states.get(f"clock/{tenant}")
    return held if isinstance(held, Clock) else Clock()


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


def file_due(states: States, tenant: str, due: Due) -> None:
    """Remember what falls due."""
    day = due.at.astimezone(UTC).toordinal()
    key, clock = f"due/{tenant}/{day}", clock_of(states, tenant)
    held = states.get(key)
    known = held.due if isinstance(held, Dues) else ()
    if due not in known:
        states[key] = Dues(due=tuple(sorted((*known, due), key=lambda one: (one.at, one.encounter_id, one.what, one.query_id))))
    if day not in clock.days:
        states[f"clock/{tenant}"] = clock.model_copy(update={"days": tuple(sorted((*clock.days, day)))})


def take_due(states: States, tenant: str, now: datetime) -> Due | None:
    """The earliest that is due by now, which is then no longer remembered; None where nothing is."""
    clock = clock_of(states, tenant)
    held = states.get(f"due/{tenant}/{clock.days[0]}") if clock.days else None
    if not isinstance(held, Dues) or held.due[0].at > now:
        return None
    first, *rest = held.due
    if rest:
        states[f"due/{tenant}/{clock.days[0]}"] = Dues(due=tuple(rest))
    else:
        del states[f"due/{tenant}/{clock.days[0]}"]
        states[f"clock/{tenant}"] = clock.model_copy(update={"days": clock.days[1:]})
    return first
