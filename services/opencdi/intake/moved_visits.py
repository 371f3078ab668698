"""A45: a visit is on another account, another patient's perhaps.  It is there from then on, whatever older messages say of it, and so is
all that was told under it; the other visits of its stay remain what they are (DOMAIN F.1)."""

from collections.abc import Iterator
from datetime import datetime

from opencdi.intake.accounts import account_id, accounts_of, visit_id_of, with_visits
from opencdi.intake.desk import Desk
from opencdi.intake.encounters import known_visit
from opencdi.intake.identity import current, hand_over, number_of
from opencdi.intake.memory import Encounter, Lead, Merged, Moved, Visit
from opencdi.intake.moves import move
from opencdi.intake.stays import governing
from opencdi.intake.taken_apart import take_apart
from opencdi.intake.told import Merge, VisitTold


def move_visit(desk: Desk, told: Merge, at: datetime) -> bool:
    """Carry it out, or keep it for a visit that is not known yet; False where a newer word or the same stands."""
    of = number_of(desk, told.of) if told.of is not None else desk.number
    mentioned = VisitTold(number=told.old.value, facility=told.old.authority)
    visit_id = known_visit(desk, current(desk, of), mentioned) or visit_id_of(desk, told.old.authority, told.old.value)
    moved = Moved(account=account_id(desk, told.new.value), number=desk.number, of=of, at=at)
    changed = [_say(desk, one, moved) for one in _of_one(desk, visit_id)]
    visit = desk.get(f"visit/{visit_id}", Visit)
    if visit is None or not any(changed):
        return any(changed)
    stay_id = desk.followed(visit.encounter_id)
    encounter = desk.get(f"encounter/{stay_id}", Encounter)
    if encounter is None or encounter.closed:
        return False
    return _carried_out(desk, visit_id, stay_id, encounter, moved)


def _say(desk: Desk, visit_id: str, moved: Moved) -> bool:
    before = desk.get(f"moved/{visit_id}", Moved)
    if before is not None and moved.at < before.at:
        desk.ignored.append("SUPERSEDED")
        return False
    desk.states[f"moved/{visit_id}"] = moved
    return before is None or (before.account, before.number) != (moved.account, moved.number)


def _of_one(desk: Desk, visit_id: str) -> list[str]:
    """This visit and those whose numbers were merged with its."""
    found, left = list[str](), [visit_id]
    while left:
        one = left.pop()
        if one not in found:
            found.append(one)
            merged = desk.get(f"merged/{one}", Merged) or Merged()
            left += [*merged.of, *((merged.into,) if merged.into else ())]
    return found


def _carried_out(desk: Desk, visit_id: str, stay_id: str, encounter: Encounter, moved: Moved) -> bool:
    theirs = with_visits(desk, moved.account)
    parts = _parts(desk, encounter)
    if len(parts) > 1:
        speaks = governing(desk, encounter)
        take_apart(desk, stay_id, sorted(parts, key=lambda visits: (visit_id in visits, speaks not in visits)))
    mine = _stay_of(desk, visit_id)
    handed = hand_over(desk, mine, moved.number)
    if theirs is None or desk.followed(theirs.to) in (stay_id, mine):
        desk.states[f"account/{moved.account}"] = Lead(to=mine)
        desk.visits_changed = True
    elif (other := desk.get(f"encounter/{desk.followed(theirs.to)}", Encounter)) is not None:
        if current(desk, other.patient_id) != current(desk, moved.number):  # a newborn's, on its mother's account
            here = desk.get(f"encounter/{mine}", Encounter) or encounter
            desk.states[f"encounter/{mine}"] = here.model_copy(update={"accounts": tuple(dict.fromkeys((*here.accounts, moved.account)))})
        else:
            told_before = f"pages/{mine}" in desk.states
            move(desk, mine, theirs.to)
            if not told_before:  # nobody has heard of it
                desk.said.pop(mine, None)
        desk.visits_changed = True
        return True
    return handed or len(parts) > 1 or theirs is None


def _stay_of(desk: Desk, visit_id: str) -> str:
    visit = desk.get(f"visit/{visit_id}", Visit)
    return desk.followed(visit.encounter_id) if visit is not None else ""


def _parts(desk: Desk, encounter: Encounter) -> list[tuple[str, ...]]:
    """The visits of this stay that are still one: on one account, merged numbers, or part of each other."""
    parts: list[tuple[tuple[str, ...], frozenset[str]]] = []
    for visit_id in encounter.visits:
        visits: tuple[str, ...] = (visit_id,)
        names = frozenset(_names(desk, visit_id))
        for part in [part for part in parts if part[1] & names]:
            parts.remove(part)
            visits, names = (*part[0], *visits), part[1] | names
        parts.append((visits, names))
    return [visits for visits, _ in parts]


def _names(desk: Desk, visit_id: str) -> Iterator[str]:
    """What makes visits one where they share it."""
    yield visit_id
    yield from accounts_of(desk, visit_id)
    merged = desk.get(f"merged/{visit_id}", Merged) or Merged()
    yield from (*merged.of, *((merged.into,) if merged.into else ()))
    visit = desk.get(f"visit/{visit_id}", Visit)
    for whole in visit.wholes if visit is not None and f"moved/{visit_id}" not in desk.states else ():
        if (lead := desk.get(f"alias/{whole}", Lead)) is not None:
            yield lead.to
