"""Each code is explained: its words, the way down the index, what the guidelines did, its confidence in parts, and what would say more."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.clinical.time import ClinicalTime
from opencdi.coding.by_index import way_of
from opencdi.coding.candidates import Candidate
from opencdi.coding.explained import MOST_CHOICES, could_say, explanation
from opencdi.coding.room import coding_room
from opencdi.events.pages import Evidence
from opencdi.knowledge.site import SiteData
from unit.coding.test_room import Line, finding, note
from unit.knowledge.index_sample import INDEX, NEOPLASMS, sample

RUN = CliRunner()
NOTE = {
    "id": "A",
    "type": "discharge-summary",
    "text": "DISCHARGE DIAGNOSES:\n1. Acute kidney injury.\n2. Heart failure.\n3. Hypertension.",
}


def candidate(code: str, *quotes: str) -> Candidate:
    at = ClinicalTime(datetime(2026, 5, 1, tzinfo=UTC), "day")
    said = [Evidence(note_id="n", revision=1, start=0, end=len(quote), quote=quote, author="", at=at) for quote in quotes]
    return Candidate(code=code, concept="", evidence=tuple(said))


def test_the_way_to_the_code_is_told_where_the_index_leads_there(tmp_path: Path) -> None:
    index = sample(tmp_path)
    told = explanation(candidate("S72001A", "trauma", "fracture of the right femoral neck"), index)
    assert told.path[0] == "Fracture, traumatic"
    assert told.path[-1] == "tabular: S72.001 > S72.001A"
    assert explanation(candidate("S72002A", "fracture of the right femoral neck"), index).path == ()
    assert explanation(candidate("I2699", "pulmonary embolism"), index).path == ()
    assert explanation(candidate("S72001A", "fracture of the right femoral neck"), None).path == ()


@pytest.mark.parametrize("status", ["proposed", "uncertain", "flagged"])
@pytest.mark.parametrize("assessed", [True, False])
@pytest.mark.parametrize("quotes", [["sepsis"], ["sepsis", "septic"]])
def test_the_parts_of_a_confidence_are_all_of_it(status: str, assessed: bool, quotes: list[str]) -> None:
    held = candidate("A419", *quotes)
    one = Candidate(code="A419", concept="sepsis", status=status, assessed=assessed, specific=assessed, evidence=held.evidence)  # type: ignore[arg-type]
    told = explanation(one, None)
    assert told.confidence == pytest.approx(sum(value for _, value in told.parts))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("L89159", "Pressure ulcer of sacral region, stage 3"),
        ("N189", "Chronic kidney disease, stage 4 (severe)"),
        ("J9690", "Respiratory failure, unspecified with hypoxia"),
    ],
)
def test_what_would_say_more_is_what_its_neighbours_tell_apart(code: str, says: str) -> None:
    assert says in could_say(code)
    assert not any("Other" in one for one in could_say(code))


@pytest.mark.parametrize("code", ["I5023", "I130", "J690", "X9999", ""])
def test_of_a_code_that_is_exact_or_unknown_nothing_more_can_be_said(code: str) -> None:
    assert could_say(code) == ()


def test_people_are_told_of_every_code_and_of_what_was_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_HOME", str(tmp_path))
    for name, text in (("index.xml", INDEX), ("neoplasm.xml", NEOPLASMS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert RUN.invoke(app, ["codes", "load", str(tmp_path)]).exit_code == 0
    notes = tmp_path / "notes.jsonl"
    notes.write_text(json.dumps(NOTE) + "\n{\n" + json.dumps({**NOTE, "id": "B"}), encoding="utf-8")
    done = RUN.invoke(app, ["code", "--explain", "--date", "2026-05-01", str(notes)])
    assert done.exit_code == 2  # the line that is none is named, and the next one is told
    assert "notes.jsonl:2: not JSON" in done.stderr
    first, second = done.stdout.split("# B")
    assert first.startswith("# A\n")
    assert "I10  Essential (primary) hypertension  [flagged: not on the claim]" in second
    assert "I11.0  Hypertensive heart disease with heart failure" in second
    assert '  said     "Acute kidney injury" (' in second
    assert "  because  I.C.9.a.1" in second
    assert "  index    Failure, failed\n" in second
    assert "(uncalibrated)" in second
    assert "could be Acute kidney failure with tubular necrosis" in second


def test_mentions_are_not_explained() -> None:
    assert RUN.invoke(app, ["code", "--explain", "--scope", "mentions"], input="").exit_code == 2


def test_an_index_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_CODES", str(tmp_path))
    (tmp_path / "alphabetic-index.json").write_text("{", encoding="utf-8")
    done = RUN.invoke(app, ["code", "--explain"], input=json.dumps(NOTE))
    assert done.exit_code == 1
    assert "load it again" in done.stderr


def test_procedures_are_explained_too() -> None:
    done = RUN.invoke(
        app, ["code", "--explain", "--date", "2026-05-01"], input='{"id":1,"text":"Left BKA was performed. PEG tube was placed."}'
    )
    assert done.exit_code == 0
    assert '0DH63UZ  Insertion of Feeding Device into Stomach, Percutaneous Approach\n  said     "PEG tube" (24-32)' in done.stdout
    assert "below-knee-amputation    [question: not on the claim]" in done.stdout
    assert "  asks     at which level: high, mid or low\n  could be 0Y6J0Z1, 0Y6J0Z2, 0Y6J0Z3" in done.stdout


def test_the_page_carries_what_would_say_more_and_what_its_confidence_is_made_of() -> None:
    line = Line().send(notes=[note("n", 0, finding("chronic-kidney-disease"), finding("sepsis", assertion="possible"))])
    kidney, sepsis = line.code("N189"), line.code("A419")
    assert kidney is not None
    assert sepsis is not None
    assert "Chronic kidney disease, stage 4 (severe)" in kidney.could_say
    assert len(kidney.could_say) <= MOST_CHOICES
    assert sum(value for _, value in kidney.confidence_parts) == pytest.approx(kidney.confidence)
    assert kidney.path == ()  # no index is loaded
    assert sepsis.could_say == ()  # not on the claim


def test_with_an_index_the_page_carries_the_way_and_looks_nothing_up_twice(tmp_path: Path) -> None:
    line = Line(coding_room(SiteData(), index=sample(tmp_path)))
    said = finding("heart-failure").model_copy(update={"text": "heart failure"})
    line.send(notes=[note("n", 0, said)])
    code = line.code("I509")
    assert code is not None
    assert code.path == ("Failure, failed", "heart (acute, senile)", "tabular: I50.9")
    looked_up = way_of.cache_info().misses
    for nth in range(1, 30):
        line.send(notes=[note(f"n{nth}", nth, said)], hours=nth)
    assert way_of.cache_info().misses == looked_up
