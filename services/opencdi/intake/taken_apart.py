"""What was taken for one stay is several: each part is told anew as a stay by itself, and what was one is closed (DESIGN §1, A45).

What was told under a visit goes with it, what was told under an account with the account's visits, a version with what it is a version of.
What named neither stays behind, with the problem `VISIT_NOT_SPLIT`: a person must look.  So do people's decisions, which were made of
the whole.
"""

from collections.abc import Iterable, Mapping

from opencdi.bus.room import under as keys_under
from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import (
    DeliveryReceipted,
    DiagnosisListed,
    EncounterCancelled,
    EncounterMoved,
    Fact,
    NoteFiled,
    ProblemNoticed,
    ProcedureRecorded,
)
from opencdi.events.pages import FactsPage
from opencdi.events.people import Decision
from opencdi.intake import copies
from opencdi.intake.accounts import accounts_of
from opencdi.intake.desk import Desk, Said
from opencdi.intake.listed import in_stay
from opencdi.intake.memory import Document, Encounter, Lead, Person, Version, Visit
from opencdi.intake.named import NAME_FIELD, identity_of
from opencdi.intake.retention import ended
from opencdi.intake.stays import settle
from opencdi.intake.stories import ToldFact, forget_stories, moved_from, told_of
from opencdi.knowledge.baselines import REACH

_OF_THE_VISITS = frozenset({
    "patient_identified", "encounter_updated", "inpatient_ordered", "inpatient_order_cancelled", "encounter_discharged",
    "discharge_cancelled", "encounter_cancelled", "encounter_moved", "baseline_carried",
})  # fmt: skip
"""What each part's visits come to is said of it anew."""


def unused_id(desk: Desk, *named: str, nth: int = 0) -> str:
    """The id of a new stay of that name: one that no other has or had."""
    while f"encounter/{(encounter_id := desk.id_of('encounter', *named, str(nth)))}" in desk.states:
        nth += 1
    return encounter_id


def take_apart(desk: Desk, stay_id: str, parts: Iterable[tuple[str, ...]], beside: Mapping[str, str] | None = None) -> None:
    """Each of these parts, lists of visits, is a stay from now on; the first of them is what is left of this one.

    `beside`: accounts of which what was told here belongs to another stay.
    """
    encounter = desk.get(f"encounter/{stay_id}", Encounter)
    if encounter is None:
        return
    told, home = list(told_of(desk, stay_id)), dict(beside or {})
    stays: dict[str, tuple[str, ...]] = {}
    for visits in parts:
        stays[part_id := unused_id(desk, "visit", visits[0])] = visits
        desk.states[f"encounter/{part_id}"] = Encounter(patient_id=encounter.patient_id)  # its id is taken
        home = dict.fromkeys((*visits, *(own for visit_id in visits for own in accounts_of(desk, visit_id))), part_id) | home
    rest_id = next(iter(stays))
    froms = moved_from(desk, stay_id)
    _founded(desk, stay_id, encounter, stays, home)
    forget_stories(desk, stay_id)
    desk.say(stay_id, EncounterMoved(into=rest_id, at=desk.context.arrived_at))
    desk.said.setdefault(rest_id, Said()).moved_from += froms
    lines = _lists(desk, told, home, stay_id, rest_id)
    _tell(desk, [one for one in told if _name(one.fact) not in lines], home, rest_id)
    for analyte in REACH:
        desk.states.pop(f"past/{stay_id}/{analyte}", None)  # each part's values are noted as they are told
    for part_id in stays:
        settle(desk, part_id, desk.context.arrived_at)
        _cancelled(desk, part_id)
    desk.pasts_changed.add(encounter.patient_id)
    desk.visits_changed = True


def leads_no_more(desk: Desk, account: str, stay_id: str, to_id: str) -> None:
    """The account, whose visits had all been moved away, has one again: what was told of the account alone is of that one's stay."""
    encounter = desk.get(f"encounter/{stay_id}", Encounter)
    if stay_id != to_id and encounter is not None and any(_home(desk, {account: to_id}, one.under) for one in told_of(desk, stay_id)):
        take_apart(desk, stay_id, (encounter.visits,), {account: to_id})


def _founded(desk: Desk, stay_id: str, encounter: Encounter, stays: Mapping[str, tuple[str, ...]], home: Mapping[str, str]) -> None:
    """The parts, as stays of the same patient; all that leads to this one leads to them."""
    rest_id = next(iter(stays))
    ordered: dict[str, dict[str, str]] = {}
    for number, at in encounter.inpatient_orders.items():
        part_id = _home(desk, home, number) or rest_id
        ordered.setdefault(part_id, {})[number] = at
        _live_in(desk, f"version/{number}/inpatient", part_id)
    for part_id, visits in stays.items():
        begun = [visit.started_at for visit_id in visits if (visit := _visit(desk, visit_id)) and visit.started_at and not _awaited(visit)]
        desk.states[f"encounter/{part_id}"] = Encounter(
            **encounter.model_dump(include={"patient_id", "tenant", "number", "number_at", "guests", "history"}),
            visits=visits,
            accounts=tuple(own for own in encounter.accounts if home.get(own, rest_id) == part_id),
            inpatient_orders=ordered.get(part_id, {}),
            first_at=max(min(begun), encounter.first_at) if begun and encounter.first_at is not None else None,
        )
        for visit_id in visits:
            if (visit := _visit(desk, visit_id)) is not None:
                desk.states[f"visit/{visit_id}"] = visit.model_copy(update={"encounter_id": part_id})
    desk.states[f"encounter/{stay_id}"] = encounter.model_copy(update={"into": rest_id, "told": {}})
    for own, part_id in home.items():
        lead = desk.get(f"account/{own}", Lead)
        if lead is not None and desk.followed(lead.to) == rest_id:
            desk.states[f"account/{own}"] = Lead(to=part_id)
    for key in list(keys_under(desk.states, "order/", home.keys())):
        lead = desk.get(key, Lead)
        if lead is not None and lead.under in home:
            desk.states[key] = lead.model_copy(update={"to": home[lead.under]})
    person = desk.get(f"person/{encounter.patient_id}", Person) or Person()
    listed = tuple(other for other in person.encounters if other != stay_id)
    desk.states[f"person/{encounter.patient_id}"] = person.model_copy(update={"encounters": (*listed, *stays)})


def _lists(desk: Desk, told: list[ToldFact], home: Mapping[str, str], stay_id: str, rest_id: str) -> frozenset[str]:
    """Lines of lists, each as it was told last, to every part under whose visits it was told; returns their names."""
    found = set[str]()
    for name in dict.fromkeys(_name(one.fact) for one in told if isinstance(one.fact, DiagnosisListed | ProcedureRecorded)):
        version = desk.states.pop(in_stay(f"version/{name}", stay_id), None)
        if not isinstance(version, Version):
            continue
        found.add(name)
        parts: dict[str, list[str]] = {}
        for under in version.under:
            parts.setdefault(_home(desk, home, under) or rest_id, []).append(under)
        for part_id, unders in parts.items():
            desk.states[in_stay(f"version/{name}", part_id)] = version.model_copy(update={"encounter_id": part_id, "under": tuple(unders)})
            filed, desk.under = desk.under, unders[0]
            desk.say(part_id, FactsPage.read(version.line).facts[0])
            desk.under = filed
    return frozenset(found)


def _tell(desk: Desk, told: list[ToldFact], home: Mapping[str, str], rest_id: str) -> None:
    """All of it again, in its order, each with its part; decisions last, when all that they were made on has been told."""
    by_name: dict[str, str] = {}
    for fact, _, under_what in told:
        if (name := _name(fact)) and (found := _home(desk, home, under_what)):
            by_name[name] = found
    decided, left_behind = list[Fact](), False
    filed = desk.under
    for fact, text, under in told:
        desk.under = under
        if isinstance(fact, Decision):
            decided.append(fact.model_copy(update={"encounter_id": rest_id}))
            continue
        if fact.kind in _OF_THE_VISITS:
            continue
        names = [_name(fact), *((f"note {fact.parent_id}",) if fact.kind == "note_filed" and fact.parent_id else ())]
        found = next((by_name[name] for name in names if name in by_name), _home(desk, home, under))
        left_behind |= found is None and not isinstance(fact, ProblemNoticed | DeliveryReceipted)
        part_id = found or rest_id
        desk.say(part_id, fact, text)
        if fact.kind in NAME_FIELD:
            _live_in(desk, f"version/{identity_of(fact)}", part_id)
        if fact.kind == "note_filed":
            by_name[f"note {fact.note_id}"] = part_id
            _note_lives_in(desk, fact, part_id)
    desk.under = filed
    for fact in decided:
        desk.say(rest_id, fact)
    if left_behind:
        desk.problems.append(("VISIT_NOT_SPLIT", "MRG-5"))
        desk.say(rest_id, ProblemNoticed(code="VISIT_NOT_SPLIT", where="MRG-5"))


def _home(desk: Desk, home: Mapping[str, str], under: str) -> str | None:
    """The part to which what was told under this visit, order or account belongs."""
    lead = desk.get(f"order/{under}", Lead) if under not in home else None
    return home.get(under if lead is None else lead.under)


def _name(fact: Fact) -> str:
    """What makes several facts words on one thing: a result's versions, a note with its signature, copies and cancel."""
    if note_id := getattr(fact, "note_id", ""):
        return f"note {note_id}"
    return identity_of(fact) if fact.kind in NAME_FIELD else ""


def _note_lives_in(desk: Desk, note: NoteFiled, part_id: str) -> None:
    document = desk.get(f"document/{note.note_id}", Document)
    if document is None:
        return
    _live_in(desk, f"document/{note.note_id}", part_id)
    copies.remember(desk, note, document.words, part_id)
    for key in list(keys_under(desk.states, "document/", (note.note_id,))):  # its other numbers
        if (other := desk.get(key, Document)) is not None and other.same_as == note.note_id:
            _live_in(desk, key, part_id)


def _live_in(desk: Desk, key: str, part_id: str) -> None:
    held = desk.states.get(key)
    if isinstance(held, Version | Document):
        desk.states[key] = held.model_copy(update={"encounter_id": part_id})


def _cancelled(desk: Desk, part_id: str) -> None:
    encounter = desk.get(f"encounter/{part_id}", Encounter)
    visits = [visit for visit_id in encounter.visits if (visit := _visit(desk, visit_id)) is not None] if encounter is not None else []
    when = [visit.cancelled_at for visit in visits if visit.cancelled and visit.cancelled_at is not None]
    if encounter is not None and visits and len(when) == len(visits):
        desk.say(part_id, EncounterCancelled(at=ClinicalTime(max(when))))
        desk.states[f"encounter/{part_id}"] = encounter.model_copy(update={"cancelled": True})
        ended(desk, part_id, max(when))


def _visit(desk: Desk, visit_id: str) -> Visit | None:
    return desk.get(f"visit/{visit_id}", Visit)


def _awaited(visit: Visit) -> bool:
    return "encounter_class" in visit.told and visit.told["encounter_class"][0] == '"preadmit"'
