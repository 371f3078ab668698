"""Versions: a newer one supersedes by identity, an older one that arrives late is ignored (DOMAIN F.5, E.1)."""

from collections.abc import Iterable
from typing import Any

from opencdi.events.facts import (
    DiagnosisListed,
    Fact,
    InpatientOrderCancelled,
    InpatientOrdered,
    MeasurementResulted,
    NoteFiled,
    NoteRetracted,
    NoteStatusChanged,
    ProcedureRecorded,
)
from opencdi.events.ids import content_hash
from opencdi.events.pages import FactsPage
from opencdi.intake import copies, listed, namesakes, numbers
from opencdi.intake.desk import Desk
from opencdi.intake.meaning import read_anew
from opencdi.intake.memory import Document, Encounter, Held, Version, Visit, Waiting
from opencdi.intake.named import identity_of
from opencdi.intake.stays import ordered_inpatient
from opencdi.intake.time import time_to_json
from opencdi.intake.told import Item


def place(desk: Desk, item: Item, encounter_id: str) -> None:
    """File one fact with its encounter, or leave it where a newer version stands."""
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    if encounter is not None and encounter.closed:
        desk.ignored.append("ENCOUNTER_CLOSED")
        if isinstance(item.fact, MeasurementResulted):
            desk.after_closing.append((encounter_id, item.fact))
        return
    item = namesakes.of_this_patient(desk, item, encounter_id)
    match copies.of_the_original(desk, item.fact):
        case NoteFiled() as note:
            names = (note.note_id, *item.also)
            note_id = numbers.united(desk, names, encounter_id)
            _file(desk, note.model_copy(update={"note_id": note_id}), item, encounter_id)
            _name(desk, note_id, names, item, encounter_id)
        case NoteStatusChanged() as changed:
            _status(desk, changed, item, encounter_id)
        case NoteRetracted() as retracted:
            _retract(desk, retracted, item, encounter_id)
        case InpatientOrdered() | InpatientOrderCancelled() as fact:
            _inpatient_order(desk, fact, item, encounter_id)
        case fact:
            _version(desk, fact, item, encounter_id)


def _version(desk: Desk, fact: Fact, item: Item, encounter_id: str) -> None:
    key = f"version/{identity_of(fact)}"
    key = listed.in_stay(key, encounter_id) if item.of_stay else key
    before = desk.get(key, Version)
    listing: dict[str, Any] = {}
    if isinstance(fact, DiagnosisListed | ProcedureRecorded):
        fact, dated = listed.stands(before, fact, item)
        under = tuple(dict.fromkeys((*(before.under if before is not None else ()), desk.under)))
        listing = {"line": listed.remembered(fact), "dated": dated, "under": under}
        if before is not None and item.order < before.order and listing["line"] != before.line:  # told late, and since earlier
            item = item._replace(order=before.order)
    said = fact.to_json()
    mark = content_hash(said)
    if before is not None:
        if item.order < before.order:
            desk.ignored.append("SUPERSEDED")
            if listing:
                desk.states[key] = before.model_copy(update={"under": listing["under"]})
            return
        where = desk.followed(before.encounter_id)
        if before.said == mark and where == encounter_id and not desk.again:
            if (
                item.order > before.order or listing.get("under", before.under) != before.under
            ):  # said again since: what was said in between and comes late does not stand
                desk.states[key] = before.model_copy(update={"order": item.order, **listing})
            desk.ignored.append("UNCHANGED")
            return
        if where != encounter_id and isinstance(fact, MeasurementResulted):
            # It was another stay's after all: there it is withdrawn.
            desk.say(where, fact.model_copy(update={"status": "withdrawn"}))
    taken_at = fact.taken_at.at if isinstance(fact, MeasurementResulted) else None
    desk.states[key] = Version(encounter_id=encounter_id, order=item.order, said=mark, taken_at=taken_at, **listing)
    desk.say(encounter_id, fact, encoded=said)


def _inpatient_order(desk: Desk, fact: InpatientOrdered | InpatientOrderCancelled, item: Item, encounter_id: str) -> None:
    """The order itself, by its number: which orders stand is weighed against the class there (DOMAIN F.4)."""
    key = f"version/{item.orders[0]}/inpatient"
    before = desk.get(key, Version)
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    if encounter is None or (before is not None and item.order < before.order):
        desk.ignored.append("SUPERSEDED")
        return
    desk.states[key] = Version(encounter_id=encounter_id, order=item.order, said="")
    orders = {number: at for number, at in encounter.inpatient_orders.items() if number != item.orders[0]}
    if isinstance(fact, InpatientOrdered):
        orders[item.orders[0]] = time_to_json(fact.at)
    desk.states[f"encounter/{encounter_id}"] = encounter.model_copy(update={"inpatient_orders": orders})
    ordered_inpatient(desk, encounter_id, fact.at, again=desk.again)


def _file(desk: Desk, note: NoteFiled, item: Item, encounter_id: str) -> None:
    key = f"document/{note.note_id}"
    before = desk.get(key, Document)
    words = copies.words_of(note, item.text)
    if copies.is_copy(desk, note, words, encounter_id):
        return
    if before is not None and item.order < before.order:
        desk.ignored.append("SUPERSEDED")
        return
    if note.parent_id is not None:
        parent = desk.get(f"document/{note.parent_id}", Document)
        if parent is None or not _stands(parent):
            _wait(desk, note.parent_id, item, encounter_id)
            return
        if item.order < parent.cancelled:  # it went with what it was added to, though that was written anew
            desk.ignored.append("SUPERSEDED")
            return
    if before is not None and item.order < before.status_order:
        note = note.model_copy(update={"authentication": before.authentication})  # the later word on who vouches for it is here already
    mark = content_hash(note.model_copy(update={"revision": 1, "authentication": "unsigned", "relation": "new"}).to_json())
    if before is not None and not before.retracted and before.revision and before.text_hash == note.text_hash:
        if before.authentication != note.authentication:
            desk.say(
                desk.followed(before.encounter_id),
                NoteStatusChanged(
                    note_id=note.note_id,
                    revision=before.revision,
                    authentication=note.authentication,
                    at=note.authenticated_at or note.written_at,
                ),
            )
            desk.states[key] = before.model_copy(update={"authentication": note.authentication, "order": item.order})
            return
        if before.said == mark:
            desk.states[key] = before.model_copy(update={"order": item.order})
            if desk.again:
                desk.say(desk.followed(before.encounter_id), note.model_copy(update={"revision": before.revision}), item.text)
            else:
                desk.ignored.append("UNCHANGED")
            return
    revision = before.revision + 1 if before is not None else 1
    if before is not None and before.revision and note.relation == "new":
        note = note.model_copy(update={"relation": "replacement"})
    filed = note.model_copy(update={"revision": revision})
    desk.states[key] = Document(
        encounter_id=encounter_id,
        order=item.order,
        revision=revision,
        text_hash=note.text_hash,
        words=words,
        said=mark,
        authentication=note.authentication,
        status_order=before.status_order if before is not None else (),
        cancelled=before.cancelled if before is not None else (),
        written_at=note.written_at.at,
        senders=before.senders if before is not None and before.senders else (desk.sender,),
        addenda=before.addenda if before is not None else (),
    )
    if note.parent_id is not None:
        numbers.add_to(desk, note.parent_id, note.note_id)
    copies.remember(desk, filed, words, encounter_id)
    desk.say(encounter_id, filed, item.text)
    if before is None:
        desk.visits_changed = True  # what was held for want of an encounter may be about this document
    _release(desk, note.note_id, encounter_id)


def _name(desk: Desk, note_id: str, names: tuple[str, ...], item: Item, encounter_id: str) -> None:
    """The document is known by all numbers that came with it; what waited under one of them has found it, if it stands."""
    original_id = numbers.original_of(desk, note_id)
    for name in names:
        if name != original_id and desk.get(f"document/{name}", Document) is None:
            desk.states[f"document/{name}"] = Document(encounter_id=encounter_id, order=item.order, revision=0, same_as=original_id)
    document = desk.get(f"document/{original_id}", Document)
    for name in names if document is not None and _stands(document) else ():
        _release(desk, name, encounter_id)


def _stands(document: Document) -> bool:
    return document.revision > 0 and not document.retracted


def _status(desk: Desk, changed: NoteStatusChanged, item: Item, encounter_id: str) -> None:
    key = f"document/{changed.note_id}"
    before = desk.get(key, Document)
    if before is None or not before.revision:
        _wait(desk, changed.note_id, item, encounter_id)
        return
    if item.order < max(before.order, before.status_order):
        desk.ignored.append("SUPERSEDED")
        return
    desk.states[key] = before.model_copy(update={"authentication": changed.authentication, "status_order": item.order})
    if before.retracted or (before.authentication == changed.authentication and not desk.again):
        desk.ignored.append("SUPERSEDED" if before.retracted else "UNCHANGED")
    else:
        desk.say(desk.followed(before.encounter_id), changed.model_copy(update={"revision": before.revision}))


def _retract(desk: Desk, retracted: NoteRetracted, item: Item, encounter_id: str) -> None:
    key = f"document/{retracted.note_id}"
    before = desk.get(key, Document)
    if before is None:
        # The document itself may come after its cancel, and must then not be filed.
        desk.states[key] = Document(encounter_id=encounter_id, order=item.order, revision=0, retracted=True, cancelled=item.order)
        desk.kept += 1
        return
    if item.order < before.order:
        desk.ignored.append("SUPERSEDED")
        desk.states[key] = before.model_copy(update={"cancelled": max(before.cancelled, item.order)})
        numbers.retract_addenda(desk, before.addenda, retracted.at, item.order)
    elif before.retracted and not desk.again:
        desk.ignored.append("UNCHANGED")
        desk.states[key] = before.model_copy(update={"order": item.order, "cancelled": item.order})
    elif copies.still_stands(desk, key, before):
        desk.ignored.append("ANOTHER_SYSTEMS_COPY")
    else:
        desk.states[key] = before.model_copy(update={"retracted": True, "order": item.order, "cancelled": item.order})
        desk.say(desk.followed(before.encounter_id), retracted)
        numbers.retract_addenda(desk, before.addenda, retracted.at)


def _wait(desk: Desk, note_id: str, item: Item, encounter_id: str) -> None:
    waiting = desk.get(f"waiting/{note_id}", Waiting) or Waiting()
    held = held_of(desk, item, encounter_id=encounter_id)
    if held not in waiting.items:
        desk.states[f"waiting/{note_id}"] = Waiting(items=(*waiting.items, held))
    desk.kept += 1


def _release(desk: Desk, note_id: str, encounter_id: str) -> None:
    """What waited for this document, in the order of its own times (addenda by TXA-6/7)."""
    waiting = desk.get(f"waiting/{note_id}", Waiting)
    if waiting is None:
        return
    del desk.states[f"waiting/{note_id}"]
    under = desk.under
    for held in sorted(waiting.items, key=lambda held: held.order):
        visit = desk.get(f"visit/{held.under}", Visit)  # which may have been moved since
        desk.under = held.under
        file_held(desk, held, desk.followed((visit.encounter_id if visit is not None else held.encounter_id) or encounter_id))
    desk.under = under


def unite_lists(desk: Desk, old_id: str, new_id: str, facts: Iterable[Fact]) -> frozenset[str]:
    """Two stays are one: a line that both have is one, as it was told last.  Returns the names of those, which are said so already.

    A line that only the old one has is from now on a line of the new one.
    """
    both = set[str]()
    for name in {identity_of(fact) for fact in facts if isinstance(fact, DiagnosisListed | ProcedureRecorded)}:
        old, new = (listed.in_stay(f"version/{name}", encounter_id) for encounter_id in (old_id, new_id))
        before = desk.get(old, Version)
        if before is None:
            continue
        del desk.states[old]
        if new in desk.states:
            both.add(name)
            line = FactsPage.read(before.line).facts[0]
            _version(desk, line, Item(line, before.order, undated=not before.dated, of_stay=True), new_id)
            if (now := desk.get(new, Version)) is not None:
                desk.states[new] = now.model_copy(update={"under": tuple(dict.fromkeys((*now.under, *before.under)))})
        else:
            desk.states[new] = before.model_copy(update={"encounter_id": new_id})
    return frozenset(both)


def file_held(desk: Desk, held: Held, encounter_id: str) -> None:
    """File what waited, in the name of who sent it."""
    sender, context = desk.sender, desk.context
    desk.sender, desk.context = held.sender, context.of_feed(held.feed)
    place(desk, item_of(desk, held), encounter_id)
    desk.sender, desk.context = sender, context


def held_of(desk: Desk, item: Item, *, encounter_id: str | None = None) -> Held:
    """An item as it is kept."""
    return Held(
        page=FactsPage(facts=(item.fact,)).to_json().decode(),
        order=item.order,
        orders=item.orders,
        text=item.text,
        also=item.also,
        encounter_id=encounter_id,
        sender=desk.sender,
        feed=desk.context.feed,
        undated=item.undated,
        under=desk.under,
        of_stay=item.of_stay,
    )


def item_of(desk: Desk, held: Held) -> Item:
    """The item that was kept, by the site's tables of today."""
    fact = read_anew(desk.context, FactsPage.read(held.page).facts[0])
    return Item(fact, held.order, held.orders, held.text, held.also, held.undated, held.of_stay)
