"""External causes (I.C.20): how, where and at what the patient was hurt; beside an injury, never without one and never first."""

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate, candidate_of
from opencdi.coding.combinations import flag_each, instead
from opencdi.coding.stated import Stated
from opencdi.coding.steps import Candidates, Known, proposed, with_code

_CAUSES = ("V", "W", "X", "Y")
_NO_EVENTS = ("Y62", "Y63", "Y64", "Y65", "Y66", "Y69", "Y7", "Y8", "Y90", "Y92", "Y93", "Y95", "Y99")
"""Misadventures, places, activities and circumstances: no event that hurts by itself."""


def external_causes(known: Known, codes: Candidates) -> Candidates:
    """I.C.20.a: an external cause is said beside the injury that it explains; the general one yields to the exact one."""
    data = known.table.external
    events = events_of(codes)
    reasons: dict[str, str] = {}
    if not proposed(codes, *data.beside):
        reasons |= {one.code: "I.C.20.a: no injury is documented that it explains" for one in events}
    for row in data.general:
        exact = next((one for one in proposed(codes, *row.into) if one.code not in reasons), None)
        if exact is not None:
            reasons |= {one.code: f"{row.reason} ({dotted(exact.code)})" for one in proposed(codes, *row.codes) if one.code not in reasons}
    if all(one.code in reasons for one in events):
        told = proposed(codes, *data.only_beside_a_cause)
        reasons |= {one.code: "I.C.20.b: a place or an activity is said only beside its external cause" for one in told}
    return flag_each(codes, reasons)


def collisions(known: Known, codes: Candidates) -> Candidates:
    """A collision by whom the patient was in the car, and by what it met where a provider says so."""
    data = known.table.external.vehicles
    if data.occupant not in known.concepts:
        return codes
    occupant, partner = (_told(known, concept) for concept in (data.occupant, data.partner))
    exact = data.occupants.get(occupant.finding.attributes["form"], {}) if occupant else {}
    code = exact.get(partner.finding.attributes["form"] if partner else "") or exact.get("")
    collision = next(iter(proposed(codes, *data.collision)), None)
    if occupant is None or code is None or not (collision or partner):
        return codes
    reason = f"index: the collision by its occupant and what it met ({dotted(code)})"
    if collision is None:
        return with_code(codes, candidate_of([occupant], code, "exempt", reason))
    return instead(codes, collision, collision._replace(code=code, family=code, specific=True), reason)


def _told(known: Known, concept: str) -> Stated | None:
    found = (one for one in known.stated if one.finding.concept == concept and one.finding.active == "yes")
    return next((one for one in found if one.finding.assertion == "present" and one.finding.temporality == "current"), None)


def events_of(codes: Candidates) -> list[Candidate]:
    """The events on the claim by which the patient was hurt."""
    return [one for one in proposed(codes, *_CAUSES) if not one.code.startswith(_NO_EVENTS)]
