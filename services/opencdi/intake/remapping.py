"""The site's tables read a code otherwise than before: what was filed under it is said again as it is meant now (DOMAIN E.1, F.4).

Intake has what was sent in its memory: the facts that it told of each stay, each visit's codes.  So nothing is kept for this; a change
of the tables, which is rare, looks through the stays of the tenant that are not yet closed.  What waits for an encounter is read by
the tables of the day on which it finds one.
"""

import json
from collections.abc import Iterator, Mapping

from pydantic_core import from_json

from opencdi.bus.room import under
from opencdi.events.facts import MeasurementResulted, NoteFiled
from opencdi.events.ids import content_hash
from opencdi.intake.corrections import place
from opencdi.intake.desk import Desk
from opencdi.intake.meaning import read_anew
from opencdi.intake.memory import Document, Encounter, Pages, Story, Version, Visit
from opencdi.intake.snapshots import mapped_anew
from opencdi.intake.stays import settle
from opencdi.intake.told import Item
from opencdi.knowledge.site import SiteData


def tell_anew(desk: Desk, before: SiteData) -> None:
    """Say again, of every stay that is not closed, what the tables of the desk's site read otherwise than `before`."""
    site = desk.context.site
    results = _changed(before.loinc_by_local_code, site.loinc_by_local_code)
    notes = _changed(before.note_type_by_code, site.note_type_by_code)
    visits = _changed(before.class_by_code, site.class_by_code) or _changed(before.disposition_by_code, site.disposition_by_code)
    if not (results or notes or visits):
        return
    desk.anew = True
    for encounter_id in sorted(_stays(desk)):
        if visits:
            _visits(desk, encounter_id, before)
        if results or notes:
            _facts(desk, encounter_id, before, results, notes)


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> frozenset[str]:
    return frozenset(code for code in before.keys() | after.keys() if before.get(code) != after.get(code))


def _stays(desk: Desk) -> Iterator[str]:
    for key in under(desk.states, "encounter/"):
        encounter = desk.get(key, Encounter)
        if encounter is not None and encounter.tenant == desk.context.tenant and not encounter.closed and encounter.into is None:
            yield key.removeprefix("encounter/")


def _visits(desk: Desk, encounter_id: str, before: SiteData) -> None:
    encounter = desk.get(f"encounter/{encounter_id}", Encounter)
    if encounter is None:
        return
    anew = False
    for visit_id in encounter.visits:
        visit = desk.get(f"visit/{visit_id}", Visit)
        if visit is not None and (mapped := mapped_anew(visit, before, desk.context.site)) != visit:
            desk.states[f"visit/{visit_id}"] = mapped
            anew = True
    if anew and not encounter.cancelled:  # of a stay that is cancelled nothing is said but that it is admitted anew
        settle(desk, encounter_id, desk.context.arrived_at)


def _facts(desk: Desk, encounter_id: str, before: SiteData, results: frozenset[str], notes: frozenset[str]) -> None:
    """The facts of this stay that stand and name one of these codes, each in its newest version, as they are meant now."""
    sender = desk.sender
    for fact, text in _standing(desk, encounter_id, results, notes):
        anew = read_anew(desk.context, fact, before)
        if anew == fact:
            continue
        if isinstance(fact, NoteFiled):
            key = f"document/{fact.note_id}"
            desk.sender = _sender_of(desk, key)
        else:
            key = f"version/{fact.measurement_id}"
            if isinstance(anew, MeasurementResulted) and fact.analyte not in (None, anew.analyte):  # it never was a result of that kind
                desk.say(encounter_id, fact.model_copy(update={"status": "withdrawn"}))
        place(desk, Item(anew, _order_of(desk, key), text=text), encounter_id)
    desk.sender = sender


def _standing(
    desk: Desk, encounter_id: str, results: frozenset[str], notes: frozenset[str]
) -> list[tuple[MeasurementResulted | NoteFiled, str | None]]:
    """Results and documents of these codes told of this stay that no newer version has replaced; each once, as it was told last.

    Most pages name none of the codes, and most facts of the others name another: neither is decoded.
    """
    marks = [f'"code":{_in_json(code)}' for code in {key.rpartition("^")[0] or key for key in results} | results | notes]
    marks += [f'"text":{_in_json(code)}' for code in notes]
    found: dict[str, tuple[MeasurementResulted | NoteFiled, str | None]] = {}
    pages = desk.get(f"pages/{encounter_id}", Pages) or Pages()
    for nth in range(pages.count):
        story = desk.get(f"story/{encounter_id}/{nth}", Story)
        if story is None or not any(mark in story.page for mark in marks):
            continue
        for told in from_json(story.page)["facts"]:
            kind = told["kind"]
            if kind == "measurement_resulted" and _keys(told["code"]) & results:
                result = MeasurementResulted.model_validate(told, extra="ignore")
                version = desk.get(f"version/{result.measurement_id}", Version)
                if version is not None and _is_here(desk, version, encounter_id) and version.said == content_hash(result.to_json()):
                    found[result.measurement_id] = result, None
            elif kind == "note_filed" and (code := told.get("type_code")) and {code["code"], code.get("text", "")} & notes:
                note = NoteFiled.model_validate(told, extra="ignore")
                document = desk.get(f"document/{note.note_id}", Document)
                if document is None or document.retracted or document.same_as is not None or document.revision != note.revision:
                    continue
                if _is_here(desk, document, encounter_id):
                    signed = note.model_copy(update={"authentication": document.authentication})
                    found[note.note_id] = signed, story.texts.get(note.note_id)
    return list(found.values())


def _is_here(desk: Desk, held: Version | Document, encounter_id: str) -> bool:
    return desk.followed(held.encounter_id) == encounter_id


def _order_of(desk: Desk, key: str) -> tuple[str, ...]:
    held = desk.states.get(key)
    return held.order if isinstance(held, Version | Document) else ()


def _sender_of(desk: Desk, key: str) -> str:
    document = desk.get(key, Document)
    return document.senders[0] if document is not None and document.senders else desk.sender


def _keys(code: dict[str, str]) -> set[str]:
    return {code["code"], f"{code['code']}^{code['system']}"}


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
