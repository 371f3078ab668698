"""Table 5 of the years that are at hand, and what the transfer policy makes of a weight (DOMAIN B54)."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim
from opencdi.knowledge.severity_grouper import SeverityGrouper, SeverityGrouping
from opencdi.knowledge.transfer import ACUTE, HOSPICE, POST_ACUTE, transferred
from opencdi.knowledge.weights import DrgWeight, WrongTable, keep, load_kept, read_table, weight_of

PRINTED = (files("drg") / "data" / "cms" / "drg_weights.txt").read_text(encoding="cp1252")


def of_year(year: int, rows: int) -> str:
    """A table in CMS's format for another year: this year's rows, as many as that year has, under its heading."""
    lines = PRINTED.replace("FY 2026", f"FY {year}").splitlines(keepends=True)
    numbered = [line for line in lines if line[:3].isdigit()]
    return "".join([line for line in lines if not line[:3].isdigit()] + numbered[: rows - 2] + numbered[-2:])


def row(drg: str) -> DrgWeight:
    found = weight_of(drg, 2026)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def none_of_a_site() -> Iterator[None]:
    yield
    load_kept(Path("/nowhere"))


# --- the table -------------------------------------------------------------------------------------------------------------
def test_a_site_loads_another_year_and_the_year_says_its_source(tmp_path: Path) -> None:
    year, table = read_table(of_year(2024, 766))
    assert (year, len(table)) == (2024, 764)
    keep(tmp_path, year, table)
    assert weight_of("871", 2024) is None, "no weight loaded, not another year's"
    assert load_kept(tmp_path) == (2024,)
    found = weight_of("001", 2024)
    assert found is not None
    assert (found.weight, found.source) == (28.0239, "CMS Table 5, FY2024 final rule, 10 % cap applied")
    assert weight_of("001", 2023) is None


def test_one_column_of_weights_is_both(tmp_path: Path) -> None:
    """Before the cap CMS printed one."""
    lines = [line.split("\t") for line in of_year(2023, 767).splitlines()]
    text = "\n".join("\t".join([*cells[:6], *(cells[7:] if len(cells) > 7 else [])]) for cells in lines)
    year, table = read_table(text)
    assert (year, table["010"].weight, table["010"].weight_before_cap) == (2023, 7.1757, 7.1757)
    assert table["010"].source == "CMS Table 5, FY2023 final rule"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "heading"),
        ("MS-DRG\tweights\n001\t1.0", "heading"),
        (of_year(2024, 765), "766 rows, this file 765"),
        (of_year(2026, 700), "772 rows, this file 700"),
        (of_year(2027, 300), "more than 766 rows, this file 300"),
        (PRINTED.replace("Geometric mean LOS", "Days"), "no column for gmlos"),
        (PRINTED.replace("\t28.0239\t28.0239\t", "\t28.0239\tmuch\t"), "DRG 001"),
        (PRINTED.replace("\t28.0239\t28.0239\t", "\t28.0239\t-1\t"), "DRG 001"),
        (PRINTED.replace("\n002\t", "\n001\t", 1), "DRG 001 a second time"),
        (PRINTED.replace("\n001\tNo\tNo", "\n001\tNo\tPerhaps", 1), "DRG 001"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(text: str, word: str) -> None:
    with pytest.raises(WrongTable, match=word):
        read_table(text)


def test_a_kept_table_that_was_changed_since_is_refused(tmp_path: Path) -> None:
    kept = keep(tmp_path, *read_table(of_year(2024, 766)))
    told = json.loads(kept.read_text())
    told["rows"][0]["weight"] = 99.0
    kept.write_text(json.dumps(told))
    with pytest.raises(WrongTable, match="checksum"):
        load_kept(tmp_path)
    kept.write_text("{")
    with pytest.raises(WrongTable, match="cannot be read"):
        load_kept(tmp_path)


# --- the transfer policy ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("drg", "disposition", "days", "rule", "fraction", "weight"),
    [
        ("871", "03", 2, "post-acute care transfer", 0.625, 1.2141),  # (2 + 1) / 4.8 days of 1.9425
        ("871", "03", 0, "post-acute care transfer", 0.4167, 0.8094),  # the day of admission counts as a day
        ("871", "03", 4, "post-acute care transfer", 1.0, 1.9425),  # long enough: the whole
        ("871", "02", 2, "acute care transfer", 0.625, 1.2141),
        ("010", "02", 2, "acute care transfer", 0.5085, 3.6488),  # any DRG, on the post-acute list or not
        ("028", "62", 2, "post-acute care transfer, special pay", 0.6579, 3.9529),  # half at once, half of 3 / 9.5 days of 6.0083
    ],
)
def test_who_goes_on_early_is_paid_by_the_day(drg: str, disposition: str, days: int, rule: str, fraction: float, weight: float) -> None:
    told = transferred(row(drg), disposition, days, 2026)
    assert told is not None
    assert (told.rule, told.fraction, told.weight, told.source) == (rule, fraction, weight, "42 CFR 412.4(b), (c), (f)")


@pytest.mark.parametrize(
    ("drg", "disposition", "year"),
    [
        ("871", "01", 2026), ("871", "07", 2026), ("871", "20", 2026), ("871", "", 2026),  # home, against advice, died, not known
        ("010", "03", 2026),  # not on the list of post-acute DRGs
        ("789", "02", 2026),  # neonates transferred: the DRG is made for it
        ("871", "50", 2018),  # hospice: not before October 2018
    ],
)  # fmt: skip
def test_everyone_else_is_paid_whole(drg: str, disposition: str, year: int) -> None:
    assert transferred(row(drg), disposition, 1, year) is None


def test_hospice_is_a_transfer_since_fiscal_year_2019() -> None:
    assert transferred(row("871"), "51", 1, 2026) is not None


@given(st.sampled_from(["871", "480", "291", "470"]), st.sampled_from(sorted(ACUTE | POST_ACUTE | HOSPICE)), st.integers(0, 60))
def test_it_never_pays_more_than_the_whole_and_a_day_more_never_less(drg: str, disposition: str, days: int) -> None:
    told, longer = (transferred(row(drg), disposition, stay, 2026) for stay in (days, days + 1))
    assert told is not None
    assert longer is not None
    assert 0 < told.weight <= longer.weight <= row(drg).weight


# --- a grouper of the site's own ----------------------------------------------------------------------------------------------
class Double:
    """What a site would plug in, in the place of its licensed software."""

    def grouped(self, claim: GrouperClaim) -> SeverityGrouping | None:
        severe = sum(one.code in ("J9601", "R6521") for one in claim.secondary)
        return SeverityGrouping("720", 4 if severe else 2, 3 if severe else 1, "a double 1.0") if claim.principal.code == "A419" else None


def test_a_severity_grouper_of_a_site_takes_the_same_claim() -> None:
    plugged: SeverityGrouper = Double()
    told = GrouperClaim(431, 70, "F", 1, CodedDiagnosis("A419", "Y"), (CodedDiagnosis("J9601", "Y"),))
    with_it, without = plugged.grouped(told), plugged.grouped(told.without("J9601"))
    assert with_it is not None
    assert without is not None
    assert (with_it.severity, without.severity) == (4, 2)
    assert plugged.grouped(told._replace(principal=CodedDiagnosis("J189", "Y"))) is None
