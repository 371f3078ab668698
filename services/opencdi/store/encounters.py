"""Encounters as the projection knows them: the header, the worklist, and what the chart holds."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Table, case, func, select

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import EncounterClass, Sex
from opencdi.events.audiences import DrgChanged, FinalCodeSet, QueryAlert, QueryWording
from opencdi.events.contract import Contract
from opencdi.events.definitions import ConditionNoticed
from opencdi.events.facts import Fact, KnownFact, NoteFiled
from opencdi.events.pages import CodingPage, WorkingCode, WorkingDrg, WorkingProcedure
from opencdi.events.people import Person
from opencdi.events.reading import NoteRead
from opencdi.store.tables import (
    CHART_ITEM,
    DRG_CHANGE,
    ENCOUNTER,
    FAILED,
    FINAL_SET,
    LINE,
    NOTE,
    NOTICED,
    QUERY,
    READING,
    RULE_SUSPENDED,
    UNREADABLE,
)

_FACT: TypeAdapter[Fact] = TypeAdapter(KnownFact)


class Header(Contract):
    """Who and where: the encounter as the facts so far leave it."""

    encounter_id: str
    tenant: str
    status: str = "open"  # open, discharged, cancelled, moved
    name: str = ""
    mrn: str = ""
    birth_date: str | None = None
    sex: Sex = "U"
    encounter_class: EncounterClass | None = None
    location: str | None = None
    service: str | None = None
    attending: Person | None = None
    admitting_reason: str | None = None
    admitted_at: ClinicalTime | None = None
    ordered_at: ClinicalTime | None = None
    expected_discharge_at: ClinicalTime | None = None
    discharged_at: ClinicalTime | None = None
    disposition: str | None = None
    moved_into: str | None = None


@dataclass(frozen=True, slots=True)
class OnWorklist:
    """One encounter with what the line knows of it."""

    header: Header
    drg: WorkingDrg | None
    no_drg: str | None
    alerts: tuple[QueryAlert, ...]
    failed: int
    labelled: tuple[WorkingCode, ...] = ()  # today's codes, where restricted notes support one of them (DOMAIN F.17)
    labelled_procedures: tuple[WorkingProcedure, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the chart: its latest version, when we knew it, and the versions before it with when we knew those."""

    kind: str
    item_id: str
    at: datetime
    known_at: datetime
    fact: Fact
    earlier: tuple[tuple[datetime, Fact], ...]


@dataclass(frozen=True, slots=True)
class NoteOnChart:
    """One revision of a note: its header, its text, and what nlp read in it (None: not read yet)."""

    note: NoteFiled
    text: str
    retracted: bool
    reading: NoteRead | None


@dataclass(frozen=True, slots=True)
class OnLine:
    """Up to which entry the whole line has worked for this encounter, and what coding said last."""

    entry_id: str
    received_at: datetime
    coding: CodingPage | None


def header_of(connection: Connection, tenant: str, encounter_id: str) -> Header | None:
    """The encounter's header; None if this tenant has no such encounter."""
    asked = select(ENCOUNTER.c.doc).where(ENCOUNTER.c.encounter_id == encounter_id, ENCOUNTER.c.tenant == tenant)
    doc = connection.execute(asked).scalar()
    return Header.read(doc) if doc else None


def lives_on_as(connection: Connection, tenant: str, encounter_id: str) -> str:
    """The encounter that this one's facts live on now (merged or moved, however often); itself, if they are its own."""
    met = [encounter_id]
    while (header := header_of(connection, tenant, met[-1])) is not None and header.moved_into and header.moved_into not in met:
        met.append(header.moved_into)
    return met[-1]


def discharged(connection: Connection, tenant: str) -> list[tuple[Header, FinalCodeSet | None]]:
    """Every encounter whose patient has left, with its latest final code set; None before the first."""
    nth = select(FINAL_SET.c.encounter_id, func.max(FINAL_SET.c.nth).label("nth")).group_by(FINAL_SET.c.encounter_id).subquery()
    latest = (FINAL_SET.c.encounter_id == nth.c.encounter_id) & (FINAL_SET.c.nth == nth.c.nth)
    asked = select(ENCOUNTER.c.doc, FINAL_SET.c.doc.label("final")).outerjoin(nth, nth.c.encounter_id == ENCOUNTER.c.encounter_id)
    rows = connection.execute(asked.outerjoin(FINAL_SET, latest).where(ENCOUNTER.c.tenant == tenant, ENCOUNTER.c.status == "discharged"))
    return [(Header.read(row.doc), FinalCodeSet.read(row.final) if row.final else None) for row in rows]


def worklist(connection: Connection, tenant: str, settled: Collection[str]) -> list[OnWorklist]:
    """Every encounter whose patient is in the house, or has left with a question in none of the `settled` states (DOMAIN F.15)."""
    asked = select(QUERY.c.encounter_id).where(QUERY.c.state.not_in(settled))
    left = (ENCOUNTER.c.status == "discharged") & ENCOUNTER.c.encounter_id.in_(asked)
    here = (ENCOUNTER.c.tenant == tenant) & ((ENCOUNTER.c.status == "open") | left)
    alerts: dict[str, list[QueryAlert]] = {}
    for row in connection.execute(select(QUERY.c.encounter_id, QUERY.c.doc).join(ENCOUNTER, _same(QUERY)).where(here)):
        alerts.setdefault(row.encounter_id, []).append(QueryAlert.read(row.doc))
    failed: dict[str, int] = {}
    unread = select(FAILED.c.encounter_id).join(ENCOUNTER, _same(FAILED)).where(here, FAILED.c.reason != RULE_SUSPENDED)
    for encounter_id in connection.scalars(unread):
        failed[encounter_id] = failed.get(encounter_id, 0) + 1
    # Rare, so the list decodes no other stay's codes.  Within a quote the name would stand with escaped quotation marks.
    labelled = case((LINE.c.coding.contains('"confidentiality":'), LINE.c.coding)).label("labelled")
    rows = connection.execute(
        select(ENCOUNTER.c.encounter_id, ENCOUNTER.c.doc, LINE.c.drg, LINE.c.no_drg, labelled).outerjoin(LINE, _same(LINE)).where(here)
    )
    return [
        OnWorklist(
            header=Header.read(row.doc),
            drg=WorkingDrg.read(row.drg) if row.drg else None,
            no_drg=row.no_drg,
            alerts=tuple(alerts.get(row.encounter_id, ())),
            failed=failed.get(row.encounter_id, 0),
            labelled=page.codes if page else (),
            labelled_procedures=page.procedures if page else (),
        )
        for row in rows
        for page in [CodingPage.read(row.labelled) if row.labelled else None]
    ]


def _same(table: Table) -> ColumnElement[bool]:
    return table.c.encounter_id == ENCOUNTER.c.encounter_id


def items(connection: Connection, encounter_id: str) -> list[Item]:
    """What the chart holds besides notes, oldest first."""
    asked = select(CHART_ITEM).where(CHART_ITEM.c.encounter_id == encounter_id).order_by(CHART_ITEM.c.at, CHART_ITEM.c.item_id)
    return [
        Item(
            kind=row.kind,
            item_id=row.item_id,
            at=datetime.fromisoformat(row.at),
            known_at=datetime.fromisoformat(row.known_at),
            fact=_FACT.validate_json(row.doc, extra="ignore"),
            earlier=tuple(
                (datetime.fromisoformat(known_at), _FACT.validate_python(fact, extra="ignore"))
                for known_at, fact in json.loads(row.earlier)
            ),
        )
        for row in connection.execute(asked)
    ]


def notes(connection: Connection, encounter_id: str) -> list[NoteOnChart]:
    """Every revision of every note, newest note first."""
    read = select(READING.c.note_id, READING.c.revision, READING.c.doc).where(READING.c.encounter_id == encounter_id)
    readings = {(row.note_id, row.revision): NoteRead.read(row.doc) for row in connection.execute(read)}
    asked = select(NOTE).where(NOTE.c.encounter_id == encounter_id).order_by(NOTE.c.at.desc(), NOTE.c.note_id, NOTE.c.revision.desc())
    return [
        NoteOnChart(
            note=NoteFiled.read(row.doc),
            text=json.loads(row.text) if row.text else "",
            retracted=row.retracted,
            reading=readings.get((row.note_id, row.revision)),
        )
        for row in connection.execute(asked)
    ]


def on_line(connection: Connection, encounter_id: str) -> OnLine | None:
    """What the end of the line said last; None before the first entry has come through."""
    row = connection.execute(select(LINE).where(LINE.c.encounter_id == encounter_id)).first()
    if row is None:
        return None
    return OnLine(row.entry_id, datetime.fromisoformat(row.received_at), CodingPage.read(row.coding) if row.coding else None)


def drg_history(connection: Connection, encounter_id: str) -> list[DrgChanged]:
    """What moved the working DRG, latest first."""
    asked = select(DRG_CHANGE.c.doc).where(DRG_CHANGE.c.encounter_id == encounter_id).order_by(DRG_CHANGE.c.nth.desc())
    return [DrgChanged.read(doc) for doc in connection.scalars(asked)]


def alerts(connection: Connection, encounter_id: str) -> list[tuple[QueryAlert, QueryWording | None]]:
    """The encounter's questions with the last wording that each had, highest priority first."""
    asked = select(QUERY.c.doc, QUERY.c.wording).where(QUERY.c.encounter_id == encounter_id)
    rows = connection.execute(asked.order_by(QUERY.c.priority.desc(), QUERY.c.query_id))
    return [(QueryAlert.read(row.doc), QueryWording.read(row.wording) if row.wording else None) for row in rows]


def noticed(connection: Connection, encounter_id: str) -> list[ConditionNoticed]:
    """What the record meets whether or not anybody is asked, in the order of its clinical times."""
    told = [ConditionNoticed.read(doc) for doc in connection.scalars(select(NOTICED.c.doc).where(NOTICED.c.encounter_id == encounter_id))]
    return sorted(told, key=lambda one: (one.at, one.name))


def final_sets(connection: Connection, encounter_id: str) -> list[FinalCodeSet]:
    """The final code set and its predecessors, latest first."""
    asked = select(FINAL_SET.c.doc).where(FINAL_SET.c.encounter_id == encounter_id).order_by(FINAL_SET.c.nth.desc())
    return [FinalCodeSet.read(doc) for doc in connection.scalars(asked)]


def failures(connection: Connection, encounter_id: str) -> list[tuple[str, str, str]]:
    """(room, reason, field) of entries that a room, or this workbench, could not use: the page must say that something is missing."""
    here = (FAILED.c.encounter_id == encounter_id) & (FAILED.c.reason != RULE_SUSPENDED)
    line = select(FAILED.c.room, FAILED.c.reason, FAILED.c.at_field).where(here)
    ours = select(UNREADABLE.c.topic, UNREADABLE.c.reason).where(UNREADABLE.c.encounter_id == encounter_id)
    told = [(row.room, row.reason, row.at_field) for row in connection.execute(line)]
    return told + [("workbench", row.reason, row.topic) for row in connection.execute(ours)]


def suspended_rules(connection: Connection, encounter_id: str) -> list[str]:
    """The rules that cannot be judged on this stay: of them the page must not let silence speak."""
    asked = select(FAILED.c.entry_id).where(FAILED.c.encounter_id == encounter_id, FAILED.c.reason == RULE_SUSPENDED)
    return list(connection.scalars(asked.order_by(FAILED.c.entry_id)))
