"""What no coder can use, told to `opencdi code` and to the coding room: a clear error or a reason in words, and nothing stops."""

import json
from datetime import timedelta, timezone
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from opencdi.cli.code import code_notes
from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import (
    Coded,
    DiagnosisListed,
    EncounterDischarged,
    EncounterUpdated,
    InpatientOrdered,
    PatientIdentified,
    ProcedureRecorded,
)
from opencdi.events.reading import NoteRead
from opencdi.knowledge.icd10cm import tabular, valid_on
from unit.coding.test_room import T0, Line, at, finding, note

KIDNEY = "Assessment: acute kidney injury."
BILLABLE = [code for code in tabular() if tabular().billable(code) and valid_on(code, T0.date())]


def of_many(count: int) -> list[str]:
    """So many codes from all chapters."""
    return BILLABLE[:: len(BILLABLE) // count][:count]


# --- opencdi code ---------------------------------------------------------------------------------------------------
def code(*lines: str | bytes, options: tuple[str, ...] = ("--date", "2026-05-01")) -> tuple[int, list[dict[str, Any]], str]:
    app = typer.Typer()
    app.command()(code_notes)
    sent = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    done = CliRunner().invoke(app, list(options), input=sent)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def line(text: Any, **more: Any) -> str:
    return json.dumps({"id": 1, "text": text} | more)


def codes_of(text: str, *options: str, **more: Any) -> list[str]:
    exit_code, (told,), _ = code(line(text, **more), options=("--date", "2026-05-01", *options))
    assert exit_code == 0
    for one in told["codes"]:
        assert all(text[span["start"] : span["end"]] == span["quote"] for span in one["evidence"])
    return [one["code"] for one in told["codes"]]


@pytest.mark.parametrize("text", ["", " \n\t  \r\n", "\x00\x01\x07", "x" * 1_000_000, "€ ≥ µ ﷽ 🫀" * 1000])
def test_a_text_that_says_nothing_has_no_code(text: str) -> None:
    assert codes_of(text) == []


@pytest.mark.parametrize(
    "text", ["\x00\x07Assessment:\x0b acute\x00 kidney\x1f injury.\x7f\u2028", "Assessment: acute kidney injury \ud800."]
)
def test_signs_that_no_keyboard_has_hide_no_diagnosis(text: str) -> None:
    assert codes_of(text) == ["N179"]


def test_of_a_text_of_a_megabyte_what_was_read_is_coded_and_how_far_is_said() -> None:
    text = (KIDNEY + " Patient ate breakfast and slept well. ") * 14_500
    exit_code, (told,), _ = code(line(text))
    assert (exit_code, [one["code"] for one in told["codes"]]) == (0, ["N179"])
    assert 0 < told["read_to"] < len(text)
    assert "read_to" not in code(line(KIDNEY))[1][0]


def test_five_thousand_mentions_are_five_codes_with_a_few_quotes_each() -> None:
    five = ["acute kidney injury", "pneumonia", "hyponatremia", "atrial fibrillation", "cirrhosis"]
    exit_code, (told,), _ = code(line("Assessment: " + ", ".join(five * 1000) + "."))
    assert exit_code == 0
    assert {"N179", "J189", "E871", "I4891", "K7460"} == {one["code"] for one in told["codes"]}
    assert max(len(one["evidence"]) for one in told["codes"]) <= 8


@pytest.mark.parametrize("scope", ["reportable", "mentions"])
def test_four_hundred_diagnoses_are_coded_and_each_code_is_valid(scope: str) -> None:
    listed = "\n".join(f"{nth}. {tabular().description(one)}" for nth, one in enumerate(of_many(400), 1))
    found = codes_of(f"Assessment and Plan:\n{listed}", "--scope", scope)
    assert len(found) > 100
    assert all(valid_on(one, T0.date()) for one in found)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (line(KIDNEY, type="shopping-list"), "type is not one of"),
        (line(KIDNEY, type=["progress"]), "type is not one of"),
        (line(KIDNEY, author_role="alien"), "author_role is not one of"),
        (line(KIDNEY, authentication=True), "authentication is not one of"),
        (line(KIDNEY, final_statement="yes"), "final_statement is true or false"),
        (line(5), 'needs "text"'),
        (line(None), 'needs "text"'),
        ("{}", 'needs "text"'),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"id": 1, "text": "Asse', "not JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_a_bad_line_is_named_without_its_words_and_the_next_is_coded(sent: str | bytes, said: str) -> None:
    exit_code, out, errors = code(sent, line(KIDNEY))
    assert exit_code == 2
    assert [one["code"] for told in out for one in told["codes"]] == ["N179"]
    assert said in errors
    assert "kidney" not in errors


@pytest.mark.parametrize(
    ("day", "said"), [("2110-01-01", "no code set"), ("1999-01-01", "no code set"), ("yesterday", "not a date"), ("", "")]
)
def test_a_day_without_a_code_set_is_an_error_and_no_day_is_today(day: str, said: str) -> None:
    exit_code, out, errors = code(line(KIDNEY), options=("--date", day))
    assert (exit_code, bool(out)) == ((2, False) if said else (0, True))
    assert said in errors


# --- the room -------------------------------------------------------------------------------------------------------
def admitted(*, born: str | None = "1956-02-01", sex: str = "M", admitted_at: ClinicalTime | None = None) -> Line:
    return Line().send(
        PatientIdentified(patient_id="p", mrn="m", birth_date=born, sex=sex),
        EncounterUpdated(visit_id="v", encounter_class="inpatient", admitted_at=admitted_at, at=at(-1)),
        InpatientOrdered(at=at(0), basis="order"),
    )


def history(*concepts: str) -> NoteRead:
    said = (finding(concept, nth * 40) for nth, concept in enumerate(concepts or ("sepsis", "pneumonia")))
    return note("hp", 1, *said, note_type="history-and-physical")


def ill(line: Line, *concepts: str) -> Line:
    return line.send(notes=[history(*concepts)], hours=1)


def no_drg(line: Line) -> str | None:
    """Why there is none; whatever it is, the codes still stand."""
    assert line.page is not None
    assert line.drg not in ("998", "999")
    return line.page.no_drg


@pytest.mark.parametrize(
    ("born", "reason"),
    [
        (None, "age unknown"),
        ("", "age unknown"),
        ("1896-01-01", "age 130: the code editor takes 0 to 124"),
        ("0001-01-01", "age 2025: the code editor takes 0 to 124"),
        ("2027-01-01", "admitted before birth"),
        ("2026-06", "admitted before birth"),
        ("2026-05", None),
        ("2026-05-04", None),
        ("1956", None),
    ],
)
def test_a_birth_date_that_cannot_be_gives_no_drg_and_says_so(born: str | None, reason: str | None) -> None:
    line = ill(admitted(born=born, admitted_at=at(-1)))
    assert (no_drg(line), line.drg is None) == (reason, reason is not None)
    born_today = born == "2026-05-04"  # whose sepsis is the newborn's (I.C.16.f)
    assert line.status("A419") == ("flagged" if born_today else "proposed")


def test_an_unknown_sex_groups_all_the_same_and_so_does_an_admission_without_a_time() -> None:
    assert ill(admitted(sex="U")).drg == "871"
    assert ill(admitted(admitted_at=None)).drg == "871"


def test_discharged_before_the_admission_is_no_stay() -> None:
    line = ill(admitted(admitted_at=at(-1))).send(EncounterDischarged(at=at(-30), disposition="01"), hours=60)
    assert no_drg(line) == "discharged before the admission"


def test_the_zones_of_admission_and_discharge_may_differ() -> None:
    evening = ClinicalTime(
        (T0 + timedelta(hours=11)).astimezone(timezone(timedelta(hours=-4))), "minute"
    )  # 21:00 there, the next day in UTC
    line = ill(admitted(admitted_at=at(10.5))).send(EncounterDischarged(at=evening, disposition="20"), hours=60)
    assert no_drg(line) is None


@pytest.mark.parametrize(
    ("disposition", "reason"),
    [(None, "disposition unmapped"), ("home", "disposition unmapped"), ("²", "disposition unmapped"), ("01", None)]
    + [
        (status, f"disposition {status}: the code editor knows no such patient status on an inpatient claim")
        for status in ("00", "99", "100")
    ],
)
def test_a_disposition_that_no_claim_has_gives_no_drg(disposition: str | None, reason: str | None) -> None:
    line = ill(admitted()).send(EncounterDischarged(at=at(60), disposition=disposition), hours=60)
    assert no_drg(line) == reason


@pytest.mark.parametrize("years", [-27, 84])
def test_a_discharge_outside_the_groupers_years_says_which_there_are(years: int) -> None:
    line = ill(admitted()).send(EncounterDischarged(at=at(24 * 365.25 * years), disposition="01"), hours=60)
    assert (no_drg(line) or "").startswith(("no grouper for", "discharged before"))


@pytest.mark.parametrize("role", ["admitting", "working", "problem", "billing"])
@pytest.mark.parametrize(
    ("listed", "system"),
    [
        ("428.0", "I9"),
        ("V58.61", "ICD9"),
        ("E11", "I10"),
        ("E87.2", "I10"),
        ("garbage!!", "I10"),
        ("", "I10"),
        ("a" * 10_000, "I10"),
        ("428.0", ""),
    ],
)
def test_a_listed_code_that_cannot_be_billed_is_never_among_the_codes(listed: str, system: str, role: Any) -> None:
    told = DiagnosisListed(listing_id="l", code=Coded(code=listed, system=system), role=role, at=at(1))
    line = ill(admitted()).send(told, hours=2)
    assert line.page is not None
    assert ({one.code for one in line.page.codes}, line.drg) == ({"A419", "J189"}, "871")


def test_an_external_cause_never_stands_first_not_even_where_it_is_alone() -> None:
    fall = DiagnosisListed(listing_id="l", code=Coded(code="W19.XXXA", system="I10"), role="admitting", at=at(1))
    line = ill(admitted(), "icd10cm:W19XXXA").send(fall, hours=2)
    assert no_drg(line) == "no principal diagnosis"
    assert line.code("W19XXXA") is not None


@pytest.mark.parametrize("alone", ["icd10cm:F05", "icd10cm:B9620", "icd10cm:Z6841", "icd10cm:D631", "icd10cm:Z370"])
def test_what_may_not_stand_first_is_no_principal_diagnosis_even_alone(alone: str) -> None:
    assert no_drg(ill(admitted(), alone)) == "no principal diagnosis"


def test_a_delivery_of_a_man_of_seventy_is_said_and_never_998() -> None:
    line = ill(admitted(), "icd10cm:O80")
    assert (line.status("O80"), no_drg(line)) == ("flagged", "no principal diagnosis")
    assert line.page is not None
    assert any("I.C.15" in reason for one in line.page.codes if one.code == "O80" for reason in one.reasons)


def test_a_procedure_before_birth_is_said_and_never_grouped() -> None:
    ventilated = ProcedureRecorded(procedure_id="pr", code=Coded(code="5A1955Z", system="I10P"), at=at(-24 * 365 * 80))
    line = ill(admitted()).send(ventilated, hours=2)
    assert line.drg == "871"
    assert line.page is not None
    assert [(one.status, "before the patient was born" in one.reasons[-1]) for one in line.page.procedures] == [("flagged", True)]
    assert line.send(ventilated.model_copy(update={"at": at(1)}), hours=4).drg == "870"


@pytest.mark.parametrize("procedure", ["", "garbage", "ZZZZZZZ", "0000000", "36.15", "A" * 10_000])
def test_a_procedure_that_is_no_procedure_changes_nothing(procedure: str) -> None:
    line = ill(admitted()).send(ProcedureRecorded(procedure_id="pr", code=Coded(code=procedure), at=at(1)), hours=2)
    assert (no_drg(line), line.drg) == (None, "871")


def test_four_hundred_and_fifty_diagnoses_are_a_claim_with_a_drg() -> None:
    line = ill(admitted(), *(f"icd10cm:{one}" for one in of_many(450)))
    assert line.page is not None
    assert len(line.page.codes) <= 400
    assert line.drg is not None
    assert len({one.code for one in line.page.codes}) == len(line.page.codes)


def test_the_same_note_twice_is_one_note_and_a_copy_under_another_number_one_code() -> None:
    line = ill(admitted())
    before = line.page
    assert ill(line).page is before, "nothing new is said"
    line.send(notes=[history().model_copy(update={"note_id": "again"})], hours=2)
    assert line.page is not None
    assert ([one.code for one in line.page.codes], line.drg) == (["A419", "J189"], "871")


def test_a_note_of_five_thousand_mentions_is_one_page_of_a_few_codes() -> None:
    line = ill(admitted(), *(["sepsis", "pneumonia", "acute-kidney-injury", "hyponatremia", "atrial-fibrillation"] * 1000))
    assert line.page is not None
    assert (len(line.page.codes), line.drg) == (5, "871")
    assert len(line.page.to_json()) < 40_000
