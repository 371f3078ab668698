"""What the practice of asking looks like from a distance: counted, looked through for patterns, read again at random (Q-44, Q-57, Q-59)."""

import csv
import io
from pathlib import Path

import pytest

from opencdi.events.people import Person, QueryAnswered
from opencdi.knowledge.requirements import requirements
from opencdi.queries.case_chart import approval_of
from opencdi.testing import Ward, story
from unit.cli.command import opencdi

JUDGED = [name for name, one in requirements().items() if one.kept_by == "gate"]


@pytest.fixture
def ward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ward:
    """A stay whose question was approved and answered."""
    monkeypatch.setenv("CDI_HOME", str(tmp_path))
    ward = Ward(tmp_path).live([story("malnutrition")], until="2 12:00")
    draft = ward.alerts()[-1]
    ward.decide(approval_of(draft, decision_id="d1", actor=Person(staff_id="cdi-1"), decided_at=ward.now))
    answer = {"decision_id": "d2", "encounter_id": draft.encounter_id, "decided_at": ward.now, "query_id": draft.query_id}
    option = next(option.option_id for option in draft.wording.options if option.diagnosis)
    physician = Person(staff_id="1091", name="Omar Haddad", role="provider")
    ward.decide(QueryAnswered.model_validate({**answer, "actor": physician, "as_of": ward.asked()[-1].as_of, "option_id": option}))
    return ward


@pytest.mark.usefixtures("ward")
def test_the_month_is_counted() -> None:
    told = {one["aim"]: one for one in opencdi("report", "effort", "--json").lines}
    assert {name: told["opportunity"][name] for name in ("month", "produced", "approved", "sent", "answered")} == {
        "month": "2026-05", "produced": 1, "approved": 1, "sent": 1, "answered": 1,
    }  # fmt: skip
    assert told["validation"]["produced"] == 0
    assert "validation" in opencdi("report", "effort").out


@pytest.mark.usefixtures("ward")
def test_one_answer_is_no_pattern() -> None:
    told = opencdi("report", "answers")
    assert (told.code, told.out.partition(";")[0]) == (0, "no alarm in 1 answers")
    assert opencdi("report", "answers", "--json").lines == []


def test_a_sheet_is_drawn_filled_in_and_scored(ward: Ward, tmp_path: Path) -> None:
    told = opencdi("report", "audit", "2026-05", "--each", "3")
    (drawn,) = csv.DictReader(io.StringIO(told.out))
    assert drawn["rule"] == "D-50"
    assert drawn["question"] == ward.asked()[-1].wording.question
    assert set(JUDGED) <= drawn.keys()
    assert ward.asked()[-1].wording.patient_id not in told.out

    sheet = tmp_path / "audit.csv"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        filled = csv.DictWriter(file, list(drawn))
        filled.writeheader()
        filled.writerow({**drawn, JUDGED[0]: "yes", JUDGED[1]: "no"})
    (score,) = opencdi("report", "score", str(sheet), "--json").lines
    assert score == {"of": "rule D-50", "drawn": 1, "read": 1, "judged": 2, "kept": 1, "score": 0.5}
    assert "50.0%" in opencdi("report", "score", str(sheet)).out


def test_what_was_asked_wrongly_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_HOME", str(tmp_path))
    assert "no month" in opencdi("report", "audit", "May").errors
    assert opencdi("report", "score", str(tmp_path / "none.csv")).errors.strip().endswith("No such file or directory")
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert opencdi("report", "score", str(tmp_path / "notes.csv")).errors.strip().endswith(f"no column {JUDGED[0]}")
    assert "no such file" in opencdi("report", "effort").errors
