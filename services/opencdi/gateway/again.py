"""A second try of a dead letter: the same bytes on `inbound` again, saying which entry they replay (DESIGN §8)."""

from dataclasses import replace

from opencdi.bus.bus import Bus
from opencdi.bus.room import Key, Outgoing, Record
from opencdi.events.ids import derived_id
from opencdi.events.inbound import read_inbound
from opencdi.events.topics import INBOUND
from opencdi.gateway.clock import last_received


class Incomplete(Exception):
    """This letter cannot be tried again as it is; the message says why."""


def send_again(bus: Bus, letter: Record) -> str:
    """Durable on `inbound` when this returns; the new message's id.

    Received now, by the clock that the messages of this tenant carry: a letter of last week is news of today.
    """
    if letter.header("size") is not None:
        raise Incomplete("only its head was kept: the sender must send it again, smaller")
    if not (letter.header("ce_type") or "").startswith("cdi.inbound."):
        raise Incomplete("not a message but an entry of the line: replay the message that it came from")
    if letter.header("part") is not None:
        raise Incomplete("one part of a transaction, which is applied whole or not at all: its sender must send it again")
    told = read_inbound(letter.value, tuple((name, value) for name, value in letter.headers if name not in ("reason", "where", "room")))
    at = last_received(bus, told.tenant) or told.received_at
    again = replace(told, ce_id=derived_id("again", told.ce_id, at.isoformat()), received_at=at, replays=told.ce_id)
    bus.publish([Outgoing(INBOUND, Key(again.tenant), again.body, again.headers())])
    return again.ce_id
