"""What cannot be in a stay's own data: Medicare sends such a claim back, so it has no DRG, and the reason is said in words."""

from datetime import date

from opencdi.coding.state import Stay
from opencdi.knowledge.code_editor import claim_edit


def impossible(stay: Stay, begun: date) -> str | None:
    """Which of the stay's dates cannot be in their order; None where they may all be true.  `begun`: the day of the admission."""
    since, left = stay.admitted_at, stay.discharged_at
    if since and left and left.at < since.at and left.at.date() < since.at.date():  # by both: the zones of the two may differ
        return "discharged before the admission"
    if _before_birth(stay, begun):
        return "admitted before birth"
    return None


def never_grouped(version: int, age: int, status: str) -> str | None:
    """The code editor's word against the claim itself: an age over 124, a patient status that no claim has."""
    if not (status.isascii() and status.isdigit()):
        return "disposition unmapped"
    match claim_edit(version, age, int(status)):
        case "INVALID_AGE":
            return f"age {age}: the code editor takes 0 to 124"
        case "INVALID_DISCHARGE_STATUS":
            return f"disposition {status}: the code editor knows no such patient status on an inpatient claim"
        case _:
            return None


def _before_birth(stay: Stay, day: date) -> bool:
    """As far as the birth date is known: "1956" is any day of that year."""
    born = (stay.birth_date or "")[:10]
    return day.isoformat()[: len(born)] < born
