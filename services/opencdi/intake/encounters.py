"""Which encounter: visits become the stay that is billed as one (DOMAIN F.1).  Never "the latest"."""

from datetime import datetime, timedelta

from opencdi.intake.accounts import account_id, visit_id_of, with_visits
from opencdi.intake.desk import Desk
from opencdi.intake.identity import alias_id, current, hand_over, identified
from opencdi.intake.memory import Encounter, Lead, Merged, Moved, Person, Visit
from opencdi.intake.moves import move
from opencdi.intake.stays import still_here
from opencdi.intake.taken_apart import leads_no_more, unused_id
from opencdi.intake.time import ALWAYS
from opencdi.intake.told import VisitTold
from opencdi.intake.unions import parted

_REUSED_AFTER = timedelta(days=30)


def encounter_of(desk: Desk, patient_id: str, visit: VisitTold | None, orders: tuple[str, ...], at: datetime) -> str | None:
    """The encounter of something that happened: visit -> order -> account -> the one open at that time; None: it must wait.

    The desk notes under which visit, order or account it was told.
    """
    desk.under = ""
    visit_id = known_visit(desk, patient_id, visit) if visit is not None else None
    if visit_id is not None and (found := desk.get(f"visit/{visit_id}", Visit)) is not None:
        desk.under = visit_id
        return desk.followed(found.encounter_id)
    for number in orders:
        lead = desk.get(f"order/{number}", Lead)
        own = (_same_patient(desk, patient_id, lead.to) or _moved_away(desk, patient_id, lead)) if lead is not None else None
        if own is not None:
            desk.under = number
            return own
    account = account_id(desk, visit.account) if visit is not None and visit.account else ""
    if account and (lead := desk.get(f"account/{account}", Lead)) is not None:
        desk.under = account
        return _same_patient(desk, patient_id, lead.to) or _sharing(desk, patient_id, account)
    # A visit is named and unknown: it belongs there and nowhere else.
    return None if visit is not None and (visit.number or visit.aliases) else _open_at(desk, patient_id, at)


def _same_patient(desk: Desk, patient_id: str, encounter_id: str) -> str | None:
    encounter_id = desk.followed(encounter_id)
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    return encounter_id if encounter is not None and current(desk, encounter.patient_id) == current(desk, patient_id) else None


def _moved_away(desk: Desk, patient_id: str, order: Lead) -> str | None:
    """The stay of an order that was this patient's until its visit was moved to another patient (A45)."""
    moved = desk.get(f"moved/{order.under}", Moved)
    return desk.followed(order.to) if moved is not None and current(desk, moved.of) == current(desk, patient_id) else None


def _sharing(desk: Desk, patient_id: str, account: str) -> str | None:
    """This patient's stay on an account that is another patient's too: the newborn's on the mother's (DOMAIN F.1)."""
    person = desk.get(f"person/{current(desk, patient_id)}", Person)
    for encounter_id in person.encounters if person is not None else ():
        encounter = desk.get(f"encounter/{encounter_id}", Encounter)
        if encounter is not None and account in encounter.accounts and encounter.into is None:
            return encounter_id
    return None


def _open_at(desk: Desk, patient_id: str, at: datetime) -> str | None:
    person = desk.get(f"person/{patient_id}", Person)
    found = []
    for encounter_id in person.encounters if person else ():
        encounter = desk.get(f"encounter/{encounter_id}", Encounter)
        if encounter is None or encounter.into or encounter.cancelled or encounter.first_at is None or encounter.first_at > at:
            continue
        if at <= encounter.discharged_at if encounter.discharged_at is not None else still_here(desk, encounter, at):
            found.append(encounter_id)
    if len(found) != 1:
        return None
    encounter = desk.get(f"encounter/{found[0]}", Encounter)
    if encounter is not None and desk.number not in (encounter.number, *encounter.guests):
        desk.states[f"encounter/{found[0]}"] = encounter.model_copy(update={"guests": (*encounter.guests, desk.number)})
    return found[0]


def known_visit(desk: Desk, patient_id: str, told: VisitTold) -> str | None:
    """The visit that is named, if intake knows it."""
    for alias in told.aliases:
        if (lead := desk.get(f"alias/{alias_id(desk, alias)}", Lead)) is not None and f"visit/{lead.to}" in desk.states:
            return lead.to
    if not told.number:
        return None
    own = visit_id_of(desk, told.facility, told.number)
    if f"visit/{own}" in desk.states:
        return own
    if told.facility_assumed:
        # The laboratory's MSH-4 is not the hospital's: the patient's only visit of that number is meant.
        person, bare = desk.get(f"person/{patient_id}", Person), desk.id_of("number", told.number)
        same = [v for v in (person.visits if person else ()) if (known := desk.get(f"visit/{v}", Visit)) and known.number == bare]
        if len(same) == 1:
            return same[0]
    return None


def settled_visit(desk: Desk, patient_id: str, told: VisitTold, at: datetime, happened: datetime) -> str | None:
    """The visit that this message is about, made if it is new; None where it names none.  `at`: when it was told."""
    visit_id = known_visit(desk, patient_id, told)
    if visit_id is None:
        visit_id = _name_of_new(desk, told)
        if visit_id is None:
            return None
    visit = desk.get(f"visit/{visit_id}", Visit)
    if visit is None:
        _make(desk, patient_id, visit_id, told, reused=0)
    elif _is_reused(visit, told, happened):
        desk.problems.append(("VISIT_REUSED", "PV1-19"))
        desk.states.pop(f"moved/{visit_id}", None)  # that was the earlier one
        _make(desk, patient_id, visit_id, told, reused=visit.reused + 1)
    else:
        _link(desk, patient_id, visit_id, visit, told)
    for alias in told.aliases:
        key = f"alias/{alias_id(desk, alias)}"
        if key not in desk.states:
            desk.states[key] = Lead(to=visit_id)
            desk.visits_changed = True
    if told.event != "mention" and f"moved/{visit_id}" not in desk.states:
        _first_told(desk, visit_id, at)
    return visit_id


def _first_told(desk: Desk, visit_id: str, at: datetime) -> None:
    """Of numbers that are one patient's, the one under which a stay was told first is its own, whatever becomes of the merge."""
    visit = desk.get(f"visit/{visit_id}", Visit)
    encounter_id = desk.followed(visit.encounter_id) if visit is not None else ""
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    if encounter is None or (encounter.number_at is not None and encounter.number_at <= at):
        return
    if parted(desk, encounter.number, desk.number):
        hand_over(desk, encounter_id, desk.number)
        encounter = desk.get(f"encounter/{encounter_id}", Encounter) or encounter
    desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"number": desk.number, "number_at": at})


def _name_of_new(desk: Desk, told: VisitTold) -> str | None:
    if told.number:
        return visit_id_of(desk, told.facility, told.number)
    if told.event == "mention":
        return None
    if told.aliases:
        return desk.id_of("visit", desk.context.feed, told.aliases[0])
    return desk.id_of("visit", "account", told.account) if told.account else None


def _is_reused(visit: Visit, told: VisitTold, at: datetime) -> bool:
    admitted_at = told.admitted_at.at if told.admitted_at is not None and told.event != "mention" else at if told.event == "admit" else None
    return admitted_at is not None and visit.discharged_at is not None and admitted_at - visit.discharged_at > _REUSED_AFTER


def _make(desk: Desk, patient_id: str, visit_id: str, told: VisitTold, *, reused: int) -> None:
    moved = desk.get(f"moved/{visit_id}", Moved) if not reused else None
    number, account = (moved.number, moved.account) if moved is not None else (desk.number, _account(desk, told))
    patient_id = current(desk, number) if moved is not None else patient_id
    encounter_id = _linked(desk, patient_id, account, told, moved=moved is not None) if not reused else None
    is_new = encounter_id is None
    if encounter_id is None:
        # Named by the account where there is one, so that whichever visit of the stay comes first gives the same id.
        named = ("account", account) if account and not _account_taken(desk, patient_id, account) else ("visit", visit_id)
        encounter_id = unused_id(desk, *named, nth=reused)
        desk.states[f"encounter/{encounter_id}"] = Encounter(
            patient_id=patient_id,
            tenant=desk.context.tenant,
            number=number,
            number_at=ALWAYS if moved is not None else None,
            visits=(visit_id,),
        )
    else:
        encounter = desk.get(f"encounter/{encounter_id}", Encounter) or Encounter(patient_id=patient_id)
        desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"visits": (*encounter.visits, visit_id)})
    bare = desk.id_of("number", told.number) if told.number else ""
    desk.states[f"visit/{visit_id}"] = Visit(encounter_id=encounter_id, patient_id=number, number=bare, reused=reused)
    _register(desk, account, told, visit_id, encounter_id)
    person = desk.get(f"person/{patient_id}", Person) or Person()
    person = person.model_copy(
        update={
            "visits": tuple(dict.fromkeys((*person.visits, visit_id))),
            "encounters": tuple(dict.fromkeys((*person.encounters, encounter_id))),
        }
    )
    desk.states[f"person/{patient_id}"] = person
    if is_new:
        desk.say(encounter_id, identified(desk, patient_id))
    desk.visits_changed = True
    if moved is None:
        _give_to_owner(desk, account, encounter_id)
    _join_merged(desk, visit_id)


def _account(desk: Desk, told: VisitTold) -> str:
    return account_id(desk, told.account) if told.account else ""


def give_account(desk: Desk, account: str, number: str) -> bool:
    """The account is the patient's of that number, whether it is known yet or not; False where it is already."""
    noted, lead = _owner(desk, account, ""), desk.get(f"account/{account}", Lead)
    desk.states[f"alias/{desk.id_of('owner', account)}"] = Lead(to=number)
    return hand_over(desk, desk.followed(lead.to), number) if lead is not None else noted != number


def _owner(desk: Desk, account: str, patient_id: str) -> str:
    """Whose account that is: the patient's who was told to own it (A44), else this one's."""
    lead = desk.get(f"alias/{desk.id_of('owner', account)}", Lead)
    return lead.to if lead is not None else patient_id


def _give_to_owner(desk: Desk, own: str, encounter_id: str) -> None:
    if (owner := _owner(desk, own, "")) and (lead := desk.get(f"account/{own}", Lead)) and desk.followed(lead.to) == encounter_id:
        hand_over(desk, encounter_id, owner)


def merge_visits(desk: Desk, old_id: str, new_id: str) -> None:
    """The one visit lives on as the other, whether either is known yet or not: they are one stay."""
    old, new = desk.get(f"merged/{old_id}", Merged) or Merged(), desk.get(f"merged/{new_id}", Merged) or Merged()
    desk.states[f"merged/{old_id}"] = old.model_copy(update={"into": new_id})
    desk.states[f"merged/{new_id}"] = new.model_copy(update={"of": tuple(dict.fromkeys((*new.of, old_id)))})
    _join_merged(desk, old_id)


def _join_merged(desk: Desk, visit_id: str) -> None:
    """Now that this visit is known: what it was merged with is one stay with it."""
    merged = desk.get(f"merged/{visit_id}", Merged) or Merged()
    pairs = [(visit_id, merged.into)] if merged.into else []
    for old_id, new_id in [*pairs, *((old_id, visit_id) for old_id in merged.of)]:
        old, new = desk.get(f"visit/{old_id}", Visit), desk.get(f"visit/{new_id}", Visit)
        if old is not None and new is not None:
            move(desk, old.encounter_id, new.encounter_id)


def _account_taken(desk: Desk, patient_id: str, own: str) -> bool:
    """A newborn on the mother's account is its own encounter (DOMAIN F.1)."""
    lead = desk.get(f"account/{own}", Lead)
    return lead is not None and _same_patient(desk, _owner(desk, own, patient_id), lead.to) is None


def _linked(desk: Desk, patient_id: str, own: str, told: VisitTold, *, moved: bool = False) -> str | None:
    """The encounter to which account, `partOf`, or an earlier part's `partOf` lead; of a visit that was moved, its account alone."""
    if own and (lead := with_visits(desk, own)) and (found := _same_patient(desk, _owner(desk, own, patient_id), lead.to)):
        return found
    if own and (found := _sharing(desk, patient_id, own)):
        return found
    wholes = [desk.get(f"alias/{alias_id(desk, told.part_of)}", Lead)] if told.part_of and not moved else []
    parts = [desk.get(f"alias/{desk.id_of('whole', alias_id(desk, alias))}", Lead) for alias in told.aliases]
    for lead in (*wholes, *(part for part in parts if part is not None and f"moved/{part.to}" not in desk.states)):
        visit = desk.get(f"visit/{lead.to}", Visit) if lead is not None else None
        if visit is not None and (found := _same_patient(desk, patient_id, visit.encounter_id)):
            return found
    return None


def _register(desk: Desk, own: str, told: VisitTold, visit_id: str, encounter_id: str) -> None:
    """What leads to this visit's stay from now on.  `own`: its account, perhaps not the one that is told."""
    whole, account = alias_id(desk, told.part_of) if told.part_of else "", _account(desk, told)
    visit = desk.get(f"visit/{visit_id}", Visit)
    if visit is not None and ((account and account not in visit.accounts) or (whole and whole not in visit.wholes)):
        listed = {"accounts": (*visit.accounts, account), "wholes": (*visit.wholes, whole)}
        kept = {name: tuple(dict.fromkeys(one for one in all_told if one)) for name, all_told in listed.items()}
        desk.states[f"visit/{visit_id}"] = visit.model_copy(update=kept)
    if own:
        _account_leads(desk, own, encounter_id)
    if account and f"account/{account}" not in desk.states:  # the visit was moved away from it, and nothing else is there
        desk.states[f"account/{account}"] = Lead(to=encounter_id)
        desk.visits_changed = True
    if whole:
        # The whole may come after its part: then it looks here.
        desk.states.setdefault(f"alias/{desk.id_of('whole', whole)}", Lead(to=visit_id))


def _account_leads(desk: Desk, own: str, encounter_id: str) -> None:
    before, encounter = desk.get(f"account/{own}", Lead), desk.get(f"encounter/{encounter_id}", Encounter)
    stay_id = desk.followed(before.to) if before is not None else encounter_id
    if before is None or (stay_id != encounter_id and with_visits(desk, own) is None):
        desk.states[f"account/{own}"] = Lead(to=encounter_id)
        desk.visits_changed = True
        leads_no_more(desk, own, stay_id, encounter_id)
    elif encounter is not None and stay_id != encounter_id and own not in encounter.accounts:
        desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"accounts": (*encounter.accounts, own)})
        desk.visits_changed = True


def _link(desk: Desk, patient_id: str, visit_id: str, visit: Visit, told: VisitTold) -> None:
    """A late link: what was two encounters turns out to be one stay (DESIGN §1)."""
    mine, own = desk.followed(visit.encounter_id), _account(desk, told)
    if f"moved/{visit_id}" in desk.states:  # where it belongs was said, and who has not heard of that takes nothing back
        own = ""
    else:
        theirs = _linked(desk, patient_id, own, told)
        if theirs is not None and theirs != mine:
            mine = move(desk, mine, theirs)
    if told.account or told.part_of:
        _register(desk, own, told, visit_id, mine)
        _give_to_owner(desk, own, mine)
