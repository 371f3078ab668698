"""What the visits of one stay come to: one of them governs, and only it says where, by whom and until when (DOMAIN F.1, F.4).

Class, location and discharge are told per visit.  An inpatient visit governs over an observation visit and that over an emergency
visit, among equals the one that started last: what is told later about the emergency visit neither turns the stay into an emergency
nor keeps it open.
"""

from datetime import datetime, timedelta
from typing import Literal

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import EncounterClass
from opencdi.events.facts import DischargeCancelled, EncounterDischarged, EncounterUpdated, InpatientOrderCancelled, InpatientOrdered
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Encounter, Visit
from opencdi.intake.retention import ended
from opencdi.intake.time import instant, time_in_json, time_to_json

_NOT_ADMITTED: frozenset[EncounterClass] = frozenset({"preadmit", "emergency", "outpatient", "unmapped"})
_LONGEST_EMERGENCY = timedelta(days=7)
_CLASS = frozenset({"encounter_class", "class_source"})
_UNTOLD = {"on_leave": "false", "newborn": "false"}
"""What is so of most stays and need not be said."""


def settle(desk: Desk, encounter_id: str, at: ClinicalTime, repeat: frozenset[str] = frozenset()) -> None:
    """Say what now stands for the stay and was not said yet; of `repeat` (field names, "discharge") also what was."""
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    if encounter is None or not encounter.visits:
        return
    visit_id = governing(desk, encounter)
    visit = desk.get(f"visit/{visit_id}", Visit)
    if visit is not None:
        encounter = _fields(desk, encounter_id, encounter, visit_id, visit, at, repeat)
        _discharge(desk, encounter_id, encounter, visit, at, again="discharge" in repeat)
        ordered_inpatient(desk, encounter_id, at, again="inpatient_ordered" in repeat)


def reinstate(desk: Desk, encounter_id: str, at: ClinicalTime) -> None:
    """A stay that was cancelled is admitted after all: all that stands of it is said again, which opens it for every reader."""
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    if encounter is None:
        return
    encounter = desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"cancelled": False})
    desk.visits_changed = True
    visit = desk.get(f"visit/{governing(desk, encounter)}", Visit)
    if visit is not None:
        stands = {*visit.told, "inpatient_ordered", *(("discharge",) if visit.discharge is not None else ())}
        settle(desk, encounter_id, at, frozenset(stands))


def still_here(desk: Desk, encounter: Encounter, at: datetime) -> bool:
    """Whether a patient of whom no discharge was told is taken to be here still.

    Nobody discharges from a clinic: such a visit lasts its day, by the facility's clock, and each on which the patient is registered again.
    An emergency visit whose end was not told is over after a week.  A stay in bed ends by a discharge alone.
    """
    match encounter.told.get("encounter_class", ("",))[0].strip('"'):
        case "outpatient":
            days = {day_here(desk, encounter.first_at)} if encounter.first_at is not None else set()
            for visit_id in encounter.visits:
                if (visit := desk.get(f"visit/{visit_id}", Visit)) is not None:
                    days.update(visit.came)
            return day_here(desk, at) in days
        case "emergency":
            return encounter.first_at is not None and at - encounter.first_at <= _LONGEST_EMERGENCY
    return True


def day_here(desk: Desk, at: datetime) -> int:
    """The day of that instant by the facility's clock, as an ordinal."""
    return at.astimezone(desk.context.facility).toordinal()


def governing(desk: Desk, encounter: Encounter) -> str:
    """The visit that speaks for the stay; a cancelled one only where there is no other."""
    return _ranked(desk, encounter)[-1]


def _ranked(desk: Desk, encounter: Encounter) -> list[str]:
    """The stay's visits, the governing one last: whatever order they were told in."""
    return sorted(encounter.visits, key=lambda visit_id: _standing(desk, visit_id)) if len(encounter.visits) > 1 else [*encounter.visits]


def _standing(desk: Desk, visit_id: str) -> tuple[bool, int, float, float, str]:
    visit = desk.get(f"visit/{visit_id}", Visit)
    if visit is None or visit.started_at is None:
        return False, 0, 0.0, 0.0, visit_id  # only mentioned, by a result or a note
    told = visit.told["encounter_class"][0].strip('"') if "encounter_class" in visit.told else "unmapped"
    rank = 1 if told in _NOT_ADMITTED else 2 if told == "observation" else 3
    latest = max((at.timestamp() for _, at in visit.told.values()), default=0.0)  # of two numbers of one visit, the one in use
    return not visit.cancelled, rank, visit.started_at.timestamp(), latest, visit_id


def _fields(
    desk: Desk, encounter_id: str, encounter: Encounter, visit_id: str, visit: Visit, at: ClinicalTime, repeat: frozenset[str]
) -> Encounter:
    told = visit.told
    for other_id in reversed(_ranked(desk, encounter)[:-1]):  # what the governing visit does not tell, the next one does
        if (other := desk.get(f"visit/{other_id}", Visit)) is not None:
            told = other.told | told
    untold = {name: said for name, (said, _) in told.items() if encounter.told.get(name, (_UNTOLD.get(name, ""),))[0] != said}
    news = untold.keys() | (repeat & told.keys() & (encounter.told.keys() | untold.keys()))
    if not news:
        return encounter
    if news & _CLASS:
        news |= _CLASS & told.keys()
    # What was told is kept as JSON, which the fact reads as it stands.
    fields = {"visit_id": f'"{visit_id}"', "at": time_to_json(at)} | {name: told[name][0] for name in news}
    desk.say(encounter_id, EncounterUpdated.read("{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}"))
    encounter = encounter.model_copy(update={"told": encounter.told | {name: told[name] for name in news}})
    desk.states[f"encounter/{encounter_id}"] = encounter
    desk.visits_changed = True
    return encounter


def _discharge(desk: Desk, encounter_id: str, encounter: Encounter, visit: Visit, at: ClinicalTime, *, again: bool) -> None:
    if visit.discharge == encounter.discharge and not again:
        return
    left = None
    if visit.discharge is None:
        desk.say(encounter_id, DischargeCancelled(at=at))
    else:
        fact = EncounterDischarged.read(visit.discharge)
        left = fact.at.at
        desk.say(encounter_id, fact)
    changes = {"discharge": visit.discharge, "discharged_at": left}
    desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update=changes)
    desk.visits_changed = True
    if left is not None:
        ended(desk, encounter_id, left)


def ordered_inpatient(desk: Desk, encounter_id: str, at: ClinicalTime, *, again: bool) -> None:
    """Say since when the patient is ordered to be an inpatient, or that no order stands any more (DOMAIN F.4)."""
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    if encounter is None:
        return
    since, basis = _inpatient_since(desk, encounter)
    if since is None and encounter.inpatient_ordered is None:
        return
    mine = f"{basis} {since.sortable}" if since is not None else "cancelled"
    if mine == encounter.inpatient_ordered and not again:
        return
    desk.say(encounter_id, InpatientOrdered(at=since, basis=basis) if since is not None else InpatientOrderCancelled(at=at))
    desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"inpatient_ordered": mine})


def _inpatient_since(desk: Desk, encounter: Encounter) -> tuple[ClinicalTime | None, Literal["order", "first-inpatient-class"]]:
    """The first order that stands; else the first inpatient class.

    An order falls with what it was for: when the class goes back (condition code 44) or the admission is cancelled, and no other visit
    of the stay has been an inpatient's since before that.
    """
    visits = [visit for visit_id in encounter.visits if (visit := desk.get(f"visit/{visit_id}", Visit)) is not None]
    classes = [_happened(visit, time_in_json(visit.inpatient_from)) for visit in visits if visit.inpatient_from and not visit.cancelled]
    since = min(classes, key=_instant, default=None)
    left = max((_happened(visit, ClinicalTime(at)).at for visit in visits if (at := visit.left_inpatient_at) is not None), default=None)
    orders = [time_in_json(order) for order in encounter.inpatient_orders.values()]
    stands = [order for order in orders if left is None or order.at > left or (since is not None and since.at <= left)]
    return (min(stands, key=_instant), "order") if stands else (since, "first-inpatient-class")


def _happened(visit: Visit, told_at: ClinicalTime) -> ClinicalTime:
    since = visit.happened.get(instant(told_at.at))
    return time_in_json(since) if since is not None else told_at


def _instant(time: ClinicalTime) -> datetime:
    return time.at
