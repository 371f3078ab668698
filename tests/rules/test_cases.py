"""Every case of every rule, through the queries room's own step."""

from functools import lru_cache

import pytest

from opencdi.bus.room import Room
from opencdi.knowledge.site import SiteData
from opencdi.queries.cases import Case, failures, load_cases
from opencdi.queries.room import queries_room, rules_path
from opencdi.queries.rule import load_rules

CASES = load_cases(rules_path() / "cases")


@lru_cache(maxsize=1)
def room() -> Room:
    return queries_room(SiteData(), load_rules(rules_path()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule_id} {'asks' if case.asks else 'silent'}: {case.why}")
def test_case(case: Case) -> None:
    condition = next(rule.condition for rule in load_rules(rules_path()) if rule.id == case.rule_id)
    assert failures(case, room(), condition) == []


def test_a_case_can_fail() -> None:
    asks = next(case for case in CASES if case.asks and case.ends is None)
    silent = Case(asks.rule_id, asks=False, why="the opposite", chart=asks.chart)
    condition = next(rule.condition for rule in load_rules(rules_path()) if rule.id == asks.rule_id)
    assert failures(silent, room(), condition) == ["asked after all"]
