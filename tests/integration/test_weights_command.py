"""`opencdi weights load`: a year that the site has, and what is refused; the filter then tells it."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from opencdi.knowledge.weights import load_kept
from unit.cli.command import opencdi

PRINTED = (files("drg") / "data" / "cms" / "drg_weights.txt").read_text(encoding="cp1252")
CLAIM = json.dumps(
    {"id": 1, "version": "44.0", "age": 70, "sex": "M", "discharge_status": "01", "principal": {"code": "A41.9", "poa": "Y"}}
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CDI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_year_is_loaded_and_weighs(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "Table 5.txt"
    file.write_text(PRINTED.replace("FY 2026", "FY 2027"), encoding="cp1252")
    assert opencdi("group", stdin=CLAIM).lines[0]["weight"] is None
    told = opencdi("weights", "load", str(file))
    assert (told.code, told.out) == (0, f"FY2027: 770 DRGs with a weight, kept in {home / 'codes' / 'table5-FY2027.json'}\n")
    answer = opencdi("group", stdin=CLAIM).lines[0]
    assert (answer["weight"], answer["weight_source"]) == (1.0233, "CMS Table 5, FY2027 final rule, 10 % cap applied")
    kept = home / "codes" / "table5-FY2027.json"
    kept.write_text(kept.read_text().replace("1.0233", "9.0233"))
    spoiled = opencdi("group", stdin=CLAIM)
    assert (spoiled.code, "not the table that was loaded" in spoiled.errors) == (1, True)
    load_kept(tmp_path)


def test_what_is_not_table_5_is_refused_in_one_line(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "short.txt"
    file.write_text("\n".join(PRINTED.splitlines()[:500]), encoding="cp1252")
    told = opencdi("weights", "load", str(file))
    assert (told.code, told.errors.count("\n")) == (1, 1)
    assert "has 772 rows, this file" in told.errors
    assert opencdi("weights", "load", str(tmp_path / "none.txt")).errors.count("\n") == 1
    assert not (home / "codes").exists()
