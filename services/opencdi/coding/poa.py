"""Present on admission: proposed, never computed as if it were known (Guidelines appendix I; DOMAIN F.12)."""

from dataclasses import dataclass
from datetime import datetime

from opencdi.clinical.vocabulary import Poa
from opencdi.coding.candidates import Candidate


@dataclass(frozen=True, slots=True)
class ProposedPoa:
    """The proposal and its reason."""

    poa: Poa
    reason: str


def poa_of(one: Candidate, inpatient_at: datetime | None) -> ProposedPoa:
    """Y: evidence before the inpatient order, or chronic by nature.  N: only a documented onset after it.  Else undetermined: ask.

    U is a coder's word and W a provider's; neither is ever proposed from here.
    """
    if one.nature == "exempt" or one.code.startswith(("V", "W", "X", "Y")):
        return ProposedPoa("1", "exempt from POA reporting")
    if one.onset_after:
        return ProposedPoa("N", "the note says that it began after the admission")
    if one.came_with:
        return ProposedPoa("Y", "the note says that it was present on admission")
    if one.nature == "chronic" or one.code.startswith("C"):
        # A malignancy found after the order was there before it (appendix I, "chronic conditions … not diagnosed until after").
        return ProposedPoa("Y", "chronic by nature")
    if inpatient_at is None or one.order is None:
        return ProposedPoa("undetermined", "no inpatient order known")
    if one.order[0] <= inpatient_at:
        return ProposedPoa("Y", "documented before the inpatient order")
    if one.at_admission:
        # The emergency note and the history and physical describe the patient as he came, though they are signed after the order.
        return ProposedPoa("Y", "documented as presenting (emergency note or history and physical)")
    return ProposedPoa("undetermined", f"first documented {one.order[0].date().isoformat()}, after the inpatient order; onset not said")
