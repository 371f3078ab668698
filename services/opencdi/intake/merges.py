"""A40-A42, A44, A45, Patient.link: a patient, account or visit lives on under another number or elsewhere, in any order (DESIGN §1).

Where both are known, what was told moves.  Where one is not known yet, its number leads to the other from now on.
"""

from datetime import datetime

from opencdi.clinical.time import ClinicalTime
from opencdi.intake import unions
from opencdi.intake.accounts import account_id, lead_on, visit_id_of
from opencdi.intake.desk import Desk
from opencdi.intake.encounters import give_account, known_visit, merge_visits
from opencdi.intake.identity import alias_id, known, number_of, referred
from opencdi.intake.memory import Lead, Merged, Visit
from opencdi.intake.moved_visits import move_visit
from opencdi.intake.moves import move
from opencdi.intake.told import Identifier, Link, Merge, PatientTold, VisitTold


def merge(desk: Desk, told: Merge, patient_id: str, at: datetime) -> None:
    """Carry it out; a merge of what is one already changes nothing, one of which nothing is known yet is kept."""
    match told.what:
        case "patient":
            old_id = number_of(desk, told.old)
            if desk.assigned("patient", told.old.authority, told.old.value) == desk.number:  # the new one was a second number of the old
                desk.number = unions.stand_alone(desk, told.new)
            done = unions.join(desk, old_id, desk.number, at)
        case "account":
            done = _accounts(desk, told)
        case "visit":
            done = _visits(desk, told, patient_id)
        case "account-to-patient":
            done = _account_to_patient(desk, told, at)
        case "visit-to-account":
            done = move_visit(desk, told, at)
    _ends(desk, done, "UNCHANGED")


def part(desk: Desk, other: PatientTold, at: ClinicalTime) -> None:
    """A37: this patient and the other are two.  Where they were merged, each has again what was told under its own number."""
    mine = desk.number
    other_id = known(desk, other, at)
    _ends(desk, mine != other_id and unions.part(desk, mine, other_id, at.at), "LINK_IS_NO_MERGE")


def links(desk: Desk, told: tuple[Link, ...], resource: str, at: datetime) -> None:
    """Patient.link: two records of one person are one patient, as long as a record says so."""
    pairs = []
    for link in told:
        # A reference first: under it the other one's resource may still come, with numbers that are not known yet.
        other_id = referred(desk, link.reference) if link.reference else number_of(desk, link.other) if link.other else desk.number
        if other_id != desk.number:
            pairs.append((desk.number, other_id) if link.kind == "lives-on-as" else (other_id, desk.number))
    if resource.startswith("Patient/"):
        done = unions.linked(desk, desk.number, alias_id(desk, resource), tuple(sorted(pairs)), at)
    else:  # a record without an id of its own: no later one can say that it has no link any more
        done = any([unions.join(desk, old_id, new_id, at) for old_id, new_id in pairs])
    if told or done:
        _ends(desk, done, "UNCHANGED")


def _ends(desk: Desk, done: bool, reason: str) -> None:
    if not done:
        desk.ignored.append(reason)
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
    old_id, new_id = (
        known_visit(desk, patient_id, _mentioned(number)) or visit_id_of(desk, number.authority, number.value)
        for number in (told.old, told.new)
    )
    merged = desk.get(f"merged/{old_id}", Merged)
    old, new = desk.get(f"visit/{old_id}", Visit), desk.get(f"visit/{new_id}", Visit)
    one_stay = old is not None and new is not None and desk.followed(old.encounter_id) == desk.followed(new.encounter_id)
    if old_id == new_id or one_stay or (merged is not None and merged.into == new_id):
        return False
    merge_visits(desk, old_id, new_id)
    return True


def _account_to_patient(desk: Desk, told: Merge, at: datetime) -> bool:
    """A44: the account was another patient's by mistake; its stay, with all that was told of it, is this patient's.

    Who moves an account from one number to another says that they are two: a merge of the two that was told before is taken back.
    """
    before = number_of(desk, told.of) if told.of is not None else desk.number
    two = before != desk.number and unions.part(desk, before, desk.number, at)
    moved = give_account(desk, account_id(desk, told.old.value), desk.number) or two
    renamed = told.old.value != told.new.value and _accounts(desk, told)
    return moved or renamed


def _mentioned(number: Identifier) -> VisitTold:
    return VisitTold(number=number.value, facility=number.authority)
