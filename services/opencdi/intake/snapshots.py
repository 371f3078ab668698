"""What a visit's snapshot changes: only that is said, so that a flood of A08 costs nothing (DOMAIN E.1, F.4)."""

import json
from datetime import datetime

from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import EncounterCancelled, EncounterDischarged
from opencdi.events.people import Person
from opencdi.intake.classes import ADMISSIONS, admitted, admitted_anew, between, dated, is_of_afterwards, not_here_yet, with_class
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Encounter, Visit
from opencdi.intake.retention import ended
from opencdi.intake.stays import day_here, reinstate, settle
from opencdi.intake.tables import class_of
from opencdi.intake.time import ALWAYS, later, time_in_json, time_to_json
from opencdi.intake.told import VisitTold
from opencdi.knowledge.site import SiteData

_MOST_DAYS = 400  # of a visit that recurs: years of dialysis
_CLASS = ("encounter_class", "class_source")
_FIELDS = (
    "encounter_class",
    "class_source",
    "location",
    "service",
    "attending",
    "admitting_reason",
    "admitted_at",
    "expected_discharge_at",
    "on_leave",
    "newborn",
)


def update(desk: Desk, visit_id: str, told: VisitTold, at: ClinicalTime, happened: ClinicalTime) -> None:
    """Apply a snapshot or event to its visit, and say what that changes of the encounter.

    `at`, when it was told, orders it among what else is told; what it tells is so since it `happened`, though it be entered late.
    """
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
        told = not_here_yet(told)
    start = told.admitted_at.at if told.admitted_at else happened.at
    came = _came(desk, known, told, happened)
    began = {
        "admitted_at": told.admitted_at.at if told.admitted_at is not None else known.admitted_at,
        "started_at": start if known.started_at is None else min(start, known.started_at),
        "came": came,
    }
    visit = known.model_copy(update=_told(known, told, at) | _cancelled(known, told, at) | began)
    visit = dated(_discharged(admitted(visit, told, at), told, at, happened), at, happened)
    desk.visits_changed |= came != known.came
    if visit != known:
        desk.states[f"visit/{visit_id}"] = visit
    first_at = start if encounter.first_at is None else min(start, encounter.first_at)
    if first_at != encounter.first_at and not planned:  # until the patient comes nothing happens in this stay
        desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"first_at": first_at})
        desk.visits_changed = True
        desk.pasts_changed.add(encounter.patient_id)
    if encounter.cancelled and not visit.cancelled:
        reinstate(desk, encounter_id, happened)
    elif not encounter.cancelled or desk.again:  # of a stay that is cancelled nothing is said but that it is admitted anew
        settle(desk, encounter_id, happened, _said_again(visit, told) if desk.again else frozenset())
    if visit.cancelled:
        _close_if_all_cancelled(desk, encounter_id, at)


def _came(desk: Desk, visit: Visit, told: VisitTold, happened: ClinicalTime) -> tuple[int, ...]:
    """The days on which this visit was registered as an outpatient's, this message's among them."""
    if told.event not in ("admit", "present") or told.encounter_class != "outpatient":
        return visit.came
    return tuple(sorted({*visit.came, day_here(desk, happened.at)})[-_MOST_DAYS:])


def _said(value: object) -> str:
    match value:
        case ClinicalTime():
            return time_to_json(value)
        case Person():
            return value.to_json().decode()
        case _:
            return json.dumps(value)


def _told(visit: Visit, told: VisitTold, at: ClinicalTime) -> dict[str, object]:
    """A field told by a later message stands against an earlier one that arrives late."""
    values = {name: value for name in _FIELDS if (value := getattr(told, name)) is not None}
    if "encounter_class" in values:
        values["class_source"] = told.class_source  # a class that is known takes the unknown one's code away
    news: dict[str, tuple[str, datetime]] = {}
    for name, value in values.items():
        told_at = ALWAYS if name in _CLASS and is_of_afterwards(told) else at.at
        if (before := visit.told.get(name)) is None or told_at >= before[1]:
            news[name] = (_said(value), told_at)
    changes: dict[str, object] = {"told": visit.told | news} if news else {}
    if "encounter_class" in news:
        changes["class_code"] = told.class_code.code if told.class_code is not None else None
    if told.class_code is not None and not (told.event == "discharge" or between(visit, told, at)):
        changes["classes"] = with_class(visit, told.class_code.code, at)
    return changes


def mapped_anew(visit: Visit, before: SiteData, site: SiteData) -> Visit:
    """What stands of a visit whose codes the site's tables read otherwise than before: its class, since when it is an inpatient's, and
    where the patient went."""
    if visit.status_told is not None:
        _, code, at = visit.status_told
        if (status := site.disposition_by_code.get(code)) != before.disposition_by_code.get(code):
            visit = _gone(visit.model_copy(update={"status_told": (status, code, at)}))
    changes: dict[str, object] = {}
    if visit.class_code is not None and (found := class_of(visit.class_code, site)) != class_of(visit.class_code, before):
        told_at = visit.told["encounter_class"][1]
        source = visit.class_code.partition("/")[0] if found == "unmapped" else None
        changes["told"] = visit.told | {"encounter_class": (_said(found), told_at), "class_source": (_said(source), told_at)}
    visit = visit.model_copy(update=changes) if changes else visit
    if all(class_of(code, site) == class_of(code, before) for code, _ in visit.classes):
        return visit
    return admitted_anew(visit, site)


def _said_again(visit: Visit, told: VisitTold) -> frozenset[str]:
    """A second try says again what stands of what it tells."""
    fields = {name for name in _FIELDS if getattr(told, name) is not None}
    if told.encounter_class == "inpatient":
        fields.add("inpatient_ordered")
    stands = (told.event == "discharge" and visit.discharge is not None) or (told.event == "cancel-discharge" and visit.discharge is None)
    return frozenset(fields | {"discharge"} if stands else fields)


def _discharged(visit: Visit, told: VisitTold, at: ClinicalTime, happened: ClinicalTime) -> Visit:
    """What is told of the visit's discharge: that, when and whereto the patient left, or that he is there.

    Each word stands against an earlier one that arrives late; what was told before the patient was last known to be there is over.
    """
    words: dict[str, object] = {}
    if told.event in ("cancel-discharge", "present"):
        words["there_at"] = later(visit.there_at, at.at)
        if visit.gone_at is not None and visit.gone_at <= at.at:  # of one instant, the word that comes last stands (DOMAIN F.2)
            words["gone_at"] = None
        if visit.status_told is not None and visit.status_told[2] <= at.at:
            words["status_told"] = None
    elif told.event in ("discharge", "snapshot"):
        left = told.discharged_at or (happened if told.event == "discharge" else None)
        if told.event == "discharge":
            words["gone_at"] = later(visit.gone_at, at.at)
        if left is not None and (visit.left_told is None or visit.left_told[1] <= at.at):
            words["left_told"] = (time_to_json(left), at.at)
        if told.disposition_code is not None and (visit.status_told is None or visit.status_told[2] <= at.at):
            words["status_told"] = (told.disposition, told.disposition_code.code, at.at)
    return _gone(visit.model_copy(update=words)) if words else visit


def _gone(visit: Visit) -> Visit:
    """The visit's discharge, by all that was told of it: another disposition is another claim."""
    there_at, said = visit.there_at, None
    if visit.gone_at is not None and visit.left_told is not None and (there_at is None or there_at <= visit.gone_at):
        disposition, code = None, None
        if visit.status_told is not None and (there_at is None or there_at <= visit.status_told[2]):
            disposition, code, _ = visit.status_told
        left = time_in_json(visit.left_told[0])
        said = EncounterDischarged(at=left, disposition=disposition, disposition_source=None if disposition else code)
    return visit.model_copy(update={"discharge": said and said.to_json().decode(), "discharged_at": said and said.at.at})


def _cancelled(visit: Visit, told: VisitTold, at: ClinicalTime) -> dict[str, object]:
    """A cancel stands until a later admission; registration goes on sending snapshots of accounts that are cancelled."""
    admission_at = later(visit.admission_at, at.at) if told.event in ADMISSIONS else visit.admission_at
    stands = visit.cancelled_at is not None and (admission_at is None or admission_at <= visit.cancelled_at)
    return {"admission_at": admission_at, "cancelled": stands}


def _cancel(desk: Desk, visit_id: str, visit: Visit, encounter_id: str, encounter: Encounter, at: ClinicalTime) -> None:
    cancelled_at = later(visit.cancelled_at, at.at)
    left: dict[str, object] = {"other_class_at": later(visit.other_class_at, at.at), "left_inpatient_at": cancelled_at}
    left |= {"cancelled_at": cancelled_at, "inpatient_from": None, "classes": with_class(visit, "", at)}
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
