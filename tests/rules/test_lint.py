"""The compliance linter on good and bad questions, each naming its requirement, through the command's own function."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from opencdi.cli.jsonl import BadLine
from opencdi.cli.lint_query import linted

TOLD = yaml.safe_load((Path(__file__).parent / "lint_cases.yaml").read_text(encoding="utf-8"))


def question(case: dict[str, Any]) -> dict[str, Any]:
    wording: dict[str, Any] = deepcopy(TOLD["bases"][case["base"]])
    wording.update(case.get("set", {}))
    for name, (text, times) in case.get("repeat", {}).items():
        wording[name] = " ".join([text] * times)
    if "ticked" in case:
        wording["options"][case["ticked"]]["selected"] = True
    if "option" in case:
        index, text = case["option"]
        wording["options"][index] = {"option_id": "x", "text": text}
    if "set_option" in case:
        index, name, value = case["set_option"]
        wording["options"][0 if index == 1 and case.get("order") else index][name] = value
    if "drop" in case:
        wording["options"] = [option for index, option in enumerate(wording["options"]) if index not in case["drop"]]
    if "order" in case:
        wording["options"] = [wording["options"][index] for index in case["order"]]
    return {"id": case["why"], "wording": wording, "internal": {"effect": case.get("effect", [])}}


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
    assert len(TOLD["bad"]) >= 30
    assert len(TOLD["good"]) >= 20


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
