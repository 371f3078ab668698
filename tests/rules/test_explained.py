"""Of every case of every rule: what is explained is what the room said, and each reason told is the one that decided."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import pytest

from opencdi.bus.room import Outgoing, Record, States
from opencdi.clinical.vocabulary import OVER
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import ENCOUNTER, Chart
from opencdi.queries.cases import Case, load_cases
from opencdi.queries.casework import Casework
from opencdi.queries.condition import AnyOf, Condition, Stated
from opencdi.queries.conditions import signs
from opencdi.queries.explanation import Explanation, explain
from opencdi.queries.gap import judge
from opencdi.queries.objections import to_stating
from opencdi.queries.question import Question
from opencdi.queries.relived import Relived, relive
from opencdi.queries.room import Desk, room_at, rules_path
from opencdi.queries.rule import load_rules
from opencdi.queries.treatments import load_treatments

RULES = {rule.id: rule for rule in load_rules(rules_path())}
CASES = [case for case in load_cases(rules_path() / "cases") if case.rule_id in RULES]


@lru_cache(maxsize=1)
def desk() -> Desk:
    return Desk(SiteData(), tuple(RULES.values()), load_treatments(rules_path() / "treatments.yaml"))


def lived(case: Case) -> tuple[Chart, list[Record]]:
    """The case through the room, and all that the room read."""
    heard: list[Record] = []
    room = room_at(desk())

    def step(states: States, record: Record) -> Iterator[Outgoing]:
        heard.append(record)
        yield from room.step(states, record)

    chart = Chart.of(replace(room, step=step), *case.chart, age=case.age, encounter_class=case.encounter_class)
    return chart, heard


def explained(case: Case) -> tuple[Chart, Relived, tuple[Explanation, ...]]:
    chart, heard = lived(case)
    relived = relive(desk(), ENCOUNTER, heard)
    work = relived.work()
    assert work is not None
    return chart, relived, explain(work, RULES[case.rule_id])


each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule_id} {'asks' if case.asks else 'silent'}: {case.why}")


@each_case
def test_what_is_told_is_what_the_room_judged(case: Case) -> None:
    chart, relived, each = explained(case)
    work = relived.work()
    assert work is not None
    assert [move.to_state for move in relived.moved] == [alert.state for alert in chart.alerts if alert.state != alert.from_state]
    for told in each:
        mine = [alert for alert in chart.alerts if alert.condition == told.rule.condition]
        assert told.state == (mine[-1].state if mine else None)
        assert told.asks == bool(mine and mine[-1].rule_id == case.rule_id and mine[-1].state not in OVER)
        if told.reason == "INDICATORS_WITHOUT_DOCUMENTATION":  # nothing stands against it, so it is asked
            assert told.asks
        _is_as_judged(told, work)


def _is_as_judged(told: Explanation, work: Casework) -> None:
    chart = work.records.chart()
    q = Question(told.rule, work.site, chart)
    when = next(part for part in told.parts if part.text == "when")
    assert when.met == bool(signs(told.rule.when, q))
    if judge(told.rule, chart, work.site).reason in ("NOT_MET", "NO_LONGER_SO") and not told.rule.each:
        assert not when.met
    for condition in told.rule.conditions():
        _is_as_told(condition, q)


def _is_as_told(condition: Condition, q: Question) -> None:
    if isinstance(condition, AnyOf):
        assert bool(signs(condition, q)) == any(signs(one, q) for one in condition.of)
    if isinstance(condition, Stated) and not condition.lacking and not condition.standing and condition.notes == 1:
        silent = [to_stating(condition, mention) for concept in condition.concepts for mention in q.chart.mentions(concept)]
        assert bool(signs(condition, q)) == any(next(against, None) is None for against in silent)
