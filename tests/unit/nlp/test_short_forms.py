"""Short forms mean what their company says: one made-up line or more for each sense (`short_forms.yaml`)."""

from pathlib import Path

import pytest
import yaml

from opencdi.knowledge.concepts import load_concepts
from opencdi.knowledge.icd10cm import tabular
from opencdi.nlp.reader import load_reader
from opencdi.nlp.short_forms import WrongShortForms, load_short_forms
from opencdi.settings import rules_dir

FOLDER = rules_dir() / "nlp"
READER = load_reader(FOLDER)
LINES: dict[str, list[tuple[str, str]]] = yaml.safe_load((Path(__file__).parent / "short_forms.yaml").read_text(encoding="utf-8"))
TABLE = yaml.safe_load((FOLDER / "abbreviations.yaml").read_text(encoding="utf-8"))["short_forms"]


def read(short: str, line: str) -> str:
    """What the reader takes the short form for in that line."""
    at = line.find(short) if short in line else line.lower().find(short.lower())
    found = [finding.concept for finding in READER.read(line).findings if finding.start < at + len(short) and at < finding.end]
    return found[0] if found else "none"


@pytest.mark.parametrize(("short", "line", "concept"), [(short, *row) for short, rows in LINES.items() for row in rows])
def test_the_company_tells_the_meaning(short: str, line: str, concept: str) -> None:
    assert read(short, line) == concept


def test_there_are_enough_of_them() -> None:
    assert len(TABLE) >= 150
    assert sum(map(len, LINES.values())) >= 300
    assert set(LINES) <= set(TABLE)


def test_every_code_named_is_in_the_tabular() -> None:
    codes = {
        sense.get("concept", "").removeprefix("icd10cm:")
        for senses in TABLE.values()
        for sense in senses
        if "icd10cm:" in sense.get("concept", "")
    }
    assert [code for code in sorted(codes) if code not in tabular() and f"{code}A" not in tabular()] == []


@pytest.mark.parametrize("short", ["RA", "RF", "ARF", "MS", "CP", "HD", "SBP", "AS", "PT"])
def test_alone_an_ambiguous_form_is_not_read(short: str) -> None:
    assert read(short, short) == "none"


@pytest.mark.parametrize(
    "row", ["{concept: no-such-thing}", "{is: a word, nearby: [x]}", "{concept: sepsis, attributes: {colour: red}}", "{near: [x]}"]
)
def test_a_table_with_a_slip_stops_at_the_start(tmp_path: Path, row: str) -> None:
    (tmp_path / "abbreviations.yaml").write_text(f"short_forms: {{XY: [{row}]}}", encoding="utf-8")
    with pytest.raises(WrongShortForms, match="XY"):
        load_short_forms(tmp_path, load_concepts(FOLDER))
