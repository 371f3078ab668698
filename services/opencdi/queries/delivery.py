"""Questions on their way to the physician where a ledger hands them over: what came back of it, and what that changes here.

Deferral is no state.  CDI sees that a question waits, and why; nobody is reminded of what has not reached him; and where the site gives the
ledger up, what it still holds is handed over by itself.
"""

from opencdi.clinical.vocabulary import OVER, QueryCause
from opencdi.events.delivery import HandedOver
from opencdi.events.facts import DeliveryReceipted
from opencdi.queries.casework import Casework
from opencdi.queries.life import WITH_THE_PHYSICIAN
from opencdi.queries.query import Query


def receipted(work: Casework, fact: DeliveryReceipted) -> None:
    """Take in what another system, or our own ledger, did with a question; what is about no question of this stay says nothing here."""
    query = work.query(fact.query_id)
    if query is None or query.wording is None or query.sent_at is None or query.state in OVER:
        return
    if fact.addressed_to and fact.addressed_to != query.wording.addressed_to.staff_id:
        return  # it was for the physician of before
    if fact.sending and fact.sending != query.sending:
        return  # it was of an earlier sending to the same one
    told = HandedOver(**fact.model_dump(include={"query_id", "status", "addressed_to", "until", "because", "reason"}), at=work.at)
    match fact.status:
        case "delivered" if not query.is_with_physician:
            _noted(work, query, told, "DELIVERED")
            work.press(query.model_copy(update={"handed_over": told}))
        case "deferred" if not query.is_with_physician:
            if query.handed_over is None or query.handed_over.model_copy(update={"at": told.at}) != told:
                _noted(work, query, told, "DEFERRED", fact.because or "")
        case "refused":
            _noted(work, query, told, "DELIVERY_REFUSED")
        case "viewed" if query.state in WITH_THE_PHYSICIAN and query.state != "viewed":
            work.handed_over.append(told)
            work.press(work.move(query, "viewed", "VIEWED", handed_over=told.model_copy(update={"status": "delivered"})))
        case _:
            pass  # told a second time, or too late


def _noted(work: Casework, query: Query, told: HandedOver, cause: QueryCause, detail: str = "") -> None:
    work.handed_over.append(told)
    work.tell_cdi_again(query.model_copy(update={"handed_over": told}), cause, detail)


def without_ledger(work: Casework) -> None:
    """The site keeps no ledger any more: what was held for one is with its physician now."""
    if work.site.delivery is not None:
        return
    for query in filter(None, map(work.current, work.records.stay.queries)):
        if query.ledger and query.state is not None and query.state not in OVER:
            held = not query.is_with_physician
            shown = work.show(query.model_copy(update={"ledger": False}), "NO_LEDGER")
            if held:
                work.press(shown)
