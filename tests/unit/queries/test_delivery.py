"""Handing a question over is no state of it: where a ledger does it, CDI sees what waits and why, and nobody is pressed before he has it."""

from datetime import timedelta
from typing import Any

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.events.entry import read_entry
from opencdi.events.facts import DeliveryReceipted
from opencdi.events.pages import FactsPage, QueriesPage
from opencdi.knowledge.delivery_policy import DeliveryPolicy
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.case_facts import DAY_1
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES
from unit.queries.sites import comes_down

LEDGER = SiteData(delivery=DeliveryPolicy())


def sent(site: SiteData = LEDGER) -> Chart:
    return Chart.of(queries_room(site, RULES), *KIDNEY, "d2 08:00 approve")


def receipt(told: Chart, status: str, hours: float, **more: Any) -> None:
    """What the ledger says, so many hours after the approval."""
    told.now = max(told.now, DAY_1 + timedelta(days=1, hours=8 + hours))
    fact = {
        "receipt_id": f"r{told.said}",
        "query_id": told.alerts[-1].query_id,
        "status": status,
        "source": "ledger",
        "at": ClinicalTime(told.now),
    }
    told.tell(FactsPage(facts=(DeliveryReceipted.model_validate(fact | more),)))


def states(told: Chart) -> list[str]:
    return [str(alert.state) for alert in told.alerts]


def handed_over(told: Chart) -> list[tuple[str, str | None]]:
    pages = [read_entry(raw).page(QueriesPage) for raw in told.passed_on]
    return [(one.status, one.because) for page in pages if page for one in page.handed_over]


def test_without_a_ledger_a_question_is_handed_over_by_being_sent() -> None:
    told = sent(SiteData())
    assert told.asked[-1].delivery is not None
    assert (told.asked[-1].delivery.by, told.asked[-1].delivery.urgency) == ("itself", 2)
    told.line("d3 08:30 tick adt=x")
    assert states(told)[-1] == "escalated"


def test_with_one_it_says_so_and_carries_what_the_ledger_orders_by() -> None:
    told = sent()
    carried = told.asked[-1].delivery
    assert carried is not None
    assert (carried.by, carried.urgency, carried.leaves_at, carried.asked_at) == ("ledger", 2, None, told.alerts[-1].at)


def test_a_deferral_is_told_with_its_reason_once_and_moves_nothing() -> None:
    told = sent()
    until = DAY_1 + timedelta(days=2)
    for hours in (1, 2):
        receipt(told, "deferred", hours, because="budget", until=until)
    alert = told.alerts[-1]
    assert alert.handed_over is not None
    assert (alert.state, alert.because, alert.handed_over.because, alert.handed_over.until) == ("sent", "DEFERRED budget", "budget", until)
    assert handed_over(told) == [("deferred", "budget")]


def test_reminders_count_from_the_hour_in_which_it_reached_its_physician() -> None:
    told = sent()
    told.line("d4 08:30 tick adt=x")
    assert states(told)[-1] == "sent"  # two days with the ledger: nobody is reminded of what he has not
    receipt(told, "delivered", 50)
    told.line("d5 09:00 tick adt=x")
    assert states(told)[-1] == "sent"
    told.line("d5 10:30 tick adt=x")
    assert (states(told)[-1], told.alerts[-1].because) == ("escalated", "REMINDER 24 h")


def test_told_twice_it_was_handed_over_once_and_a_deferral_that_comes_late_says_nothing() -> None:
    told = sent()
    receipt(told, "delivered", 1)
    first = told.alerts[-1].handed_over
    receipt(told, "delivered", 2)
    receipt(told, "deferred", 3, because="budget")
    assert told.alerts[-1].handed_over == first
    assert handed_over(told) == [("delivered", None)]


def test_a_receipt_of_the_physician_of_before_says_nothing_about_the_one_of_now() -> None:
    told = sent()
    receipt(told, "delivered", 1, addressed_to="1001")
    told.line("d2 12:00 attending 1002")
    assert told.alerts[-1].handed_over is None
    receipt(told, "delivered", 5, addressed_to="1001")
    assert told.alerts[-1].handed_over is None
    told.line("d3 09:30 tick adt=x")
    assert states(told)[-1] == "sent"
    receipt(told, "delivered", 30, addressed_to="1002")
    assert told.alerts[-1].handed_over is not None
    told.line("d4 10:00 tick adt=x")
    assert states(told)[-1] == "sent"
    told.line("d4 15:00 tick adt=x")
    assert states(told).count("escalated") == 1


@pytest.mark.parametrize("status", ["viewed", "refused"])
def test_another_system_says_that_it_was_opened_or_not_taken(status: str) -> None:
    told = sent()
    receipt(told, status, 1, reason="no such in-basket")
    assert (states(told)[-1], told.alerts[-1].cause) == {"viewed": ("viewed", "VIEWED"), "refused": ("sent", "DELIVERY_REFUSED")}[status]
    assert told.alerts[-1].handed_over is not None


def test_a_site_that_gives_the_ledger_up_holds_nothing_back_any_more() -> None:
    told = sent()
    receipt(told, "deferred", 1, because="budget")
    comes_down(told, SiteData(revision=2))
    assert told.asked[-1].delivery is not None
    assert (told.asked[-1].delivery.by, told.alerts[-1].state) == ("itself", "sent")
    told.line("d3 12:00 tick adt=x")
    assert states(told)[-1] == "escalated"


def test_what_was_sent_before_there_was_a_ledger_stays_where_it_is() -> None:
    told = sent(SiteData())
    comes_down(told, LEDGER.model_copy(update={"revision": 2}))
    told.line("d2 12:00 view")
    assert told.asked[-1].delivery is not None
    assert told.asked[-1].delivery.by == "itself"


def test_a_receipt_about_a_question_that_is_over_or_of_nobody_says_nothing() -> None:
    told = sent()
    told.line("d2 11:00 note progress: acute-kidney-injury")
    heard = len(told.alerts)
    receipt(told, "delivered", 5)
    receipt(told, "delivered", 6, query_id="nobody's")
    assert len(told.alerts) == heard
