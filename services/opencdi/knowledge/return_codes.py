"""What the grouper means where it gives no DRG that is paid: 998, 999 and its return codes, in words."""

from typing import Final

_SAYS: Final = {
    "INVALID_PDX": "the principal diagnosis is no valid code of that day",
    "DX_CANNOT_BE_PDX": "this code may not stand first: it tells of a cause from outside, not of a disease",
    "UNGROUPABLE": "the principal diagnosis leads to no DRG with this age, sex and disposition",
    "INVALID_AGE": "the age is not one that the grouper takes",
    "INVALID_SEX": "the DRG depends on the sex, and none is known",
    "INVALID_DSTAT": "the DRG depends on the disposition, and this is none",
    "HAC_MISSING_ONE_POA": "a hospital-acquired condition without a POA indicator",
    "HAC_STATUS_INVALID_MULT_HACS_POA_NOT_Y_W": "several hospital-acquired conditions without a valid POA indicator",
    "HAC_STATUS_INVALID_POA_INVALID_OR_1": "a hospital-acquired condition whose POA indicator is not one of Y N U W",
    "HAC_STATUS_INVALID_POA_N_OR_U": "a hospital-acquired condition without which the claim has no DRG",
}
_998: Final = (
    "the principal diagnosis is not one to be discharged with; a delivery needs its outcome (Z37) and the delivery itself (ICD-10-PCS)"
)


def why_no_paid_drg(drg: str, return_code: str) -> str | None:
    """In words; None for a DRG that is paid."""
    if drg == "998":
        return _998
    return None if return_code == "OK" else _SAYS.get(return_code, f"the grouper could not group it ({return_code})")
