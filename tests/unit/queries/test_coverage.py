"""What there is of the catalogue, as the command says it."""

import json

from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.queries.cases import load_cases
from opencdi.queries.coverage import LETTER, asked, covered, entry_of, load_catalogue
from opencdi.queries.room import rules_path
from opencdi.queries.rule import all_rules

CATALOGUE = load_catalogue(rules_path() / "catalogue.yaml")


def test_every_id_of_either_has_a_line() -> None:
    rules, cases = all_rules(rules_path()), load_cases(rules_path() / "cases")
    told = {one.rule_id: one for one in covered({"D-99": CATALOGUE["D-15"]}, rules, cases)}
    assert told["D-99"].rule is None
    assert told["D-99"].cases == 0
    assert told["D-11"].entry is None
    assert told["D-11"].cases == sum(case.rule_id == "D-11" for case in cases)
    assert min(told["D-11"].by_kind.values()) > 0


def test_an_entry_may_be_several_rules() -> None:
    rule = all_rules(rules_path())[0]
    low, high, draft = (rule.model_copy(update={"id": name}) for name in ("D-15a", "D-15b", "D-16"))
    told = covered(CATALOGUE, (low, high, draft.model_copy(update={"status": "draft"})), ())
    assert [one.rule_id for one in told if entry_of(one.rule_id) in ("D-15", "D-16")] == ["D-15a", "D-15b", "D-16"]
    assert asked(told) == {"D-15"}


def test_a_rule_is_of_a_type_that_the_catalogue_gives_it() -> None:
    assert [rule.id for rule in all_rules(rules_path()) if LETTER[rule.type] not in CATALOGUE[entry_of(rule.id)].types.split("/")] == []


def test_what_another_entrys_rule_asks_is_asked() -> None:
    rules = all_rules(rules_path())
    assert "D-36" in asked(covered(CATALOGUE, rules, ()))
    assert asked(covered(CATALOGUE, tuple(rule for rule in rules if rule.id != "D-61"), ())).isdisjoint({"D-36", "D-61"})
    assert {entry.asked_by for entry in CATALOGUE.values() if entry.asked_by} <= {rule.id for rule in rules}


def test_the_command() -> None:
    lines = [json.loads(line) for line in CliRunner().invoke(app, ["rules", "coverage", "--json"]).output.splitlines()]
    assert {entry_of(line["id"]) for line in lines} == set(CATALOGUE)
    assert next(line for line in lines if line["id"] == "D-01")["definitions"] == ["sepsis-2", "sepsis-3"]
    assert next(line for line in lines if line["id"] == "D-36")["asked_by"] == "D-61"
    table = CliRunner().invoke(app, ["rules", "coverage"]).output
    assert f"of {len(CATALOGUE)} entries of the catalogue are asked about" in table
