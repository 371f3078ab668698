"""What became of each message as rows: outcomes, feeds by the quarter of an hour, dead letters, unmapped codes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from opencdi.bus.bus import Delivered
from opencdi.bus.letters import letter_of
from opencdi.bus.room import Record
from opencdi.clinical.vocabulary import Outcome
from opencdi.events.audiences import MessageEnded, Unmapped
from opencdi.events.ids import message_of
from opencdi.events.people import DECISIONS
from opencdi.store.batch import Batch
from opencdi.store.feeds import QUARTER_S, QUARTERS
from opencdi.store.tables import DEAD_LETTER, FEED_QUARTER, LETTER_COUNT, OUTCOME_COUNT, SECOND_TRY, SETTLED, UNMAPPED_CODE
from opencdi.workbench.chart_rows import instant

_NO_FEED = frozenset(
    {"decision", "receipt", "site-data", "site-mapping", "tick", "poisoned"} | {str(m.model_fields["kind"].default) for m in DECISIONS}
)
"""What people and our own processes say, by the type of its outcome: no sender's messages."""


def apply_outcome(batch: Batch, record: Record) -> str:
    """One more message that ended this way; a decision that reached no chart is refused."""
    ended = MessageEnded.read(record.value)
    _count_outcome(batch, ended.tenant, ended.outcome, ended.reason or "")
    kind, told_at = ended.message_type.rpartition(".")[2], record.header("ce_time")
    if kind in ("decision", "site-mapping") and ended.outcome == "dead_letter":  # it has no entry that could come back
        told = {"query_id": None, "refused": ended.reason or "dead letter", "entry_id": ended.entry_id}
        batch.put(SETTLED, {"decision_id": ended.entry_id, **told})
    if ended.replays is not None:  # news of a person's command, not of the feed
        key = {"tenant": ended.tenant, "letter_id": ended.replays, "again_id": ended.entry_id}
        batch.put(SECOND_TRY, {**key, "outcome": ended.outcome, "reason": ended.reason})
        for letter in batch.having(DEAD_LETTER, tenant=ended.tenant, entry_id=ended.replays):
            if not letter["tried"]:
                batch.put(DEAD_LETTER, {**letter, "tried": True})
                _count_letter(batch, letter, tried=1)
    elif kind not in _NO_FEED:
        _count_quarter(batch, ended.tenant, ended.feed, ended.outcome, told_at)
    for code in ended.unmapped:
        _count_code(batch, ended, code, _in_utc(told_at or ""))
    return ended.tenant


def apply_dead_letter(batch: Batch, room: str, delivered: Delivered) -> None:
    """One more record that this room could not use; where it lies and why, never its bytes."""
    record = delivered.record
    letter = letter_of(room, record)
    feed, entry_id, replays = record.header("ce_source") or "", _kept(letter.entry_id), record.header("replays")
    tenant = _kept(letter.tenant or "")
    tried = bool(batch.having(SECOND_TRY, tenant=tenant, letter_id=entry_id))
    row = {
        "room": room, "part": delivered.partition, "pos": delivered.position, "tenant": tenant, "entry_id": entry_id,
        "message_id": message_of(entry_id), "reason": letter.reason, "at_field": _kept(letter.where), "feed": _kept(feed),
        "received_at": _in_utc(letter.received_at), "message_type": letter.message_type, "bytes": letter.size,
        "replays": _kept(replays) if replays else None, "tried": tried,
    }  # fmt: skip
    batch.put(DEAD_LETTER, row)
    _count_letter(batch, row, letters=1, tried=int(tried))
    if room == "gateway" and record.key:  # what the gate refuses never reaches the room that tells outcomes; its key is the tenant
        _count_outcome(batch, record.key, "refused", letter.reason)
        _count_quarter(batch, record.key, feed, "refused", letter.received_at)


def _count_letter(batch: Batch, row: Mapping[str, Any], *, letters: int = 0, tried: int) -> None:
    key = {name: row[name] for name in ("tenant", "room", "reason")}
    before = batch.get(LETTER_COUNT, *key.values()) or {"letters": 0, "tried": 0}
    batch.put(LETTER_COUNT, {**key, "letters": before["letters"] + letters, "tried": before["tried"] + tried})


def _count_outcome(batch: Batch, tenant: str, outcome: Outcome, reason: str) -> None:
    before = batch.get(OUTCOME_COUNT, tenant, outcome, reason)
    count = (before["messages"] if before else 0) + 1
    batch.put(OUTCOME_COUNT, {"tenant": tenant, "outcome": outcome, "reason": reason, "messages": count})


def _count_quarter(batch: Batch, tenant: str, feed: str, outcome: Outcome, told_at: str | None) -> None:
    if not (known := _in_utc(told_at or "")):
        return
    at = datetime.fromisoformat(known)
    quarter = int(at.timestamp()) // QUARTER_S
    begins_at, key = instant(datetime.fromtimestamp(quarter * QUARTER_S, UTC)), (tenant, _kept(feed), outcome, quarter % QUARTERS)
    before = batch.get(FEED_QUARTER, *key)
    if before is not None and before["begins_at"] > begins_at:
        return  # a week late
    if before is None or before["begins_at"] < begins_at:
        before = {"first_at": instant(at), "last_at": instant(at), "messages": 0}
    row = dict(zip(("tenant", "feed", "outcome", "slot"), key, strict=True)) | {"begins_at": begins_at, "messages": before["messages"] + 1}
    batch.put(FEED_QUARTER, {**row, "first_at": min(before["first_at"], instant(at)), "last_at": max(before["last_at"], instant(at))})


def _count_code(batch: Batch, ended: MessageEnded, code: Unmapped, at: str) -> None:
    key = (ended.tenant, _kept(ended.feed), code.table, _kept(code.code))
    before = batch.get(UNMAPPED_CODE, *key) or {"messages": 0, "first_at": at, "text": ""}
    row = dict(zip(("tenant", "feed", "site_table", "code"), key, strict=True)) | {"messages": before["messages"] + 1, "last_at": at}
    batch.put(UNMAPPED_CODE, {**row, "first_at": before["first_at"], "text": _kept(code.text) or before["text"]})


def _in_utc(told_at: str) -> str:
    # A record that never came through the gate may say anything in its headers.
    try:
        return instant(datetime.fromisoformat(told_at))
    except (ValueError, OverflowError):
        return ""


def _kept(text: str) -> str:
    return text.replace("\x00", "\ufffd")  # PostgreSQL's text takes no NUL
