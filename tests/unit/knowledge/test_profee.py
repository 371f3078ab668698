"""A physician's own bill against a pack of NCCI, MUE and LCD edits: outside inpatient coding, and labelled so (DOMAIN B47)."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from opencdi.cli.profee import profee
from opencdi.knowledge.profee.folder import FolderPack, load_pack
from opencdi.knowledge.profee.modifiers import load_modifiers
from opencdi.knowledge.profee.pack import ProFeePack, ServiceLine, WrongPack
from opencdi.settings import rules_dir

EXAMPLE = rules_dir() / "profee" / "example"
MODIFIERS = load_modifiers(rules_dir() / "profee" / "modifiers.yaml")
DAY = date(2026, 2, 3)
ULCER = ("L89.153",)


@pytest.fixture(scope="module")
def pack() -> FolderPack:
    return load_pack(EXAMPLE, MODIFIERS)


def line(code: str, *modifiers: str, units: int = 1, day: date = DAY, diagnoses: tuple[str, ...] = ULCER) -> ServiceLine:
    return ServiceLine(code, day, modifiers, units, diagnoses)


def rules(pack: ProFeePack, *lines: ServiceLine) -> list[tuple[str, tuple[int, ...]]]:
    return [(found.rule, found.lines) for found in pack.check(lines)]


def test_the_example_says_that_it_is_none_of_medicares(pack: FolderPack) -> None:
    assert "not Medicare's" in pack.source
    assert "example" in pack.edition


def test_a_wrong_pair_is_flagged_whichever_stands_first_and_a_right_one_is_not(pack: FolderPack) -> None:
    assert rules(pack, line("80053"), line("80048")) == [("pair", (1, 2))]
    assert rules(pack, line("80048"), line("80053")) == [("pair", (2, 1))]
    assert rules(pack, line("80053"), line("97597")) == []
    assert rules(pack, line("80053"), line("80048", day=date(2026, 2, 4))) == [], "another day"


@pytest.mark.parametrize("modifier", ["59", "XS", "XE", "LT", "79"])
def test_a_modifier_separates_a_pair_that_allows_one_on_either_line(pack: FolderPack, modifier: str) -> None:
    assert rules(pack, line("11042"), line("97597")) == [("pair", (1, 2))]
    assert rules(pack, line("11042"), line("97597", modifier)) == []
    assert rules(pack, line("11042", modifier), line("97597")) == []


@pytest.mark.parametrize("modifier", ["76", "77", "26", "GA", ""])
def test_a_modifier_that_says_something_else_separates_nothing(pack: FolderPack, modifier: str) -> None:
    assert rules(pack, line("11042"), line("97597", modifier)) == [("pair", (1, 2))]


def test_no_modifier_separates_a_pair_that_allows_none(pack: FolderPack) -> None:
    assert rules(pack, line("80053"), line("80048", "59")) == [("pair", (1, 2))]


def test_a_visit_beside_a_procedure_needs_25_and_not_59(pack: FolderPack) -> None:
    assert rules(pack, line("11042"), line("99213")) == [("pair", (1, 2))]
    assert rules(pack, line("11042"), line("99213", "25")) == []
    assert rules(pack, line("11042"), line("99213", "59")) == [("modifier", (2,)), ("pair", (1, 2))]
    assert rules(pack, line("11042", "25"), line("99213")) == [("modifier", (1,)), ("pair", (1, 2))]


def test_59_and_what_says_the_same_more_exactly_are_not_both_told(pack: FolderPack) -> None:
    assert rules(pack, line("97597", "59", "XS")) == [("modifier", (1,))]


@pytest.mark.parametrize(("day", "found"), [(date(2026, 3, 31), {"93005"}), (date(2026, 4, 1), {"93010"}), (date(2026, 1, 1), {"93005"})])
def test_an_edit_holds_from_its_quarter_to_its_last_day_and_a_void_one_never(pack: FolderPack, day: date, found: set[str]) -> None:
    lines = [line(code, day=day, diagnoses=("I48.91",)) for code in ("93000", "93005", "93010", "36415", "80053")]
    assert {lines[one.lines[1] - 1].code for one in pack.check(lines) if one.rule == "pair"} == found


def test_a_day_outside_the_edition_is_not_checked_and_said(pack: FolderPack) -> None:
    lines = (line("80053", day=date(2025, 12, 31)), line("80048", day=date(2025, 12, 31)))
    assert rules(pack, *lines) == [("not-covered-by-edition", (1, 2))]


def test_more_units_than_likely_by_line_or_by_day(pack: FolderPack) -> None:
    assert rules(pack, line("36415", units=2)) == []
    assert rules(pack, line("36415", units=3)) == [("units", (1,))]
    assert rules(pack, line("36415", units=2), line("36415", "76")) == [("units", (1, 2))]
    assert rules(pack, line("97597", units=2)) == [("units", (1,))]
    assert rules(pack, line("97597"), line("97597", "76")) == [], "each line stands for itself"


def test_the_same_service_twice_on_a_day_says_why(pack: FolderPack) -> None:
    assert rules(pack, line("97597"), line("97597")) == [("modifier", (1, 2))]
    assert rules(pack, line("97597"), line("97597", "77")) == []
    assert rules(pack, line("97597", "LT"), line("97597", "RT")) == []


@pytest.mark.parametrize("diagnoses", [(), ("E11.9",), ("L89.15",)])
def test_a_service_without_a_diagnosis_that_its_determination_covers(pack: FolderPack, diagnoses: tuple[str, ...]) -> None:
    assert rules(pack, line("11042", diagnoses=diagnoses)) == [("coverage", (1,))]
    assert rules(pack, line("11042", diagnoses=(*diagnoses, "e11621"))) == []
    assert rules(pack, line("97597", diagnoses=diagnoses)) == [], "no determination names it"


def test_a_code_that_the_pack_does_not_hold_is_said(pack: FolderPack) -> None:
    assert rules(pack, line("00000")) == [("unknown-code", (1,))]


# --- a pack with a slip ---------------------------------------------------------------------------------------------
def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    def slip(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return slip


def without(*patterns: str) -> Callable[[Path], None]:
    def slip(folder: Path) -> None:
        for pattern in patterns:
            for path in folder.glob(pattern):
                path.unlink()

    return slip


PTP, MUE, LCD = "ptp-example.txt", "mue-example.csv", "lcd-example.csv"
SLIPS = {
    "ptp-example.txt, row 3: Column 1": replaced(PTP, "80053\t80048", "8005\t80048"),
    "ptp-example.txt, row 4: Column 2": replaced(PTP, "97597", "97597x"),
    "Effective Date is not a date": replaced(PTP, "20200101", "20201301"),
    "Deletion Date is not a date": replaced(PTP, "\t20260331", "\tsoon"),
    "Modifier is not 0, 1 or 9": replaced(PTP, "*\t0", "*\t2"),
    "row 3: 1 columns": replaced(PTP, "80053\t80048", "80053\n80048"),
    'no rows below a header with "column 2"': replaced(PTP, "Column 2", "Second"),
    "MUE Values is not a whole number": replaced(MUE, "36415,2", "36415,two"),
    "MUE Adjudication Indicator is not 1, 2 or 3": replaced(MUE, "1 Line Edit", "Line Edit"),
    "lcd-example.csv, row 3: ICD-10-CM": replaced(LCD, "L89.153", "89.153"),
    "pack.yaml: edition": replaced("pack.yaml", "edition:", "year:"),
    "pack.yaml: first_day": replaced("pack.yaml", "2026-01-01", "spring"),
    "pack.yaml: last_day is before first_day": replaced("pack.yaml", "2026-12-31", "2025-12-31"),
    "pack.yaml: all of it": lambda folder: (folder / "pack.yaml").write_text("a list") and None,
    "pack.yaml is not YAML": replaced("pack.yaml", "edition:", "edition: ["),
    "pack.yaml is missing": without("pack.yaml"),
    "none of ptp*.txt": without("*.txt", "*.csv"),
}


@pytest.mark.parametrize("said", SLIPS)
def test_a_pack_with_a_slip_is_refused_and_the_field_named(tmp_path: Path, said: str) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "pack")
    SLIPS[said](tmp_path / "pack")
    with pytest.raises(WrongPack) as refused:
        load_pack(tmp_path / "pack", MODIFIERS)
    assert said in str(refused.value)


def test_a_header_over_several_lines_and_quoted_copyright_are_read_as_cms_writes_them(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "pack")
    head = ["CPT only copyright.\t\t\t\t\t\t", "", "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale"]
    rest = ["\t\tprior to 1996\tDate\tDate\t0=not allowed\t", "\t\t\t\t*=no data\t1=allowed\t", "80053\t80048\t*\t19960101\t*\t0\twhy"]
    (tmp_path / "pack" / PTP).write_text("\r\n".join(head + rest) + "\r\n", encoding="cp1252")
    (tmp_path / "pack" / MUE).write_text(
        '"CPT only\ncopyright",,,\n"HCPCS/\nCPT Code","Practitioner Services MUE Values","x","y"\n"36415","2","3 Clinical","z"\n'
    )
    pack = load_pack(tmp_path / "pack", MODIFIERS)
    assert rules(pack, line("80053"), line("80048"), line("36415", units=3)) == [("pair", (1, 2)), ("units", (3,))]


# --- the command ----------------------------------------------------------------------------------------------------
CLAIM = {"id": 1, "lines": [{"code": "80053", "date": "2026-02-03"}, {"code": "80048", "date": "2026-02-03", "modifiers": ["59"]}]}


def run(*claims: Any, folder: Path = EXAMPLE) -> tuple[int, list[dict[str, Any]], str]:
    app = typer.Typer()
    app.add_typer(profee, name="profee")
    done = CliRunner().invoke(app, ["profee", "check", "--pack", str(folder)], input="\n".join(map(json.dumps, claims)))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, [json.loads(told) for told in done.stdout.splitlines()], done.stderr


def test_the_answer_is_labelled_outside_inpatient_coding() -> None:
    exit_code, (told,), _ = run(CLAIM)
    assert exit_code == 0
    assert (told["id"], told["scope"], told["edition"]) == (1, "professional fee, outside inpatient coding", "example 2026")
    assert [(one["rule"], one["lines"]) for one in told["findings"]] == [("pair", [1, 2])]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"lines": []}, "lines must be a list"),
        ({"lines": ["80053"]}, "lines[0] is not an object"),
        ({"lines": [{"date": "2026-02-03"}]}, "lines[0].code"),
        ({"lines": [{"code": "80053"}]}, "lines[0].date"),
        ({"lines": [{"code": "80053", "date": "2026-02-03", "units": 0}]}, "lines[0].units"),
        ({"lines": [{"code": "80053", "date": "2026-02-03", "modifiers": "59"}]}, "lines[0].modifiers"),
        ({"lines": [{"code": "80053", "date": "2026-02-03", "diagnoses": [5]}]}, "lines[0].diagnoses"),
    ],
)
def test_a_bad_line_is_named_and_the_next_is_answered(wrong: dict[str, Any], said: str) -> None:
    exit_code, out, errors = run(wrong, CLAIM)
    assert (exit_code, len(out), said in errors) == (2, 1, True)


def test_a_folder_that_is_no_pack_ends_the_command_in_a_line(tmp_path: Path) -> None:
    exit_code, out, errors = run(CLAIM, folder=tmp_path)
    assert (exit_code, out, errors.strip()) == (1, [], "pack.yaml is missing")


def test_the_rooms_never_see_a_pack() -> None:
    program = "import sys, opencdi.coding.room, opencdi.finalize.room; print([name for name in sys.modules if 'profee' in name])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
