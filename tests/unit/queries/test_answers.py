"""Which answer counts, and what becomes of those that do not (DOMAIN B71, Q-52): settled by rule, recorded, never lost."""

import pytest

from opencdi.events.answers import AnswerKept
from opencdi.events.entry import read_entry
from opencdi.events.pages import FactsPage, QueriesPage
from opencdi.events.people import Person, QueryAnswered
from opencdi.events.query_moves import DecisionRefused
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import ENCOUNTER, Chart
from opencdi.queries.query import Query
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES

ROOM = queries_room(SiteData(), RULES)
SENT = (*KIDNEY, "d2 08:00 approve")


def chart(*lines: str) -> Chart:
    return Chart.of(ROOM, *lines)


def refused(told: Chart) -> list[DecisionRefused]:
    pages = [read_entry(value).page(QueriesPage) for value in told.passed_on]
    return [one for page in pages if page for one in page.refused]


def said_also(told: Chart) -> list[tuple[str, str, str | None]]:
    return [(one.actor.staff_id, one.why, one.option_id) for one in told.alerts[-1].also_said]


def answered(told: Chart, nth: int, option: str, *, by: str = "1001") -> None:
    """Answer as the page showed it that the nth telling of the question made."""
    shown = told.asked[nth]
    fact = QueryAnswered(
        decision_id=f"{by}-{nth}", encounter_id=ENCOUNTER, actor=Person(staff_id=by, role="provider"), decided_at=told.now,
        as_of=shown.as_of, query_id=shown.wording.query_id, option_id=option, free_text="in my words",
    )  # fmt: skip
    told.tell(FactsPage(facts=(fact,)))


# --- the words as they were shown ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("meanwhile", ["d2 09:00 view", "d3 09:00 tick", "d2 09:00 discharged", "d2 09:00 creatinine 2.5 mg/dL"])
def test_an_answer_to_the_same_words_counts_whatever_has_told_them_since(meanwhile: str) -> None:
    told = chart(*SENT, meanwhile)
    answered(told, 0, "aki")
    assert told.alerts[-1].state == "answered-awaiting-chart"
    assert refused(told) == []


def test_an_answer_to_other_words_is_refused_and_kept() -> None:
    told = chart(*SENT)
    key = f"query/{ENCOUNTER}/{told.alerts[-1].query_id}"
    query = told.states[key]
    assert isinstance(query, Query)
    told.states[key] = query.model_copy(update={"words": "others", "shown": ("later",), "as_of": "later"})
    answered(told, 0, "aki")
    (refusal,) = refused(told)
    assert (refusal.reason, refusal.kept) == ("the question has changed since it was shown", True)
    assert told.alerts[-1].state == "sent"
    assert said_also(told) == [("1001", "stale", "aki")]


def test_a_page_that_nobody_was_told_is_as_stale() -> None:
    told = chart(*SENT)
    told.asked[0] = told.asked[0].model_copy(update={"as_of": "e999/0"})
    answered(told, 0, "aki")
    assert said_also(told) == [("1001", "stale", "aki")]


# --- somebody else ------------------------------------------------------------------------------------------------------
def test_an_answer_of_one_of_the_care_team_is_held_for_cdi() -> None:
    told = chart(*SENT, "d2 09:00 answer aki by 2002")  # who wrote the admission note
    (refusal,) = refused(told)
    assert (refusal.reason, refusal.kept) == ("it was put to somebody else; it is kept for CDI", True)
    assert told.alerts[-1].because == "SAID_ALSO held"
    assert told.alerts[-1].state == "sent"
    assert said_also(told) == [("2002", "held", "aki")]
    told.line("d2 10:00 answer undetermined")  # of the one who was asked
    assert told.alerts[-1].state == "closed"


def test_an_attending_of_before_is_still_of_the_team() -> None:
    told = chart(*SENT, "d2 09:00 attending 1003", "d2 10:00 answer aki by 1001")
    assert said_also(told) == [("1001", "held", "aki")]


def test_a_stranger_s_answer_is_refused_and_stands_on_no_question() -> None:
    told = chart(*SENT, "d2 09:00 answer aki by 7777")
    (refusal,) = refused(told)
    assert (refusal.reason, refusal.kept) == ("it was put to somebody else", False)
    assert said_also(told) == []


# --- two at once, and too late ------------------------------------------------------------------------------------------
def test_of_two_answers_at_once_the_first_to_arrive_wins_and_the_other_is_kept() -> None:
    told = chart(*SENT)
    answered(told, 0, "aki")
    answered(told, 0, "undetermined", by="2002")
    assert told.alerts[-1].state == "answered-awaiting-chart"
    assert said_also(told) == [("2002", "after-another", "undetermined")]
    assert [one.kept for one in refused(told)] == [True]
    assert told.alerts[-1].also_said[0].option_text == "Unable to determine"
    assert told.alerts[-1].also_said[0].free_text == "in my words"


@pytest.mark.parametrize(
    "ended",
    ["d2 09:00 note progress: acute-kidney-injury", "d2 09:00 class observation", "d2 09:00 cancelled", "d9 09:00 discharged"],
)
def test_an_answer_to_a_question_that_is_over_is_kept(ended: str) -> None:
    told = chart(*SENT, ended, "d20 09:00 tick")
    state = told.alerts[-1].state
    answered(told, 0, "aki")
    assert told.alerts[-1].state == state
    assert [(one.kept, one.reason) for one in refused(told)] == [(True, f"it cannot be answered; it is {state}")]
    assert said_also(told) == [("1001", "too-late", "aki")]


def test_what_was_also_said_stands_on_the_page_as_a_change_of_the_question_by_its_actor() -> None:
    told = chart(*SENT, "d2 09:00 answer aki by 2002")
    page = read_entry(told.passed_on[-1]).page(QueriesPage)
    assert page is not None
    (change,) = page.changed
    assert (change.because, change.actor and change.actor.staff_id, change.state) == ("SAID_ALSO held", "2002", "sent")


def test_an_answer_kept_is_read_as_it_was_written() -> None:
    (kept,) = chart(*SENT, "d2 09:00 answer aki by 2002").alerts[-1].also_said
    assert AnswerKept.read(kept.to_json()) == kept
