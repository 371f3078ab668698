"""A40, A41, A42: a patient, an account, a visit lives on under another number; in whatever order the messages come (DESIGN §1).

Where both are known, what was told moves.  Where one is not known yet, its number leads to the other from now on.
"""

from opencdi.intake import identity
from opencdi.intake.desk import Desk
from opencdi.intake.encounters import account_id, known_visit, lead_on, visit_id_of
from opencdi.intake.memory import Lead, Visit
from opencdi.intake.moves import move
from opencdi.intake.told import Identifier, Link, Merge, VisitTold


def merge(desk: Desk, told: Merge, patient_id: str) -> None:
    """Carry it out; a merge of what is one already changes nothing, one of which nothing is known yet is kept."""
    match told.what:
        case "patient":
            done = identity.merge(desk, identity.id_of(desk, told.old), patient_id)
        case "account":
            done = _accounts(desk, told)
        case "visit":
            done = _visits(desk, told, patient_id)
    if not done:
        desk.ignored.append("UNCHANGED")
    elif not desk.said:
        desk.kept += 1


def link(desk: Desk, told: Link, patient_id: str) -> None:
    """Patient.link: two records of one person become one patient."""
    # A reference first: under it the other one's resource may still come, with numbers that are not known yet.
    other_id = identity.referred(desk, told.reference) if told.reference else identity.id_of(desk, told.other) if told.other else patient_id
    if not identity.merge(desk, *((patient_id, other_id) if told.kind == "lives-on-as" else (other_id, patient_id))):
        desk.ignored.append("UNCHANGED")
    elif not desk.said:
        desk.kept += 1


def _accounts(desk: Desk, told: Merge) -> bool:
    old_id, new_id = account_id(desk, told.old.value), account_id(desk, told.new.value)
    if old_id == new_id:
        return False
    old, new = desk.get(f"account/{old_id}", Lead), desk.get(f"account/{new_id}", Lead)
    if old is not None and new is not None:
        move(desk, old.to, new.to)
    elif old is not None:
        desk.states[f"account/{new_id}"] = old
    lead_on(desk, old_id, new_id)
    return True


def _visits(desk: Desk, told: Merge, patient_id: str) -> bool:
    old, new = (known_visit(desk, patient_id, _mentioned(number)) for number in (told.old, told.new))
    if old is not None and new is not None:
        before, after = desk.get(f"visit/{old}", Visit), desk.get(f"visit/{new}", Visit)
        if before is None or after is None or desk.followed(before.encounter_id) == desk.followed(after.encounter_id):
            return False
        move(desk, before.encounter_id, after.encounter_id)
        return True
    old_id, new_id = (visit_id_of(desk, number.authority, number.value) for number in (told.old, told.new))
    if old_id == new_id:
        return False
    lead_on(desk, *((old_id, new_id) if old is None else (new_id, old)))
    return True


def _mentioned(number: Identifier) -> VisitTold:
    return VisitTold(number=number.value, facility=number.authority)
