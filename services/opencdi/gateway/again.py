"""A second try of a dead letter: the same bytes on `inbound` again, saying which entry they replay (DESIGN §8)."""

from dataclasses import replace
from datetime import timedelta

from opencdi.bus.bus import Bus
from opencdi.bus.room import Key, Outgoing, Record
from opencdi.events.entry import read_entry
from opencdi.events.ids import derived_id
from opencdi.events.inbound import Inbound, read_inbound
from opencdi.events.problems import Unusable
from opencdi.events.topics import INBOUND
from opencdi.gateway.clock import last_received

_LATER = timedelta(microseconds=1)  # so that a third try is not taken for the second
_OF_THE_LETTER = frozenset({"reason", "where", "room"})


class Incomplete(Exception):
    """This letter cannot be tried again as it is; the message says why."""


def send_again(bus: Bus, letter: Record) -> str:
    """Durable on `inbound` when this returns; the new message's id.

    Received now, by the clock that the messages of this tenant carry: a letter of last week is news of today.  What a room further
    down could not step comes back as the message that it came from; intake says again what stands.
    """
    if letter.header("size") is not None and letter.header("room") == "gateway":
        raise Incomplete("only its head was kept: the sender must send it again, smaller")
    mends: str | None = None
    if letter.header("size") is None and (letter.header("ce_type") or "").startswith("cdi.inbound."):
        if letter.header("part") is not None:
            raise Incomplete("one part of a transaction, which is applied whole or not at all: its sender must send it again")
        told = [read_inbound(letter.value, tuple((name, value) for name, value in letter.headers if name not in _OF_THE_LETTER))]
    else:
        tenant, message, mends = _came_from(letter)
        told = _on_inbound(bus, tenant, message)
    entry_id, tenant = letter.header("ce_id") or "", told[0].tenant
    at = (last_received(bus, tenant) or told[-1].received_at) + _LATER
    ce_id = derived_id("again", entry_id, at.isoformat())
    again = [replace(one, ce_id=ce_id + _part(one), received_at=at, replays=entry_id, mends=mends) for one in told]
    bus.publish([Outgoing(INBOUND, Key(tenant), one.body, one.headers()) for one in again])
    return ce_id


def _came_from(letter: Record) -> tuple[str, str, str | None]:
    """Tenant and id of the message that this letter is, or that its entry came from, and the encounter of the entry."""
    if letter.header("size") is not None:
        return letter.header("tenant") or "", letter.header("ce_id") or "", None
    try:
        envelope = read_entry(letter.value).envelope
    except Unusable:
        raise Incomplete("neither a message nor an entry: nobody can say what it came from") from None
    return envelope.tenant, envelope.entry_id.rpartition("-")[0], envelope.encounter_id


def _on_inbound(bus: Bus, tenant: str, message: str) -> list[Inbound]:
    """That message, all parts of it; raises `Incomplete` where `inbound` has it no more.

    Reads through the log: this is a person's command about one letter, not the line's daily work.
    """
    left = sum(bus.ends([INBOUND]).values())
    found: list[Inbound] = []
    reader = bus.reader([INBOUND], {})
    try:
        while left > 0 and (batch := reader.poll(timeout_s=2.0)):
            left -= len(batch)
            for record in (delivered.record for delivered in batch):
                ce_id = record.header("ce_id") or ""
                if record.header("tenant") == tenant and (ce_id == message or (record.header("part") and _whole(ce_id) == message)):
                    found.append(read_inbound(record.value, record.headers))
    finally:
        reader.close()
    if not found:
        raise Incomplete("the message that it came from is no longer on inbound")
    return found


def _whole(ce_id: str) -> str:
    return ce_id.rpartition(".")[0]


def _part(message: Inbound) -> str:
    return f".{message.ce_id.rpartition('.')[2]}" if message.part else ""
