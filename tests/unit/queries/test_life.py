"""The table of legal moves, walked at random; and the room never makes a move that is not in it."""

import random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.clinical.vocabulary import OVER, QueryState
from opencdi.events.people import Person
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.life import DECIDED, LEGAL, IllegalMove, check_move
from opencdi.queries.query import Query
from opencdi.queries.room import queries_room, rules_path
from opencdi.queries.rule import load_rules

ROOM = queries_room(SiteData(), load_rules(rules_path()))
EVENTS = (
    "creatinine 1.0 mg/dL id=c1",
    "creatinine 2.4 mg/dL id=c2",
    "creatinine 1.1 mg/dL id=c2 corrected",
    "creatinine 2.0 mg/dL id=c3",
    "given normal saline",
    "note progress id=a: acute-kidney-injury",
    "note progress unsigned id=a: acute-kidney-injury",
    "note progress id=b: possible acute-kidney-injury",
    "retract a",
    "retract b",
    "note progress: dehydration",
    "approve",
    "view",
    "answer aki",
    "answer undetermined",
    "dismiss",
    "class observation",
    "class inpatient",
    "cancelled",
    "failed",
    "tick mdm/documents",
    "note progress: dialysis",
    "note progress id=u: oliguria",
    "retract u",
    "note discharge-summary id=s: possible acute-kidney-injury",
    "note progress id=e echo: acute-kidney-injury",
    "creatinine 3.1 mg/dL id=c2 preliminary",
    "creatinine 2.4 mg/dL id=c2 withdrawn",
    "edit question: Please clarify the condition, in your judgment.",
    "edit question: Please document acute kidney injury.",
    "answer other",
    "discharged",
    "attending 1001",
    "attending 1002",
    "answer aki by 2002",
    "answer aki by 7777",
    "not-for-me",
    "pass-to 1003",
    "covered-by 2002",
    "approve by 9002",
    "monitor 1 d",
    "take-back",
    "reopen",
    "tick",
)
TOLD_AGAIN = frozenset(
    (
        "EVIDENCE_CHANGED",
        "EFFECT_CHANGED",
        "EDITED",
        "RETROSPECTIVE",
        "SAID_ALSO",
        "NOT_FOR_ME",
        "MONITORED",
        "RECHECK_DUE",
        "APPROVED_ONCE",
    )
)


def test_every_state_is_in_the_table_and_every_state_can_be_reached() -> None:
    assert set(LEGAL) - {None} == set(get_args(QueryState))
    reached: set[QueryState] = set()
    edge: list[QueryState] = list(LEGAL[None])
    while edge:
        state = edge.pop()
        if state not in reached:
            reached.add(state)
            edge += LEGAL[state]
    assert reached == set(get_args(QueryState))


def test_a_hundred_thousand_random_lives_make_legal_moves_and_end_only_where_a_life_ends() -> None:
    following = {state: sorted(states) for state, states in LEGAL.items()}
    dice, taken = random.Random(1), set()
    for _ in range(100_000):
        state: QueryState | None = None
        for _ in range(25):
            if not following[state] or (state in OVER and dice.random() < 0.5):  # a person may open some again
                break
            before, state = state, dice.choice(following[state])
            taken.add((before, state))
            check_move(before, state)
        else:
            continue
        assert state in OVER
    assert taken == {(before, after) for before, states in LEGAL.items() for after in states}  # every legal move was made


def test_every_illegal_move_is_refused() -> None:
    states: tuple[QueryState, ...] = get_args(QueryState)
    illegal = [(before, after) for before in (None, *states) for after in states if after not in LEGAL[before]]
    assert len(illegal) > 200
    for before, after in illegal:
        with pytest.raises(IllegalMove):
            check_move(before, after)


def test_what_is_over_begins_again_only_where_it_was_resolved_by_itself() -> None:
    assert {state: set(LEGAL[state]) for state in OVER - {"validated"} if LEGAL[state]} == {"auto-resolved": {"draft"}}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=40))
def test_whatever_happens_the_room_makes_legal_moves_only_and_asks_one_question_at_a_time(events: list[str]) -> None:
    chart = Chart(ROOM)
    chart.begin()
    for hour, event in enumerate(events):
        chart.line(f"d{1 + hour // 4} {hour % 4 * 6:02}:00 {event}")  # forty events are ten days: reminders, and rests after decisions
    state_by_query: dict[str, QueryState] = {}
    for alert in chart.alerts:
        before = state_by_query.get(alert.query_id)
        assert alert.from_state == before
        if alert.cause in TOLD_AGAIN:
            assert alert.state == before  # told again, not moved
        elif alert.cause == "EVIDENCE_CORRECTED" and before == "answered-awaiting-chart":
            assert alert.state == before  # an answer is flagged, never deleted
        elif alert.cause in ("ATTENDING_CHANGED", "READDRESSED") and alert.state != "sent":
            assert alert.state == before  # told again to whom it is for now
        else:
            assert alert.state in LEGAL[alert.from_state]
        assert before is None or before not in OVER - {"validated"} or alert.cause in ("REOPENED", "SAID_ALSO")
        state_by_query[alert.query_id] = alert.state
        assert sum(state not in OVER for state in state_by_query.values()) <= 1
    _nothing_unasked_or_unlawful_reaches_the_physician(chart)
    _nobody_is_asked_twice_for_the_same(chart)


def _nothing_unasked_or_unlawful_reaches_the_physician(chart: Chart) -> None:
    approved = {alert.query_id for alert in chart.alerts if alert.state == "approved"}
    reopened = {alert.query_id for alert in chart.alerts if alert.cause == "REOPENED"}  # and sent in the words of then
    words: dict[str, str] = {}
    for asked in chart.asked:
        assert asked.wording.query_id in approved
        assert asked.gate.compliant
        to_anyone = asked.wording.model_copy(update={"addressed_to": Person()})
        assert (
            asked.wording.query_id in reopened or words.setdefault(asked.wording.query_id, to_anyone.text_hash()) == to_anyone.text_hash()
        )  # what was sent stays


def _nobody_is_asked_twice_for_the_same(chart: Chart) -> None:
    decided: set[str] = set()  # kinds of evidence on which a person has decided
    seen: set[str] = set()
    for query in (state for state in chart.states.values() if isinstance(state, Query)):
        assert query.query_id not in seen
        seen.add(query.query_id)
    by_opening = sorted((state for state in chart.states.values() if isinstance(state, Query)), key=lambda query: query.opened_at)
    for query in by_opening:
        if decided and query.state not in OVER:
            assert not set(query.kinds) <= decided
        if query.state in DECIDED:
            decided |= set(query.kinds)
