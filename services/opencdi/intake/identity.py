"""Who the patient is: medical record number and its assigning authority; merges (DOMAIN E.1, A40).

Ids of patients are keyed hashes.  A second number, or a FHIR id, is an alias that leads to the patient; a FHIR subject that nobody
has introduced yet gets a stand-in, which is merged into the patient once the Patient resource arrives.
"""

from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import PatientIdentified
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Encounter, Held, Lead, Person, Visit
from opencdi.intake.told import Identifier, PatientTold


def current(desk: Desk, patient_id: str) -> str:
    """Who that is after all merges."""
    while (person := desk.get(f"person/{patient_id}", Person)) is not None and person.into is not None:
        patient_id = person.into
    return patient_id


def id_of(desk: Desk, identifier: Identifier) -> str:
    """The patient under that number, known or not."""
    return _led(desk, desk.id_of("patient", identifier.authority, identifier.value))


def _led(desk: Desk, own: str) -> str:
    lead = desk.get(f"alias/{own}", Lead)
    return current(desk, lead.to if lead is not None else own)


def alias_id(desk: Desk, reference: str) -> str:
    """A reference of this feed, as a key."""
    return desk.id_of("alias", desk.context.feed, reference)


def referred(desk: Desk, reference: str) -> str:
    """The patient whom a FHIR reference names: known by alias, else a stand-in."""
    own = alias_id(desk, reference)
    lead = desk.get(f"alias/{own}", Lead)
    if lead is not None:
        return current(desk, lead.to)
    if f"person/{own}" not in desk.states:
        desk.states[f"person/{own}"] = Person()
    return own


def known(desk: Desk, told: PatientTold, at: ClinicalTime, references: tuple[str, ...] = ()) -> str:
    """The patient whom these numbers name; learns name, birth date, sex and further numbers, and says what changed."""
    own = [desk.id_of("patient", i.authority, i.value) for i in told.ids]
    found = dict.fromkeys(_led(desk, i) for i in own if f"person/{i}" in desk.states or f"alias/{i}" in desk.states)
    if len(found) > 1:
        desk.problems.append(("IDENTITY_CONFLICT", "PID-3"))  # two patients in one list: the first number decides, nobody is merged by it
    patient_id = next(iter(found), own[0])
    for number in own:
        if number != patient_id and not found.keys() - {patient_id} and f"person/{number}" not in desk.states:
            _lead(desk, f"alias/{number}", patient_id)
    known_person = desk.get(f"person/{patient_id}", Person)
    person = learned = known_person or Person()
    if (news := _news(person, told, at)) or known_person is None:
        learned = desk.states[f"person/{patient_id}"] = person.model_copy(update=news)
        desk.kept += not learned.encounters
    if desk.again or identified(patient_id, learned) != identified(patient_id, person):
        tell_encounters(desk, patient_id, learned)
    for reference in references:
        alias = alias_id(desk, reference)
        _lead(desk, f"alias/{alias}", patient_id)
        if alias != patient_id and (stand_in := desk.get(f"person/{alias}", Person)) is not None and stand_in.into is None:
            merge(desk, alias, patient_id)
    return patient_id


def _lead(desk: Desk, key: str, to: str) -> None:
    lead = desk.get(key, Lead)
    if lead is None or lead.to != to:
        desk.states[key] = Lead(to=to)


def _news(person: Person, told: PatientTold, at: ClinicalTime) -> dict[str, object]:
    if person.told_at is not None and at.at < person.told_at:  # a late, older message fills gaps and overwrites nothing
        told_again = {"name": told.name if not person.name else None, "birth_date": told.birth_date if not person.birth_date else None}
        return {key: value for key, value in told_again.items() if value}
    news = {"name": told.name, "birth_date": told.birth_date, "sex": told.sex, "mrn": person.mrn or told.ids[0].value}
    changed: dict[str, object] = {key: value for key, value in news.items() if value is not None and value != getattr(person, key)}
    return {**changed, "told_at": at.at} if changed else {}


def identified(patient_id: str, person: Person) -> PatientIdentified:
    """The fact about who this is."""
    return PatientIdentified(patient_id=patient_id, mrn=person.mrn, name=person.name, birth_date=person.birth_date, sex=person.sex)


def tell_encounters(desk: Desk, patient_id: str, person: Person) -> None:
    """Say who this is on each of the patient's encounters."""
    for encounter_id in person.encounters:
        encounter = desk.get(f"encounter/{encounter_id}", Encounter)
        if encounter is not None and not (encounter.into or encounter.cancelled or encounter.closed):
            desk.say(encounter_id, identified(patient_id, person))


def merge(desk: Desk, old_id: str, new_id: str) -> bool:
    """`old` lives on as `new`: its encounters, visits and what it holds follow; a later message about `old` finds `new`.

    False where they are one already.
    """
    old_id, new_id = current(desk, old_id), current(desk, new_id)
    if old_id == new_id:
        return False
    old = desk.get(f"person/{old_id}", Person) or Person()
    new = desk.get(f"person/{new_id}", Person) or Person()
    for name in old.held:
        if (held := desk.get(f"held/{old_id}/{name}", Held)) is not None:
            desk.states.setdefault(f"held/{new_id}/{name}", held)
            del desk.states[f"held/{old_id}/{name}"]
    joined = new.model_copy(
        update={
            "mrn": new.mrn or old.mrn,
            "name": new.name or old.name,
            "birth_date": new.birth_date or old.birth_date,
            "sex": new.sex if new.sex != "U" else old.sex,
            "visits": tuple(dict.fromkeys(new.visits + old.visits)),
            "encounters": tuple(dict.fromkeys(new.encounters + old.encounters)),
            "held": tuple(dict.fromkeys(new.held + old.held)),
        }
    )
    desk.states[f"person/{new_id}"] = joined
    desk.states[f"person/{old_id}"] = old.model_copy(update={"into": new_id, "visits": (), "encounters": (), "held": ()})
    for encounter_id in old.encounters:
        encounter = desk.get(f"encounter/{encounter_id}", Encounter)
        if encounter is not None:
            desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"patient_id": new_id})
    tell_encounters(desk, new_id, joined.model_copy(update={"encounters": old.encounters}))
    desk.visits_changed = True
    return True


def hand_over(desk: Desk, encounter_id: str, patient_id: str) -> bool:
    """The stay is this patient's and was filed under another; False where it is already."""
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    if encounter is None or (before := current(desk, encounter.patient_id)) == patient_id:
        return False
    old, new = desk.get(f"person/{before}", Person) or Person(), desk.get(f"person/{patient_id}", Person) or Person()
    desk.states[f"person/{before}"] = old.model_copy(
        update={
            "visits": tuple(visit for visit in old.visits if visit not in encounter.visits),
            "encounters": tuple(other for other in old.encounters if other != encounter_id),
        }
    )
    new = desk.states[f"person/{patient_id}"] = new.model_copy(
        update={
            "visits": tuple(dict.fromkeys((*new.visits, *encounter.visits))),
            "encounters": tuple(dict.fromkeys((*new.encounters, encounter_id))),
        }
    )
    desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"patient_id": patient_id})
    for visit_id in encounter.visits:
        if (visit := desk.get(f"visit/{visit_id}", Visit)) is not None:
            desk.states[f"visit/{visit_id}"] = visit.model_copy(update={"patient_id": patient_id})
    tell_encounters(desk, patient_id, new.model_copy(update={"encounters": (encounter_id,)}))
    desk.visits_changed = True
    return True
