"""The questions of `lint_cases.yaml`, written out: a base with some fields set anew, or told in short.

In short, `shows`, `against` and `documented` are lines "text | source | author", where a fact of an earlier encounter goes on with
"| day | why it matters | its age"; a text in quotation marks is a quote.  `reason` is why it is asked, `answers` are the options' words.
"""

from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

TOLD = yaml.safe_load((Path(__file__).parent / "lint_cases.yaml").read_text(encoding="utf-8"))
ASKED = "Based on your clinical judgment, please clarify the condition being evaluated and treated."
TAIL = ("Other (please specify)", "Unable to determine")


def question(case: dict[str, Any]) -> dict[str, Any]:
    """The question as `opencdi lint-query` reads it."""
    wording: dict[str, Any] = deepcopy(TOLD["bases"][case.get("base", "kidney")])
    if "shows" in case:
        wording |= _in_short(case)
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


def _in_short(case: dict[str, Any]) -> dict[str, Any]:
    answers = [*case.get("answers", ()), *(TAIL if case.get("answers") else ())]
    return {
        "title": case["title"],
        "why": case.get("reason", "The indicators below have no associated diagnosis in the record."),
        "question": case.get("asks", ASKED),
        "documented": [_quoted("d", n, line) for n, line in enumerate(case.get("documented", ()))],
        "indicators": [_quoted("i", n, line) for n, line in enumerate(case["shows"])],
        "contrary": [_quoted("c", n, line) for n, line in enumerate(case.get("against", ()))],
        "no_contrary_evidence_found": not case.get("against"),
        "options": [{"option_id": f"o{n}", "text": text} for n, text in enumerate(answers)],
    }


def _quoted(kind: str, nth: int, line: str) -> dict[str, Any]:
    text, source, author, *prior = (part.strip() for part in line.split("|"))
    quote = {"quote": text.strip("“”")} if text.startswith("“") else {}
    told = {"text": text, "source": source, "source_id": f"{kind}{nth}", "author": author, **quote}
    if not prior:
        return {**told, "at": {"at": "2026-05-02T06:00:00-04:00"}}
    day, matters, *age = prior
    return {**told, "at": {"at": f"{day}T06:00:00-04:00"}, "prior": True, "pertinence": matters, "label": " ".join(age)}
