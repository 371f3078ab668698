"""Our grouping against the official CMS grouper's own answers on real code mixes (public data; DOMAIN B50)."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, Grouping, excluded_by_logic, group
from opencdi.knowledge.weights import weight_of
from unit.cli.command import opencdi

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = [pytest.mark.public_data, pytest.mark.skipif(not DATA.is_dir(), reason="no public data on this machine")]
BILLED_V40, BILLED_V431 = 35, 35  # of 50


def rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def diagnosis(told: str) -> CodedDiagnosis:
    code, _, poa = told.partition(":")
    return CodedDiagnosis(code, poa or None)


def claim(row: dict[str, str], version: int, *, with_poa: bool) -> GrouperClaim:
    sex = {"0": "M", "1": "F"}.get(row.get("sex_0m_1f", ""), row.get("sex", "U"))
    return GrouperClaim(
        version, int(row["age"]), sex, int(row["discharge_status"]), diagnosis(row["pdx"]),
        tuple(diagnosis(one) for one in row["sdx"].split()), tuple(row["procedures"].split()),
        "NOT_EXEMPT" if with_poa else "EXEMPT",
    )  # fmt: skip


def answer(grouping: Grouping) -> tuple[int, int, str, str]:
    return int(grouping.drg), int(grouping.mdc), grouping.return_code, grouping.severity


def test_840_code_mixes_equal_the_official_grouper() -> None:
    wrong, unmarked, seen = [], [], 0
    for row in rows("drg-oracle/mdace_code_mixes_v431.csv"):
        told = claim(row, 431, with_poa=True)
        grouping = group(told)
        seen += 1
        if answer(grouping) != (int(row["final_drg"]), int(row["final_mdc"]), row["return_code"], row["severity"]):
            wrong.append(row["id"])
        by_logic = excluded_by_logic(told, grouping) if grouping.return_code == "OK" else frozenset()
        official = dict(one.split(":") for one in row["sdx_final_severity"].split())
        for one in grouping.secondary:
            if (
                grouping.return_code == "OK"
                and one.code in official
                and ("EXCLUDED" in official[one.code]) != ((one.excluded and official[one.code] != "NEITHER") or one.code in by_logic)
            ):
                unmarked.append((row["final_drg"], one.code))
    assert (seen, wrong) == (840, [])
    assert {drg for drg, _ in unmarked} <= {"963", "964", "965"}, "only where injuries make the DRG together is the mark missing"


@pytest.mark.parametrize(("version", "column"), [(400, "official_v400"), (431, "official_v431")])
def test_the_50_admissions_equal_the_official_grouper(version: int, column: str) -> None:
    told = list(rows("drg-oracle/mimic_demo_icd10_admissions.csv"))
    wrong = [
        row["hadm_id"]
        for row in told
        if answer(group(claim(row, version, with_poa=False)))
        != (int(row[f"{column}_drg"]), int(row[f"{column}_mdc"]), row[f"{column}_return"], row[f"{column}_severity"])
    ]
    assert (len(told), wrong) == (50, [])


def as_line(row: dict[str, str], version: str, *, with_poa: bool) -> str:
    """The row as `opencdi group` is told it: without POA the hospital is exempt and each POA is null."""

    def told(one: str) -> dict[str, str | None]:
        code, _, poa = one.partition(":")
        return {"code": code, "poa": poa or None}

    return json.dumps(
        {
            "id": row.get("id") or row["hadm_id"], "version": version, "age": int(row["age"]),
            "sex": {"0": "M", "1": "F"}.get(row.get("sex_0m_1f", ""), row.get("sex", "U")), "discharge_status": row["discharge_status"],
            "hospital_status": "NOT_EXEMPT" if with_poa else "EXEMPT", "principal": told(row["pdx"]),
            "secondary": [told(one) for one in row["sdx"].split()], "procedures": row["procedures"].split(),
        }
    )  # fmt: skip


def filtered(name: str, version: str, *, with_poa: bool) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Each row with what the filter answers, line by line in the same order."""
    told = list(rows(name))
    answered = opencdi("group", stdin="".join(as_line(row, version, with_poa=with_poa) + "\n" for row in told))
    assert (answered.code, answered.errors) == (0, "")
    assert [one["id"] for one in answered.lines] == [row.get("id") or row["hadm_id"] for row in told]
    return list(zip(told, answered.lines, strict=True))


def said(one: dict[str, Any]) -> tuple[int, int, str, str]:
    return int(one["drg"]), int(one["mdc"]), one["return_code"], one["severity"]


def test_every_row_of_the_code_mixes_through_the_filter() -> None:
    told = filtered("drg-oracle/mdace_code_mixes_v431.csv", "43.1", with_poa=True)
    wrong = [
        row["id"] for row, one in told if said(one) != (int(row["final_drg"]), int(row["final_mdc"]), row["return_code"], row["severity"])
    ]
    assert (len(told), wrong) == (840, [])
    silent = [row["id"] for row, one in told if one["return_code"] != "OK" and not one["notes"][0]["says"].startswith("999: ")]
    assert silent == [], "a 999 says why"


@pytest.mark.parametrize(("version", "column"), [("40.0", "official_v400"), ("43.1", "official_v431")])
def test_every_admission_through_the_filter(version: str, column: str) -> None:
    told = filtered("drg-oracle/mimic_demo_icd10_admissions.csv", version, with_poa=False)
    official = [tuple(row[f"{column}_{name}"] for name in ("drg", "mdc", "return", "severity")) for row, _ in told]
    wrong = [
        row["hadm_id"]
        for (row, one), (drg, mdc, back, severity) in zip(told, official, strict=True)
        if said(one) != (int(drg), int(mdc), back, severity)
    ]
    assert (len(told), wrong) == (50, [])


def test_how_many_equal_the_drg_that_was_billed_is_the_official_groupers_number() -> None:
    """A report, not a goal: the billed DRG is of the grouper of its own year, from codes that the hospital may have changed."""
    told = list(rows("drg-oracle/mimic_demo_icd10_admissions.csv"))
    for column, version, equal in (("official_v400", 400, BILLED_V40), ("official_v431", 431, BILLED_V431)):
        ours = sum(int(group(claim(row, version, with_poa=False)).drg) == int(row["billed_hcfa_drg"] or 0) for row in told)
        theirs = sum(int(row[f"{column}_drg"]) == int(row["billed_hcfa_drg"] or 0) for row in told)
        assert (ours, theirs) == (equal, equal)


def transcribed(year: int) -> dict[str, tuple[float, float]]:
    """DRG -> (weight before the cap, GMLOS) of that year, by the independent transcription."""
    told = rows(f"cms/msdrg_weights_FY{year}.csv")
    return {row["ms_drg"]: (float(row["relative_weight"]), float(row["gmlos"])) for row in told if row["ms_drg"] not in ("998", "999")}


def test_table_5_equals_an_independent_transcription_of_its_column_before_the_cap() -> None:
    told = transcribed(2026)
    ours = {drg: weight_of(drg, 2026) for drg in told}
    wrong = [
        drg for drg, (weight, gmlos) in told.items() if (row := ours[drg]) is None or (row.weight_before_cap, row.gmlos) != (weight, gmlos)
    ]
    assert (len(told), wrong) == (770, [])


def test_the_weight_that_is_paid_differs_only_where_it_would_have_fallen_by_more_than_a_tenth() -> None:
    told, last_year = transcribed(2026), transcribed(2025)
    capped = {drg: row.weight for drg, (weight, _) in told.items() if (row := weight_of(drg, 2026)) and row.weight != weight}
    assert len(capped) == 30
    assert [drg for drg, weight in capped.items() if weight < told[drg][0]] == [], "the cap only ever raises"
    assert [drg for drg, weight in capped.items() if weight < 0.9 * last_year[drg][0] - 0.001] == []
    uncapped = [drg for drg in told if drg not in capped and drg in last_year]
    assert [drg for drg in uncapped if told[drg][0] < 0.9 * last_year[drg][0] - 0.001] == []
    assert (capped["010"], told["010"][0]) == (7.1757, 3.0699)
