"""The table of requirements: nobody's is blank, and what the gate is said to keep it keeps, by that check (DOMAIN §C)."""

import re
from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from opencdi.knowledge.linter import CHECKS
from opencdi.knowledge.query_text import query_text
from opencdi.knowledge.requirements import Requirement, requirements
from rules.lint_cases import TOLD, question

TABLE = requirements()
GATE = {name: one for name, one in TABLE.items() if one.kept_by == "gate"}


def found_by(check: str, case: dict[str, Any]) -> set[str]:
    told = question(case)
    return {violation.requirement for violation in CHECKS[check](query_text(told["wording"], told["internal"]))}


def test_each_has_an_id_of_its_own_in_order() -> None:
    assert all(re.fullmatch(r"Q-\d\d", name) for name in TABLE)
    assert list(TABLE) == sorted(TABLE)


def test_none_is_blank_and_no_two_ask_the_same() -> None:
    assert all(len(one.asks.split()) > 3 and (one.check or len(one.how.split()) > 3) for one in TABLE.values())
    assert len({one.asks for one in TABLE.values()}) == len(TABLE)


@pytest.mark.parametrize("told", [
    {"kept_by": "gate", "asks": "a"}, {"kept_by": "gate", "asks": "a", "how": "h"}, {"kept_by": "life", "asks": "a"},
    {"kept_by": "life", "asks": "a", "check": "title"}, {"kept_by": "nobody", "asks": "a", "how": "h"}, {"kept_by": "life", "asks": "", "how": "h"},
    {"kept_by": "life", "asks": "a", "how": "h", "permits": True},
])  # fmt: skip
def test_a_row_that_nobody_keeps_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Requirement(**told)


def test_every_check_of_the_linter_keeps_a_requirement_and_every_one_of_the_gate_has_its_check() -> None:
    assert {one.check for one in GATE.values()} == set(CHECKS)


@pytest.mark.parametrize("name", [name for name, one in GATE.items() if not one.permits])
def test_the_check_named_finds_what_does_not_keep_it(name: str) -> None:
    bad = [case for case in TOLD["bad"] if case["requirement"] == name]
    assert bad
    for case in bad:
        assert name in found_by(GATE[name].check, case), case["why"]


@pytest.mark.parametrize("name", GATE)
def test_the_check_named_lets_pass_what_keeps_it(name: str) -> None:
    good = [case for case in TOLD["good"] if case["requirement"] == name]
    assert good
    for case in good:
        assert found_by(GATE[name].check, case) == set(), case["why"]


def test_the_linter_reports_no_requirement_that_is_not_the_gates() -> None:
    reported = {found for case in TOLD["bad"] for check in CHECKS for found in found_by(check, case)}
    assert reported <= GATE.keys()


@pytest.mark.parametrize("kind", ["bad", "good"])
def test_each_case_names_a_requirement_of_the_gate_and_what_it_shows(kind: str) -> None:
    assert {case["requirement"] for case in TOLD[kind]} <= GATE.keys()
    twice = [why for why, times in Counter(case["why"] for case in TOLD[kind]).items() if times > 1]
    assert twice == []
