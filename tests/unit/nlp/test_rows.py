"""Rows of measurements and shapes of headings that a note keeps."""

import pytest

from opencdi.clinical.vocabulary import NoteType
from opencdi.nlp.heading_table import load_headings
from opencdi.nlp.rows import Names, Starts, cells_of, first_word, is_row_of_numbers, told_by_columns
from opencdi.nlp.sections import sections_in
from opencdi.settings import rules_dir

HEADINGS = load_headings(rules_dir() / "nlp")
NAMES = Names.of(["hr", "bp", "heart rate", "o2 sat"])


def kinds(text: str, note_type: NoteType) -> list[str]:
    return [stretch.kind for stretch in sections_in(text, HEADINGS, note_type)]


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("HR 88 BP 120/70", 2),
        ("heart rate of 88, O2 sat: 95%", 2),
        ("HR stable, BP=98/50", 2),
        ("HR control with metoprolol", 0),
        ("the heart", 0),
        ("", 0),
    ],
)
def test_names_stand_before_their_numbers(line: str, count: int) -> None:
    assert NAMES.among(cells_of(line)) == count


def test_how_a_line_begins() -> None:
    starts = Starts.of(["lives with", "ct", "x-ray"])
    begins = {
        line: starts.begin(line, first_word(line)) for line in ("lives with son", "ct: clear", "ct-guided", "ct, no", "lives alone", " ")
    }
    assert [line for line, told in begins.items() if told] == ["lives with son", "ct, no"]


def test_columns_tell_what_their_rows_are() -> None:
    assert told_by_columns("TIME   BP   HR   SPO2", HEADINGS.columns) == "vital-signs"
    assert told_by_columns("Date   SCr  BUN   Weight of bag", HEADINGS.columns) is None
    assert told_by_columns("Date   Na   K   Cr", HEADINGS.columns) == "laboratory"
    assert is_row_of_numbers("11/08   1.1   18")
    assert not is_row_of_numbers("2 doses of 40 mg were given")


def test_single_letters_head_only_where_several_stand() -> None:
    assert kinds("S  pain\nB  cirrhosis\nA  ascites\nR  tap", "nursing") == [
        "history-of-present-illness",
        "past-medical-history",
        "assessment",
        "plan",
    ]
    assert kinds("A  better today\nwalked in the hall", "nursing") == ["history-of-present-illness"]


def test_rows_of_a_table_are_no_headings() -> None:
    assert kinds("Labs:\nNa | 138\nK | 4.0\nCr | 1.1", "progress") == ["laboratory"]
    assert kinds("PMH\nAsthma       Y\nSmoking      N\nDiabetes     N", "anesthesia") == ["past-medical-history"]


def test_a_row_of_results_ends_with_its_line() -> None:
    assert kinds("Exam: alert\nLabs: WBC 9\nSacrum 2 x 2 cm, pink", "wound-care") == ["physical-exam", "laboratory", "physical-exam"]
    assert kinds("Labs: WBC 9\nNa 138", "wound-care") == ["laboratory"]


def test_what_happened_at_an_hour_is_one_story() -> None:
    assert kinds("0755 CT: no bleed\n0810 plan: to floor\n0630 addendum: CT read", "nursing") == ["history-of-present-illness", "addendum"]
