"""One HL7 v2 message to what it tells: the table of message types."""

from opencdi.events.problems import Unusable
from opencdi.intake.hl7v2.adt import diagnoses_of, event_of, merge_of, patient_of, visit_of
from opencdi.intake.hl7v2.documents import document_of
from opencdi.intake.hl7v2.message import Message
from opencdi.intake.hl7v2.orders import orders_of
from opencdi.intake.hl7v2.reading import Reading
from opencdi.intake.hl7v2.results import results_of
from opencdi.intake.tables import MERGE_BY_TRIGGER, ORDER_TYPES, PERSON_TRIGGERS, RELATION_BY_TRIGGER, RESULT_TYPES, VISIT_EVENT_BY_TRIGGER
from opencdi.intake.told import Context, Told


def told_by_hl7(message: Message, context: Context) -> Told:
    """What the message tells; raises `Unusable` (dead letter) for a type without mapping or a message about nobody."""
    reading = Reading(message, context)
    kind, _, trigger = reading.message.header.message_type.partition("^")
    name = reading.message.header.message_type
    if kind == "ACK":
        return Told(name, reading.sent_at, unused="ACKNOWLEDGEMENT")
    known = (
        (kind == "ADT" and (trigger in VISIT_EVENT_BY_TRIGGER or trigger in PERSON_TRIGGERS or trigger in MERGE_BY_TRIGGER))
        or (kind == "MDM" and trigger in RELATION_BY_TRIGGER) or name in RESULT_TYPES or name in ORDER_TYPES
    )  # fmt: skip
    if not known:
        raise Unusable("UNKNOWN_MESSAGE_TYPE", "MSH-9")
    patient = patient_of(reading)
    merge = None
    at = reading.sent_at
    visit = visit_of(reading)
    if kind == "ADT":
        evn = reading.message.first("EVN")
        at = reading.happened(evn, 6) or reading.happened(evn, 2) or reading.sent_at
        merge = merge_of(reading, trigger, patient) if trigger in MERGE_BY_TRIGGER else None
        visit = visit_of(reading, event_of(trigger)) if trigger in VISIT_EVENT_BY_TRIGGER else None
        diagnoses_of(reading)
        results_of(reading)
    elif kind == "MDM":
        document_of(reading, trigger)
    elif name in RESULT_TYPES:
        results_of(reading)
    else:
        orders_of(reading)
    orders = tuple(dict.fromkeys(number for item in reading.told.items for number in item.orders))
    return Told(
        message_type=name, at=at, patient=patient, visit=visit, items=tuple(reading.told.items), merge=merge, orders=orders,
        problems=tuple(dict.fromkeys(reading.told.problems)),
    )  # fmt: skip
