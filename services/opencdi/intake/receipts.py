"""Receipts of deliveries: what another system did with a question is a fact about its encounter (DESIGN §2)."""

from pydantic import ValidationError

from opencdi.events.facts import DeliveryReceipted
from opencdi.events.inbound import Inbound, Receipt
from opencdi.events.problems import Unusable
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Encounter


def receive(desk: Desk, inbound: Inbound) -> None:
    """File the receipt with its encounter, wherever that lives now.  Raises `Unusable` where it names none."""
    try:
        told = Receipt.read(inbound.body)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
        raise Unusable("UNREADABLE_RECEIPT", where) from None
    encounter_id = desk.followed(told.encounter_id)
    if desk.get(f"encounter/{encounter_id}", Encounter) is None:
        raise Unusable("UNKNOWN_ENCOUNTER", "encounter_id")
    fact = DeliveryReceipted(
        receipt_id=inbound.ce_id, query_id=told.query_id, status=told.status, addressed_to=told.addressed_to,
        sending=told.sending, until=told.until, because=told.because, reason=told.reason, source=inbound.feed, at=desk.context.arrived_at,
    )  # fmt: skip
    desk.say(encounter_id, fact)
