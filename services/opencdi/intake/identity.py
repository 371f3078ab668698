"""Who the patient is: medical record number and its assigning authority; merges (DOMAIN E.1, A40).

Ids of patients are keyed hashes.  A second number, or a FHIR id, is an alias that leads to the patient; a FHIR subject that nobody
has introduced yet gets a stand-in, which is merged into the patient once the Patient resource arrives (`unions`).
"""

from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import PatientIdentified
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Encounter, Lead, Person, Visit
from opencdi.intake.time import ALWAYS
from opencdi.intake.told import Identifier, PatientTold

_WHO = ("mrn", "name", "birth_date", "sex")


def current(desk: Desk, patient_id: str) -> str:
    """Who that is after all merges."""
    while (person := desk.get(f"person/{patient_id}", Person)) is not None and person.into is not None:
        patient_id = person.into
    return patient_id


def number_of(desk: Desk, identifier: Identifier) -> str:
    """That number, known or not; of a second one the first."""
    return _aliased(desk, desk.assigned("patient", identifier.authority, identifier.value))


def _aliased(desk: Desk, own: str) -> str:
    lead = desk.get(f"alias/{own}", Lead)
    return lead.to if lead is not None else own


def alias_id(desk: Desk, reference: str) -> str:
    """A reference of this feed, as a key."""
    return desk.id_of("alias", desk.context.feed, reference)


def referred(desk: Desk, reference: str) -> str:
    """The number of the patient whom a FHIR reference names: known by alias, else a stand-in."""
    own = alias_id(desk, reference)
    lead = desk.get(f"alias/{own}", Lead)
    if lead is not None:
        return lead.to
    if f"person/{own}" not in desk.states:
        desk.states[f"person/{own}"] = Person()
    return own


def known(desk: Desk, told: PatientTold, at: ClinicalTime) -> str:
    """Under which of these numbers the patient is known; learns name, birth date, sex and further numbers, and says what changed."""
    own = [desk.assigned("patient", i.authority, i.value) for i in told.ids]
    # The number under which each is known -> the patient who that is now.
    found = {number: current(desk, number) for i in own if f"person/{(number := _aliased(desk, i))}" in desk.states}
    patients = dict.fromkeys(found.values())
    if len(patients) > 1:
        desk.problems.append(("IDENTITY_CONFLICT", "PID-3"))  # two patients in one list: the first number decides, nobody is merged by it
    named_id, patient_id = next(iter(found.items()), (own[0], own[0]))
    for number in own:
        if number != named_id and len(patients) < 2 and f"person/{number}" not in desk.states:
            _lead(desk, f"alias/{number}", named_id)
    known_person = desk.get(f"person/{named_id}", Person)
    is_new, person = known_person is None, known_person or Person()
    mrn = next((i.value for i, number in zip(told.ids, own, strict=True) if number == named_id), person.mrn or told.ids[0].value)
    learned = _learned(person, mrn, told, at)
    # Most messages say what was said before; only among several numbers may its being newer change who that is.
    alike = not is_new and person.into is None and not person.was and all(getattr(learned, name) == getattr(person, name) for name in _WHO)
    before = None if alike or is_new else identified(desk, patient_id)
    if is_new or learned.told != person.told or not alike:
        desk.states[f"person/{named_id}"] = learned
    changed = is_new or (not alike and identified(desk, patient_id) != before)
    if changed and not (desk.get(f"person/{patient_id}", Person) or person).encounters:
        desk.kept += 1
    if changed or desk.again:
        tell_encounters(desk, patient_id)
    return named_id


def _lead(desk: Desk, key: str, to: str) -> None:
    lead = desk.get(key, Lead)
    if lead is None or lead.to != to:
        desk.states[key] = Lead(to=to)


def _learned(person: Person, mrn: str, told: PatientTold, at: ClinicalTime) -> Person:
    """What is told under this number: of each field the newest word, in whatever order the messages come."""
    fields = {"name": told.name, "birth_date": told.birth_date, "sex": told.sex}
    news = {
        name: value
        for name, value in fields.items()
        if value is not None and ((told_at := person.told.get(name)) is None or told_at <= at.at)
    }
    return person.model_copy(update={**news, "mrn": mrn, "told": person.told | dict.fromkeys(news, at.at)})


def identified(desk: Desk, patient_id: str) -> PatientIdentified:
    """The fact about who this is: as told under the number that lives on; what was never told under it, under those merged into it."""
    told = _told_of(desk, patient_id)
    return PatientIdentified(
        patient_id=patient_id,
        mrn=next((person.mrn for person in told if person.mrn), ""),
        name=next((person.name for person in _newest(told, "name") if person.name), ""),
        birth_date=next((person.birth_date for person in _newest(told, "birth_date") if person.birth_date), None),
        sex=next((person.sex for person in _newest(told, "sex") if person.sex != "U"), "U"),
    )


def _told_of(desk: Desk, patient_id: str) -> list[Person]:
    left, told = [patient_id], dict[str, Person]()
    while left:
        one = left.pop(0)
        if one not in told and (person := desk.get(f"person/{one}", Person)) is not None:
            told[one] = person
            left += sorted(person.was)
    return list(told.values())


def _newest(told: list[Person], name: str) -> list[Person]:
    return told[:1] + sorted((person for person in told[1:] if name in person.told), key=lambda person: person.told[name], reverse=True)


def tell_encounters(desk: Desk, patient_id: str, encounters: tuple[str, ...] | None = None) -> None:
    """Say who this is on these encounters, else on each of the patient's."""
    person = desk.get(f"person/{patient_id}", Person) or Person()
    told = person.encounters if encounters is None else encounters
    fact = identified(desk, patient_id) if told else None
    for encounter_id in told:
        encounter = desk.get(f"encounter/{encounter_id}", Encounter)
        if fact is not None and encounter is not None and not (encounter.into or encounter.closed):
            desk.say(encounter_id, fact)


def hand_over(desk: Desk, encounter_id: str, number: str) -> bool:
    """The stay is the patient's of that number and was filed under another; False where it is already."""
    encounter, patient_id = desk.get(f"encounter/{encounter_id}", Encounter), current(desk, number)
    if encounter is None or (encounter.number == number and encounter.patient_id == patient_id):
        return False
    before = current(desk, encounter.patient_id)
    encounter = encounter.model_copy(update={"patient_id": patient_id, "number": number, "number_at": ALWAYS})
    desk.states[f"encounter/{encounter_id}"] = encounter
    for visit_id in encounter.visits:
        if (visit := desk.get(f"visit/{visit_id}", Visit)) is not None:
            desk.states[f"visit/{visit_id}"] = visit.model_copy(update={"patient_id": number})
    if before == patient_id:
        return False
    old, new = desk.get(f"person/{before}", Person) or Person(), desk.get(f"person/{patient_id}", Person) or Person()
    desk.states[f"person/{before}"] = old.model_copy(
        update={
            "visits": tuple(visit for visit in old.visits if visit not in encounter.visits),
            "encounters": tuple(other for other in old.encounters if other != encounter_id),
        }
    )
    desk.states[f"person/{patient_id}"] = new.model_copy(
        update={
            "visits": tuple(dict.fromkeys((*new.visits, *encounter.visits))),
            "encounters": tuple(dict.fromkeys((*new.encounters, encounter_id))),
        }
    )
    tell_encounters(desk, patient_id, (encounter_id,))
    desk.visits_changed = True
    desk.pasts_changed |= {before, patient_id}
    return True
