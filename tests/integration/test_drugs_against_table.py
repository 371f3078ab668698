"""Our drugs against the official Table of Drugs and Chemicals, name by name (public data, US Government; FY2025, transcribed)."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.coding.drug_codes import SIXTH
from opencdi.coding.table import load_table
from opencdi.knowledge.index_file import load_index
from opencdi.settings import rules_dir

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "icd10cm"
pytestmark = [pytest.mark.public_data, pytest.mark.skipif(not DATA.is_dir(), reason="no public data on this machine")]


def test_our_drugs_have_the_codes_of_the_official_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the drugs that it names by the same name; the others are of a class that it names (an angiotensin blocker, a statin)."""
    monkeypatch.setenv("CDI_HOME", str(tmp_path))
    assert CliRunner().invoke(app, ["codes", "load", str(DATA)]).exit_code == 0
    index = load_index(tmp_path / "codes")
    assert index is not None
    drugs = load_table(rules_dir() / "coding" / "concepts.yaml").drugs
    official = {index.term(nth).title.lower(): index.term(nth).codes for nth in index.terms_of("drugs") if len(index.path(nth)) == 1}
    compared, differ = 0, []
    for drug in drugs.stem_by_drug:
        columns = official.get(drug.replace("-", " "))
        ours = tuple((drugs.code(how, drug) or "")[:-1] for how in SIXTH)
        if columns:
            compared += 1
            theirs = tuple(code.rstrip("-") for code in columns)
            told = slice(4) if drug in drugs.never_prescribed else slice(None)  # what nobody prescribes has no adverse effect here
            differ += [f"{drug}: {ours}, the table {columns}"] if theirs[told] != ours[told] else []
    print("\n".join(differ))
    print(f"{compared - len(differ)} of {compared} drugs have the codes of the table")
    assert compared >= 130
    assert differ == []
