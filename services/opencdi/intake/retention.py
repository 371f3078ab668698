"""Who is forgotten when (the table of DESIGN §2): message ids after 30 days, closed encounters 30 days after the bill dropped.

A day at a time, by the day of the tick: one tick over a gap forgets what all ticks in it would have.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from opencdi.bus import agenda
from opencdi.bus.room import State, States, under
from opencdi.intake import duplicates
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Document, Encounter, Feeds, Lead, Version, Visit, Waiting
from opencdi.knowledge.baselines import REACH
from opencdi.knowledge.site import KEPT_AFTER_BILL

_LONGEST = max(REACH.values())


def forget(states: States, tenant: str, at: datetime, bill_hold_days: int) -> None:
    """Forget what is due by the day of this tick: stays by the first tick of a day, messages some thousands a tick."""
    duplicates.forget(states, tenant, at)
    feeds = states.get(f"feeds/{tenant}")
    last = feeds.ticked_at if isinstance(feeds, Feeds) else None
    if last is not None and at.date() <= last.date():
        return
    _forget_encounters(states, tenant, at, timedelta(days=bill_hold_days) + KEPT_AFTER_BILL)


def ended(desk: Desk, encounter_id: str, at: datetime) -> None:
    """This stay ended at that instant, as far as is known now: it is looked at again on the day when it may be forgotten."""
    due = max(at + timedelta(days=desk.context.site.bill_hold_days) + KEPT_AFTER_BILL, desk.context.received_at)
    agenda.look_at(desk.states, desk.context.tenant, encounter_id, due)


def _forget_encounters(states: States, tenant: str, at: datetime, kept: timedelta) -> None:
    """What was due before today: its facts and all that leads to them.  The stay itself stays known, as closed, with the values
    that may be a later stay's baseline (`past/`).

    Of the visit and the stay a few words remain, so that a message that comes years late is recognised and not taken for a new stay.
    """
    gone: dict[str, Encounter] = {}
    for encounter_id in agenda.over_by(states, tenant, at):
        encounter = states.get(f"encounter/{encounter_id}")
        if not isinstance(encounter, Encounter) or encounter.into is not None:
            continue
        left = encounter.discharged_at
        if encounter.closed:
            _forget_values(states, tenant, encounter_id, left, at)
            continue
        if encounter.cancelled or (left is not None and agenda.day_of(left + kept) < agenda.day_of(at)):
            gone[encounter_id] = encounter
        elif left is not None:  # it was discharged again, or the bill waits longer now
            agenda.look_at(states, tenant, encounter_id, left + kept)
    if not gone:
        return
    for key in _filed_with(states, gone.keys()):
        del states[key]
    for encounter_id, encounter in gone.items():
        remains = {"patient_id", "visits", "into", "first_at", "discharged_at", "cancelled", "history"}
        of_class = {name: said for name, said in encounter.told.items() if name == "encounter_class"}  # which its values are a baseline by
        states[f"encounter/{encounter_id}"] = Encounter(**encounter.model_dump(include=remains), told=of_class, closed=True)
        for visit_id in encounter.visits:
            if isinstance(visit := states.get(f"visit/{visit_id}"), Visit):
                states[f"visit/{visit_id}"] = visit.model_copy(update={"told": {}, "discharge": None})
        _forget_values(states, tenant, encounter_id, encounter.discharged_at, at)


def _forget_values(states: States, tenant: str, encounter_id: str, left: datetime | None, at: datetime) -> None:
    """Values that may be a later stay's baseline are forgotten when no baseline reaches back to them any more."""
    if left is not None and agenda.day_of(left + _LONGEST) >= agenda.day_of(at):
        agenda.look_at(states, tenant, encounter_id, left + _LONGEST)
        return
    for analyte in REACH:
        states.pop(f"past/{encounter_id}/{analyte}", None)


def _filed_with(states: States, gone: Collection[str]) -> list[str]:
    """The records of these stays: those that are named after a stay, and those that name one."""
    named = [key for encounter_id in gone for key in (f"pages/{encounter_id}", f"carried/{encounter_id}") if key in states]
    for encounter_id in gone:
        named += [*under(states, f"story/{encounter_id}/"), *under(states, f"copy/{encounter_id}/")]
    for kind in ("version", "document", "order", "account", "waiting"):
        named += [key for key in under(states, f"{kind}/", gone) if _stays_of(states.get(key)) <= set(gone)]
    return named


def _stays_of(state: State | None) -> set[str]:
    """The stays without which nobody needs the record."""
    match state:
        case Lead():
            return {state.to}
        case Version() | Document():
            return {state.encounter_id}
        case Waiting():
            return {held.encounter_id or "" for held in state.items}
    return {""}
