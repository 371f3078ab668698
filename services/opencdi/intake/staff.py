"""Who the hospital's people are: told once by the master file or a Practitioner, known for every document that follows (DOMAIN F.6).

A person has several names: the numbers in STF and PRA or the identifiers, and the reference by which one FHIR feed means him or her.  All
lead to one record.  What is told applies to documents that come after it (DECISIONS 40v).
"""

from dataclasses import dataclass

from opencdi.bus.room import States
from opencdi.clinical.time import ClinicalTime
from opencdi.events.ids import keyed_hash
from opencdi.events.people import Person
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Staff
from opencdi.intake.told import StaffTold


@dataclass(frozen=True, slots=True)
class StaffBook:
    """What intake remembers of a tenant's people, as one feed names them."""

    states: States
    key: bytes
    feed: str

    def __call__(self, name: str) -> Person | None:
        """The person of that number or reference; None if nobody has told."""
        for own in (_name_id(self.key, name), _name_id(self.key, self.feed, name)):
            if isinstance(staff := self.states.get(f"staff/{own}"), Staff):
                return Person(staff_id=staff.staff_id, name=staff.name, role=staff.role)
        return None


def remember(desk: Desk, told: StaffTold, at: ClinicalTime) -> None:
    """Enter one person; an older word that arrives late changes nothing."""
    key, feed = desk.context.key, desk.context.feed
    names = {_name_id(key, number) for number in told.numbers} | {_name_id(key, feed, reference) for reference in told.references}
    known = [staff for name in sorted(names) if (staff := desk.get(f"staff/{name}", Staff)) is not None]
    if any(staff.told_at > at.at for staff in known):
        desk.ignored.append("SUPERSEDED")
        return
    names.update(name for staff in known for name in staff.names)
    roles = [staff.role for staff in known if staff.role != "unknown"]
    record = Staff(
        staff_id=next(iter((*(staff.staff_id for staff in known if staff.staff_id), *told.numbers)), ""),
        name=told.name or next((staff.name for staff in known if staff.name), ""),
        role="unknown" if told.deleted else told.role if told.role != "unknown" else next(iter(roles), "unknown"),
        names=tuple(sorted(names)),
        told_at=at.at,
    )
    for name in record.names:
        desk.states[f"staff/{name}"] = record
    desk.ignored.append("STAFF_NOTED")


def _name_id(key: bytes, *parts: str) -> str:
    return keyed_hash(key, "staff", *parts)
