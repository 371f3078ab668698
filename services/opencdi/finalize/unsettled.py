"""What a coder decides before vouching for the set: ties, POA that nobody told, conflicts, edits of the code editor (DOMAIN E.3)."""

from collections.abc import Iterator
from datetime import date

from opencdi.clinical.codes import dotted
from opencdi.events.pages import Claim, CodingPage, WorkingCode
from opencdi.knowledge.code_editor import edits
from opencdi.knowledge.code_year import release_on, version_number
from opencdi.knowledge.grouper import CodedDiagnosis, GrouperClaim

_CONFLICT = ("conflicting documentation", "Excludes1 at")


def to_settle(coding: CodingPage) -> tuple[str, ...]:
    """By name, in the order in which a coder works: principal diagnosis, POA, conflicts, hospital-acquired conditions, edits."""
    return (*_principal(coding), *_present_on_admission(coding), *_conflicts(coding.codes), *_acquired(coding), *_edits(coding.claim))


def _principal(coding: CodingPage) -> Iterator[str]:
    if len(coding.principal_candidates) > 1:
        drgs = {effect.code: effect.drg_with for effect in coding.principal_effects}
        named = [dotted(code) + (f" (DRG {drgs[code]})" if code in drgs else "") for code in coding.principal_candidates]
        yield f"principal diagnosis: {', '.join(named)} meet the definition equally (II.C)"


def _present_on_admission(coding: CodingPage) -> Iterator[str]:
    unknown = [code.code for code in coding.codes if code.status == "proposed" and code.poa == "undetermined"]
    if unknown:
        drg = coding.drg
        other = f"; DRG {drg.if_not_poa} if not present" if drg and drg.if_not_poa and drg.if_not_poa != drg.drg else ""
        yield f"POA of {', '.join(map(dotted, unknown))}: undetermined, grouped as Y{other}"


def _conflicts(codes: tuple[WorkingCode, ...]) -> Iterator[str]:
    for code in codes:
        if code.status == "flagged" and not code.code.startswith("R"):  # a symptom beside its disease is no conflict
            yield from (f"{dotted(code.code)}: {reason}" for reason in code.reasons if any(word in reason for word in _CONFLICT))


def _acquired(coding: CodingPage) -> Iterator[str]:
    if coding.drg and coding.drg.initial_drg != coding.drg.drg:
        yield f"hospital-acquired condition: DRG {coding.drg.initial_drg} without it"


def _edits(claim: Claim | None) -> Iterator[str]:
    version = version_number(claim.version) if claim else None
    if claim is None or claim.principal is None or version is None or claim.discharge_date is None:
        return
    day = date.fromisoformat(claim.discharge_date)
    if (release := release_on(day)) is None or release.version != version:
        return  # a recording with shifted dates: the editor would object to the date alone
    asked = GrouperClaim(
        version,
        claim.age,
        claim.sex if claim.sex in ("M", "F") else "U",  # type: ignore[arg-type]  # narrowed by the words themselves
        int(claim.discharge_status),
        CodedDiagnosis(*claim.principal),
        tuple(CodedDiagnosis(*told) for told in claim.secondary),
        claim.procedures,
    )
    for edit in edits(asked, day):
        yield f"code editor: {edit.edit}{f' {dotted(edit.code)}' if edit.code else ''}"
