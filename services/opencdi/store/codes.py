"""Senders' codes that no table of the site data knows, counted, and what people have said that they mean."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from opencdi.clinical.vocabulary import SiteTable
from opencdi.events.people import Person
from opencdi.knowledge.site import SiteData
from opencdi.store.batch import Batch
from opencdi.store.tables import SENT_MAPPING, SETTLED, UNMAPPED_CODE


@dataclass(frozen=True, slots=True)
class SentMapping:
    """What a person says that a code means (None: nothing any more), taken by the gateway.  `refused`: why the line did not take it."""

    table: SiteTable
    code: str
    to: str | None
    by: Person
    refused: str | None


@dataclass(frozen=True, slots=True)
class UnmappedCode:
    """One code, how many messages had it, and over which feeds.  `sent`: a mapping that is on its way, or was refused."""

    table: SiteTable
    code: str
    text: str
    feeds: tuple[str, ...]
    messages: int
    first_at: datetime | None
    last_at: datetime | None
    sent: SentMapping | None


def unmapped_codes(connection: Connection, tenant: str, site: SiteData) -> list[UnmappedCode]:
    """What these site data still do not know, most frequent first."""
    by_code: dict[tuple[SiteTable, str], list[Any]] = {}
    told = select(UNMAPPED_CODE).where(UNMAPPED_CODE.c.tenant == tenant).order_by(UNMAPPED_CODE.c.feed)
    for row in connection.execute(told):
        if not _known(site, row.site_table, row.code, row.text):
            by_code.setdefault((row.site_table, row.code), []).append(row)
    sent = {(one.table, one.code): one for one in _sent(connection, tenant) if one.to is not None}
    found = [_code(key, rows, sent.get(key)) for key, rows in by_code.items()]
    return sorted(found, key=lambda one: (-one.messages, one.table, one.code))


def mapped_here(connection: Connection, tenant: str, site: SiteData) -> list[tuple[SentMapping, bool]]:
    """What was mapped at the workbench and holds; and whether it is about to be taken back."""
    held = [(one, _rows(site, one.table).get(one.code)) for one in _sent(connection, tenant)]
    return [(one, one.to is None and one.refused is None) for one, meant in held if meant is not None and one.to in (meant, None)]


def remember_mapping(engine: Engine, tenant: str, table: SiteTable, code: str, to: str | None, mapping_id: str, by: Person) -> None:
    """The gateway has taken this mapping: pages show it as pending until the line works by it.  The latest word on a code stands."""
    with engine.begin() as connection:
        batch = Batch(connection)
        key = {"tenant": tenant, "site_table": table, "code": code}
        batch.put(SENT_MAPPING, {**key, "meaning": to, "mapping_id": mapping_id, "by_staff_id": by.staff_id, "by_name": by.name})
        batch.write()


def _sent(connection: Connection, tenant: str) -> list[SentMapping]:
    asked = select(SENT_MAPPING, SETTLED.c.refused).outerjoin(SETTLED, SETTLED.c.decision_id == SENT_MAPPING.c.mapping_id)
    rows = connection.execute(asked.where(SENT_MAPPING.c.tenant == tenant).order_by(SENT_MAPPING.c.site_table, SENT_MAPPING.c.code))
    return [
        SentMapping(row.site_table, row.code, row.meaning, Person(staff_id=row.by_staff_id, name=row.by_name), row.refused) for row in rows
    ]


def _code(key: tuple[SiteTable, str], rows: list[Any], sent: SentMapping | None) -> UnmappedCode:
    told = [datetime.fromisoformat(at) for row in rows for at in (row.first_at, row.last_at) if at]
    text = next((row.text for row in rows if row.text), "")
    feeds, messages = tuple(row.feed for row in rows), sum(row.messages for row in rows)
    return UnmappedCode(*key, text, feeds, messages, min(told, default=None), max(told, default=None), sent)


def _rows(site: SiteData, table: SiteTable) -> dict[str, str]:
    rows: dict[str, str] = getattr(site, table)
    return rows


def _known(site: SiteData, table: SiteTable, code: str, text: str) -> bool:
    # As intake looks it up: a result's code with or without its system, a document's kind by its code or its name.
    rows = _rows(site, table)
    other = {"loinc_by_local_code": code.rpartition("^")[0], "note_type_by_code": text}.get(table)
    return code in rows or (other is not None and other in rows)
