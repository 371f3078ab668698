"""`opencdi codes`: a site loads the index once and looks conditions up; whatever is wrong with its files is said, and nothing is kept of them.

With the NCHS's own files where they are present (public data, US Government): most terms of the index lead to their own code.
"""

import gzip
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.knowledge.icd10cm import tabular
from opencdi.knowledge.index_file import FILE, load_index
from opencdi.knowledge.index_path import find
from unit.knowledge.index_sample import INDEX, NEOPLASMS

PUBLIC = Path(__file__).resolve().parents[3] / "shared" / "data" / "icd10cm"
RUN = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CDI_HOME", str(tmp_path / "home"))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "index.xml").write_text(INDEX, encoding="utf-8")
    (tmp_path / "files" / "neoplasms.xml.gz").write_bytes(gzip.compress(NEOPLASMS.encode()))
    return tmp_path / "files"


def test_what_is_loaded_is_looked_up(folder: Path) -> None:
    done = RUN.invoke(app, ["codes", "load", str(folder)])
    assert done.exit_code == 0, done.output
    assert "index: 32 terms" in done.stdout
    assert "0 are not in the ICD-10-CM" in done.stdout
    found = RUN.invoke(app, ["codes", "find", "pressure ulcer of the sacrum, stage 3", "--date", "2026-05-01"])
    assert found.exit_code == 0, found.output
    assert "index (FY2026): L89.15-" in found.stdout
    assert "tabular: L89.153 Pressure ulcer of sacral region, stage 3" in found.stdout
    assert "not said by it" not in found.stdout
    assert "not said by it: knee" in RUN.invoke(app, ["codes", "find", "abscess of the left knee"]).stdout
    assert RUN.invoke(app, ["codes", "find", "lung abscess", "--date", "May"]).exit_code == 2


@pytest.mark.parametrize(
    ("condition", "said"), [("frog", "no main term"), ("", "no main term")],
)  # fmt: skip
def test_what_is_not_found_is_said(folder: Path, condition: str, said: str) -> None:
    RUN.invoke(app, ["codes", "load", str(folder)])
    found = RUN.invoke(app, ["codes", "find", condition])
    assert found.exit_code == 1
    assert said in found.stderr


def test_without_an_index_nothing_is_found_and_how_to_load_one_is_said(folder: Path) -> None:
    found = RUN.invoke(app, ["codes", "find", "lung abscess"])
    assert found.exit_code == 1
    assert "opencdi codes load" in found.stderr


def test_files_that_are_wrong_change_nothing(folder: Path, tmp_path: Path) -> None:
    assert RUN.invoke(app, ["codes", "load", str(folder)]).exit_code == 0
    before = (tmp_path / "home" / "codes" / FILE).read_bytes()
    for name, text, said in (
        ("again.xml", INDEX, "a second time"),
        ("old.xml", INDEX.replace("2026", "2025").replace("INDEX TO", "EXTERNAL CAUSE"), "several years"),
        ("page.xml", "<html/>", "page.xml: begins with html"),
    ):
        (folder / name).write_text(text, encoding="utf-8")
        done = RUN.invoke(app, ["codes", "load", str(folder)])
        assert done.exit_code == 1
        assert said in done.stderr
        (folder / name).unlink()
    packed = (folder / "neoplasms.xml.gz").read_bytes()
    (folder / "neoplasms.xml.gz").write_bytes(packed[: len(packed) // 2])
    assert "neoplasms.xml.gz: not a whole gzip file" in RUN.invoke(app, ["codes", "load", str(folder)]).stderr
    (folder / "neoplasms.xml.gz").write_bytes(packed)
    (folder / "index.xml").unlink()
    assert "no index among 1 XML files" in RUN.invoke(app, ["codes", "load", str(folder)]).stderr
    assert "no index among 0 XML files" in RUN.invoke(app, ["codes", "load", str(folder / "none")]).stderr
    assert (tmp_path / "home" / "codes" / FILE).read_bytes() == before


@pytest.mark.public_data
@pytest.mark.skipif(not PUBLIC.is_dir(), reason="no public data on this machine")
def test_the_official_terms_lead_to_their_own_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_HOME", str(tmp_path))
    done = RUN.invoke(app, ["codes", "load", str(PUBLIC)])
    assert done.exit_code == 0, done.output
    index = load_index(tmp_path / "codes")
    assert index is not None
    assert [len(index.terms_of(part)) for part in ("index", "neoplasms", "drugs", "external-causes")] == [81_024, 1_939, 7_428, 8_064]
    own = [nth for nth in index.terms_of("index") if index.term(nth).codes]
    asked = random.Random(1).sample(own, 1_000)
    same = 0
    for nth in asked:
        main, *modifiers = index.path(nth)
        path = find(index, " ".join([*reversed(modifiers), main.split(",")[0]]))
        assert path is None or path.code.rstrip("-") in tabular()
        same += path is not None and path.code == index.term(nth).codes[0]
    print(f"{same} of {len(asked)} terms of the official index lead to their own code")
    assert same >= 0.88 * len(asked)


@pytest.mark.parametrize(
    ("code", "day", "exit_code", "said"),
    [
        ("a41.9", "2026-05-01", 0, "A41.9: valid on 2026-05-01: Sepsis, unspecified organism"),
        ("N183", "2026-05-01", 1, "N18.3: a stem, more characters are needed"),
        ("N183", "2026-05-01", 1, "  N18.32  Chronic kidney disease, stage 3b"),
        ("I420", "2026-11-01", 1, "I42.0: not valid on 2026-11-01; it was from 2022-10-01 to 2026-09-30\n  I42.00"),
        ("E66813", "2024-05-01", 1, "E66.813: not valid on 2024-05-01; it is from 2024-10-01"),
        ("S72", "2026-05-01", 1, "  and 2446 more"),
        ("I21.09X", "2026-05-01", 1, "I21.09X: no code of ICD-10-CM on 2026-05-01"),
    ],
)
def test_a_stem_or_a_retired_code_is_said_so_with_what_is_valid(code: str, day: str, exit_code: int, said: str) -> None:
    done = RUN.invoke(app, ["codes", "check", code, "--date", day])
    assert done.exit_code == exit_code
    assert said in done.stdout
