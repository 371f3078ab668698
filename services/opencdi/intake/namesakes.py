"""One number, two patients: laboratories begin anew every day, two systems count alike, and ids are made of the bare number.

What comes under a number that is another patient's already is another thing and gets an id of its own, with the problem `NUMBER_REUSED`.
A result of the very same draw is not: it was this patient's after all, and is withdrawn where it was filed first.
"""

from opencdi.events.facts import Fact, MeasurementResulted, MedicationGiven, NoteFiled, NoteRetracted, NoteStatusChanged
from opencdi.events.ids import derived_id
from opencdi.intake.desk import Desk
from opencdi.intake.identity import current
from opencdi.intake.memory import Document, Encounter, Person, Version
from opencdi.intake.named import NAME_FIELD, suffix_of
from opencdi.intake.told import Item


def of_this_patient(desk: Desk, item: Item, encounter_id: str) -> Item:
    """The item under ids that are this patient's."""
    fact, changes = item.fact, {}
    if isinstance(fact, NoteFiled | NoteStatusChanged | NoteRetracted):
        changes["note_id"] = _document(desk, fact.note_id, encounter_id)
        if isinstance(fact, NoteFiled) and fact.parent_id is not None:
            changes["parent_id"] = _document(desk, fact.parent_id, encounter_id)
    elif (name := NAME_FIELD.get(fact.kind)) is not None:
        changes[name] = _version(desk, getattr(fact, name), fact, encounter_id)
        if isinstance(fact, MedicationGiven) and fact.order_id is not None:
            changes["order_id"] = _own(desk, "version", fact.order_id, suffix_of("medication_ordered"), encounter_id)
    elif fact.kind in ("inpatient_ordered", "inpatient_order_cancelled") and item.orders:
        return item._replace(orders=(_own(desk, "version", item.orders[0], "/inpatient", encounter_id), *item.orders[1:]))
    changed = {name: own for name, own in changes.items() if own != getattr(fact, name)}
    if not changed:
        return item
    if NAME_FIELD.get(fact.kind) in changed:
        desk.problems.append(("NUMBER_REUSED", ""))
    return item._replace(fact=fact.model_copy(update=changed), also=tuple(_document(desk, name, encounter_id) for name in item.also))


def patient_of(desk: Desk, encounter_id: str) -> str | None:
    """Whose that encounter is, after all merges."""
    encounter = desk.get(f"encounter/{desk.followed(encounter_id)}", Encounter)
    return current(desk, encounter.patient_id) if encounter is not None else None


def known_encounter(desk: Desk, documents: tuple[str, ...], identity: str) -> str | None:
    """The encounter where an earlier version of this lives; of a document, under any of its numbers, or what it is added to.

    None where it is another patient's than the message is about.
    """
    held = (desk.states.get(key) for key in ([f"document/{name}" for name in documents] or [f"version/{identity}"]))
    before = next((one for one in held if isinstance(one, Document | Version) and one.encounter_id), None)
    found = desk.followed(before.encounter_id) if before is not None else ""
    return found if found and patient_of(desk, found) in (None, current(desk, desk.number)) else None


def _document(desk: Desk, note_id: str, encounter_id: str) -> str:
    return _own(desk, "document", note_id, "", encounter_id)


def _version(desk: Desk, name: str, fact: Fact, encounter_id: str) -> str:
    if isinstance(fact, MeasurementResulted):
        before = desk.get(f"version/{name}", Version)
        if before is None or before.taken_at == fact.taken_at.at:
            return name
    return _own(desk, "version", name, suffix_of(fact.kind), encounter_id)


def _own(desk: Desk, record: str, name: str, suffix: str, encounter_id: str) -> str:
    holder = desk.states.get(f"{record}/{name}{suffix}")
    if not isinstance(holder, Document | Version) or holder.encounter_id == encounter_id:
        return name  # nobody's yet, or this stay's, as nearly all are
    patient_id = patient_of(desk, encounter_id)
    if patient_id is None or patient_of(desk, holder.encounter_id) in (None, patient_id):
        return name
    person = desk.get(f"person/{patient_id}", Person)
    numbers = (patient_id, *(person.was if person is not None else ()))
    known = (own for number in numbers if f"{record}/{(own := derived_id(name, number))}{suffix}" in desk.states)
    return next(known, derived_id(name, patient_id))
