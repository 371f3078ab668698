"""Entries at the end of the line (cdi.queries) as rows: what the notes say, today's codes, and the moves of questions."""

import json

from opencdi.events.definitions import ConditionNoticed
from opencdi.events.entry import Entry
from opencdi.events.ids import message_of
from opencdi.events.pages import CodingPage, FactsPage, FailedPage, FindingsPage, QueriesPage, SitePage, TickPage
from opencdi.events.people import CodeSetAttested, Decision
from opencdi.store.batch import Batch
from opencdi.store.tables import APPLIED, FAILED, FEED, LINE, NOTICED, QUERY_MOVE, READING, RULE_SUSPENDED, SETTLED, SITE
from opencdi.workbench.chart_rows import instant


def apply_line(batch: Batch, entry: Entry) -> None:
    """Write what the rooms added to this entry; whoever reads the page afterwards sees all of it or none."""
    findings, coding, queries = entry.page(FindingsPage), entry.page(CodingPage), entry.page(QueriesPage)
    failed, tick = entry.page(FailedPage), entry.page(TickPage)
    _mark_as_of(batch, entry)
    if tick:
        _hear_feeds(batch, entry.envelope.tenant, tick)
    if site := entry.page(SitePage):
        _change_site(batch, entry, site)
    if (encounter_id := entry.envelope.encounter_id) is None:
        return
    _mark_line(batch, entry, encounter_id, coding)
    for note in findings.notes if findings else ():
        key = {"encounter_id": encounter_id, "note_id": note.note_id, "revision": note.revision}
        batch.put(READING, {**key, "doc": note.to_json().decode()})
    if queries and queries.suspended is not None:
        _suspend(batch, encounter_id, queries.suspended)
    if queries:
        for ordinal, move in enumerate((*queries.moved, *queries.changed)):
            key = {"entry_id": entry.envelope.entry_id, "ordinal": ordinal}
            batch.put(QUERY_MOVE, {**key, "encounter_id": encounter_id, "doc": move.to_json().decode()})
        for one in queries.noticed:
            _notice(batch, encounter_id, one)
    _settle(batch, entry, queries)
    if entry.envelope.replays:
        _mend(batch, encounter_id, message_of(entry.envelope.replays))
    if failed:
        told = {"room": failed.room, "reason": failed.reason, "at_field": failed.where}
        batch.put(FAILED, {"encounter_id": encounter_id, "entry_id": entry.envelope.entry_id, **told})


def _notice(batch: Batch, encounter_id: str, told: ConditionNoticed) -> None:
    row = {"encounter_id": encounter_id, "name": f"{told.definition.definition_id}/{told.name}", "doc": told.to_json().decode()}
    if told.stands:
        batch.put(NOTICED, row)
    else:
        batch.remove(NOTICED, row)


def _suspend(batch: Batch, encounter_id: str, rule_ids: tuple[str, ...]) -> None:
    for row in batch.of_encounter(FAILED, encounter_id):
        if row["reason"] == RULE_SUSPENDED and row["entry_id"] not in rule_ids:
            batch.remove(FAILED, row)
    for rule_id in rule_ids:
        told = {"room": "queries", "reason": RULE_SUSPENDED, "at_field": rule_id}
        batch.put(FAILED, {"encounter_id": encounter_id, "entry_id": rule_id, **told})


def _mend(batch: Batch, encounter_id: str, message_id: str) -> None:
    # A second try stands for all that its message brought: what it cannot mend it brings again, as a failure of its own.
    for row in batch.of_encounter(FAILED, encounter_id):
        if message_of(row["entry_id"]) == message_id:
            batch.remove(FAILED, row)


def _mark_as_of(batch: Batch, entry: Entry) -> None:
    # Partitions are read in turns: the newest entry is not always the last one in hand.
    tenant, received_at = entry.envelope.tenant, instant(entry.envelope.received_at)
    before = batch.get(APPLIED, tenant)
    if before is None or (received_at, entry.envelope.entry_id) > (before["received_at"], before["entry_id"]):
        batch.put(APPLIED, {"tenant": tenant, "entry_id": entry.envelope.entry_id, "received_at": received_at})


def _change_site(batch: Batch, entry: Entry, site: SitePage) -> None:
    # It comes in every partition, and these are read in turns: the latest word stands.
    tenant, received_at, entry_id = entry.envelope.tenant, instant(entry.envelope.received_at), entry.envelope.entry_id
    before = batch.get(SITE, tenant)
    if before is None or (received_at, entry_id) > (before["received_at"], before["entry_id"]):
        batch.put(SITE, {"tenant": tenant, "received_at": received_at, "entry_id": entry_id, "doc": json.dumps(site.site)})


def _hear_feeds(batch: Batch, tenant: str, tick: TickPage) -> None:
    for feed, heard in tick.feeds.items():
        name, heard_at = feed.replace("\x00", "\ufffd"), instant(heard)  # PostgreSQL's text takes no NUL
        before = batch.get(FEED, tenant, name)
        if before is None or heard_at > before["heard_at"]:
            batch.put(FEED, {"tenant": tenant, "feed": name, "heard_at": heard_at})


def _mark_line(batch: Batch, entry: Entry, encounter_id: str, coding: CodingPage | None) -> None:
    row = batch.get(LINE, encounter_id) or {"encounter_id": encounter_id}
    row = {**row, "entry_id": entry.envelope.entry_id, "received_at": instant(entry.envelope.received_at)}
    if coding:
        drg = coding.drg.to_json().decode() if coding.drg else None
        row |= {"coding": coding.to_json().decode(), "drg": drg, "no_drg": coding.no_drg}
    batch.put(LINE, row)


def _settle(batch: Batch, entry: Entry, queries: QueriesPage | None) -> None:
    # A decision about a question has been dealt with when its own entry has passed the room of questions, whether that moved the
    # question, refused the decision, or left all as it was (opened a second time).
    refused = {refusal.decision_id: refusal.reason for refusal in queries.refused} if queries else {}
    facts = entry.page(FactsPage)
    for fact in facts.facts if facts else ():
        if isinstance(fact, Decision) and not isinstance(fact, CodeSetAttested):  # an attestation is dealt with further on
            told = {"query_id": getattr(fact, "query_id", None), "refused": refused.get(fact.decision_id)}
            batch.put(SETTLED, {"decision_id": fact.decision_id, **told, "entry_id": entry.envelope.entry_id})
