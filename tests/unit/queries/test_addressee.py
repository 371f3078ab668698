"""Whom a question is for when the attending changes: the one who is responsible now (DOMAIN B70)."""

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.events.audiences import ProviderQuery
from opencdi.events.entry import read_entry
from opencdi.events.facts import EncounterUpdated
from opencdi.events.pages import FactsPage, QueriesPage
from opencdi.events.people import Person
from opencdi.events.wording import shown_text
from opencdi.knowledge.query_text import Violation
from opencdi.knowledge.site import SiteData
from opencdi.queries import gate
from opencdi.queries.case_chart import Chart
from opencdi.queries.case_facts import DAY_1
from opencdi.queries.room import queries_room, rules_path
from opencdi.queries.rule import load_rules

ROOM = queries_room(SiteData(), load_rules(rules_path()))
DRAFT = (
    "d1 09:20 creatinine 1.0 mg/dL",
    "d1 11:00 note history-and-physical: dehydration",
    "d2 06:00 creatinine 2.4 mg/dL id=c2",
    "d2 06:40 given lactated ringers 1000 mL",
)
SENT = (*DRAFT, "d2 08:00 approve")


def chart(*lines: str) -> Chart:
    return Chart.of(ROOM, *lines, attending="1001")


def moves(told: Chart) -> list[tuple[str | None, str, str]]:
    pages = [read_entry(value).page(QueriesPage) for value in told.passed_on]
    return [(move.from_state, move.to_state, move.cause) for page in pages if page for move in page.moved]


def asked_of(told: Chart) -> list[tuple[str, str]]:
    return [(asked.wording.addressed_to.staff_id, asked.state) for asked in told.asked]


def but_addressee(query: ProviderQuery) -> str:
    return query.wording.model_copy(update={"addressed_to": Person()}).text_hash()


@pytest.mark.parametrize(
    ("lines", "before"),
    [((), "sent"), (("d2 09:00 view",), "viewed"), (("d3 09:00 tick",), "escalated")],
    ids=["sent", "viewed", "pressed"],
)
def test_an_unanswered_question_goes_once_and_in_the_same_words_to_the_one_who_is_responsible_now(
    lines: tuple[str, ...], before: str
) -> None:
    told = chart(*SENT, *lines)
    asked = len(told.asked)
    told.line("d3 10:00 attending 1002")
    told.line("d3 11:00 attending 1002")
    told.line("d3 12:00 note progress: dehydration")
    assert asked_of(told)[asked:] == [("1002", "sent")]
    assert (told.asked[-1].wording.query_id, but_addressee(told.asked[-1])) == (
        told.asked[0].wording.query_id,
        but_addressee(told.asked[0]),
    )
    assert shown_text(told.asked[-1].wording) == shown_text(told.asked[0].wording), "nlp knows the words by the approval (F.8)"
    assert moves(told)[-1] == (before, "sent", "ATTENDING_CHANGED")
    alert = told.alerts[-1]
    assert (alert.state, alert.cause) == ("sent", "ATTENDING_CHANGED")
    assert alert.wording is not None
    assert alert.wording.addressed_to.staff_id == "1002"


def test_the_other_physician_opens_and_answers_it() -> None:
    told = chart(*SENT, "d2 09:00 view", "d2 10:00 attending 1002", "d2 11:00 view", "d2 11:05 answer aki")
    assert [state for _, state in asked_of(told)] == ["sent", "viewed", "sent", "viewed", "answered", "answered-awaiting-chart"]


def test_the_time_that_it_has_been_open_counts_on() -> None:
    told = chart(*SENT, "d3 07:00 attending 1002", "d3 09:00 tick")
    assert asked_of(told)[-1] == ("1002", "escalated")


def test_what_is_held_by_a_note_is_for_the_one_of_now_when_it_is_released() -> None:
    told = chart(*SENT, "d2 09:00 view", "d2 10:00 note progress unsigned id=n: acute-kidney-injury", "d2 11:00 attending 1002")
    assert asked_of(told)[-1] == ("1002", "addressed-awaiting-signature")
    told.line("d2 12:00 retract n")
    assert asked_of(told)[-1] == ("1002", "sent")


@pytest.mark.parametrize("held", [(), ("d3 06:00 note progress id=n: possible acute-kidney-injury",)], ids=["free", "held"])
def test_a_draft_is_addressed_anew_and_still_waits_for_approval(held: tuple[str, ...]) -> None:
    told = chart(*DRAFT, *held)
    before = len(told.alerts)
    told.line("d3 10:00 attending 1002")
    assert [(alert.state, alert.cause) for alert in told.alerts[before:]] == [(told.alerts[-1].state, "ATTENDING_CHANGED")]
    assert told.asked == []
    told.line("d3 11:00 retract n")
    told.line("d3 12:00 approve")
    assert asked_of(told) == [("1002", "sent")]


def test_an_answered_question_stays_with_who_answered() -> None:
    told = chart(*SENT, "d2 09:00 answer aki")
    alerts = len(told.alerts)
    told.line("d2 10:00 attending 1002")
    assert len(told.alerts) == alerts
    assert asked_of(told)[-1] == ("1001", "answered-awaiting-chart")


def test_the_same_physician_by_another_spelling_is_not_asked_twice() -> None:
    told = chart(*SENT)
    at = ClinicalTime(DAY_1)
    told.tell(FactsPage(facts=(EncounterUpdated(visit_id="v", attending=Person(staff_id="1001", name="A. Ttending"), at=at),)))
    assert asked_of(told) == [("1001", "sent")]


def test_nothing_is_sent_while_an_entry_has_not_been_read() -> None:
    told = chart(*SENT, "d2 09:00 failed", "d2 10:00 attending 1002")
    assert asked_of(told) == [("1001", "sent")]


def test_words_that_a_later_edition_of_the_requirements_rejects_go_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    told = chart(*SENT)
    monkeypatch.setattr(gate, "lint", lambda text: (Violation("Q-99", "title", "a later requirement"),))
    told.line("d2 10:00 attending 1002")
    assert asked_of(told)[-1] == ("1001", "withdrawn")
    assert told.alerts[-1].cause == "ATTENDING_CHANGED"
