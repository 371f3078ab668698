"""What holds for all rules: known words only, enough cases, and a wording that the linter lets pass."""

from dataclasses import replace

import pytest

from opencdi.knowledge.analytes import ANALYTES
from opencdi.knowledge.concepts import load_concepts
from opencdi.knowledge.diagnosis_terms import diagnoses_in, diagnosis_of
from opencdi.knowledge.query_language import LEADING, MONEY, MONEY_IN_CAPITALS
from opencdi.knowledge.site import SiteData
from opencdi.queries.cases import failures, load_cases
from opencdi.queries.inputs import index
from opencdi.queries.room import queries_room, rules_path
from opencdi.queries.rule import Rule, all_rules, load_rules
from opencdi.queries.treatments import load_treatments
from opencdi.settings import rules_dir

RULES = all_rules(rules_path())
rules = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_there_are_the_five_of_the_thin_line() -> None:
    assert {"D-01", "D-11", "D-20", "D-40", "D-50"} <= {rule.id for rule in load_rules(rules_path())}


@rules
def test_concepts_analytes_and_treatments_are_known(rule: Rule) -> None:
    concepts = set(load_concepts(rules_dir() / "nlp"))
    read = index((rule,))
    assert read.concepts - concepts == set()
    assert set(rule.not_satisfied_by) - concepts == set()
    assert read.analytes - {analyte.slug for analyte in ANALYTES} == set()
    assert read.treatments - load_treatments(rules_path() / "treatments.yaml").names == set()


@rules
def test_limits_are_in_the_unit_in_which_the_analyte_is_compared(rule: Rule) -> None:
    unit_by_analyte = {analyte.slug: analyte.unit for analyte in ANALYTES}
    for condition in rule.conditions():
        analyte = getattr(condition, "analyte", None)
        for name in (getattr(condition, field, None) for field in ("above", "at_least", "below", "at_most", "by")):
            if analyte and name and condition.kind != "ratio-to-baseline":
                assert rule.thresholds[name].unit == unit_by_analyte[analyte], (rule.id, name)


@rules
def test_where_less_than_the_diagnosis_is_written_the_question_stands(rule: Rule) -> None:
    room = queries_room(SiteData(), (rule,))
    clear = next(case for case in load_cases(rules_path() / "cases") if case.rule_id == rule.id and "clear positive" in case.why)
    last_day = max(int(line.strip('"').split()[0][1:]) for line in clear.chart)
    for concept in rule.not_satisfied_by:
        said = replace(clear, chart=(*clear.chart, f"d{last_day} 23:00 note progress: {concept}"), shows=())
        assert failures(said, room, rule.condition) == [], concept


@rules
def test_enough_cases(rule: Rule) -> None:
    mine = [case for case in load_cases(rules_path() / "cases") if case.rule_id == rule.id]
    assert len(mine) >= 6
    for word in ("clear positive", "satisfied", "trap", "corrected", "out of order"):
        assert any(word in case.why for case in mine), f"{rule.id} has no case with {word!r}"
    assert any("negated" in case.why or "ruled out" in case.why for case in mine)


@rules
def test_the_template_itself_leads_nowhere(rule: Rule) -> None:
    texts = [rule.title, rule.why, rule.question, *(option.text for option in rule.options)]
    for text in texts:
        assert not LEADING.search(text)
        assert not MONEY.search(text)
        assert not MONEY_IN_CAPITALS.search(text)
    assert not diagnoses_in(rule.title, negated_too=True)


@rules
def test_what_an_option_documents_is_known_to_the_linter(rule: Rule) -> None:
    for option in rule.options:
        if option.diagnosis:
            known = diagnosis_of(option.diagnosis)
            assert known is not None
            assert known.support
            assert option.codes
