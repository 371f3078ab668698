"""PhysioNet 2019's hours as values of our analytes, and its label as the onset: told by an invented patient (DOMAIN F.19)."""

import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest

from bench import physionet
from bench.physionet import START, Patient, patients
from opencdi.queries.room import rules_path
from opencdi.queries.rule import load_rules

COLUMNS = ("HR", "Temp", "Resp", "PaCO2", "WBC", "MAP", "Creatinine", "Bilirubin_total", "Platelets", "ICULOS", "SepsisLabel")
SEPSIS = next(rule for rule in load_rules(rules_path()) if rule.id == "D-01")


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(physionet, "FILE", tmp_path / "patients.ndjson.gz")
    return tmp_path / "patients.ndjson.gz"


def hour(nth: int, label: int = 0, **values: float) -> str:
    row = {
        **dict.fromkeys(COLUMNS, "NaN"),
        **{name: str(value) for name, value in values.items()},
        "ICULOS": str(nth),
        "SepsisLabel": str(label),
    }
    return "|".join(row[name] for name in COLUMNS)


def patient(file: Path, *hours: str) -> Patient:
    with gzip.open(file, "wt", encoding="utf-8") as out:
        out.write(json.dumps({"id": "p1.psv", "psv": "\n".join(("|".join(COLUMNS), *hours))}) + "\n")
    (read,) = patients()
    return read


def test_what_was_not_measured_is_no_value(told: Path) -> None:
    series = patient(told, hour(1, HR=80), hour(2), hour(3, HR=118, WBC=18.2)).series
    assert [point.value for point in series["heart-rate"]] == [80, 118]
    assert [point.value for point in series["wbc"]] == [18.2]
    assert series["creatinine"] == ()


def test_an_hour_is_an_hour_of_the_stay_and_no_finer(told: Path) -> None:
    (point,) = patient(told, hour(5, Creatinine=2.4)).series["creatinine"]
    assert (point.at.at - START, point.at.precision) == (timedelta(hours=5), "hour")


@pytest.mark.parametrize(("hours", "onset"), [((hour(1), hour(2, 1), hour(3, 1)), 8), ((hour(1), hour(2)), None)])
def test_the_label_begins_six_hours_before_the_onset(told: Path, hours: tuple[str, ...], onset: int | None) -> None:
    assert patient(told, *hours).onset_h == onset


def test_the_hours_at_which_the_measured_part_is_met(told: Path) -> None:
    well, ill = {"HR": 80, "Temp": 37, "Resp": 14}, {"HR": 118, "Temp": 38.9, "Resp": 26, "WBC": 18.2}
    assert patient(told, hour(1, **well), hour(2, **well)).hours_met(SEPSIS, "sepsis-2") == []
    met = patient(told, hour(1, **well), hour(9, **ill), hour(10, **well)).hours_met(SEPSIS, "sepsis-2")
    assert min(met) == 9
