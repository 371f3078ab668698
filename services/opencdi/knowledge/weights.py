"""What a DRG weighs: CMS Table 5 of the fiscal year of discharge (IPPS final rule), as far as we have it.

Only FY2026 is loaded (`drg` 1.0 carries CMS's own file).  For any other year the answer is None: "no weight loaded", never a guess.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

ROWS_OF_FY2026 = 772
"""Table 5 of FY2026: 770 DRGs with a weight, and 998 and 999 without; another count means another file, which we refuse."""
SOURCE = "CMS Table 5, FY2026 final rule, 10 % cap applied"


@dataclass(frozen=True, slots=True)
class DrgWeight:
    """One row of Table 5.  `weight` is the one that Medicare pays (a fall of more than 10 % in a year is capped); days are days."""

    drg: str
    weight: float
    weight_before_cap: float
    gmlos: float
    amlos: float
    mdc: str
    type: str
    title: str
    post_acute: bool  # transfer policy applies (42 CFR 412.4(c))
    source: str = SOURCE


class WrongTable(Exception):
    """The table at hand is not the one that this release was checked against."""


@lru_cache(maxsize=1)
def _table_fy2026() -> dict[str, DrgWeight]:
    text = (files("drg") / "data" / "cms" / "drg_weights.txt").read_text(encoding="cp1252")
    rows = [cells for line in text.splitlines() if (cells := line.split("\t"))[0].isdigit()]
    if len(rows) != ROWS_OF_FY2026 or "FY 2026 Final Rule" not in text[:300]:
        raise WrongTable(f"Table 5 FY2026 has {ROWS_OF_FY2026} rows, this file {len(rows)}")
    return {cells[0]: _row(cells) for cells in rows if cells[6] != "."}


def _row(cells: list[str]) -> DrgWeight:
    drg, post_acute, _special_pay, mdc, kind, title, before, capped, gmlos, amlos = (cell.strip().strip('"') for cell in cells)
    return DrgWeight(drg, float(capped), float(before), float(gmlos), float(amlos), mdc, kind, title, post_acute == "Yes")


def weight_of(drg: str, fiscal_year: int) -> DrgWeight | None:
    """The weight of a DRG in that fiscal year; None where no table is loaded or the DRG has none (998, 999)."""
    return _table_fy2026().get(drg) if fiscal_year == 2026 else None
