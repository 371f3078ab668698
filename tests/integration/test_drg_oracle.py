"""Our grouping against the official CMS grouper's own answers on real code mixes (public data; DOMAIN B50)."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim, Grouping, excluded_by_logic, group
from opencdi.knowledge.weights import weight_of

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = [pytest.mark.public_data, pytest.mark.skipif(not DATA.is_dir(), reason="no public data on this machine")]
NATURE = {"MCC": "MCC", "CC": "CC", "NEITHER": None}


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
