"""A stay is coded with the code set of its discharge: each row of the table has a valid code in every year that we have a grouper for."""

import json
from collections.abc import Iterator
from datetime import date
from functools import partial

import pytest
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.coding.specific import documented
from opencdi.coding.table import NOTHING, Assignment, load_table, on_the_day
from opencdi.knowledge.code_year import RELEASES, GrouperRelease
from opencdi.knowledge.icd10cm import tabular, valid_on
from opencdi.settings import rules_dir

TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")
NOT_CODABLE: dict[tuple[str, str], str] = {}
"""(concept, code) -> why there is no code for it in some year that we know.  None today; what is put here says what the coder does."""


def leaf_of(code: str) -> str | None:
    """What a row comes to where no more is said, or no more than the side that the classification asks for."""
    told = [documented("", attributes, TABLE.in_words) for attributes in ({}, {"laterality": "left"})]
    return next((leaf for said in told if (leaf := said.leaf(code))), code or None)


def told_by_the_table() -> Iterator[tuple[str, Assignment]]:
    for slug, row in TABLE.codes.items():
        for one in (row, *row.by):
            if one.code != NOTHING and (code := leaf_of(one.code)):
                yield slug, Assignment(code, slug, specific=False, other_years=one.other_years)
            yield from ((slug, Assignment(leaf_of(code) or code, slug, specific=False)) for code in one.also)
    yield from ((slug, Assignment(code, slug, specific=False)) for slug, code in TABLE.organisms.items())


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
def test_every_row_has_a_valid_code_in_every_year(release: GrouperRelease) -> None:
    for valid in (partial(valid_on, day=release.first_day), partial(valid_on, day=release.last_day)):
        of_day = {(slug, one.code): on_the_day(one, valid) for slug, one in told_by_the_table()}
        assert {key for key, one in of_day.items() if one is None} == set(NOT_CODABLE)
        assert all(valid(one.code) for one in of_day.values() if one)


def test_a_code_is_of_our_own_tabular_or_of_a_year_that_we_know() -> None:
    codes = {one.code for _, one in told_by_the_table()} | {code for _, one in told_by_the_table() for code in one.other_years}
    codes |= {leaf_of(code) or "" for row in TABLE.codes.values() for there in row.forms.values() for code in there.values()}
    assert [code for code in codes if code not in tabular()] == []


def test_a_code_of_another_year_is_needed_only_where_there_is_a_year_without() -> None:
    """What stands in `other_years` is used in some year; a row that never needs it says more than there is."""
    for _, one in told_by_the_table():
        for other in one.other_years:
            assert any(not valid_on(one.code, release.first_day) and valid_on(other, release.first_day) for release in RELEASES)


@pytest.mark.parametrize(
    ("said", "day", "code"),
    [
        ("class 3 obesity", "2026-05-01", "E66813"),
        ("class 3 obesity", "2024-10-01", "E66813"),
        ("class 3 obesity", "2024-09-30", "E6601"),
        ("right flank pain", "2026-05-01", "R10A1"),
        ("right flank pain", "2025-09-30", "R109"),
        ("dilated cardiomyopathy", "2026-09-30", "I420"),
        ("dilated cardiomyopathy", "2026-10-01", "I429"),  # what stands below I42.0 then is not in our tabular
        ("Parkinson's disease", "2023-10-01", "G20A1"),
        ("Parkinson's disease", "2023-09-30", "G20"),
        ("demand ischemia", "2023-09-30", "I248"),
    ],
)
def test_the_code_of_the_day(said: str, day: str, code: str) -> None:
    note = json.dumps({"id": 1, "type": "discharge-summary", "text": f"DISCHARGE DIAGNOSES:\n1. {said}."})
    done = CliRunner().invoke(app, ["code", "--date", day], input=note)
    told = json.loads(done.stdout)["codes"]
    assert [one["code"] for one in told] == [code]
    assert all(valid_on(one["code"], date.fromisoformat(day)) for one in told)


def test_that_a_code_is_of_another_year_is_said() -> None:
    note = json.dumps({"id": 1, "text": "Assessment: class 3 obesity."})
    done = CliRunner().invoke(app, ["code", "--date", "2024-05-01"], input=note)
    assert any("E66.813 is not of this year" in reason for reason in json.loads(done.stdout)["codes"][0]["reasons"])
