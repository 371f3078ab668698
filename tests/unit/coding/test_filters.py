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
from opencdi.knowledge.code_year import RELEASES

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


def grouped(**change: Any) -> dict[str, Any]:
    """One good claim with this change, through the filter: an answer, never an exception."""
    code, out, errors = run(group_claims, json.dumps(GOOD | change))
    assert (code, errors) == (0, "")
    return out[0]


def says(answer: dict[str, Any], code: str | None) -> str:
    return next((note["says"] for note in answer.get("notes", ()) if note["code"] == code), "")


def test_a_stem_is_said_so_with_the_valid_codes_below_it() -> None:
    answer = grouped(principal={"code": "E87.2"}, secondary=["S72.001", "I63"])
    assert answer["drg"] == "999"
    assert says(answer, None) == "999: the principal diagnosis is no valid code of that day"
    assert says(answer, "E872") == "E87.2 is a stem of FY2026: more characters are needed"
    below = {note["code"]: note.get("children") for note in answer["notes"]}
    assert below["E872"] == ["E8720", "E8721", "E8722", "E8729"]
    assert below["S72001"][:2] == ["S72001A", "S72001B"]
    many = next(note for note in answer["notes"] if note["code"] == "I63")
    assert (len(many["children"]), many["children_in_all"] > 20) == (20, True), "bounded, and the whole number is told"


def test_a_retired_code_says_until_when_and_one_of_tomorrow_from_when() -> None:
    retired = grouped(secondary=["I24.8"])
    assert says(retired, "I248") == "I24.8 is retired: valid until 2023-09-30"
    assert retired["notes"][0]["children"] == ["I2481", "I2489"]
    assert says(grouped(version="40.0", secondary=["I24.81"]), "I2481") == "I24.81 is not valid yet: from 2023-10-01"
    assert says(grouped(secondary=["QQQ"]), "QQQ") == "QQQ is no ICD-10-CM code of FY2026"
    assert "notes" not in grouped()


def test_an_external_cause_may_not_stand_first() -> None:
    answer = grouped(principal={"code": "W19.XXXA"})
    assert (answer["drg"], answer["edits"]) == ("999", [{"edit": "E_CODE", "code": "W19XXXA"}])
    assert "may not stand first" in says(answer, None)


def test_sex_and_age_conflicts() -> None:
    assert {"edit": "AGE_CONFLICT", "code": "O80"} in grouped(principal="O80", sex="F")["edits"]
    assert grouped(secondary=["N40.0"], sex="F", version="41.1")["edits"] == [{"edit": "SEX_CONFLICT", "code": "N400"}]
    today = grouped(secondary=["N40.0"], sex="F")
    assert (today["edits"], "does not go with sex F" in says(today, "N400")) == ([], True), "CMS edits this no more since October 2024"


@pytest.mark.parametrize("status", ["99", "00", "15"])
def test_an_unknown_disposition_is_an_edit(status: str) -> None:
    assert grouped(discharge_status=status)["edits"] == [{"edit": "INVALID_DISCHARGE_STATUS", "code": None}]


def test_no_discharge_date_is_todays_working_year() -> None:
    assert grouped(version=None)["version"] in {release.name for release in RELEASES}


def test_icd_9_is_told_apart_from_what_is_no_code() -> None:
    answer = grouped(principal="428.0", secondary=["V58.61", "E885.9", "038.9", "V58"], procedures=["96.72", "5A1955"])
    found = {(edit["edit"], edit["code"]) for edit in answer["edits"]}
    assert found == {
        ("CODE_SYSTEM", "4280"), ("CODE_SYSTEM", "V5861"), ("CODE_SYSTEM", "E8859"), ("CODE_SYSTEM", "0389"), ("CODE_SYSTEM", "9672"),
        ("INVALID_CODE", "V58"), ("INVALID_CODE", "5A1955"),
    }  # fmt: skip
    assert "reads as ICD-9-CM" in says(answer, "4280")


def test_four_hundred_secondaries_are_answered_each() -> None:
    answer = grouped(secondary=["E87.6"] * 200 + ["I63"] * 199 + ["J96.01"])
    assert (answer["drg"], len(answer["secondary"])) == ("871", 400)
    assert [edit["edit"] for edit in answer["edits"]].count("INVALID_CODE") == 199
    assert len(answer["notes"]) == 1


STAY = {"version": None, "birth_date": "1956-01-01", "admit_date": "2026-05-01", "discharge_date": "2026-05-04"}


@pytest.mark.parametrize(
    ("day", "edit"),
    [
        ("1900-06-01", "PROCEDURE_BEFORE_BIRTH"),
        ("2026-04-01", "PROCEDURE_BEFORE_ADMISSION"),
        ("2026-04-28", None),  # within three days before: billed with the stay
        ("2026-05-02", None),
        ("2026-06-01", "PROCEDURE_AFTER_DISCHARGE"),
        (None, None),
    ],
)
def test_the_day_of_a_procedure_is_within_the_life_and_the_stay(day: str | None, edit: str | None) -> None:
    answer = grouped(**STAY, procedures=[{"code": "5A1955Z", "date": day}])
    assert answer["edits"] == ([{"edit": edit, "code": "5A1955Z"}] if edit else [])


def test_who_is_born_after_the_stay_is_a_bad_line() -> None:
    code, _, errors = run(group_claims, json.dumps(GOOD | STAY | {"birth_date": "2027-01-01"}))
    assert (code, "birth_date" in errors) == (2, True)


def test_a_missing_poa_on_a_hospital_acquired_condition_is_named() -> None:
    answer = grouped(principal="N39.0", secondary=[{"code": "L89.153"}, {"code": "J96.01"}])
    assert (answer["drg"], answer["return_code"]) == ("999", "HAC_MISSING_ONE_POA")
    assert says(answer, "L89153").endswith("its POA is missing")
    exempt = grouped(principal="N39.0", secondary=[{"code": "L89.153"}], hospital_status="EXEMPT")
    assert (exempt["drg"], "notes" in exempt) == ("689", False)


def test_a_stay_that_ended_in_a_transfer_has_the_weight_that_is_paid() -> None:
    early = grouped(discharge_status="03", los=2)
    assert early["transfer"] == {
        "rule": "post-acute care transfer", "fraction": 0.8824, "weight": 0.903, "source": "42 CFR 412.4(b), (c), (f)",
    }  # fmt: skip
    assert grouped(**STAY | {"discharge_status": "03"})["transfer"]["fraction"] == 1.0, "the days are those between the dates"
    assert "transfer" not in grouped(los=2)
    assert "transfer" not in grouped(discharge_status="03"), "how long it was is not known"
    assert "transfer" not in grouped(version="44.0", discharge_status="03", los=2), "no weight loaded"


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
