"""What a visit's snapshot changes: only that is said, so that a flood of A08 costs nothing (DOMAIN E.1, F.4)."""

import json
from dataclasses import replace
from datetime import datetime

from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import EncounterCancelled, EncounterDischarged
from opencdi.events.people import Person
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Encounter, Visit
from opencdi.intake.retention import ended
from opencdi.intake.stays import reinstate, settle
from opencdi.intake.time import time_in_json, time_to_json
from opencdi.intake.told import VisitTold

_ADMISSIONS = frozenset({"plan", "admit", "present"})
_OTHER_CLASSES = frozenset({"preadmit", "emergency", "observation", "outpatient"})
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


def update(desk: Desk, visit_id: str, told: VisitTold, at: ClinicalTime) -> None:
    """Apply a snapshot or event to its visit, and say what that changes of the encounter."""
    known = desk.get(f"visit/{visit_id}", Visit)
    encounter_id = desk.followed(known.encounter_id) if known else ""
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    if known is None or encounter is None:
        return
    if encounter.closed:
        desk.ignored.append("ENCOUNTER_CLOSED")
        return
    if told.event == "cancel-admit":
        _cancel(desk, visit_id, known, encounter_id, encounter, at)
        return
    if planned := told.event == "plan":
        told = _not_here_yet(told)
    start = told.admitted_at.at if told.admitted_at else at.at
    visit = _told(known, told, at)
    visit = visit.model_copy(update=_cancelled(visit, told, at))
    visit = _discharged(_admitted(visit, told, at), told, at).model_copy(
        update={
            "admitted_at": told.admitted_at.at if told.admitted_at is not None else visit.admitted_at,
            "started_at": start if visit.started_at is None else min(start, visit.started_at),
        }
    )
    if visit != known:
        desk.states[f"visit/{visit_id}"] = visit
    began = start if encounter.first_at is None else min(start, encounter.first_at)
    if began != encounter.first_at and not planned:  # until the patient comes nothing happens in this stay
        desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"first_at": began})
        desk.visits_changed = True
    if encounter.cancelled and not visit.cancelled:
        reinstate(desk, encounter_id, at)
    elif not encounter.cancelled or desk.again:  # of a stay that is cancelled nothing is said but that it is admitted anew
        settle(desk, encounter_id, at, _said_again(visit, told) if desk.again else frozenset())
    if visit.cancelled:
        _close_if_all_cancelled(desk, encounter_id, at)


def _not_here_yet(told: VisitTold) -> VisitTold:
    """A05, or a planned Encounter: an inpatient's class is what the patient will have; the order to admit counts from the admission."""
    will_be = told.encounter_class not in (None, "unmapped", *_OTHER_CLASSES)
    return replace(told, encounter_class="preadmit") if will_be else told


def _said(value: object) -> str:
    match value:
        case ClinicalTime():
            return time_to_json(value)
        case Person():
            return value.to_json().decode()
        case _:
            return json.dumps(value)


def _told(visit: Visit, told: VisitTold, at: ClinicalTime) -> Visit:
    """A field told by a later message stands against an earlier one that arrives late."""
    values = {name: value for name in _FIELDS if (value := getattr(told, name)) is not None}
    if "encounter_class" in values:
        values["class_source"] = told.class_source  # a class that is known takes the unknown one's code away
    news = {name: (_said(value), at.at) for name, value in values.items() if (before := visit.told.get(name)) is None or at.at >= before[1]}
    return visit.model_copy(update={"told": visit.told | news}) if news else visit


def _said_again(visit: Visit, told: VisitTold) -> frozenset[str]:
    """A second try says again what stands of what it tells."""
    fields = {name for name in _FIELDS if getattr(told, name) is not None}
    if told.encounter_class == "inpatient":
        fields.add("inpatient_ordered")
    stands = (told.event == "discharge" and visit.discharge is not None) or (told.event == "cancel-discharge" and visit.discharge is None)
    return frozenset(fields | {"discharge"} if stands else fields)


def _discharged(visit: Visit, told: VisitTold, at: ClinicalTime) -> Visit:
    """The visit's discharge: told, cancelled, or corrected by a later snapshot, since another disposition is another claim."""
    if visit.discharge_told_at is not None and at.at < visit.discharge_told_at:
        return visit
    before = EncounterDischarged.read(visit.discharge) if visit.discharge is not None else None
    if told.event == "discharge" or (told.event == "snapshot" and before is not None):
        left = told.discharged_at or (before.at if before is not None and told.event == "snapshot" else at)
        if told.disposition or told.disposition_source or before is None:
            status = {"disposition": told.disposition, "disposition_source": told.disposition_source}
        else:  # an empty field changes nothing
            status = {"disposition": before.disposition, "disposition_source": before.disposition_source}
        said = EncounterDischarged(at=left, **status).to_json().decode()
        changes = {"discharge": said, "discharged_at": left.at}
    elif told.event in ("cancel-discharge", "present"):
        changes = {"discharge": None, "discharged_at": None}
    else:
        return visit
    return visit if changes["discharge"] == visit.discharge else visit.model_copy(update={**changes, "discharge_told_at": at.at})


def _admitted(visit: Visit, told: VisitTold, at: ClinicalTime) -> Visit:
    """Since when this visit is an inpatient's, in whatever order its classes are told: the first word since the last other class.

    The class of a discharge is no word on the admission; one that no table knows says neither (DOMAIN F.4).
    """
    other, since = visit.other_class_at, visit.inpatient_from and time_in_json(visit.inpatient_from)
    if told.encounter_class in _OTHER_CLASSES:
        changes: dict[str, object] = {"other_class_at": _later(other, at.at)}
        if since and since.at <= at.at:
            said, last_at = visit.told["encounter_class"]
            still = said == '"inpatient"' and last_at > at.at  # told late: by then the patient had been admitted anew
            changes["inpatient_from"] = time_to_json(ClinicalTime(last_at)) if still else None
            changes["left_inpatient_at"] = _later(visit.left_inpatient_at, at.at)
    elif told.encounter_class != "inpatient" or told.event == "discharge" or _between(visit, told, at):
        return visit
    elif other is not None and at.at <= other:
        changes = {"left_inpatient_at": _later(visit.left_inpatient_at, other)}
    elif since and since.at <= at.at:
        return visit
    else:
        changes = {"inpatient_from": time_to_json(at)}
    return visit.model_copy(update=changes)


def _between(visit: Visit, told: VisitTold, at: ClinicalTime) -> bool:
    """A snapshot between a cancel and the next admission: of nobody who is there."""
    if visit.cancelled_at is None or at.at <= visit.cancelled_at or told.event in _ADMISSIONS:
        return False
    return visit.cancelled or visit.admission_at is None or at.at < visit.admission_at


def _cancelled(visit: Visit, told: VisitTold, at: ClinicalTime) -> dict[str, object]:
    """A cancel stands until a later admission; registration goes on sending snapshots of accounts that are cancelled."""
    admission_at = _later(visit.admission_at, at.at) if told.event in _ADMISSIONS else visit.admission_at
    stands = visit.cancelled_at is not None and (admission_at is None or admission_at <= visit.cancelled_at)
    return {"admission_at": admission_at, "cancelled": stands}


def _later(before: datetime | None, at: datetime) -> datetime:
    return at if before is None else max(before, at)


def _cancel(desk: Desk, visit_id: str, visit: Visit, encounter_id: str, encounter: Encounter, at: ClinicalTime) -> None:
    cancelled_at = _later(visit.cancelled_at, at.at)
    left: dict[str, object] = {"other_class_at": _later(visit.other_class_at, at.at), "left_inpatient_at": cancelled_at}
    left |= {"cancelled_at": cancelled_at, "inpatient_from": None}
    if (anew := visit.admission_at) is not None and at.at < anew:
        if visit.inpatient_from is not None:  # what was told before the admission that stands counts no more
            since = time_in_json(visit.inpatient_from)
            left["inpatient_from"] = time_to_json(since if since.at >= anew else ClinicalTime(anew))
        desk.states[f"visit/{visit_id}"] = visit.model_copy(update=left)
        desk.ignored.append("SUPERSEDED")
        settle(desk, encounter_id, at)
        return
    desk.states[f"visit/{visit_id}"] = visit.model_copy(update={"cancelled": True, **left})
    if not encounter.told:
        desk.said.pop(encounter_id, None)  # a cancel for an admission that nobody knows: kept until the admission comes
        desk.kept += 1
        return
    settle(desk, encounter_id, at, frozenset({"inpatient_ordered"}) if desk.again else frozenset())
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
        desk.visits_changed = True  # of two open visits one is left: what could not be placed now can
        ended(desk, encounter_id, when)
