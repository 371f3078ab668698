"""What an update of the encounter tells of the stay: its class, who is responsible, whether the patient is away."""

from typing import Any

from opencdi.events.facts import EncounterUpdated
from opencdi.queries.care_team import with_member
from opencdi.queries.chart import Stay


def after_update(stay: Stay, fact: EncounterUpdated) -> dict[str, Any]:
    """What it changes in the stay, or leaves as it is."""
    told: dict[str, Any] = {}
    if fact.encounter_class:
        told["encounter_class"] = fact.encounter_class
    if fact.attending:
        told["attending"] = fact.attending
        told["team"] = with_member(stay, fact.attending)
    if fact.on_leave is not None:
        told["on_leave"] = fact.on_leave
    if fact.newborn is not None:
        told["newborn"] = fact.newborn
    if stay.ended == "ENCOUNTER_CANCELLED":  # nothing is told of a cancelled stay but that it is admitted anew
        told["ended"] = ""
    if fact.admitted_at:
        told["started_at"] = fact.admitted_at.at
    return told
