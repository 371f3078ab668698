"""One HL7 v2 message to what it tells: the table of message types."""

from dataclasses import replace

from opencdi.clinical.time import ClinicalTime
from opencdi.events.problems import Unusable
from opencdi.intake.hl7v2.adt import event_of, living_on, merges_of, patient_of, visit_of
from opencdi.intake.hl7v2.documents import document_of
from opencdi.intake.hl7v2.lists import allergies_of, diagnoses_of, problems_of, procedures_of
from opencdi.intake.hl7v2.message import Message, patients_in
from opencdi.intake.hl7v2.orders import orders_of
from opencdi.intake.hl7v2.reading import Reading
from opencdi.intake.hl7v2.results import results_of
from opencdi.intake.hl7v2.staff import staff_of
from opencdi.intake.tables import (
    BILLING_TYPES,
    CANCELS,
    MERGE_BY_TRIGGER,
    ON_LEAVE_BY_TRIGGER,
    ORDER_TYPES,
    PERSON_TRIGGERS,
    PROBLEM_TYPES,
    RELATION_BY_TRIGGER,
    RENUMBERED,
    RESULT_TYPES,
    STAFF_TYPES,
    TRIGGER_OF_OLD_TYPE,
    UNLINKED,
    UNUSED_BY_KIND,
    UNUSED_BY_TYPE,
    VISIT_EVENT_BY_TRIGGER,
)
from opencdi.intake.told import Context, Merge, Told


def told_by_hl7(message: Message, context: Context) -> list[Told]:
    """What the message tells, of each patient in it; raises `Unusable` (dead letter) for a type without mapping or a message about
    nobody."""
    name = _type_of(message)
    kind, _, trigger = name.partition("^")
    if name in STAFF_TYPES:
        reading = Reading(message, context)
        people = staff_of(reading)
        return [Told(name, reading.sent_at, staff=people, unused=None if people else "NO_STAFF")]
    if (reason := UNUSED_BY_TYPE.get(name) or UNUSED_BY_KIND.get(kind)) is not None:
        return [Told(name, Reading(message, context).sent_at, unused=reason)]
    if name == UNLINKED:
        return _unlinked(message, context, name)
    known = (
        (kind == "ADT" and (trigger in VISIT_EVENT_BY_TRIGGER or trigger in PERSON_TRIGGERS or trigger in MERGE_BY_TRIGGER))
        or (kind == "MDM" and trigger in RELATION_BY_TRIGGER) or name in RESULT_TYPES or name in ORDER_TYPES or name in BILLING_TYPES
        or name in PROBLEM_TYPES
    )  # fmt: skip
    if not known:
        raise Unusable("UNKNOWN_MESSAGE_TYPE", "MSH-9")
    if kind == "ADT" and (trigger in MERGE_BY_TRIGGER or trigger == "A17"):
        return [told for one in patients_in(message) for told in _told(Reading(one, context), name)]
    return _told(Reading(message, context), name)


def _unlinked(message: Message, context: Context, name: str) -> list[Told]:
    """A37: the first patient and each other one are two."""
    first, *others = (Reading(one, context) for one in patients_in(message))
    if not others:
        return [Told(name, first.sent_at, unused="LINK_IS_NO_MERGE")]
    patient, at = patient_of(first), first.told_at
    return [Told(name, at, patient=patient, parted=patient_of(other)) for other in others]


def _event_at(reading: Reading, trigger: str) -> ClinicalTime | None:
    """When it happened, where EVN-6 says so."""
    return None if trigger in CANCELS else reading.happened(reading.message.first("EVN"), 6)


def _type_of(message: Message) -> str:
    """MSH-9; where that is the kind alone, with the trigger that EVN-1 or custom adds."""
    name = message.header.message_type
    if not name or "^" in name:
        return name
    trigger = message.component(message.first("EVN"), 1) if name in ("ADT", "MDM") else TRIGGER_OF_OLD_TYPE.get(name, "")
    return f"{name}^{trigger}" if trigger else name


def _told(reading: Reading, name: str) -> list[Told]:
    kind, _, trigger = name.partition("^")
    patient = patient_of(reading)
    at, event_at = reading.sent_at, None
    visit = visit_of(reading) if kind != "ADT" else None
    merges: tuple[Merge, ...] = ()
    if kind == "ADT":
        at, event_at = reading.told_at, _event_at(reading, trigger)
        merges = tuple(merge for what in MERGE_BY_TRIGGER.get(trigger, ()) for merge in merges_of(reading, what, patient))
        patient = living_on(patient, [merge.old for merge in merges if merge.what == "patient"])
        if trigger in VISIT_EVENT_BY_TRIGGER:
            visit = visit_of(reading, event_of(trigger), on_leave=ON_LEAVE_BY_TRIGGER.get(trigger))
        diagnoses_of(reading)
        procedures_of(reading)
        results_of(reading)
    elif kind == "MDM":
        document_of(reading, trigger)
    elif name in RESULT_TYPES:
        results_of(reading)
    elif name in BILLING_TYPES:
        diagnoses_of(reading, "billing")
        procedures_of(reading)
    elif name in PROBLEM_TYPES:
        problems_of(reading)
    else:
        orders_of(reading)
    allergies_of(reading)
    orders = tuple(dict.fromkeys(number for item in reading.told.items for number in item.orders))
    told = Told(
        message_type=name, at=at, event_at=event_at, patient=patient, visit=visit, items=tuple(reading.told.items), orders=orders,
        problems=tuple(dict.fromkeys(reading.told.problems)),
    )  # fmt: skip
    if not merges:
        return [told]
    wanted = [merge for merge in merges if merge.old != merge.new or merge.what in ("account-to-patient", "visit-to-account")]
    if not wanted and trigger not in RENUMBERED:
        raise Unusable("MERGE_INTO_ITSELF", "MRG")
    if not wanted:
        return [Told(name, at, unused="ALTERNATE_NUMBER")]
    first, *more = wanted
    return [replace(told, merge=first), *(Told(name, at, patient=patient, merge=merge) for merge in more)]
