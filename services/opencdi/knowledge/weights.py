"""What a DRG weighs: CMS Table 5 of the fiscal year of discharge (IPPS final rule), as far as it is at hand.

FY2026 comes with the software (`drg` 1.0 carries CMS's own file); a site adds the years that it has (`opencdi weights load`).
For any other year the answer is None: "no weight loaded", never a guess.
"""

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from opencdi.knowledge.tables import write_whole

ROWS: Final = {2023: 767, 2024: 766, 2025: 773, 2026: 772}
"""How many DRGs Table 5 has, with 998 and 999 that weigh nothing; another count is another file.  A newer year tells its own."""
_UNWEIGHED: Final = ("998", "999")
_YEAR: Final = re.compile(r"\bFY\s*(20\d\d)\s+(?:IPPS/LTCH PPS\s+)?(Final Rule|Correction Notice|Interim Final)", re.IGNORECASE)
_LOADED: dict[int, dict[str, "DrgWeight"]] = {}  # what the site has loaded, kept for the life of the process as the grouper is


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
    special_pay: bool  # and pays half at once (42 CFR 412.4(f)(6))
    source: str


class WrongTable(Exception):
    """This is not Table 5 as CMS printed it, or not the one that was loaded."""


def read_table(text: str) -> tuple[int, dict[str, DrgWeight]]:
    """The fiscal year and the rows of Table 5 as CMS publishes it: tab-separated text under its own title.

    Raises: WrongTable.
    """
    told = _YEAR.search(" ".join(text[:2000].split()))
    if told is None:
        raise WrongTable("the heading names no final rule of a fiscal year: this is not Table 5")
    year = int(told[1])
    lines = list(csv.reader(text.splitlines(), delimiter="\t"))
    head = next((cells for cells in lines if cells and cells[0].strip().upper() == "MS-DRG"), None)
    if head is None:
        raise WrongTable("no line of column names that begins with MS-DRG")
    column = _columns(head)
    source = f"CMS Table 5, FY{year} {told[2].lower()}{', 10 % cap applied' if column['capped'] != column['before'] else ''}"
    rows = [cells for cells in lines if cells and re.fullmatch(r"\d{3}", cells[0].strip())]
    found: dict[str, DrgWeight] = {}
    for cells in rows:
        drg = cells[0].strip()
        if drg in found:
            raise WrongTable(f"DRG {drg} a second time")
        if drg not in _UNWEIGHED:
            found[drg] = _row(cells, column, source)
    if len(rows) != ROWS.get(year, len(rows)) or len(rows) < min(ROWS.values()):
        raise WrongTable(f"Table 5 of FY{year} has {ROWS.get(year, f'more than {min(ROWS.values())}')} rows, this file {len(rows)}")
    return year, found


_NAMED: Final = {
    "post_acute": ("post-acute",), "special_pay": ("special pay",), "mdc": ("mdc",), "type": ("type",), "title": ("title",),
    "gmlos": ("geometric",), "amlos": ("arithmetic",),
}  # fmt: skip


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Where each column stands: CMS moves them from year to year.  One column of weights (no cap yet) is both."""
    names = [" ".join(name.lower().split()) for name in head]
    found = {key: next((at for at, name in enumerate(names) if words[0] in name), -1) for key, words in _NAMED.items()}
    weights = [at for at, name in enumerate(names) if name.startswith("weights")]
    if missing := [key for key, at in found.items() if at < 0] or ([] if weights else ["weights"]):
        raise WrongTable(f"no column for {', '.join(missing)}")
    return {**found, "before": weights[0], "capped": weights[-1]}


def _row(cells: Sequence[str], column: dict[str, int], source: str) -> DrgWeight:
    told = {key: cells[at].strip() if at < len(cells) else "" for key, at in column.items()}
    try:
        weight, before, gmlos, amlos = (float(told[key].replace(",", "")) for key in ("capped", "before", "gmlos", "amlos"))
    except ValueError:
        raise WrongTable(f"DRG {cells[0].strip()}: no number where a weight or a length of stay is due") from None
    if min(weight, before, gmlos, amlos) <= 0 or not {told["post_acute"], told["special_pay"]} <= {"Yes", "No"}:
        raise WrongTable(f"DRG {cells[0].strip()}: a weight or a stay that is not above 0, or neither Yes nor No")
    flags = told["post_acute"] == "Yes", told["special_pay"] == "Yes"
    return DrgWeight(cells[0].strip(), weight, before, gmlos, amlos, told["mdc"], told["type"], told["title"], *flags, source)


@lru_cache(maxsize=1)
def _shipped() -> dict[str, DrgWeight]:
    year, rows = read_table((files("drg") / "data" / "cms" / "drg_weights.txt").read_text(encoding="cp1252"))
    if year != 2026:
        raise WrongTable(f"the library's Table 5 is of FY{year}, not FY2026")
    return rows


def weight_of(drg: str, fiscal_year: int) -> DrgWeight | None:
    """The weight of a DRG in that fiscal year; None where no table is loaded or the DRG has none (998, 999)."""
    table = _LOADED.get(fiscal_year) or (_shipped() if fiscal_year == 2026 else {})
    return table.get(drg)


# --- the tables of a site -----------------------------------------------------------------------------------------------
def _file(folder: Path, year: int) -> Path:
    return folder / f"table5-FY{year}.json"


def _checksum(rows: Sequence[dict[str, Any]]) -> str:
    return sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def keep(folder: Path, year: int, table: dict[str, DrgWeight]) -> Path:
    """Keep a table that was read, with its checksum; returns the file.  Raises: OSError."""
    rows = [asdict(row) for row in table.values()]
    write_whole(_file(folder, year), json.dumps({"year": year, "sha256": _checksum(rows), "rows": rows}))
    return _file(folder, year)


def load_kept(folder: Path) -> tuple[int, ...]:
    """Load every table that is kept in the folder; returns their years.  Raises: WrongTable for one that is not as it was kept."""
    _LOADED.clear()
    for file in sorted(folder.glob("table5-FY*.json")):
        try:
            told = json.loads(file.read_bytes())
            year, rows, kept = told["year"], told["rows"], told["sha256"]
            if _checksum(rows) != kept or file != _file(folder, year):
                raise WrongTable(f"{file.name}: not the table that was loaded (checksum or year differs); load it again")
            _LOADED[year] = {row["drg"]: DrgWeight(**row) for row in rows}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WrongTable(f"{file.name}: cannot be read; load it again") from error
    return tuple(sorted(_LOADED))
