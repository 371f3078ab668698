"""Entries of cdi.chart as rows: the header, what the chart holds, and the notes in full."""

import json
from datetime import UTC, datetime

from opencdi.clinical.time import ClinicalTime
from opencdi.events import facts as told
from opencdi.events.baselines import BaselineCarried
from opencdi.events.contract import Contract
from opencdi.events.entry import Entry
from opencdi.events.pages import FactsPage, TextsPage
from opencdi.events.people import Decision
from opencdi.store.batch import Batch
from opencdi.store.encounters import Header
from opencdi.store.physician import PatientShown
from opencdi.store.tables import CHART_ITEM, DELIVERY, ENCOUNTER, NOTE, PROVIDER_PATIENT


def instant(at: datetime) -> str:
    """An instant as a column holds it: UTC, so that text sorts as time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def apply_chart(batch: Batch, entry: Entry) -> None:
    """Write what one entry says about its encounter."""
    encounter_id = entry.envelope.encounter_id
    page = entry.page(FactsPage)
    texts = entry.page(TextsPage)
    if encounter_id is None or page is None:
        return
    row = batch.get(ENCOUNTER, encounter_id)
    before = Header.read(row["doc"]) if row else Header(encounter_id=encounter_id, tenant=entry.envelope.tenant)
    header = before
    for ordinal, fact in enumerate(page.facts):
        header = with_fact(header, fact)
        _store(batch, entry, encounter_id, ordinal, fact, texts.texts if texts else {})
    if row is None or header != before:
        _store_header(batch, header)


def _store_header(batch: Batch, header: Header) -> None:
    batch.put(
        ENCOUNTER,
        {"encounter_id": header.encounter_id, "tenant": header.tenant, "status": header.status, "doc": header.to_json().decode()},
    )
    shown = PatientShown.model_validate(header.model_dump(include=set(PatientShown.model_fields)))
    batch.put(PROVIDER_PATIENT, {"encounter_id": header.encounter_id, "doc": shown.to_json().decode()})


def with_fact(header: Header, fact: told.Fact) -> Header:
    """The header after this fact; most facts leave it as it is."""
    match fact:
        case told.PatientIdentified():
            new: dict[str, object] = {"name": fact.name, "mrn": fact.mrn, "birth_date": fact.birth_date, "sex": fact.sex}
        case told.EncounterUpdated():
            kept = set(Header.model_fields) & set(told.EncounterUpdated.model_fields)
            new = {field: value for field in kept if (value := getattr(fact, field)) is not None}
            if header.status == "cancelled":
                new["status"] = "open"  # admitted anew
        case told.InpatientOrdered():
            new = {"ordered_at": fact.at}
        case told.InpatientOrderCancelled():
            new = {"ordered_at": None}
        case told.EncounterDischarged():
            new = {"status": "discharged", "discharged_at": fact.at, "disposition": fact.disposition}
        case told.DischargeCancelled():
            new = {"status": "open", "discharged_at": None, "disposition": None}
        case told.EncounterCancelled():
            new = {"status": "cancelled"}
        case told.EncounterMoved():
            new = {"status": "moved", "moved_into": fact.into}
        case _:
            return header
    return header.model_copy(update=new)


def _store(batch: Batch, entry: Entry, encounter_id: str, ordinal: int, fact: told.Fact, texts: dict[str, str]) -> None:
    known_at = instant(entry.envelope.received_at)
    match fact:
        case told.PatientIdentified():
            return  # who the patient is stands in the header, not on the timeline
        case told.NoteFiled():
            _file_note(batch, encounter_id, known_at, fact, texts.get(fact.note_id))
            return
        case told.NoteStatusChanged():
            _sign_note(batch, encounter_id, fact)
            return
        case told.NoteRetracted():
            _retract_note(batch, encounter_id, fact.note_id)
            return
        case told.DeliveryReceipted():
            _hand_over(batch, encounter_id, known_at, fact)
            item_id, at = fact.receipt_id, instant(fact.at.at)
        case Decision():
            item_id, at = fact.decision_id, instant(fact.decided_at)
        case _:
            time = clinical_time_of(fact)
            item_id, at = _identity(fact) or f"{entry.envelope.entry_id}.{ordinal}", instant(time.at) if time else known_at
    _store_item(batch, encounter_id, fact.kind, item_id, at, known_at, entry.envelope.entry_id, fact)


def _hand_over(batch: Batch, encounter_id: str, known_at: str, fact: told.DeliveryReceipted) -> None:
    """The first receipt that says so is when a sending was handed over; none takes that back.  Where it names none, the last one."""
    sending = instant(fact.sending) if fact.sending else ""
    before = batch.get(DELIVERY, fact.query_id, fact.addressed_to, sending)
    delivered_at = before["delivered_at"] if before else None
    if fact.status in ("delivered", "viewed") and (delivered_at is None or not sending):
        delivered_at = known_at
    whose = {"query_id": fact.query_id, "staff_id": fact.addressed_to, "sending": sending, "encounter_id": encounter_id}
    row = {**whose, "delivered_at": delivered_at}
    batch.put(DELIVERY, {**row, "doc": fact.to_json().decode()})


def _identity(fact: Contract) -> str | None:
    if isinstance(fact, BaselineCarried):
        return fact.analyte  # one of each in a stay
    for field in ("measurement_id", "administration_id", "order_id", "listing_id", "procedure_id", "allergy_id"):
        if field in type(fact).model_fields:
            return str(getattr(fact, field))
    return None


def clinical_time_of(fact: Contract) -> ClinicalTime | None:
    """When it happened at the bedside; None where the fact says nothing about that."""
    for field in ("taken_at", "given_at", "ordered_at", "at"):
        if isinstance(time := getattr(fact, field, None), ClinicalTime):
            return time
    return None


def _store_item(batch: Batch, encounter_id: str, kind: str, item_id: str, at: str, known_at: str, entry_id: str, fact: Contract) -> None:
    doc = fact.to_json().decode()
    before = batch.get(CHART_ITEM, encounter_id, kind, item_id)
    earlier = json.loads(before["earlier"]) if before else []
    if before and before["doc"] != doc:
        earlier.append((before["known_at"], json.loads(before["doc"])))
    batch.put(
        CHART_ITEM,
        {
            "encounter_id": encounter_id,
            "kind": kind,
            "item_id": item_id,
            "at": at,
            "known_at": known_at,
            "entry_id": entry_id,
            "doc": doc,
            "earlier": json.dumps(earlier),
        },
    )


def _file_note(batch: Batch, encounter_id: str, known_at: str, note: told.NoteFiled, text: str | None) -> None:
    batch.put(
        NOTE,
        {
            "encounter_id": encounter_id,
            "note_id": note.note_id,
            "revision": note.revision,
            "at": instant(note.written_at.at),
            "known_at": known_at,
            "doc": note.to_json().decode(),
            "text": json.dumps(text) if text is not None else None,  # as JSON: PostgreSQL's text takes no NUL
            "retracted": False,
        },
    )


def _sign_note(batch: Batch, encounter_id: str, changed: told.NoteStatusChanged) -> None:
    row = batch.get(NOTE, encounter_id, changed.note_id, changed.revision)
    if row is None:
        return  # signed, but its text was never told to this encounter: there is nothing on the page to mark
    note = told.NoteFiled.read(row["doc"]).model_copy(
        update={"authentication": changed.authentication, "authenticated_at": changed.at, "authentication_assumed": False}
    )
    batch.put(NOTE, {**row, "doc": note.to_json().decode()})


def _retract_note(batch: Batch, encounter_id: str, note_id: str) -> None:
    revision = 1
    while (row := batch.get(NOTE, encounter_id, note_id, revision)) is not None:
        batch.put(NOTE, {**row, "retracted": True})
        revision += 1
