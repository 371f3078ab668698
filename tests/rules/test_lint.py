"""The compliance linter on good and bad questions, each naming its requirement, through the command's own function."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.cli.jsonl import BadLine
from opencdi.cli.lint_query import linted
from opencdi.knowledge.plain_text import disguised
from rules.lint_cases import TOLD, question


@pytest.mark.parametrize("case", TOLD["bad"], ids=lambda case: f"{case['requirement']}: {case['why']}")
def test_bad(case: dict[str, Any]) -> None:
    report = linted(json.dumps(question(case)))
    assert not report["compliant"]
    assert case["requirement"] in {violation["requirement"] for violation in report["violations"]}, report


@pytest.mark.parametrize("case", TOLD["good"], ids=lambda case: f"{case['requirement']}: {case['why']}")
def test_good(case: dict[str, Any]) -> None:
    report = linted(json.dumps(question(case)))
    assert report["violations"] == []
    assert report["compliant"]
    assert report["id"] == case["why"]


def test_there_are_enough_of_both() -> None:
    assert len(TOLD["bad"]) >= 60
    assert len(TOLD["good"]) >= 60


@pytest.mark.parametrize("kind", ["missing", "validation", "specificity", "conflict", "present on admission", "sequence"])
def test_every_kind_of_gap_is_asked_about_compliantly(kind: str) -> None:
    assert sum(case.get("type") == kind for case in TOLD["good"]) >= 4


@pytest.mark.parametrize("shape", ["flat", "wording", "provider", "provider query"])
def test_every_shape_of_input_is_understood(shape: str) -> None:
    wording = question(TOLD["bad"][0] | {"base": "kidney", "set": {"title": "Clarification of AKI"}})["wording"]
    told = {"flat": wording, "wording": {"wording": wording}, "provider": {"provider": wording, "internal": {}},
            "provider query": {"kind": "provider_query", "provider": {"wording": wording}}}[shape]  # fmt: skip
    assert [violation["requirement"] for violation in linted(json.dumps(told))["violations"]] == ["Q-10"]


@pytest.mark.parametrize("line", ["not json", "[]", '{"a": 1}'])
def test_what_is_no_question_is_a_bad_line(line: str) -> None:
    with pytest.raises(BadLine):
        linted(line)


def test_odd_types_do_not_stop_it() -> None:
    report = linted('{"title": 3, "question": null, "options": "none", "indicators": [1, null], "addressed_to": []}')
    assert not report["compliant"]


def test_the_command_answers_in_order_and_goes_on_after_a_bad_line() -> None:
    good = question({"why": "a", "base": "kidney"})
    lines = [
        json.dumps(good),
        "not json",
        json.dumps({"internal": {}}),
        json.dumps({**good, "id": "b", "internal": None}),
        json.dumps(good["wording"]),
    ]
    result = CliRunner().invoke(app, ["lint-query"], input="\n".join(lines))
    assert result.exit_code == 2
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["id"] for one in told] == ["a", "b", "q-1"]
    assert all(set(one) == {"id", "compliant", "violations"} and one["compliant"] for one in told)
    assert result.stderr.splitlines() == [
        "standard input:2: not JSON",
        "standard input:3: no question in it: needs title, question, indicators, options",
    ]


HIDING = {
    "zero width": "\u200b".join, "soft hyphen": "\u00ad".join, "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in text),
    "Cyrillic": lambda text: "".join(text).translate(str.maketrans("aeopcyxis", "аеорсухіѕ")), "spelled out": " ".join, "capitals": lambda text: "".join(text).upper(),
    "accents": lambda text: "".join(c + "\u0301" if c in "aeiou" else c for c in text), "direction marks": "\u202e".join,
}  # fmt: skip
TERMS = ("sepsis", "acute kidney injury", "acute respiratory failure", "encephalopathy", "malnutrition", "pneumonia")


@pytest.mark.parametrize("trick", HIDING)
@pytest.mark.parametrize("term", TERMS)
def test_no_spelling_hides_a_diagnosis_in_the_title(trick: str, term: str) -> None:
    wording = question({"why": "a", "base": "kidney"})["wording"]
    hidden = (
        " ".join(HIDING[trick](word) for word in term.split(" "))
        if trick != "spelled out" or " " not in term
        else HIDING["zero width"](term)
    )
    report = linted(json.dumps({**wording, "title": f"Clarification: {hidden}"}))
    assert "Q-10" in {violation["requirement"] for violation in report["violations"]}, hidden


@pytest.mark.parametrize(
    "text", ["38.9 °C, WBC 18.2 ×10³/µL", "β-lactam given", "α-blocker", "<0.5 ng/mL and >3", "Noël's sign", "“naïve”"]
)
def test_honest_characters_are_no_disguise(text: str) -> None:
    assert disguised(text) == ""
    assert linted(
        json.dumps(question({"why": "a", "base": "kidney", "set": {"why": f"The findings below ({text}) have no associated diagnosis."}}))
    )["compliant"]


@given(st.text(max_size=60))
def test_any_text_is_linted(text: str) -> None:
    wording = question({"why": "a", "base": "kidney"})["wording"]
    told = json.dumps({**wording, "title": text, "question": text, "options": [{"text": text}, *wording["options"][2:]]})
    assert linted(told) == linted(told)


@pytest.mark.parametrize(
    ("label", "violated"),
    [
        ("3 years before", False), ("baseline, 1100 d before, median of outpatient values", False), ("36-month-old result", False),
        ("age 3 years", False), ("Age: 160 weeks", False), ("", True), ("baseline", True), ("3 weeks ago", True), ("in 3 years", True),
    ],
)  # fmt: skip
def test_an_old_fact_says_how_old_it_is(label: str, violated: bool) -> None:
    """An echocardiogram of three years ago (Q-23)."""
    case = next(case for case in TOLD["good"] if case["requirement"] == "Q-23")
    told = question(case)
    told["wording"]["indicators"][0]["label"] = label
    assert [one["requirement"] for one in linted(json.dumps(told))["violations"]] == (["Q-23"] if violated else [])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("case", TOLD["good"], ids=lambda case: case["why"])
def test_the_order_of_options_does_not_follow_any_weights(case: dict[str, Any], sign: int) -> None:
    """Whatever the answers would pay, upward or downward in their order, the question is the same and passes (Q-15, F.14)."""
    told = question(case)
    answers = [option.get("option_id", option.get("diagnosis", "")) for option in told["wording"]["options"]]
    told["internal"] = {"effect": [{"option_id": name, "weight_delta": sign * n} for n, name in enumerate(answers)]}
    assert linted(json.dumps(told))["violations"] == []
