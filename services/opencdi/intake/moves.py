"""Two encounters turn out to be one stay: it lives on as one of them, the other is closed (DESIGN §1)."""

from opencdi.events.facts import DeliveryReceipted, EncounterDischarged, EncounterMoved, Fact
from opencdi.events.people import CodeSetAttested, Decision
from opencdi.intake.corrections import unite_lists
from opencdi.intake.desk import Desk, Said
from opencdi.intake.identity import current
from opencdi.intake.memory import Encounter, Pages, Person, Visit
from opencdi.intake.named import identity_of
from opencdi.intake.retention import ended
from opencdi.intake.stays import reinstate, settle
from opencdi.intake.stories import forget_stories, moved_from, told_of

_SAID_ANEW = frozenset({"patient_identified", "inpatient_ordered", "inpatient_order_cancelled", "encounter_cancelled", "baseline_carried"})
"""Of the two encounters one patient, and one order to admit: `settle` says which; and only what both were is cancelled.  What was there
before the two is told of the one (`baselines`)."""


def move(desk: Desk, old_id: str, new_id: str) -> str:
    """Re-assert all facts and texts of one on the other, in their order, and close it; returns the id under which the stay lives on.

    Which number lives on is the message's word; our own id that lives on is the one under which people have worked: what they were
    asked, answered, dismissed and attested stands there, and stays theirs.
    """
    old_id, new_id = desk.followed(old_id), desk.followed(new_id)
    old, new = desk.get(f"encounter/{old_id}", Encounter), desk.get(f"encounter/{new_id}", Encounter)
    if old_id == new_id or old is None or new is None:
        return new_id
    one_patient = current(desk, old.patient_id) == current(desk, new.patient_id)  # else the stay is whose the message says
    if one_patient and _work_on(desk, old_id, old) > _work_on(desk, new_id, new):
        (old_id, old), (new_id, new) = (new_id, new), (old_id, old)
    _move(desk, old_id, old, new_id, new)
    return new_id


def _work_on(desk: Desk, encounter_id: str, encounter: Encounter) -> tuple[bool, bool, bool, int, int]:
    """What would be lost if it were closed, the gravest first: a stay that goes on, attested codes, people's work, what has been read."""
    pages = desk.get(f"pages/{encounter_id}", Pages) or Pages()
    people = [fact for fact, *_ in told_of(desk, encounter_id) if isinstance(fact, Decision | DeliveryReceipted)]
    attested = any(isinstance(fact, CodeSetAttested) for fact in people)
    return not encounter.cancelled, not encounter.closed, attested, len(people), pages.count - len(pages.history)


def _move(desk: Desk, old_id: str, old: Encounter, new_id: str, new: Encounter) -> None:
    discharge = new.discharge
    decided: list[Fact] = []  # told last: by then all that they were decided on has been told
    filed = desk.under
    listed_in_both = unite_lists(desk, old_id, new_id, (fact for fact, *_ in told_of(desk, old_id)))
    for fact, text, under in told_of(desk, old_id):
        desk.under = under
        if isinstance(fact, Decision):
            decided.append(fact.model_copy(update={"encounter_id": new_id}))
        elif fact.kind not in _SAID_ANEW and identity_of(fact) not in listed_in_both:
            desk.say(new_id, fact, text)
        if fact.kind in ("encounter_discharged", "discharge_cancelled"):
            discharge = old.discharge
    desk.under = filed
    desk.said.setdefault(new_id, Said()).moved_from += moved_from(desk, old_id)
    forget_stories(desk, old_id)
    desk.say(old_id, EncounterMoved(into=new_id, at=desk.context.arrived_at))
    left = EncounterDischarged.read(discharge).at.at if discharge is not None else None
    starts = [at for at in (old.first_at, new.first_at) if at is not None]
    desk.states[f"encounter/{new_id}"] = new.model_copy(
        update={
            "visits": tuple(dict.fromkeys(new.visits + old.visits)),
            "told": new.told | old.told,
            "discharge": discharge,
            "discharged_at": left,
            "first_at": min(starts, default=None),
            "accounts": tuple(dict.fromkeys(new.accounts + old.accounts)),
            "inpatient_orders": old.inpatient_orders | new.inpatient_orders,
        }
    )
    desk.states[f"encounter/{old_id}"] = old.model_copy(update={"into": new_id, "told": {}})
    for visit_id in old.visits:
        if (visit := desk.get(f"visit/{visit_id}", Visit)) is not None:
            desk.states[f"visit/{visit_id}"] = visit.model_copy(update={"encounter_id": new_id})
    person = desk.get(f"person/{new.patient_id}", Person)
    if person is not None:
        kept = tuple(e for e in person.encounters if e != old_id)
        desk.states[f"person/{new.patient_id}"] = person.model_copy(update={"encounters": tuple(dict.fromkeys((*kept, new_id)))})
    desk.visits_changed = True
    if left is not None:
        ended(desk, new_id, left)
    if new.cancelled and not old.cancelled:
        reinstate(desk, new_id, desk.context.arrived_at)
    settle(desk, new_id, desk.context.arrived_at)  # the old one's words were said last: which of the two governs is said again
    for fact in decided:
        desk.say(new_id, fact)
