"""One number, two patients: laboratories begin anew every day, two systems count alike, and ids are made of the bare number.

What comes under a number that is another patient's already is another thing and gets an id of its own, with the problem `NUMBER_REUSED`.
A result of the very same draw is not: it was this patient's after all, and is withdrawn where it was filed first.
"""

from dataclasses import replace

from opencdi.events.facts import Fact, MeasurementResulted, MedicationGiven, NoteFiled, NoteRetracted, NoteStatusChanged
from opencdi.events.ids import derived_id
from opencdi.intake.desk import Desk
from opencdi.intake.identity import current
from opencdi.intake.memory import Document, Encounter, Person, Version
from opencdi.intake.told import Item

_NAME = {
    "measurement_resulted": "measurement_id", "order_placed": "order_id", "medication_ordered": "order_id", "allergy_listed": "allergy_id",
    "medication_given": "administration_id", "diagnosis_listed": "listing_id", "procedure_recorded": "procedure_id",
}  # fmt: skip


def of_this_patient(desk: Desk, item: Item, encounter_id: str) -> Item:
    """The item under ids that are this patient's."""
    patient_id = patient_of(desk, encounter_id)
    if patient_id is None:
        return item
    fact, changes = item.fact, {}
    if isinstance(fact, NoteFiled | NoteStatusChanged | NoteRetracted):
        changes["note_id"] = _document(desk, fact.note_id, patient_id)
        if isinstance(fact, NoteFiled) and fact.parent_id is not None:
            changes["parent_id"] = _document(desk, fact.parent_id, patient_id)
    elif (name := _NAME.get(fact.kind)) is not None:
        changes[name] = _version(desk, getattr(fact, name), fact, patient_id)
        if isinstance(fact, MedicationGiven) and fact.order_id is not None:
            changes["order_id"] = _own(desk, "version", fact.order_id, "/medication_ordered", patient_id)
    elif fact.kind in ("inpatient_ordered", "inpatient_order_cancelled") and item.orders:
        return replace(item, orders=(_own(desk, "version", item.orders[0], "/inpatient", patient_id), *item.orders[1:]))
    changed = {name: own for name, own in changes.items() if own != getattr(fact, name)}
    if not changed:
        return item
    if changed.keys() & {"note_id", _NAME.get(fact.kind)}:
        desk.problems.append(("NUMBER_REUSED", ""))
    return replace(item, fact=fact.model_copy(update=changed), also=tuple(_document(desk, name, patient_id) for name in item.also))


def patient_of(desk: Desk, encounter_id: str) -> str | None:
    """Whose that encounter is, after all merges."""
    encounter = desk.get(f"encounter/{desk.followed(encounter_id)}", Encounter)
    return current(desk, encounter.patient_id) if encounter is not None else None


def is_this_patients(desk: Desk, encounter_id: str) -> bool:
    """Whether that encounter is of the patient whom the message is about."""
    return patient_of(desk, encounter_id) in (None, current(desk, desk.number))


def _document(desk: Desk, note_id: str, patient_id: str) -> str:
    return _own(desk, "document", note_id, "", patient_id)


def _version(desk: Desk, name: str, fact: Fact, patient_id: str) -> str:
    suffix = f"/{fact.kind}" if fact.kind in ("order_placed", "medication_ordered") else ""
    if isinstance(fact, MeasurementResulted):
        before = desk.get(f"version/{name}", Version)
        if before is not None and before.taken == fact.taken_at.sortable:
            return name
    return _own(desk, "version", name, suffix, patient_id)


def _own(desk: Desk, record: str, name: str, suffix: str, patient_id: str) -> str:
    holder = desk.states.get(f"{record}/{name}{suffix}")
    if not isinstance(holder, Document | Version) or patient_of(desk, holder.encounter_id) in (None, patient_id):
        return name
    person = desk.get(f"person/{patient_id}", Person)
    numbers = (patient_id, *(person.was if person is not None else ()))
    known = (own for number in numbers if f"{record}/{(own := derived_id(name, number))}{suffix}" in desk.states)
    return next(known, derived_id(name, patient_id))
