"""What a coder decides before vouching for the set: ties, POA that nobody told, conflicts, edits of the code editor (DOMAIN E.3)."""

from collections.abc import Iterator

from opencdi.clinical.codes import dotted, written
from opencdi.events.pages import CodingPage, WorkingCode

_CONFLICT = ("conflicting documentation", "Excludes1 at")


def to_settle(coding: CodingPage) -> tuple[str, ...]:
    """By name, in the order in which a coder works: principal diagnosis, POA, conflicts, hospital-acquired conditions, edits."""
    return (*_principal(coding), *_present_on_admission(coding), *_conflicts(coding.codes), *_acquired(coding), *_edits(coding))


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


def _edits(coding: CodingPage) -> Iterator[str]:
    for edit in coding.edits:
        yield f"code editor: {edit.edit}{f' {written(edit.code)}' if edit.code else ''}"
