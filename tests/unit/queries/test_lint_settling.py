"""A question must be able to end: a rule without `satisfied_by` rests on what a provider's later words can end."""

from typing import Any

import pytest

from opencdi.queries.lint_settling import wrong_procedures, wrong_settling
from opencdi.queries.rule import RuleFile, read_file
from opencdi.settings import rules_dir

OPEN: dict[str, Any] = {"kind": "procedure-left-open", "procedures": ["debridement"]}
CODED: dict[str, Any] = {"kind": "coded", "codes": ["L97"]}
HEMOGLOBIN: dict[str, Any] = {"kind": "measurement", "analyte": "hemoglobin", "below": "low"}
ULCER: dict[str, Any] = {"kind": "stated", "concepts": ["ulcer"]}
DEBRIDEMENT = "D-68a-debridement-kind.yaml"


def rule(**told: Any) -> RuleFile:
    file = read_file(rules_dir() / "queries" / DEBRIDEMENT)
    return file._replace(rule=type(file.rule).model_validate(file.told | told))


def test_an_unspecific_procedure_stands_by_itself_an_unspecific_diagnosis_does_not() -> None:
    assert rule().rule.stands_by_itself
    assert not rule(satisfied_by=[{"concept": "ulcer"}]).rule.stands_by_itself
    assert not rule(type="missing-diagnosis").rule.stands_by_itself


@pytest.mark.parametrize(
    ("when", "ends"),
    [
        (OPEN, True),
        (CODED, True),
        (ULCER | {"lacking": ["stage"]}, True),
        (ULCER | {"standing": True}, True),
        (ULCER, False),
        (HEMOGLOBIN, False),
        ({"kind": "all-of", "of": [HEMOGLOBIN, OPEN]}, True),
        ({"kind": "any-of", "of": [HEMOGLOBIN, OPEN]}, False),
        ({"kind": "without", "of": OPEN, "sign": HEMOGLOBIN, "ever": True}, True),
        ({"kind": "without", "of": HEMOGLOBIN, "sign": OPEN, "ever": True}, False),
    ],
)
def test_what_ends_by_what_is_written(when: dict[str, Any], ends: bool) -> None:
    assert [why for _, why in wrong_settling(rule(when=when))] == ["what documentation would satisfy?"] * (not ends)


def test_a_missing_diagnosis_ends_only_by_being_documented() -> None:
    assert list(wrong_settling(rule(type="missing-diagnosis")))
    assert not list(wrong_settling(rule(type="missing-diagnosis", satisfied_by=[{"concept": "ulcer"}])))


@pytest.mark.parametrize(
    ("field", "name", "said"),
    [
        ("procedures", "debridment", 'no procedure "debridment"; did you mean "debridement"'),
        ("lacking", "methods", 'no attribute "methods"; did you mean "method"'),
        ("told", "dept", 'no attribute "dept"; did you mean "depth"'),
    ],
)
def test_words_that_coding_does_not_know(field: str, name: str, said: str) -> None:
    assert [why for _, why in wrong_procedures(rule(when=OPEN | {field: [name]}))] == [said]


def test_the_ventilator_is_a_procedure() -> None:
    assert not list(wrong_procedures(rule(when=OPEN | {"procedures": ["ventilation"], "lacking": ["times"]})))
    assert not list(wrong_procedures(rule(when=ULCER)))
