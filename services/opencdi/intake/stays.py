"""What the visits of one stay come to: one of them governs, and only it says where, by whom and until when (DOMAIN F.1, F.4).

Class, location and discharge are told per visit.  An inpatient visit governs over an observation visit and that over an emergency
visit, among equals the one that started last: what is told later about the emergency visit neither turns the stay into an emergency
nor keeps it open.
"""

import json

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import EncounterClass
from opencdi.events.facts import DischargeCancelled, EncounterDischarged, EncounterUpdated
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Encounter, Visit
from opencdi.intake.retention import ended

_NOT_ADMITTED: frozenset[EncounterClass] = frozenset({"preadmit", "emergency", "outpatient", "unmapped"})
_CLASS = frozenset({"encounter_class", "class_source"})


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


def governing(desk: Desk, encounter: Encounter) -> str:
    """The visit that speaks for the stay; a cancelled one only where there is no other."""
    if len(encounter.visits) == 1:
        return encounter.visits[0]
    return max(enumerate(encounter.visits), key=lambda found: (*_standing(desk, found[1]), found[0]))[1]


def _standing(desk: Desk, visit_id: str) -> tuple[bool, int, float]:
    visit = desk.get(f"visit/{visit_id}", Visit)
    if visit is None or visit.started_at is None:
        return False, 0, 0.0  # only mentioned, by a result or a note
    told = visit.told["encounter_class"][0].strip('"') if "encounter_class" in visit.told else "unmapped"
    rank = 1 if told in _NOT_ADMITTED else 2 if told == "observation" else 3
    return not visit.cancelled, rank, visit.started_at.timestamp()


def _fields(
    desk: Desk, encounter_id: str, encounter: Encounter, visit_id: str, visit: Visit, at: ClinicalTime, repeat: frozenset[str]
) -> Encounter:
    news = {name for name, (said, _) in visit.told.items() if name in repeat or encounter.told.get(name, ("",))[0] != said}
    if not news:
        return encounter
    if news & _CLASS:
        news |= _CLASS & visit.told.keys()
    fields = {name: json.loads(visit.told[name][0]) for name in news}
    empty = json.loads(EncounterUpdated(visit_id=visit_id, at=at).to_json())
    desk.say(encounter_id, EncounterUpdated.read(json.dumps(empty | fields)))
    encounter = encounter.model_copy(update={"told": encounter.told | {name: visit.told[name] for name in news}})
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
