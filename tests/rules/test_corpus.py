"""What holds for all rules: nothing that the lint knows is wrong with one, and each revision is locked."""

from dataclasses import replace

import pytest

from opencdi.knowledge.site import SiteData
from opencdi.queries.cases import failures, load_cases
from opencdi.queries.coverage import entry_of, load_catalogue
from opencdi.queries.lint_rules import wrong_in
from opencdi.queries.revisions import locked
from opencdi.queries.room import queries_room, rules_path
from opencdi.queries.rule import Rule, RuleFile, load_rules, rule_files

FILES = rule_files(rules_path())
rules = pytest.mark.parametrize("rule", [file.rule for file in FILES], ids=lambda rule: rule.id)


def test_there_are_the_five_of_the_thin_line() -> None:
    assert {"D-01", "D-11", "D-20", "D-40", "D-50"} <= {rule.id for rule in load_rules(rules_path())}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.rule.id)
def test_nothing_is_wrong_with_it(file: RuleFile) -> None:
    assert list(wrong_in(rules_path(), file)) == []


@rules
def test_what_its_revision_says_is_locked(rule: Rule) -> None:
    assert rule.status == "draft" or rule.revision in locked(rules_path())[rule.id], "run `opencdi rules lock`"


@rules
def test_it_is_in_the_catalogue(rule: Rule) -> None:
    assert entry_of(rule.id) in load_catalogue(rules_path() / "catalogue.yaml")


def test_the_catalogue_is_that_of_the_brief() -> None:
    never_given = {29, 37, 38, 39, 49}
    assert set(load_catalogue(rules_path() / "catalogue.yaml")) == {f"D-{n:02}" for n in range(1, 85) if n not in never_given}


@rules
def test_where_less_than_the_diagnosis_is_written_the_question_stands(rule: Rule) -> None:
    room = queries_room(SiteData(), (rule,))
    clear = next(case for case in load_cases(rules_path() / "cases") if case.rule_id == rule.id and "clear positive" in case.why)
    last_day = max(int(line.strip('"').split()[0][1:]) for line in clear.chart)
    for concept in rule.not_satisfied_by:
        said = replace(clear, chart=(*clear.chart, f"d{last_day} 23:00 note progress: {concept}"), shows=())
        assert failures(said, room, rule.condition) == [], concept
