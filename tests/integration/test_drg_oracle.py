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
        version, int(row["age"]), sex, int(row["discharge_status"]), diagnosis(row["pdx"]),  # type: ignore[arg-type]
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


def test_weights_equal_an_independent_transcription() -> None:
    told = [row for row in rows("cms/msdrg_weights_FY2026.csv") if row["ms_drg"] not in ("998", "999")]
    wrong = []
    for row in told:
        ours = weight_of(row["ms_drg"], 2026)
        if ours is None or (ours.weight_before_cap, ours.gmlos) != (float(row["relative_weight"]), float(row["gmlos"])):
            wrong.append(row["ms_drg"])
    assert len(told) == 770
    assert wrong == []
