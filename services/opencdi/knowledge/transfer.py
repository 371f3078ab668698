"""The transfer policy of Medicare (42 CFR 412.4): who is sent on early to more care pays the hospital by the day, up to the whole DRG.

A day is the DRG's weight over its geometric mean stay, the first one counts twice; special-pay DRGs get half at once and half by the
day.  The rounding is that of CMS's own Pricer.  Pure, internal, and a hint: whether home care began within three days, or the patient
was readmitted elsewhere on the same day, no discharge disposition tells.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

from opencdi.knowledge.weights import DrgWeight

TransferRule = Literal["acute care transfer", "post-acute care transfer", "post-acute care transfer, special pay"]
SOURCE: Final = "42 CFR 412.4(b), (c), (f)"
ACUTE: Final = frozenset({"02", "66", "82", "94"})
"""Another acute hospital, a critical access hospital: 412.4(b), any DRG.  82 and 94 are those with a planned readmission."""
POST_ACUTE: Final = frozenset({"03", "05", "06", "62", "63", "65", "83", "85", "86", "90", "91", "93"})
"""Skilled nursing, cancer or children's hospital, home health, rehabilitation, long-term care, psychiatry: 412.4(c)(1) to (3)."""
HOSPICE: Final = frozenset({"50", "51"})
HOSPICE_SINCE: Final = 2019
"""Hospice at home or in a facility: 412.4(c)(4), discharges since 1 October 2018 (Bipartisan Budget Act, section 53109)."""
PAID_WHOLE: Final = frozenset({"789"})
"""Neonates who died or were transferred: the DRG is made for it, and is paid whole to the sending hospital (412.4(f)(3))."""
_FOURTH: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Transfer:
    """What the policy makes of a stay.  `fraction` of the weight is paid; 1 where the stay was long enough."""

    rule: TransferRule
    fraction: float
    weight: float
    source: str = SOURCE


def rule_for(row: DrgWeight, disposition: str, fiscal_year: int) -> TransferRule | None:
    """Which transfer this discharge is; None for one that is paid whole.  `disposition`: UB-04 patient status, two digits."""
    if disposition in ACUTE and row.drg not in PAID_WHOLE:
        return "acute care transfer"
    if row.post_acute and (disposition in POST_ACUTE or (disposition in HOSPICE and fiscal_year >= HOSPICE_SINCE)):
        return "post-acute care transfer, special pay" if row.special_pay else "post-acute care transfer"
    return None


def transferred(row: DrgWeight, disposition: str, days: int, fiscal_year: int) -> Transfer | None:
    """The weight after the transfer policy, from the length of stay in days; None where the policy does not apply."""
    rule = rule_for(row, disposition, fiscal_year)
    if rule is None:
        return None
    weight, by_day = Decimal(str(row.weight)), Decimal(max(days, 1) + 1) / Decimal(str(row.gmlos))
    share = (1 + by_day) / 2 if rule == "post-acute care transfer, special pay" else by_day
    fraction = min(share.quantize(_FOURTH, ROUND_HALF_UP), Decimal(1))
    return Transfer(rule, float(fraction), float((fraction * weight).quantize(_FOURTH, ROUND_HALF_UP)))
