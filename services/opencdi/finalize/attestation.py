"""A coder vouches for the set: accepted when the set is the one that was shown and nothing it needs is missing (DOMAIN F.15, B83)."""

from opencdi.events.people import CodeSetAttested
from opencdi.finalize.awaited import waiting_for
from opencdi.finalize.stay import Stay
from opencdi.finalize.told import Told
from opencdi.knowledge.site import SiteData


def with_waivers(stay: Stay, decision: CodeSetAttested) -> Stay:
    """The stay with the reports that this coder does without."""
    return stay.model_copy(update={"waived": tuple(dict.fromkeys((*stay.waived, *decision.waived)))})


def refusal(stay: Stay, told: Told, decision: CodeSetAttested, site: SiteData) -> str | None:
    """Why this attestation cannot stand; None where it does.  `stay` as with its waivers."""
    if not stay.to_be_closed:
        return "no inpatient stay that has ended"
    if decision.as_of not in told.shown_by:
        return "the set has changed since it was shown"
    if missing := waiting_for(stay, site):
        return f"waiting for {', '.join(missing)}"
    return None
