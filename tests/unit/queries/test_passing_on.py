"""Somebody else is to be asked (DOMAIN B70): not for me, another provider, a colleague who covers; and the attending's change."""

import pytest

from opencdi.events.entry import read_entry
from opencdi.events.pages import QueriesPage
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES

ROOM = queries_room(SiteData(), RULES)
SENT = (*KIDNEY, "d2 08:00 approve")


def chart(*lines: str) -> Chart:
    return Chart.of(ROOM, *lines, attending="1001")


def asked_of(told: Chart) -> list[tuple[str, str]]:
    return [(asked.wording.addressed_to.staff_id, asked.state) for asked in told.asked]


def refusals(told: Chart) -> list[str]:
    pages = [read_entry(value).page(QueriesPage) for value in told.passed_on]
    return [one.reason for page in pages if page for one in page.refused]


@pytest.mark.parametrize(
    ("line", "because"),
    [("not-for-me 1003", "not-for-me"), ("pass-to 1003", "provider-changed"), ("covered-by 1003", "covering")],
)
def test_it_is_asked_of_the_other_one_in_the_same_words(line: str, because: str) -> None:
    told = chart(*SENT, "d2 09:00 view", f"d2 10:00 {line}")
    assert asked_of(told)[-1] == ("1003", "sent")
    assert told.alerts[-1].because == f"READDRESSED {because}"
    assert told.asked[-1].wording.question == told.asked[0].wording.question
    assert told.asked[-1].gate.compliant
    told.line("d2 11:00 answer aki")  # of the one who has it now
    assert told.alerts[-1].state == "answered-awaiting-chart"


def test_not_for_me_without_a_name_is_for_cdi_to_say_to_whom() -> None:
    told = chart(*SENT, "d2 09:00 not-for-me")
    assert (told.alerts[-1].state, told.alerts[-1].because) == ("sent", "NOT_FOR_ME")
    told.line("d2 10:00 pass-to 1003")
    assert asked_of(told)[-1] == ("1003", "sent")


def test_a_consultant_who_says_that_it_is_not_for_them_gives_it_back_to_the_attending() -> None:
    told = chart(*SENT, "d2 09:00 pass-to 1003", "d2 10:00 not-for-me")
    assert asked_of(told)[-1] == ("1001", "sent")


def test_who_was_chosen_keeps_it_when_the_attending_changes() -> None:
    told = chart(*SENT, "d2 09:00 pass-to 1003", "d2 10:00 attending 1002")
    assert asked_of(told)[-1] == ("1003", "sent")


def test_who_covers_has_it_only_while_that_attending_is_responsible() -> None:
    told = chart(*SENT, "d2 09:00 covered-by 1003", "d2 10:00 attending 1002")
    assert asked_of(told)[-1] == ("1002", "sent")
    assert told.alerts[-1].cause == "ATTENDING_CHANGED"


def test_a_draft_goes_to_who_was_chosen_also_when_its_evidence_changes() -> None:
    told = chart(*KIDNEY, "d2 07:00 pass-to 1003", "d2 07:30 creatinine 2.6 mg/dL", "d2 08:00 approve")
    assert asked_of(told) == [("1003", "sent")]


def test_an_answer_that_was_held_counts_once_the_question_is_put_to_who_gave_it() -> None:
    told = chart(*SENT, "d2 09:00 answer aki by 2002")
    assert told.alerts[-1].also_said
    told.line("d2 10:00 covered-by 2002")
    assert [alert.state for alert in told.alerts][-3:] == ["sent", "answered", "answered-awaiting-chart"]
    assert told.alerts[-1].also_said == ()
    assert told.asked[-1].answer_option == "aki"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("not-for-me by 2002", "only the one who was asked can pass it on"),
        ("pass-to", "it does not say to whom"),
        ("pass-to 1001", "it is with that provider already"),
    ],
)
def test_what_cannot_be_passed_on_is_refused(line: str, reason: str) -> None:
    told = chart(*SENT, f"d2 09:00 {line}")
    assert refusals(told) == [reason]
    assert asked_of(told) == [("1001", "sent")]


def test_what_is_answered_or_over_is_passed_on_to_nobody() -> None:
    assert refusals(chart(*SENT, "d2 09:00 answer aki", "d2 10:00 pass-to 1003"))[-1].endswith("it is answered-awaiting-chart")
    assert refusals(chart(*KIDNEY, "d2 07:30 dismiss", "d2 10:00 pass-to 1003"))[-1].endswith("it is dismissed")
    assert refusals(chart(*KIDNEY, "d2 07:30 not-for-me")) == ["it has not been sent"]


def test_while_something_is_unread_nothing_is_sent_to_anybody() -> None:
    told = chart(*SENT, "d2 09:00 failed", "d2 10:00 pass-to 1003")
    assert refusals(told) == ["an entry of this encounter has not been read"]


def test_how_long_it_has_been_open_counts_on() -> None:
    told = chart(*SENT, "d2 20:00 pass-to 1003", "d3 09:00 tick")
    assert told.alerts[-1].because == "REMINDER 24 h"
