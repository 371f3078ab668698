"""Stays that are over: when a room may forget them (the table of DESIGN §2: the bill's drop and thirty days).

Each is due on a day, and each day has a record of its own, so that a tick looks at what is due and at nothing else.  It forgets what was
due before its day: one tick over a gap forgets what all ticks in it would have.  The days are those by which intake forgets, which from
then on lets nothing of the chart through to such a stay.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from opencdi.bus.room import State, States
from opencdi.events.facts import DischargeCancelled, EncounterCancelled, EncounterDischarged, EncounterMoved, Fact
from opencdi.knowledge.site import KEPT_AFTER_BILL

KINDS = ("encounter_discharged", "discharge_cancelled", "encounter_cancelled", "encounter_moved")
"""The facts that end a stay, or take that back."""


class Over(State):
    """`over/<encounter>`: when the stay ended, as last told."""

    at: datetime


class Due(State):
    """`due/<tenant>`: the days, as ordinals, on which stays may be forgotten."""

    days: tuple[int, ...] = ()


class DueDay(State):
    """`due-day/<tenant>/<day>`: the stays that may be forgotten when that day is over."""

    encounters: tuple[str, ...] = ()


MODELS: Mapping[str, type[State]] = {"over": Over, "due": Due, "due-day": DueDay}


def ended(states: States, tenant: str, encounter_id: str, facts: Iterable[Fact], received_at: datetime, bill_hold_days: int) -> None:
    """Take in what these facts say of the stay's end.  What is told late is not due before it was told."""
    for fact in facts:
        match fact:
            case EncounterDischarged() | EncounterCancelled() | EncounterMoved():
                states[f"over/{encounter_id}"] = Over(at=fact.at.at)
                due = fact.at.at + timedelta(days=bill_hold_days) + KEPT_AFTER_BILL
                _look_again(states, tenant, encounter_id, _day(max(due, received_at)))
            case DischargeCancelled():
                states.pop(f"over/{encounter_id}", None)
            case _:
                pass


def forgettable(states: States, tenant: str, now: datetime, bill_hold_days: int) -> Iterator[str]:
    """The stays that were due before today, each once; the caller forgets what it remembers of them."""
    kept, today = timedelta(days=bill_hold_days) + KEPT_AFTER_BILL, _day(now)
    agenda = states.get(f"due/{tenant}")
    days = agenda.days if isinstance(agenda, Due) else ()
    past = tuple(day for day in days if day < today)
    if not past:
        return
    states[f"due/{tenant}"] = Due(days=days[len(past) :])
    for day in past:
        that_day = states.pop(f"due-day/{tenant}/{day}", None)
        for encounter_id in that_day.encounters if isinstance(that_day, DueDay) else ():
            over = states.get(f"over/{encounter_id}")
            if not isinstance(over, Over):
                continue  # the patient is back in bed
            if (due := _day(over.at + kept)) >= today:  # discharged again, or the bill waits longer now
                _look_again(states, tenant, encounter_id, due)
                continue
            del states[f"over/{encounter_id}"]
            yield encounter_id


def _day(at: datetime) -> int:
    return at.astimezone(UTC).toordinal()


def _look_again(states: States, tenant: str, encounter_id: str, day: int) -> None:
    key = f"due-day/{tenant}/{day}"
    held, agenda = states.get(key), states.get(f"due/{tenant}")
    known = held.encounters if isinstance(held, DueDay) else ()
    if encounter_id not in known:
        states[key] = DueDay(encounters=(*known, encounter_id))
    days = agenda.days if isinstance(agenda, Due) else ()
    if day not in days:
        states[f"due/{tenant}"] = Due(days=tuple(sorted((*days, day))))
