"""Stays to be looked at once a day is over: a day to a record, so that a tick looks at what is due and at nothing else.

One tick over a gap takes what all ticks in it would have taken.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from opencdi.bus.room import State, States


class Due(State):
    """`due/<tenant>`: the days, as ordinals, on which there are stays to look at."""

    days: tuple[int, ...] = ()


class DueDay(State):
    """`due-day/<tenant>/<day>`: the stays to look at when that day is over."""

    encounters: tuple[str, ...] = ()


MODELS: Mapping[str, type[State]] = {"due": Due, "due-day": DueDay}


def look_at(states: States, tenant: str, encounter_id: str, at: datetime) -> None:
    """Look at this stay once the day of that instant is over."""
    day = day_of(at)
    key = f"due-day/{tenant}/{day}"
    held, agenda = states.get(key), states.get(f"due/{tenant}")
    known = held.encounters if isinstance(held, DueDay) else ()
    if encounter_id not in known:
        states[key] = DueDay(encounters=(*known, encounter_id))
    days = agenda.days if isinstance(agenda, Due) else ()
    if day not in days:
        states[f"due/{tenant}"] = Due(days=tuple(sorted((*days, day))))


def over_by(states: States, tenant: str, now: datetime) -> Iterator[str]:
    """The stays whose day was over before today, each day's in the order in which they were noted; taken off the agenda."""
    agenda = states.get(f"due/{tenant}")
    days = agenda.days if isinstance(agenda, Due) else ()
    past = [day for day in days if day < day_of(now)]
    if not past:
        return
    if len(past) < len(days):
        states[f"due/{tenant}"] = Due(days=days[len(past) :])
    else:
        del states[f"due/{tenant}"]
    for day in past:
        held = states.pop(f"due-day/{tenant}/{day}", None)
        yield from held.encounters if isinstance(held, DueDay) else ()


def day_of(at: datetime) -> int:
    """The day (UTC) of an instant, as an ordinal."""
    return at.astimezone(UTC).toordinal()
