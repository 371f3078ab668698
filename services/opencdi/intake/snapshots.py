"""What a visit's snapshot changes: only that is said, so that a flood of A08 costs nothing (DOMAIN E.1, F.4)."""

from datetime import datetime

from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import DischargeCancelled, EncounterCancelled, EncounterDischarged, EncounterUpdated, InpatientOrdered, Person
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Encounter, Visit
from opencdi.intake.retention import ended
from opencdi.intake.told import VisitTold

_FIELDS = (
    "encounter_class",
    "class_source",
    "location",
    "service",
    "attending",
    "admitting_reason",
    "admitted_at",
    "expected_discharge_at",
)


def _said(value: object) -> str:
    match value:
        case ClinicalTime():
            return f"{value.sortable}/{value.precision}"
        case Person():
            return value.to_json().decode()
        case _:
            return str(value)


def update(desk: Desk, visit_id: str, told: VisitTold, at: ClinicalTime) -> None:
    """Apply a snapshot or event to its visit and encounter, and say what is new."""
    visit = desk.get(f"visit/{visit_id}", Visit)
    encounter_id = desk.followed(visit.encounter_id) if visit else ""
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    if visit is None or encounter is None:
        return
    if encounter.closed:
        desk.ignored.append("ENCOUNTER_CLOSED")
        return
    if told.event == "cancel-admit":
        _cancel(desk, visit_id, visit, encounter_id, encounter, at)
        return
    encounter = _fields(desk, visit_id, encounter_id, encounter, told, at)
    encounter = _inpatient(desk, encounter_id, encounter, told, at)
    start = told.admitted_at.at if told.admitted_at else at.at
    began = start if encounter.first_at is None else min(start, encounter.first_at)
    encounter = encounter.model_copy(update={"first_at": began}) if began != encounter.first_at else encounter
    if encounter != desk.get(f"encounter/{encounter_id}", Encounter):
        desk.states[f"encounter/{encounter_id}"] = encounter
        desk.visits_changed = True
    if told.admitted_at is not None and visit.admitted_at != told.admitted_at.at:
        visit = visit.model_copy(update={"admitted_at": told.admitted_at.at})
    if visit.cancelled_at is not None:
        visit = visit.model_copy(update={"cancelled": at.at <= visit.cancelled_at})
    desk.states[f"visit/{visit_id}"] = visit
    _discharge(desk, visit_id, visit, encounter_id, told, at)
    if visit.cancelled:
        _close_if_all_cancelled(desk, encounter_id, at)


def _fields(desk: Desk, visit_id: str, encounter_id: str, encounter: Encounter, told: VisitTold, at: ClinicalTime) -> Encounter:
    """A field told by a later message stands against an earlier one that arrives late."""
    news: dict[str, object] = {}
    for name in _FIELDS:
        value = getattr(told, name)
        if value is None:
            continue
        before = encounter.told.get(name)
        if before is None or (at.at >= before[1] and (desk.again or before[0] != _said(value))):
            news[name] = value
    if not news:
        return encounter
    if news.keys() & {"encounter_class", "class_source"}:
        news |= {"encounter_class": told.encounter_class, "class_source": told.class_source}
    desk.say(encounter_id, EncounterUpdated.model_validate({"visit_id": visit_id, "at": at, **news}))
    told_now = {name: (_said(value), at.at) for name, value in news.items()}
    return encounter.model_copy(update={"told": encounter.told | told_now})


def _inpatient(desk: Desk, encounter_id: str, encounter: Encounter, told: VisitTold, at: ClinicalTime) -> Encounter:
    """The first inpatient class stands for the order to admit, until an order is told (DOMAIN F.4)."""
    if told.encounter_class != "inpatient" or told.event == "discharge":
        return encounter
    known, mine = encounter.inpatient_ordered, at.sortable
    stands = desk.again and known == mine
    if known is not None and not stands and (known.startswith("order") or known <= mine):
        return encounter
    desk.say(encounter_id, InpatientOrdered(at=at, basis="first-inpatient-class"))
    return encounter.model_copy(update={"inpatient_ordered": mine})


def ordered(desk: Desk, encounter_id: str, fact: InpatientOrdered) -> None:
    """The order itself: wins over the class."""
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    mine = f"order {fact.at.sortable}"
    if encounter is not None and (encounter.inpatient_ordered != mine or desk.again):
        desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"inpatient_ordered": mine})
        desk.say(encounter_id, fact)


def _discharge(desk: Desk, visit_id: str, visit: Visit, encounter_id: str, told: VisitTold, at: ClinicalTime) -> None:
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    if encounter is None or (encounter.discharge_told_at is not None and at.at < encounter.discharge_told_at):
        return
    if told.event == "discharge":
        left = told.discharged_at or at
        visit = visit.model_copy(update={"discharged_at": left.at})
    elif told.event in ("cancel-discharge", "present"):
        visit = visit.model_copy(update={"discharged_at": None})
    desk.states[f"visit/{visit_id}"] = visit
    others = [v for v in (desk.get(f"visit/{i}", Visit) for i in encounter.visits if i != visit_id) if v is not None and not v.cancelled]
    still_here = visit.discharged_at is None or any(other.discharged_at is None for other in others)
    if told.event == "discharge" and not still_here and visit.discharged_at is not None:
        if any(other.discharged_at is not None and other.discharged_at > visit.discharged_at for other in others):
            return  # the emergency visit ended before the stay did
        left = told.discharged_at or at
        fact = EncounterDischarged(at=left, disposition=told.disposition, disposition_source=told.disposition_source)
        if encounter.discharge == (said := fact.to_json().decode()) and not desk.again:
            return
        desk.say(encounter_id, fact)
        _tell_discharge(desk, encounter_id, encounter, said, left.at, at.at)
    elif (
        (encounter.discharge is not None or (desk.again and told.event == "cancel-discharge")) and still_here and told.event != "discharge"
    ):
        desk.say(encounter_id, DischargeCancelled(at=at))
        _tell_discharge(desk, encounter_id, encounter, None, None, at.at)


def _tell_discharge(
    desk: Desk, encounter_id: str, encounter: Encounter, said: str | None, left: datetime | None, told_at: datetime
) -> None:
    changes = {"discharge": said, "discharged_at": left, "discharge_told_at": told_at}
    desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update=changes)
    desk.visits_changed = True
    if left is not None:
        ended(desk, encounter_id, left)


def _cancel(desk: Desk, visit_id: str, visit: Visit, encounter_id: str, encounter: Encounter, at: ClinicalTime) -> None:
    latest = max((told_at for _, told_at in encounter.told.values()), default=None)
    if latest is not None and at.at < latest:
        desk.ignored.append("SUPERSEDED")
        return
    desk.states[f"visit/{visit_id}"] = visit.model_copy(update={"cancelled": True, "cancelled_at": at.at})
    if latest is None:
        desk.said.pop(encounter_id, None)  # a cancel for an admission that nobody knows: kept until the admission comes
        desk.kept += 1
        return
    _close_if_all_cancelled(desk, encounter_id, at)


def _close_if_all_cancelled(desk: Desk, encounter_id: str, at: ClinicalTime) -> None:
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    if encounter is None or (encounter.cancelled and not desk.again):
        return
    visits = [desk.get(f"visit/{i}", Visit) for i in encounter.visits]
    if all(visit is None or visit.cancelled for visit in visits):
        when = max((visit.cancelled_at for visit in visits if visit is not None and visit.cancelled_at is not None), default=at.at)
        desk.say(encounter_id, EncounterCancelled(at=ClinicalTime(when)))
        desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"cancelled": True})
        ended(desk, encounter_id, when)
