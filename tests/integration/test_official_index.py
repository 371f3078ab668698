"""`opencdi code` with the official Alphabetic Index loaded: more exact where the record says more, and nowhere worse (public data)."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from integration.test_codiesp import DATA as CASES
from integration.test_codiesp import annotated, coded
from opencdi.cli.app import app

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "icd10cm"
pytestmark = [pytest.mark.public_data, pytest.mark.skipif(not DATA.is_dir() or not CASES.is_dir(), reason="no public data on this machine")]
RUN = CliRunner()


def load(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_HOME", str(home))
    assert RUN.invoke(app, ["codes", "load", str(DATA)]).exit_code == 0


def code_of(said: str) -> list[str]:
    done = RUN.invoke(app, ["code", "--date", "2026-05-01"], input=json.dumps({"id": 1, "text": f"Assessment: {said}."}))
    return [one["code"] for one in json.loads(done.stdout)["codes"]]


@pytest.mark.parametrize(
    ("said", "without", "with_index"),
    [
        ("chronic gastric ulcer", "K259", "K257"),
        ("chronic duodenal ulcer", "K269", "K267"),
        ("gastric ulcer", "K259", "K259"),
        ("acute on chronic systolic heart failure", "I5023", "I5023"),
    ],
)
def test_what_it_says_more(said: str, without: str, with_index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_HOME", str(tmp_path / "none"))
    assert code_of(said) == [without]
    load(tmp_path, monkeypatch)
    assert code_of(said) == [with_index]


@pytest.mark.parametrize("scope", ["mentions", "reportable"])
def test_it_is_nowhere_worse(scope: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gold = annotated()

    def precision_and_right(ours: Mapping[str, set[str]]) -> tuple[float, int]:
        right = sum(len(codes & gold[case]) for case, codes in ours.items())
        return right / sum(map(len, ours.values())), right

    monkeypatch.setenv("CDI_HOME", str(tmp_path / "none"))
    without = precision_and_right(coded(scope, tmp_path))
    load(tmp_path, monkeypatch)
    found = precision_and_right(coded(scope, tmp_path))
    print(f"{scope}: precision {without[0]:.3f} without the index, {found[0]:.3f} with it; right {without[1]} and {found[1]}")
    assert found[0] >= without[0]
    assert found[1] >= without[1]
