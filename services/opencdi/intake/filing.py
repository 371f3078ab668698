"""One message, or one transaction, is filed: patient, merge, visit, then each fact with its encounter; what has none waits."""

from datetime import datetime

from opencdi.events.facts import AllergyListed, ProblemNoticed
from opencdi.events.pages import FactsPage
from opencdi.events.problems import Unusable
from opencdi.intake import merges, staff
from opencdi.intake.corrections import file_held, held_of, place
from opencdi.intake.desk import Desk
from opencdi.intake.encounters import encounter_of, settled_visit
from opencdi.intake.held import kind_of, leave, put, waiting
from opencdi.intake.identity import current, known, referred
from opencdi.intake.memory import Awaited, Encounter, Held, Lead, Person, Visit
from opencdi.intake.named import documents_of, identity_of
from opencdi.intake.namesakes import known_encounter
from opencdi.intake.snapshots import update
from opencdi.intake.told import Item, Told, VisitTold
from opencdi.intake.unions import introduce
from opencdi.knowledge.baselines import REACH


def file(desk: Desk, told: Told) -> None:
    """File all that the message tells."""
    if told.unused is not None:
        desk.ignored.append(told.unused)
        desk.problems.extend(told.problems)
        return
    if told.staff:
        for person in told.staff:
            staff.remember(desk, person, told.at)
        return
    desk.number = _patient(desk, told)
    if told.patient is not None and told.patient.links is not None:
        merges.links(desk, told.patient.links, next(iter(told.patient_aliases), ""), told.at.at)
    if told.parted is not None:
        merges.part(desk, told.parted, told.at)
    if told.merge is not None:
        merges.merge(desk, told.merge, current(desk, desk.number), told.at.at)
    patient_id = current(desk, desk.number)
    visit_id: str | None = None
    if told.visit is not None:
        visit_id = settled_visit(desk, patient_id, told.visit, told.at.at, told.happened.at) or _open_visit(desk, patient_id, told)
        if visit_id is not None and told.visit.event != "mention":
            update(desk, visit_id, told.visit, told.at, told.happened)
        elif visit_id is None and told.visit.event != "mention":
            desk.problems.append(("NO_VISIT", "PV1-19"))
            desk.kept += 1
    visit = desk.get(f"visit/{visit_id}", Visit) if visit_id is not None else None
    settled = desk.followed(visit.encounter_id) if visit is not None else None
    places: dict[tuple[tuple[str, ...], datetime], tuple[str, str]] = {}  # the results of one order are found their stay once
    for item in told.items:
        desk.under, encounter_id = visit_id or "", settled
        if encounter_id is None:
            asked = item.orders, _happened_at(item)
            if asked in places:
                encounter_id, desk.under = places[asked]
            elif (encounter_id := encounter_of(desk, patient_id, told.visit, *asked)) is not None:
                places[asked] = encounter_id, desk.under
        _item(desk, patient_id, item, told.visit, encounter_id)
    while desk.visits_changed:
        desk.visits_changed = False
        _release(desk, patient_id)
    desk.under = visit_id or ""
    desk.problems.extend(told.problems)
    for code, where in told.problems:
        for encounter_id, said in desk.said.items():
            if (code, where) not in said.noticed:
                said.noticed.add((code, where))
                desk.say(encounter_id, ProblemNoticed(code=code, where=where))


def _patient(desk: Desk, told: Told) -> str:
    references = (*told.patient_aliases, *((told.patient_reference,) if told.patient_reference and told.patient else ()))
    if told.patient is not None:
        number = known(desk, told.patient, told.at)
        introduce(desk, number, references)
        return number
    if not told.patient_reference:
        raise Unusable("NO_PATIENT", "subject")
    return referred(desk, told.patient_reference)


def _open_visit(desk: Desk, patient_id: str, told: Told) -> str | None:
    """An event without a visit number is about the one visit that leads there, if there is exactly one (DOMAIN F.1)."""
    if told.visit is None or told.visit.event == "mention":
        return None
    encounter_id = encounter_of(desk, patient_id, told.visit, told.orders, told.happened.at)
    encounter = desk.get(f"encounter/{encounter_id}", Encounter) if encounter_id else None
    return encounter.visits[0] if encounter is not None and len(encounter.visits) == 1 else None


def _happened_at(item: Item) -> datetime:
    fact = item.fact
    if isinstance(fact, AllergyListed):  # since long before: it is of the stay in which it is told
        return datetime.fromisoformat(item.order[-1])
    for name in ("taken_at", "written_at", "given_at", "ordered_at", "at"):
        if (at := getattr(fact, name, None)) is not None:
            return at.at  # type: ignore[no-any-return]  # a ClinicalTime by each of these names
    raise TypeError(fact.kind)


def _item(desk: Desk, patient_id: str, item: Item, visit: VisitTold | None, encounter_id: str | None) -> None:
    encounter_id = encounter_id or known_encounter(desk, documents_of(item.fact, item.also), identity_of(item.fact))
    if encounter_id is None:
        _hold(desk, patient_id, item, visit)
        return
    _lead(desk, item.orders, encounter_id)
    place(desk, item, encounter_id)


def _lead(desk: Desk, orders: tuple[str, ...], encounter_id: str) -> None:
    """These order numbers lead to that encounter, unless they lead somewhere already; what names no visit is told under its order."""
    under = desk.under if desk.under not in orders else ""
    if not orders:
        return
    is_visit = f"visit/{under}" in desk.states
    if desk.led != (orders, encounter_id, under):  # the results of one message share their order
        desk.led = (orders, encounter_id, under)
        for number in orders:
            lead = desk.get(f"order/{number}", Lead)
            if lead is None:
                desk.states[f"order/{number}"] = Lead(to=encounter_id, under=under)
                desk.visits_changed = True
            elif under and (not lead.under or (is_visit and f"visit/{lead.under}" not in desk.states)):
                desk.states[f"order/{number}"] = lead.model_copy(update={"under": under})
    if not is_visit:
        desk.under = orders[0]


def _hold(desk: Desk, patient_id: str, item: Item, visit: VisitTold | None) -> None:
    """Kept with the patient: NO_VISIT, counted, released when settled; never filed with "the latest" (DOMAIN F.1)."""
    mine, kind, name = held_of(desk, item), kind_of(item.fact), identity_of(item.fact)
    if item.of_stay and visit is not None:  # the same words about two visits that nobody knows yet
        name = desk.id_of(name, visit.number, visit.facility, visit.account, *visit.aliases)
    before = desk.get(f"held/{patient_id}/{name}", Held)
    if before is not None:  # whichever of the two stands, the document is known by the numbers of both
        mine, before = (one.model_copy(update={"also": tuple(dict.fromkeys((*before.also, *mine.also)))}) for one in (mine, before))
        if before.page == mine.page or mine.order < before.order:
            desk.states[f"held/{patient_id}/{name}"] = before.model_copy(update={"order": max(before.order, mine.order)})
            desk.ignored.append("UNCHANGED" if before.page == mine.page else "SUPERSEDED")
            return
        if (kind_before := kind_of(FactsPage.read(before.page).facts[0])) != kind:  # its code was mapped since
            leave(desk, patient_id, kind_before, tuple(one for one in waiting(desk, patient_id, kind_before) if one.name != name))
    awaited = Awaited(
        name=name,
        at=_happened_at(item),
        orders=item.orders,
        account=visit.account if visit else "",
        visit=(visit.number, visit.facility, visit.facility_assumed) if visit else ("", "", True),
        aliases=visit.aliases if visit else (),
        documents=documents_of(item.fact, mine.also),
        feed=desk.context.feed,
        number=desk.number,
    )
    dropped = put(desk, patient_id, kind, awaited, mine)
    if kind in REACH:
        desk.held_values.add((patient_id, kind))  # of no stay that we know, but this patient's
    if dropped:
        desk.problems.append(("TOO_MANY_WAIT", ""))
    if name in dropped:
        desk.ignored.append("TOO_MANY_WAIT")
        return
    desk.kept += 1
    desk.problems.append(("NO_VISIT", ""))


def _release(desk: Desk, patient_id: str) -> None:
    """What this patient's facts were waiting for may have come."""
    patient_id = current(desk, patient_id)
    person = desk.get(f"person/{patient_id}", Person)
    for kind in person.held if person is not None else ():
        items = waiting(desk, patient_id, kind)
        found = {one.name: (where, desk.under) for one in items if (where := _found(desk, patient_id, one)) is not None}
        if not found:
            continue
        leave(desk, patient_id, kind, tuple(one for one in items if one.name not in found))
        for name, (encounter_id, desk.under) in found.items():
            held = desk.states.pop(f"held/{patient_id}/{name}", None)
            if isinstance(held, Held):
                _lead(desk, held.orders, encounter_id)
                file_held(desk, held, encounter_id)


def _found(desk: Desk, patient_id: str, awaited: Awaited) -> str | None:
    number, context = desk.number, desk.context
    desk.number, desk.context = awaited.number, context.of_feed(awaited.feed)
    visit = VisitTold(*awaited.visit, aliases=awaited.aliases, account=awaited.account)
    encounter_id = encounter_of(desk, patient_id, visit, awaited.orders, awaited.at)
    desk.number, desk.context = number, context
    return encounter_id or known_encounter(desk, awaited.documents, awaited.name)
