"""What was the patient's own level before a stay is told to it when it begins, and again whenever that changes (DOMAIN B63, D.0).

Values are remembered by encounter; results that wait for one (`held/`) are the patient's all the same.  Whose encounters they are says the
person's record, so a merge, its undoing or a stay that changes hands moves no value: what stands before each stay is looked up anew.
"""

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from opencdi.clinical.vocabulary import EncounterClass
from opencdi.events.baselines import BaselineCarried
from opencdi.events.facts import Fact, MeasurementResulted
from opencdi.events.ids import content_hash
from opencdi.events.pages import FactsPage
from opencdi.intake.desk import Desk
from opencdi.intake.held import waiting
from opencdi.intake.identity import current
from opencdi.intake.memory import Carried, Encounter, Held, Past, Person
from opencdi.intake.time import time_in_json, time_to_json
from opencdi.knowledge.analytes import ANALYTES
from opencdi.knowledge.baselines import KEPT, KEPT_ELSE, REACH, Earlier, baseline_of

_ANY = frozenset(REACH)
_OF_THE_STAY = frozenset({"patient_identified", "encounter_updated", "encounter_cancelled", "encounter_moved"})
_CLASS: TypeAdapter[EncounterClass] = TypeAdapter(EncounterClass)
_UNIT = {analyte.slug: analyte.unit for analyte in ANALYTES if analyte.slug in REACH}


def carry(desk: Desk) -> None:
    """Remember this message's values, and say to each stay of the patients concerned which baselines are others now."""
    changed: dict[str, set[str]] = {patient_id: set(_ANY) for patient_id in sorted(desk.pasts_changed)}
    for patient_id, analyte in sorted(desk.held_values):
        changed.setdefault(patient_id, set()).add(analyte)
    told: list[tuple[str, Sequence[Fact]]] = [(encounter_id, said.facts) for encounter_id, said in desk.said.items()]
    # Of a stay that is closed nothing is told any more; a later one may be told what was measured there.
    told += [(encounter_id, (fact,)) for encounter_id, fact in desk.after_closing if fact.status != "preliminary"]
    for encounter_id, facts in told:
        analytes = _remembered(desk, encounter_id, facts)
        if analytes and (encounter := desk.get(f"encounter/{encounter_id}", Encounter)) is not None:
            changed.setdefault(encounter.patient_id, set()).update(analytes)
    again = frozenset(desk.said) if desk.again else frozenset()
    for patient_id, analytes in changed.items():
        _tell(desk, current(desk, patient_id), analytes, again)


def _remembered(desk: Desk, encounter_id: str, facts: Iterable[Fact]) -> set[str]:
    """Of which analytes this encounter's values, or what kind of encounter they are of, are others now."""
    changed: set[str] = set()
    for fact in facts:
        if fact.kind == "measurement_resulted":
            if fact.analyte in REACH and _noted(desk, f"past/{encounter_id}/{fact.analyte}", fact):
                changed.add(fact.analyte)
        elif fact.kind in _OF_THE_STAY:
            changed |= _ANY
            if fact.kind == "encounter_moved":
                _moved(desk, encounter_id, desk.followed(encounter_id))
    return changed


def usable(fact: MeasurementResulted) -> float | None:
    """The value, where it may be a baseline: final, a number, and not quarantined."""
    return fact.value if fact.status in ("final", "corrected") and not fact.problem and not fact.comparator else None


def _noted(desk: Desk, key: str, fact: MeasurementResulted) -> bool:
    before = desk.get(key, Past) or Past()
    values = [told for told in before.values if told[0] != fact.measurement_id]
    insort(values, (fact.measurement_id, usable(fact), time_to_json(fact.taken_at)), key=_when)
    return _kept(desk, key, before, values)


def _kept(desk: Desk, key: str, before: Past, values: list[tuple[str, float | None, str]]) -> bool:
    newest = tuple(values[-KEPT.get(key.rpartition("/")[2], KEPT_ELSE) :])
    if newest == before.values:
        return False
    desk.states[key] = Past(values=newest)
    return True


def _when(told: tuple[str, float | None, str]) -> tuple[datetime, str]:
    return time_in_json(told[2]).at, told[0]


def _moved(desk: Desk, old_id: str, new_id: str) -> None:
    """What was measured in a stay that lives on elsewhere was measured there."""
    desk.states.pop(f"carried/{old_id}", None)
    for analyte in REACH:
        old = desk.get(f"past/{old_id}/{analyte}", Past)
        if old is None:
            continue
        del desk.states[f"past/{old_id}/{analyte}"]
        new = desk.get(f"past/{new_id}/{analyte}", Past) or Past()
        known = {told[0] for told in new.values}
        rest = (told for told in old.values if told[0] not in known)
        _kept(desk, f"past/{new_id}/{analyte}", new, sorted((*new.values, *rest), key=_when))


def _tell(desk: Desk, patient_id: str, analytes: set[str], again: frozenset[str]) -> None:
    person = desk.get(f"person/{patient_id}", Person)
    if person is None or not person.encounters:
        return
    if len(person.encounters) == 1 and not REACH.keys() & {*person.held} and f"carried/{person.encounters[0]}" not in desk.states:
        return  # the usual patient: one stay, and nothing before it
    stays = [(encounter_id, encounter) for encounter_id in person.encounters if (encounter := _standing(desk, encounter_id))]
    earlier = {analyte: list(_earlier(desk, stays, analyte)) for analyte in REACH if analyte in analytes}
    for analyte in REACH.keys() & {*person.held} & analytes:
        earlier[analyte] += _waiting(desk, patient_id, analyte)
    for encounter_id, encounter in stays:
        if not encounter.closed and encounter.first_at is not None and _class_of(encounter) != "outpatient":
            for analyte, values in earlier.items():
                others = (one for one in values if one.encounter_id != encounter_id)
                _say(desk, encounter_id, _fact(analyte, others, encounter.first_at), repeat=encounter_id in again)


def _standing(desk: Desk, encounter_id: str) -> Encounter | None:
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    return None if encounter is None or encounter.into or encounter.cancelled else encounter


def _earlier(desk: Desk, stays: list[tuple[str, Encounter]], analyte: str) -> Iterator[Earlier]:
    for encounter_id, encounter in stays:
        if (past := desk.get(f"past/{encounter_id}/{analyte}", Past)) is not None:
            for measurement_id, value, at in past.values:
                if value is not None:
                    yield Earlier(measurement_id, value, time_in_json(at), encounter_id, _class_of(encounter))


def _waiting(desk: Desk, patient_id: str, analyte: str) -> Iterator[Earlier]:
    for awaited in waiting(desk, patient_id, analyte):
        held = desk.get(f"held/{patient_id}/{awaited.name}", Held)
        for fact in FactsPage.read(held.page).facts if held is not None else ():
            if isinstance(fact, MeasurementResulted) and (value := usable(fact)) is not None:
                yield Earlier(awaited.name, value, fact.taken_at)


def _class_of(encounter: Encounter) -> EncounterClass | None:
    told = encounter.told.get("encounter_class")
    return _CLASS.validate_json(told[0]) if told is not None else None


def _fact(analyte: str, earlier: Iterable[Earlier], began: datetime) -> BaselineCarried:
    found = baseline_of(analyte, earlier, began)
    if found is None:
        return BaselineCarried(analyte=analyte)
    value = found.value
    return BaselineCarried(
        analyte=analyte,
        value=value.value,
        unit=_UNIT[analyte],
        taken_at=value.at,
        days_before=(began.astimezone(value.at.at.tzinfo).date() - value.at.at.date()).days,
        basis=found.basis,
        of=found.of,
        measurement_id=value.measurement_id,
        from_encounter_id=value.encounter_id,
        from_class=value.encounter_class,
    )


def _say(desk: Desk, encounter_id: str, fact: BaselineCarried, *, repeat: bool) -> None:
    key, told = f"carried/{encounter_id}", fact.to_json()
    carried = desk.get(key, Carried) or Carried()
    before, mark = carried.said.get(fact.analyte), content_hash(told) if fact.value is not None else None
    if before == mark and not (repeat and mark):
        return
    said = {analyte: one for analyte, one in carried.said.items() if analyte != fact.analyte}
    if mark is not None:
        said[fact.analyte] = mark
    if said:
        desk.states[key] = Carried(said=said)
    else:
        desk.states.pop(key, None)
    desk.say(encounter_id, fact, encoded=told)
