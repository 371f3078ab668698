"""Every case of every rule, through the queries room's own step."""

import shutil
from functools import lru_cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencdi.bus.room import Room
from opencdi.cli.app import app
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(rules_path(), tmp_path / "queries"))


def rules(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["rules", *arguments])
    return result.exit_code, result.output


def test_a_new_rule_is_a_draft_with_cases_of_its_own(folder: Path) -> None:
    assert rules("new", "d-15", "hyponatremia", "--like", "d-11", "--rules", str(folder))[0] == 0
    status, told = rules("test", "D-15", "--rules", str(folder))
    assert (status, told.endswith("cases hold\n")) == (0, True)
    assert "D-15" not in {rule.id for rule in load_rules(folder)}  # a draft asks nobody


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("new", "15", "hyponatremia"), "write the id as D-15"),
        (("new", "D-11", "hyponatremia"), "D-11 exists already"),
        (("new", "D-15", "hyponatremia", "--like", "D-99"), "no rule D-99 to begin from"),
        (("test", "D-99"), "no rule D-99"),
        (("show", "D-99"), "no rule D-99"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    status, told = rules(*arguments, "--rules", str(folder))
    assert status == 2
    assert said in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [("    chart:", "    chrat:", "unexpected keyword argument"), ("d1 09:20 creatinine", "d1 9:20 creatinine", "cannot be read: d1 9:20")],
)
def test_a_case_that_cannot_be_read_is_named(folder: Path, before: str, after: str, said: str) -> None:
    file = folder / "cases" / "D-11-acute-kidney-injury.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    status, told = rules("test", "D-11", "--rules", str(folder))
    assert status in (1, 2)
    assert said in told
