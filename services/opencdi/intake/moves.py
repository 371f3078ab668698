"""An encounter lives on as another: its facts are told again there, the old one is closed (DESIGN §1)."""

from opencdi.events.facts import Decision, EncounterMoved
from opencdi.events.pages import FactsPage
from opencdi.intake.desk import Desk, Said
from opencdi.intake.memory import Encounter, Pages, Person, Story, Visit
from opencdi.intake.stays import reinstate, settle

_SAID_ANEW = frozenset({"patient_identified", "inpatient_ordered", "inpatient_order_cancelled", "encounter_cancelled"})
"""Of the two encounters one patient, and one order to admit: `settle` says which; and only what both were is cancelled."""


def move(desk: Desk, old_id: str, new_id: str) -> None:
    """Re-assert all facts and texts of `old` on `new`, in their order, and close `old`."""
    old_id, new_id = desk.followed(old_id), desk.followed(new_id)
    old, new = desk.get(f"encounter/{old_id}", Encounter), desk.get(f"encounter/{new_id}", Encounter)
    if old_id == new_id or old is None or new is None:
        return
    pages = desk.get(f"pages/{old_id}", Pages) or Pages()
    discharge = new.discharge
    for nth in range(pages.count):
        story = desk.get(f"story/{old_id}/{nth}", Story)
        if story is None:
            continue
        for fact in FactsPage.read(story.page).facts:
            if isinstance(fact, Decision):
                fact = fact.model_copy(update={"encounter_id": new_id})
            if fact.kind not in _SAID_ANEW:
                desk.say(new_id, fact, story.texts.get(fact.note_id) if fact.kind == "note_filed" else None)
            if fact.kind in ("encounter_discharged", "discharge_cancelled"):
                discharge = old.discharge
        del desk.states[f"story/{old_id}/{nth}"]
    if pages.count:
        del desk.states[f"pages/{old_id}"]
    desk.said.setdefault(new_id, Said()).moved_from.append(old_id)
    desk.say(old_id, EncounterMoved(into=new_id, at=desk.context.arrived_at))
    starts = [at for at in (old.first_at, new.first_at) if at is not None]
    desk.states[f"encounter/{new_id}"] = new.model_copy(
        update={
            "visits": tuple(dict.fromkeys(new.visits + old.visits)),
            "told": new.told | old.told,
            "discharge": discharge,
            "first_at": min(starts, default=None),
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
    if new.cancelled and not old.cancelled:
        reinstate(desk, new_id, desk.context.arrived_at)
    settle(desk, new_id, desk.context.arrived_at)  # the old one's words were said last: which of the two governs is said again
