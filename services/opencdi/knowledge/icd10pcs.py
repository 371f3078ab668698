"""ICD-10-PCS: a code's official title, and whether it may be on a claim of that day.

Titles are those of FY2026, as the package `drg` carries them; what is valid on a day is what the Medicare Code Editor takes.
"""

import csv
from datetime import date
from functools import lru_cache
from importlib.resources import files

from opencdi.knowledge.code_editor import edits
from opencdi.knowledge.code_year import release_on
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim

_NEUTRAL = CodedDiagnosis("J189")


@lru_cache(maxsize=1)
def _titles() -> bytes:
    return (files("drg") / "data" / "tuva" / "icd_10_pcs.csv").read_bytes()


@lru_cache(maxsize=4096)
def title_of(code: str) -> str:
    """The official title; "" where FY2026 does not know the code."""
    told = _titles()
    at = told.find(f'"{code}",'.encode())
    if at < 0:
        return ""
    line = told[at : told.find(b"\n", at)].decode("utf-8").strip()
    return next(csv.reader([line]))[1]


@lru_cache(maxsize=20_000)
def _is_valid(code: str, version: int, day: date) -> bool:
    claim = GrouperClaim(version, 50, "F", 1, _NEUTRAL, (), (code,))
    return all(edit.edit != "INVALID_CODE" for edit in edits(claim, day))


def valid_on(code: str, day: date, code_year: int | None = None) -> bool:
    """Whether this procedure code is one of that day; no code is, of a day that no grouper covers."""
    release = release_on(day, code_year)
    return release is not None and _is_valid(code, release.version, release.first_day)
