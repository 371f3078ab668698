"""Who is forgotten when (the table of DESIGN §2): message ids after 30 days, closed encounters 30 days after the bill dropped.

A day at a time, by the day of the tick: one tick over a gap forgets what all ticks in it would have.
"""

from datetime import datetime, timedelta

from opencdi.bus.room import State, States
from opencdi.intake import duplicates
from opencdi.intake.memory import Document, Encounter, Feeds, Lead, Version

KEPT_AFTER_BILL = timedelta(days=30)


def forget(states: States, tenant: str, at: datetime, bill_hold_days: int) -> None:
    """Forget what is due by the day of this tick; nothing if there was one that day already."""
    feeds = states.get(f"feeds/{tenant}")
    last = feeds.ticked_at if isinstance(feeds, Feeds) else None
    if last is not None and at.date() <= last.date():
        return
    duplicates.forget(states, tenant, at)
    _forget_encounters(states, at.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=bill_hold_days) - KEPT_AFTER_BILL)


def _forget_encounters(states: States, before: datetime) -> None:
    """What closed before that instant: its facts and all that leads to them.  The stay itself stays known, as closed.

    Of the visit and the stay a few words remain, so that a message that comes years late is recognised and not taken for a new stay.
    """
    gone = {key.partition("/")[2]: state for key, state in states.items() if isinstance(state, Encounter) and _is_over(state, before)}
    if not gone:
        return
    for key in [key for key, state in states.items() if _is_of(key, state, gone)]:
        del states[key]
    for encounter_id, encounter in gone.items():
        kept = {"patient_id", "visits", "into", "first_at", "discharged_at", "cancelled", "history"}
        states[f"encounter/{encounter_id}"] = Encounter(**encounter.model_dump(include=kept), closed=True)


def _is_over(encounter: Encounter, before: datetime) -> bool:
    if encounter.closed or encounter.into is not None:
        return False
    told_at = max((at for _, at in encounter.told.values()), default=None)
    ended = encounter.discharged_at or (told_at if encounter.cancelled else None)
    return ended is not None and ended < before


def _is_of(key: str, state: State, gone: dict[str, Encounter]) -> bool:
    match state:
        case Version() | Document():
            return state.encounter_id in gone
        case Lead() if key.startswith(("order/", "account/")):
            return state.to in gone
    kind, _, rest = key.partition("/")
    return kind in ("story", "pages", "copy") and rest.partition("/")[0] in gone
