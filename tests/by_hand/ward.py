"""Five invented stays told by hand, as the whole line would have told them: topics for tests of the workbench."""

from datetime import timedelta

from by_hand.kidney import kidney
from by_hand.other_stays import ended, malnutrition, pneumonia, sepsis
from by_hand.telling import Telling, at
from opencdi.bus.room import Outgoing
from opencdi.events.audiences import MessageEnded, QueryAlert, Unmapped
from opencdi.events.topics import QUERY_ALERTS

NOBODYS = b"MSH|^~\\&|LAB|GH|CDI|GH|20260506071200||ORU^R01|L1|P|2.5.1\rPID|1||||QUILL^NORA\rOBX|1|NM|2160-0^Creatinine^LN||2.9|mg/dL"
"""A result that names a patient, and no number of hers."""


GLUCOSE = Unmapped(table="loinc_by_local_code", code="GLU^L", text="GLUCOSE, POC")
WARD_NOTE = Unmapped(table="note_type_by_code", code="WARDNOTE", text="Ward round")


def ward() -> list[Outgoing]:
    """All messages of the five stays, in the order of their time."""
    telling = Telling()
    kidney(telling)
    malnutrition(telling)
    sepsis(telling)
    pneumonia(telling)
    ended(telling)
    telling.tick(at(2, 10), adt=at(2, 9, 58), lab=at(2, 9, 41), **{"adt/documents": at(2, 8, 12)})
    for outcome, reason, count in (
        ("entries", None, 61),
        ("no_effect", "DUPLICATE", 4),
        ("kept_with_patient", "NO_VISIT", 2),
    ):
        for nth in range(count):
            told = MessageEnded(
                tenant="demo", entry_id=f"m{outcome}{nth}", message_type="ORU^R01", feed="lab", outcome=outcome, reason=reason
            )
            telling.ended(told, at(1, 10) + timedelta(minutes=1421 * nth / count))
    for nth, code in enumerate((GLUCOSE, GLUCOSE, WARD_NOTE, GLUCOSE)):
        told = MessageEnded(tenant="demo", entry_id=f"u{nth}", message_type="ORU^R01", feed="lab", outcome="entries", unmapped=(code,))
        telling.ended(told, at(2, 6 + nth))
    telling.dead("intake", "NO_PATIENT", "PID-3", when=at(2, 7, 12), body=NOBODYS)
    telling.dead("gateway", "NO_MSH", "MSH-1", when=at(2, 9, 30))
    return telling.messages


def alerts_of(messages: list[Outgoing]) -> list[QueryAlert]:
    """The alerts among these messages."""
    return [QueryAlert.read(message.value) for message in messages if message.topic == QUERY_ALERTS]
