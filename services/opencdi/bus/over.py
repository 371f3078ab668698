"""Stays that are over: when a room may forget them (the table of DESIGN §2: the bill's drop and thirty days).

Each is due on a day, and each day has a record of its own, so that a tick looks at what is due and at nothing else.  It forgets what was
due before its day: one tick over a gap forgets what all ticks in it would have.  The days are those by which intake forgets, which from
then on lets nothing of the chart through to such a stay.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from opencdi.bus import agenda
from opencdi.bus.room import State, States
from opencdi.events.facts import DischargeCancelled, EncounterCancelled, EncounterDischarged, EncounterMoved, Fact
from opencdi.knowledge.site import KEPT_AFTER_BILL

KINDS = ("encounter_discharged", "discharge_cancelled", "encounter_cancelled", "encounter_moved")
"""The facts that end a stay, or take that back."""


class Over(State):
    """`over/<encounter>`: when the stay ended, as last told."""

    at: datetime


MODELS: Mapping[str, type[State]] = {"over": Over, **agenda.MODELS}


def ended(states: States, tenant: str, encounter_id: str, facts: Iterable[Fact], received_at: datetime, bill_hold_days: int) -> None:
    """Take in what these facts say of the stay's end.  What is told late is not due before it was told."""
    for fact in facts:
        match fact:
            case EncounterDischarged() | EncounterCancelled() | EncounterMoved():
                states[f"over/{encounter_id}"] = Over(at=fact.at.at)
                due = fact.at.at + timedelta(days=bill_hold_days) + KEPT_AFTER_BILL
                agenda.look_at(states, tenant, encounter_id, max(due, received_at))
            case DischargeCancelled():
                states.pop(f"over/{encounter_id}", None)
            case _:
                pass


def forgettable(states: States, tenant: str, now: datetime, bill_hold_days: int) -> Iterator[str]:
    """The stays that were due before today, each once; the caller forgets what it remembers of them."""
    kept = timedelta(days=bill_hold_days) + KEPT_AFTER_BILL
    for encounter_id in agenda.over_by(states, tenant, now):
        over = states.get(f"over/{encounter_id}")
        if not isinstance(over, Over):
            continue  # the patient is back in bed
        if agenda.day_of(over.at + kept) >= agenda.day_of(now):  # discharged again, or the bill waits longer now
            agenda.look_at(states, tenant, encounter_id, over.at + kept)
            continue
        del states[f"over/{encounter_id}"]
        yield encounter_id
