"""Signs and symptoms beside what they turned out to be (Guidelines I.B.4, I.B.5): flagged, never dropped (DOMAIN F.13)."""

from opencdi.coding.combinations import flag, flag_each
from opencdi.coding.steps import Candidates, Known, proposed


def integral_symptoms(known: Known, codes: Candidates) -> Candidates:
    """I.B.5: signs and symptoms that belong to an established diagnosis are flagged beside it."""
    gone: dict[str, str] = {}
    for one in proposed(codes):
        explained_by = known.table.integral_to(one.code)
        if explained_by and (whole := next((other for other in proposed(codes, *explained_by) if other.code != one.code), None)):
            gone[one.code] = f"I.B.5: part of {whole.code}"
    return flag_each(codes, gone)


def presenting_symptoms(_: Known, codes: Candidates) -> Candidates:
    """I.B.4, III: what the patient complained of, and no assessment takes up again once a diagnosis is established, is flagged.

    The history and examination of the admission list every complaint; a coder reports those that are evaluated or treated by themselves.
    """
    if not any(one.assessed and one.kind == "diagnosis" for one in proposed(codes)):
        return codes
    reason = "I.B.4, III: a complaint or sign at admission that no assessment takes up beside the established diagnoses"
    taken_up = {one.code[:3] for one in codes if one.assessed or not one.presenting}  # by the same sign, less or more exactly said
    return flag(codes, [one for one in proposed(codes) if one.kind != "diagnosis" and one.code[:3] not in taken_up], reason)
