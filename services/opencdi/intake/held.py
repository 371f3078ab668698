"""What waits with a patient until it is known which stay it is about: a list of each kind, in the order in which it happened (DOMAIN F.1).

The lists are bounded, for a back-load of years of results that name no visit would be thousands a patient: the oldest go first, and what
may be a baseline has lists of its own.  What happened in the last month is never dropped: its visit may just not have been told yet.
"""

from bisect import insort
from collections.abc import Iterator
from datetime import datetime, timedelta

from opencdi.events.facts import Fact, MeasurementResulted, NoteFiled, NoteRetracted, NoteStatusChanged
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Awaited, Awaiting, Held, Person
from opencdi.knowledge.baselines import REACH

MOST, MOST_BASELINES = 200, 60
_MONTH = timedelta(days=30)


def kind_of(fact: Fact) -> str:
    """Which list it waits in: an analyte's, where it may be a baseline; "results", "documents", "others"."""
    match fact:
        case MeasurementResulted(analyte=str() as analyte) if analyte in REACH:
            return analyte
        case MeasurementResulted():
            return "results"
        case NoteFiled() | NoteStatusChanged() | NoteRetracted():
            return "documents"
        case _:
            return "others"


def waiting(desk: Desk, patient_id: str, kind: str) -> tuple[Awaited, ...]:
    """What of that kind waits with this patient, the oldest first."""
    queue = desk.get(f"awaiting/{patient_id}/{kind}", Awaiting)
    return queue.items if queue is not None else ()


def put(desk: Desk, patient_id: str, kind: str, awaited: Awaited, held: Held) -> list[str]:
    """It waits from now on, in place of an earlier version; returns the names of what is dropped for it, its own perhaps."""
    items = [one for one in waiting(desk, patient_id, kind) if one.name != awaited.name]
    insort(items, awaited, key=_when)
    desk.states[f"held/{patient_id}/{awaited.name}"] = held
    long_ago = desk.context.received_at - _MONTH
    excess = max(0, len(items) - (MOST_BASELINES if kind in REACH else MOST))
    dropped = [one.name for one in items[:excess] if one.at < long_ago]
    for name in dropped:
        del desk.states[f"held/{patient_id}/{name}"]
    leave(desk, patient_id, kind, tuple(items[len(dropped) :]))
    return dropped


def leave(desk: Desk, patient_id: str, kind: str, items: tuple[Awaited, ...]) -> None:
    """These of that kind still wait, and no others."""
    key, person = f"awaiting/{patient_id}/{kind}", desk.get(f"person/{patient_id}", Person) or Person()
    if items:
        desk.states[key] = Awaiting(items=items)
    else:
        desk.states.pop(key, None)
    if bool(items) != (kind in person.held):
        kinds = {*person.held, kind} if items else {*person.held} - {kind}
        desk.states[f"person/{patient_id}"] = person.model_copy(update={"held": tuple(sorted(kinds))})


def hand_out(desk: Desk, now: dict[str, str], before_id: str, kinds: tuple[str, ...]) -> None:
    """What waited with one that is several patients now, or one with others: to each what was told under its numbers."""
    moved: dict[tuple[str, str], dict[str, Awaited]] = {}
    for kind, awaited, held in list(_taken(desk, before_id, kinds)):
        patient_id = now.get(awaited.number, before_id)
        other = desk.get(f"held/{patient_id}/{awaited.name}", Held)
        if other is None or other.order < held.order:
            desk.states[f"held/{patient_id}/{awaited.name}"] = held
            moved.setdefault((patient_id, kind), {})[awaited.name] = awaited
    for (patient_id, kind), came in moved.items():
        here = [one for one in waiting(desk, patient_id, kind) if one.name not in came]
        leave(desk, patient_id, kind, tuple(sorted((*here, *came.values()), key=_when)))


def _taken(desk: Desk, patient_id: str, kinds: tuple[str, ...]) -> Iterator[tuple[str, Awaited, Held]]:
    for kind in kinds:
        for awaited in waiting(desk, patient_id, kind):
            held = desk.states.pop(f"held/{patient_id}/{awaited.name}", None)
            if isinstance(held, Held):
                yield kind, awaited, held
        desk.states.pop(f"awaiting/{patient_id}/{kind}", None)


def _when(one: Awaited) -> tuple[datetime, str]:
    return one.at, one.name
