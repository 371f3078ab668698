"""Each sending of a question is handed over by itself, where a ledger does it: who had it the day before yesterday has not got it today."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import DeliveryReceipted
from opencdi.events.pages import FactsPage
from opencdi.events.people import QuerySpoken
from opencdi.knowledge.delivery_policy import DeliveryPolicy
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.case_facts import DAY_1
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES
from unit.queries.test_narrowing import ACUITY
from unit.queries.test_narrowing import SENT as HEART_SENT
from unit.queries.test_written import SPOKEN, hand_in

ROOM = queries_room(SiteData(delivery=DeliveryPolicy()), RULES)
SENT = (*KIDNEY, "d2 08:00 approve")


def chart(*lines: str) -> Chart:
    return Chart.of(ROOM, *lines)


def sending(told: Chart) -> datetime:
    carried = told.asked[-1].delivery
    assert carried is not None
    assert carried.sending is not None
    return carried.sending


def delivered(told: Chart, to: str = "1001", *, when: str = "", **more: Any) -> None:
    """The ledger says that it handed the question over."""
    if when:
        told.now = max(told.now, DAY_1 + timedelta(days=int(when[1]) - 1, hours=int(when[3:5])))
    about = {"receipt_id": f"r{told.said}", "query_id": told.alerts[-1].query_id, "source": "ledger", "at": ClinicalTime(told.now)}
    fact = DeliveryReceipted.model_validate({**about, "status": "delivered", "addressed_to": to, "sending": sending(told), **more})
    told.tell(FactsPage(facts=(fact,)))


def is_with_physician(told: Chart) -> bool:
    handed = told.alerts[-1].handed_over
    return handed is not None and handed.status == "delivered"


def test_a_question_that_comes_back_to_its_physician_is_not_his_before_it_is_handed_over_anew() -> None:
    told = chart(*SENT)
    first = sending(told)
    delivered(told)
    told.line("d2 12:00 attending 1002")
    delivered(told, "1002")
    assert is_with_physician(told)
    told.line("d3 07:00 attending 1001")
    assert sending(told) > first
    assert not is_with_physician(told)
    delivered(told, sending=first)  # the ledger's word of the day before, which comes late, or a second time
    assert not is_with_physician(told)
    told.line("d4 09:00 tick adt=x")
    assert told.alerts[-1].state == "sent"  # nobody is reminded of what he has not
    delivered(told, when="d4 10")
    assert is_with_physician(told)
    told.line("d5 09:00 tick adt=x")
    assert told.alerts[-1].state == "sent"
    told.line("d5 10:30 tick adt=x")
    assert told.alerts[-1].because == "REMINDER 24 h"


def test_what_is_opened_and_sent_again_is_handed_over_again() -> None:
    told = chart(*SENT)
    first = sending(told)
    delivered(told)
    for line in ("d2 12:00 note progress: acute-kidney-injury", "d2 13:00 reopen", "d2 14:00 approve"):
        told.line(line)
    assert sending(told) > first
    delivered(told, sending=first)
    assert not is_with_physician(told)
    delivered(told)
    assert is_with_physician(told)


def test_a_question_of_which_a_note_tells_half_stays_with_the_physician_who_has_it() -> None:
    told = chart(*HEART_SENT)
    first = sending(told)
    delivered(told)
    told.line(ACUITY)
    assert told.alerts[-1].cause == "NARROWED"
    assert is_with_physician(told)
    assert sending(told) == first
    told.line("d2 20:00 tick adt=x")
    assert told.alerts[-1].cause == "REMINDER"


def test_what_was_asked_in_person_waits_for_no_ledger() -> None:
    told = chart("d1 09:00 note history-and-physical id=n: hypotension", "d1 10:00 troponin 0.9 ng/mL id=t1")
    hand_in(told, QuerySpoken, **SPOKEN)
    carried = told.asked[-1].delivery
    assert carried is not None
    assert carried.by == "itself"


def test_a_receipt_of_before_sendings_were_told_apart_is_of_the_one_that_stands() -> None:
    told = chart(*SENT)
    delivered(told, sending=None)
    assert is_with_physician(told)


@pytest.mark.parametrize("to", ["1001", ""])
def test_another_system_need_not_know_which_sending_it_was(to: str) -> None:
    told = chart(*SENT)
    delivered(told, to, sending=None, status="viewed")
    assert told.alerts[-1].state == "viewed"
    assert is_with_physician(told)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["1001", "1002", "receipt", "late receipt"]), max_size=9))
def test_only_a_receipt_of_the_sending_that_stands_hands_it_over(happens: list[str]) -> None:
    told = chart(*SENT)
    sendings = [(sending(told), "1001")]
    with_physician = False
    for nth, one in enumerate(happens):
        if one == "receipt":
            delivered(told, sendings[-1][1])
            with_physician = True
        elif one == "late receipt":
            for at, whom in sendings[:-1]:
                delivered(told, whom, sending=at)
        else:
            told.line(f"d2 {9 + nth:02}:00 attending {one}")
            if one != sendings[-1][1]:
                sendings.append((sending(told), one))
                with_physician = False
        assert is_with_physician(told) == with_physician
    assert len({at for at, _ in sendings}) == len(sendings)
