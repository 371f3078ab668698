"""What time it is, as the last tick said, and what is due: this room reads no clock (DESIGN §1)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Literal

from pydantic import BaseModel, ConfigDict

from opencdi.bus.room import State, States
from opencdi.events.pages import TickPage
from opencdi.knowledge.site import SiteData
from opencdi.queries.rhythm import Rhythms, absence_until, heard

DOCUMENTS = "/documents"
What = Literal["reminder", "recheck", "bill-nears", "bill-hold", "forget"]


class Due(BaseModel):
    """What falls due for a stay: a reminder of a question, the end of the bill hold and the day before it, forgetting."""

    model_config = ConfigDict(frozen=True)
    at: datetime
    encounter_id: str
    what: What = "reminder"
    query_id: str = ""


class Dues(State):
    """What falls due on one day, in due order: a day to a record, so that neither filing nor looking costs more the more is waiting."""

    due: tuple[Due, ...]


class Clock(State):
    """One tenant's time in this partition: the `days` with dues, and the stays with a candidate that waits for documents."""

    at: datetime | None = None
    days: tuple[int, ...] = ()
    waiting: tuple[str, ...] = ()


def clock_of(states: States, tenant: str) -> Clock:
    """The tenant's clock."""
    held = states.get(f"clock/{tenant}")
    return held if isinstance(held, Clock) else Clock()


def rhythms_of(states: States, tenant: str) -> Rhythms:
    """The tenant's documents feeds."""
    held = states.get(f"rhythm/{tenant}")
    return held if isinstance(held, Rhythms) else Rhythms()


def hearings(tick: TickPage) -> list[tuple[datetime, list[str]]]:
    """When which documents feeds were heard since the tick before, in order; an older tick tells only when each was heard last."""
    told = tick.documents
    if told is None:
        told = {name: (at,) for name, at in tick.feeds.items() if name.endswith(DOCUMENTS)}
    each = sorted((at, name) for name, instants in told.items() for at in instants)
    return [(at, [name for _, name in together]) for at, together in groupby(each, key=itemgetter(0))]


def hear(states: States, tenant: str, names: Iterable[str], at: datetime, site: SiteData) -> None:
    """These documents feeds were heard."""
    feeds = rhythms_of(states, tenant).feeds
    states[f"rhythm/{tenant}"] = Rhythms(feeds={**feeds, **{name: heard(feeds.get(name), at, site) for name in names}})


def absence_known(states: States, tenant: str, at: datetime, site: SiteData) -> datetime | None:
    """Until when silence of the chart may be taken for absence, as far as is known at that instant (DOMAIN F.7)."""
    return absence_until(rhythms_of(states, tenant).feeds.values(), at, site)


def wait(states: States, tenant: str, encounter_id: str) -> None:
    """A candidate of this stay waits for documents: look again whenever one is heard."""
    clock = clock_of(states, tenant)
    if encounter_id not in clock.waiting:
        states[f"clock/{tenant}"] = clock.model_copy(update={"waiting": (*clock.waiting, encounter_id)})


def stop_waiting(states: States, tenant: str, encounter_id: str) -> None:
    """None of them does any more."""
    clock = clock_of(states, tenant)
    states[f"clock/{tenant}"] = clock.model_copy(update={"waiting": tuple(one for one in clock.waiting if one != encounter_id)})


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
