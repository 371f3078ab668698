"""A question's way to its physician (DESIGN §2): what a ledger orders by, and what became of handing it over.

Handing over is no state of the question: the question is sent, and reaches its physician now or when the ledger lets it.
"""

from datetime import datetime
from typing import Literal

from opencdi.clinical.vocabulary import DeferredBecause, DeliveryStatus
from opencdi.events.contract import Contract


class Delivery(Contract):
    """What travels with a question for whoever hands it over, and is shown to nobody.

    `by`: "itself" where sending is handing over; "ledger" where a receipt says when it was.  Urgency (clinical, 1 to 3), when asking ends,
    and since when it is asked: a ledger orders by these three and by nothing else, never by money (DOMAIN F.14).

    `sending` names this sending by its instant: a question that goes to another physician and comes back, or is opened again and sent
    again, is handed over once for each.  None: of before sendings were told apart.
    """

    by: Literal["itself", "ledger"] = "itself"
    urgency: int
    leaves_at: datetime | None = None
    asked_at: datetime
    sending: datetime | None = None


class HandedOver(Contract):
    """What became of handing a question over, as a receipt told it; `at`: when it came back."""

    query_id: str
    status: DeliveryStatus
    addressed_to: str = ""  # staff id; "": not told
    until: datetime | None = None  # of a deferral: not before then; None: when a place is free
    because: DeferredBecause | None = None
    reason: str = ""
    at: datetime
