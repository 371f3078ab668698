"""CMS's NCCI files as CMS publishes them each quarter, and coverage rows; a slip is refused by file, row and field, never passed over.

Above the rows stand lines of copyright and a header, which CMS breaks over several lines whose first cell is empty.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple, cast

from opencdi.clinical.codes import undotted
from opencdi.knowledge.profee.pack import WrongPack

_CODE = re.compile(r"[0-9A-Z]{5}")
_ICD = re.compile(r"[A-Z][0-9][0-9A-Z]{1,5}")
_NO_DATA = ("", "*")


class Pair(NamedTuple):
    """A procedure-to-procedure edit: the second code is not paid beside the first.  `modifier`: "0" none helps, "1" one may, "9" void."""

    effective: date
    deleted: date | None
    modifier: Literal["0", "1", "9"]
    why: str

    def in_force(self, day: date) -> bool:
        """CMS marks an edit that never was by a deletion on the day it became effective."""
        return self.modifier != "9" and self.effective <= day and (self.deleted is None or self.effective < self.deleted >= day)


class Units(NamedTuple):
    """A medically unlikely edit: the most units.  `per`: "1" a line; "2" a day, by policy; "3" a day, on clinical grounds."""

    most: int
    per: Literal["1", "2", "3"]
    why: str


@dataclass(frozen=True, slots=True)
class _Row:
    """One row, with where it stands."""

    where: str
    cells: list[str]

    def code(self, column: int, name: str) -> str:
        return self._matching(column, name, _CODE, "a code of five letters and digits")

    def diagnosis(self, column: int, name: str) -> str:
        return self._matching(column, name, _ICD, "an ICD-10-CM code", undotted(self.cells[column]))

    def _matching(self, column: int, name: str, pattern: re.Pattern[str], what: str, told: str | None = None) -> str:
        told = self.cells[column] if told is None else told
        if not pattern.fullmatch(told):
            raise WrongPack(f"{self.where}: {name} is not {what}")
        return told

    def day(self, column: int, name: str) -> date:
        try:
            return date.fromisoformat(self.cells[column])
        except ValueError:
            raise WrongPack(f"{self.where}: {name} is not a date (YYYYMMDD)") from None

    def one_of(self, column: int, name: str, words: tuple[str, ...]) -> str:
        if self.cells[column][:1] not in words:
            raise WrongPack(f"{self.where}: {name} is not {', '.join(words[:-1])} or {words[-1]}")
        return self.cells[column][:1]

    def number(self, column: int, name: str) -> int:
        if not (self.cells[column].isascii() and self.cells[column].isdigit()):
            raise WrongPack(f"{self.where}: {name} is not a whole number")
        return int(self.cells[column])


def _rows(path: Path, columns: int, header: str, delimiter: str) -> Iterator[_Row]:
    """The rows below the header.  `header`: a word that stands above the rows of such a file and of no other."""
    seen = begun = False
    with path.open(encoding="cp1252", newline="") as file:
        for number, told in enumerate(csv.reader(file, delimiter=delimiter), 1):
            cells = [cell.strip() for cell in told]
            if not any(cells):
                continue
            if not begun:
                begun = seen and bool(cells[0])
                seen = seen or any(header in " ".join(cell.lower().split()) for cell in cells)
            if not begun:
                continue
            if len(cells) < columns:
                raise WrongPack(f"{path.name}, row {number}: {len(cells)} columns, not {columns}")
            yield _Row(f"{path.name}, row {number}", cells)
    if not begun:
        raise WrongPack(f'{path.name}: no rows below a header with "{header}"')


def pairs_in(path: Path) -> Iterator[tuple[str, str, Pair]]:
    """Column 1, column 2 and the edit: CMS's practitioner PTP file, tab-delimited.

    Column 1 | Column 2 | in existence prior to 1996 | Effective Date | Deletion Date (* no data) | Modifier | PTP Edit Rationale
    """
    for row in _rows(path, 6, "column 2", "\t"):
        deleted = None if row.cells[4] in _NO_DATA else row.day(4, "Deletion Date")
        modifier = cast(Literal["0", "1", "9"], row.one_of(5, "Modifier", ("0", "1", "9")))
        why = row.cells[6] if len(row.cells) > 6 else ""
        yield row.code(0, "Column 1"), row.code(1, "Column 2"), Pair(row.day(3, "Effective Date"), deleted, modifier, why)


def units_in(path: Path) -> Iterator[tuple[str, Units]]:
    """The code and the most units of it: CMS's practitioner MUE file, comma-separated.

    HCPCS/CPT Code | Practitioner Services MUE Values | MUE Adjudication Indicator | MUE Rationale
    """
    for row in _rows(path, 3, "mue values", ","):
        per = cast(Literal["1", "2", "3"], row.one_of(2, "MUE Adjudication Indicator", ("1", "2", "3")))
        yield row.code(0, "HCPCS/CPT Code"), Units(row.number(1, "MUE Values"), per, row.cells[3] if len(row.cells) > 3 else "")


def coverage_in(path: Path) -> Iterator[tuple[str, str, str]]:
    """The code, the determination and one diagnosis that it covers: of a contractor's billing article, comma-separated.

    HCPCS/CPT Code | LCD | ICD-10-CM
    """
    for row in _rows(path, 3, "lcd", ","):
        yield row.code(0, "HCPCS/CPT Code"), row.cells[1], row.diagnosis(2, "ICD-10-CM")
