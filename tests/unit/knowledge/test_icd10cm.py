"""The tabular: descriptions, leaves, validity by day, Excludes1 (DOMAIN §0.2, B40, B42)."""

from datetime import date
from pathlib import Path

import pytest

from opencdi.knowledge import icd10cm
from opencdi.knowledge.icd10cm import description_of, tabular, unspecified_leaf, valid_on
from opencdi.knowledge.tabular_references import excluded_here


def test_s72001a_is_the_right_femur() -> None:
    assert "right femur" in description_of("S72001A")
    assert "left femur" in description_of("S72002A")


@pytest.mark.parametrize("stem", ["C509", "I63", "N183", "K859", "E872"])
def test_stems_have_children_and_cannot_be_billed(stem: str) -> None:
    assert stem in tabular()
    assert not tabular().billable(stem)
    assert tabular().children(stem)
    assert not valid_on(stem, date(2026, 5, 1))


def test_every_leaf_of_the_tabular_is_valid_in_its_own_year_and_no_stem_is() -> None:
    sample = list(tabular())[::97]
    assert [code for code in sample if tabular().billable(code) != valid_on(code, date(2026, 5, 1))] == []


def test_validity_follows_the_discharge_date() -> None:
    assert not valid_on("E6681", date(2026, 5, 1)), "a stem since October 2024"
    assert valid_on("D691", date(2026, 9, 30))
    assert not valid_on("D691", date(2026, 10, 1)), "divided on 1 October 2026"
    assert not valid_on("C50A0", date(2025, 9, 30))
    assert valid_on("C50A0", date(2025, 10, 1))


@pytest.mark.parametrize(
    ("code", "other", "at"),
    [
        ("E8720", "E1110", "E872"),
        ("J9601", "J80", "J96"),
        ("R0902", "J9601", "R09"),
        ("N390", "N3000", "N390"),
        ("J9601", "J189", None),
        ("I10", "N179", None),
        ("R400", "E1101", "R40"),  # "in diabetes (E08-E13)": the range is all of them, and means the coma of the diabetes
        ("R400", "E119", None),
        ("R400", "K7200", "R40"),
        ("E8721", "E1110", "E872"),  # "see categories E08-E10, E11, E13 with ketoacidosis"
        ("E8721", "E1165", None),
        ("L99", "E11628", "L99"),  # "(E08-E13 with .62-)"
        ("L99", "E1165", None),
        ("E1165", "E1065", "E11"),
    ],
)
def test_excludes1(code: str, other: str, at: str | None) -> None:
    assert excluded_here(code, other) == at


@pytest.mark.parametrize(
    ("told", "leaf"),
    [
        ("F121", "F1210"),
        ("F142", "F1420"),
        ("F1722", "F17220"),
        ("F1012", "F10129"),
        ("J960", "J9600"),
        ("N179", "N179"),
        ("S72001", "S72001A"),
        ("E872", None),
        ("A41", None),
        ("", None),
    ],
)
def test_a_stem_comes_only_to_an_unspecified_leaf(told: str, leaf: str | None) -> None:
    assert unspecified_leaf(told) in ((leaf,) if leaf or told != "E872" else (None, "E8720"))


def test_half_an_index_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "index.json"
    broken.write_text('{"edition": "x", "rows"', encoding="utf-8")
    monkeypatch.setattr(icd10cm, "cache_file", lambda: broken)
    icd10cm.tabular.cache_clear()
    try:
        assert tabular().billable("N179")
        assert broken.stat().st_size > 1_000_000
    finally:
        icd10cm.tabular.cache_clear()


@pytest.mark.parametrize(
    ("stem", "side", "leaf"),
    [
        ("N8320", "right", "N83201"),
        ("N8320", "left", "N83202"),
        ("N8320", "", "N83209"),
        ("C56", "bilateral", "C563"),
        ("S7200", "left", "S72002A"),
        ("S7200", "right", "S72001A"),
        ("S7200", "", "S72009A"),
        ("N8320", "bilateral", None),
        ("J960", "left", "J9600"),
    ],
)
def test_the_side_is_followed_where_the_classification_asks_for_it(stem: str, side: str, leaf: str | None) -> None:
    assert unspecified_leaf(stem, side) == leaf
