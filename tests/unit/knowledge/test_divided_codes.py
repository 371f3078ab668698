"""A code is divided in some year: before it, its stem is billed; from then on, only what stands below (Guidelines I.B.2)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.knowledge.code_year import RELEASES
from opencdi.knowledge.icd10cm import releases_of, tabular, undivided, valid_below, valid_on

FY2024, FY2025, FY2026, FY2027 = (date(year, 11, 1) for year in (2023, 2024, 2025, 2026))


@pytest.mark.parametrize(
    ("code", "day", "below"),
    [
        ("E66.81", FY2025, ("E66811", "E66812", "E66813")),
        ("E66.8-", FY2025, ("E66811", "E66812", "E66813", "E6689")),
        ("E668", FY2024, ()),  # a code itself
        ("E66", FY2024, ("E6601", "E6609", "E661", "E662", "E663", "E668", "E669")),
        ("E66", FY2027, ("E6601", "E6609", "E661", "E662", "E663", "E66811", "E66812", "E66813", "E6689", "E669")),
        ("I420", FY2026, ()),
        ("I420", FY2027, ("I4200", "I4201", "I4209")),  # newer than our tabular
        ("J960", FY2026, ("J9600", "J9601", "J9602")),
        ("A419", FY2026, ()),
        ("frog", FY2026, ()),
        ("", FY2026, ()),
    ],
)
def test_what_may_be_billed_below_a_stem(code: str, day: date, below: tuple[str, ...]) -> None:
    assert valid_below(code, day) == below


def test_in_another_code_year_it_is_that_years() -> None:
    assert valid_below("E668", FY2024, code_year=2025) == ("E66811", "E66812", "E66813", "E6689")


@given(st.sampled_from(sorted(tabular())[::53]), st.sampled_from(RELEASES))
def test_nothing_below_a_stem_is_invalid_and_a_code_has_nothing_below(code: str, release: object) -> None:
    day = next(one.first_day for one in RELEASES if one == release)
    below = valid_below(code, day)
    assert all(valid_on(one, day) and one.startswith(code) and one != code for one in below)
    assert not (below and valid_on(code, day))


@pytest.mark.parametrize(
    ("code", "day", "told"),
    [
        ("G20A1", FY2024, "G20A1"),
        ("G20A1", date(2023, 5, 1), "G20"),
        ("I2489", date(2023, 5, 1), "I248"),
        ("S72001A", FY2026, "S72001A"),
        ("I4209", FY2027, "I4209"),  # not in our tabular, and valid
        ("I420", FY2027, None),
        ("A4154", date(2023, 5, 1), None),  # A41.5 was a stem then as now
    ],
)
def test_before_it_was_divided_its_stem_was_the_code(code: str, day: date, told: str | None) -> None:
    assert undivided(code, lambda one: valid_on(one, day)) == told


@pytest.mark.parametrize(("code", "years"), [("D691", (2023, 2026)), ("E66813", (2025, 2027)), ("A419", (2023, 2027))])
def test_the_years_of_a_code(code: str, years: tuple[int, int]) -> None:
    told = [release.fiscal_year for release in releases_of(code)]
    assert (told[0], told[-1]) == years
    assert releases_of("frog") == ()
