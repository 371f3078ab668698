"""`opencdi replay --indicators-only`: recorded messages in, which rules' indicators they show and when; nothing is asked."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.hospital.message import play
from opencdi.testing import DAY_ZERO, story


def test_a_recorded_stay_shows_its_indicators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_HOME", str(tmp_path / "home"))
    recorded = tmp_path / "stay.hl7"
    recorded.write_bytes(b"\r".join(message.body for message in play([story("sepsis")], DAY_ZERO)))
    result = CliRunner().invoke(app, ["replay", str(recorded), "--indicators-only"])
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["rule"], row["part"]) for row in rows if row["rule"] == "D-01"] == [("D-01", "sepsis-2"), ("D-01", "when")]
    assert all({"encounter_id", "rule", "at", "indicators"} <= set(row) for row in rows)
    assert rows == sorted(rows, key=lambda row: row["at"])
    texts = [one["text"] for one in rows[0]["indicators"]]
    assert "temperature 38.9 °C" in texts
    assert "query" not in result.stdout
