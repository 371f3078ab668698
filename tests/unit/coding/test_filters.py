"""`opencdi code` and `opencdi group`: JSON in, JSON out, on the room's own code (DESIGN §6)."""

import json
import subprocess
import sys
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from opencdi.cli.code import code_notes
from opencdi.cli.group import group_claims

GOOD = {"id": 1, "version": "43.1", "age": 70, "sex": "M", "discharge_status": "01", "principal": {"code": "A41.9", "poa": "Y"},
        "secondary": [{"code": "R65.20", "poa": "Y"}], "procedures": []}  # fmt: skip


def run(command: Any, lines: str, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    app = typer.Typer()
    app.command()(command)
    done = CliRunner().invoke(app, list(arguments), input=lines)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_group_answers_as_the_design_says() -> None:
    code, out, _ = run(group_claims, json.dumps(GOOD))
    assert code == 0
    assert out[0] | {"weight_source": "", "title": ""} == {
        "id": 1, "drg": "872", "mdc": "18", "initial_drg": "872", "severity": "NON_CC", "return_code": "OK",
        "secondary": [{"code": "R6520", "severity": "MCC", "excluded": True}], "edits": [], "weight": 1.0233, "gmlos": 3.4,
        "version": "43.1", "weight_source": "", "title": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"principal": None}, "principal"),
        ({"age": "old"}, "age"),
        ({"sex": "X"}, "sex"),
        ({"version": "99"}, "version"),
        ({"secondary": [{"poa": "Y"}]}, "secondary[0]"),
        ({"secondary": "E876"}, "secondary"),
        ({"discharge_date": "yesterday"}, "discharge_date"),
        ({"version": None, "discharge_date": "2110-01-01"}, "no grouper"),
    ],
)
def test_a_bad_line_is_named_and_the_good_ones_come_out(change: dict[str, Any], word: str) -> None:
    code, out, errors = run(group_claims, "\n".join((json.dumps(GOOD | change), "{", json.dumps(GOOD))))
    assert (code, len(out)) == (2, 1)
    assert word in errors
    assert errors.count("\n") == 2


def test_no_weight_is_null_and_the_date_picks_the_version() -> None:
    _, out, _ = run(group_claims, json.dumps(GOOD | {"version": None, "discharge_date": "2026-11-01"}))
    assert (out[0]["version"], out[0]["weight"], out[0]["gmlos"]) == ("44.0", None, None)


@pytest.mark.parametrize(("principal", "edit"), [("E872", "INVALID_CODE"), ("W19XXXA", "E_CODE"), ("428.0", "CODE_SYSTEM")])
def test_group_says_what_is_wrong_with_a_code(principal: str, edit: str) -> None:
    _, out, _ = run(group_claims, json.dumps(GOOD | {"principal": {"code": principal}}))
    assert {"edit": edit, "code": principal.replace(".", "")} in out[0]["edits"]


def coded(text: str, *arguments: str, **told: Any) -> set[str]:
    _, out, _ = run(code_notes, json.dumps({"id": 1, "text": text} | told), "--date", "2026-05-01", *arguments)
    for one in out[0]["codes"]:
        assert all(text[span["start"] : span["end"]] == span["quote"] for span in one["evidence"])
    return {one["code"] for one in out[0]["codes"]}


def test_code_reads_what_the_note_says_and_no_more() -> None:
    assert "S72002A" in coded("Assessment: left femoral neck fracture.")
    assert "S72001A" in coded("Assessment: right femoral neck fracture.")
    assert coded("Assessment: femoral neck fracture.") & {"S72001A", "S72002A"} == set()
    assert "N179" in coded("Assessment: acute kidney injury.")
    assert "N179" not in coded("No acute kidney injury.")


def test_uncertain_counts_only_in_the_final_statement() -> None:
    text = "Discharge Diagnoses:\nProbable acute kidney injury."
    assert "N179" in coded(text, type="discharge-summary")
    assert "N179" in coded(text, final_statement=True)
    assert "N179" not in coded(text)
    assert "N179" not in coded(text, "--state", "admitted", type="discharge-summary")


def test_words_of_a_nurse_or_an_unsigned_note_are_not_coded() -> None:
    assert coded("Assessment: acute kidney injury.", author_role="nurse") == set()
    assert coded("Assessment: acute kidney injury.", authentication="unsigned") == set()


def test_our_own_question_is_not_coded() -> None:
    question = "Based on your clinical judgment, please clarify the patient's nutritional diagnosis, if any.\n"
    options = "Moderate malnutrition\nSevere malnutrition\nUnable to determine\n"
    assert coded(options.replace("Moderate malnutrition\n", "")) == {"E43"}
    assert coded(question + options) == set()
    assert coded(question + options.replace("Severe", "[x] Severe")) == {"E43"}


def test_the_reportable_path_cannot_load_the_mentions_table() -> None:
    program = "import sys, opencdi.coding.room; print('opencdi.coding.mentions' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert "B999" in coded("He has an infection.", "--scope", "mentions")
    assert "B999" not in coded("He has an infection.")


NOTE = "Sepsis. Intubated 4/22 at 14:00, extubated 4/28 at 09:00. Debridement of the right foot wound was performed."


def test_code_tells_what_was_done_with_its_words_and_what_is_open() -> None:
    code, (out,), _ = run(code_notes, json.dumps({"id": 1, "text": NOTE}), "--date", "2026-05-01")
    assert code == 0
    told = {one["procedure"]: one for one in out["procedures"]}
    assert {name: (one["status"], one["code"]) for name, one in told.items()} == {
        "intubation": ("proposed", "0BH17EZ"), "ventilation": ("proposed", "5A1955Z"), "debridement": ("question", ""),
    }  # fmt: skip
    assert told["ventilation"]["description"] == "Respiratory Ventilation, Greater than 96 Consecutive Hours"
    assert all(NOTE[span["start"] : span["end"]] == span["quote"] for one in told.values() for span in one["evidence"])
    assert told["debridement"]["asks"][0].startswith("excisional or not")
    assert "0JBQ0ZZ" in told["debridement"]["choices"]


def test_mentions_code_no_procedures() -> None:
    _, (out,), _ = run(code_notes, json.dumps({"id": 1, "text": NOTE}), "--scope", "mentions", "--date", "2026-05-01")
    assert "procedures" not in out
