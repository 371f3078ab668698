"""`opencdi rules explain`: anyone with access to the bus can see why a rule asked about a stay, or why it kept silent, as of any entry."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.testing import Ward, story


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ward:
    monkeypatch.setenv("CDI_HOME", str(tmp_path))
    monkeypatch.setenv("CDI_BUS", f"sqlite:///{tmp_path}/bus.db")
    return Ward(tmp_path)


def explain(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["rules", "explain", *words])
    return done.exit_code, done.output


def test_a_question_on_the_list_is_explained_as_it_was_asked(bus: Ward) -> None:
    bus.live([story("aki-corrected")], until="2 12:00")
    alert = bus.alerts()[0]
    status, told = explain(alert.encounter_id, alert.rule_id, "--json")
    assert status == 0
    answer = json.loads(told)
    mine = [one for one in bus.alerts() if one.condition == alert.condition and one.encounter_id == alert.encounter_id]
    assert (answer["rule"], answer["state"]) == (alert.rule_id, mine[-1].state)
    before = json.loads(explain(alert.encounter_id, alert.rule_id, "--json", "--as-of", alert.as_of)[1])
    assert (before["as_of"], before["asks"]) == (alert.as_of, True)
    assert before["moved"][0]["to_state"] == alert.state


def test_the_lines_are_read_from_the_verdict_down(bus: Ward) -> None:
    bus.live([story("aki-corrected")], until="2 12:00")
    alert = bus.alerts()[0]
    status, told = explain(alert.encounter_id, "d-71")
    assert status == 0
    assert told.splitlines()[2] == "keeps silent: NOT_MET"
    assert "✗ when" in told
    assert "life of its questions\n  2026-05-" in explain(alert.encounter_id, alert.rule_id)[1]


def test_what_is_not_there_is_said_in_one_line(bus: Ward) -> None:
    bus.line.close()
    assert explain("nobody", "D-11") == (2, "nothing about the encounter nobody on this bus\n")
    status, told = explain("nobody", "D-999")
    assert (status, told.startswith("no active rule D-999; there are D-01")) == (2, True)
