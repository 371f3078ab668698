"""A second try of a dead letter: the same bytes on `inbound` again, saying which entry they replay (DESIGN §8)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from opencdi.bus.bus import Bus
from opencdi.bus.room import Key, Outgoing, Record
from opencdi.events.entry import read_entry
from opencdi.events.ids import derived_id, message_of
from opencdi.events.inbound import Inbound, read_inbound
from opencdi.events.people import Person
from opencdi.events.problems import Unusable
from opencdi.events.topics import INBOUND
from opencdi.gateway.clock import last_received
from opencdi.gateway.received import received_from

_LATER = timedelta(microseconds=1)  # so that a third try is not taken for the second
_OF_THE_LETTER = frozenset({"reason", "where", "room"})


class Incomplete(Exception):
    """This letter cannot be tried again as it is; the message says why."""


@dataclass(frozen=True, slots=True)
class SecondTry:
    """What a letter came from, as it was received: `stamped`, it goes back to `inbound`."""

    entry_id: str  # of the letter
    tenant: str
    told: tuple[Inbound, ...]
    mends: str | None = None

    def stamped(self, at: datetime, by: Person) -> tuple[str, list[Inbound]]:
        """Received at this instant by this person's command, under the id that comes first."""
        ce_id = derived_id("again", self.entry_id, at.isoformat())
        told = (replace(one, ce_id=ce_id + _part(one), received_at=at) for one in self.told)
        return ce_id, [replace(one, replays=self.entry_id, mends=self.mends, by=by) for one in told]


def send_again(bus: Bus, letter: Record, by: Person) -> str:
    """Durable on `inbound` when this returns; the new message's id.

    Received now, by the clock that the messages of this tenant carry: a letter of last week is news of today.
    """
    again = second_try(bus, letter)
    at = last_received(bus, again.tenant) or again.told[-1].received_at
    ce_id, messages = again.stamped(at + _LATER, by)
    bus.publish([Outgoing(INBOUND, Key(again.tenant), one.body, one.headers()) for one in messages])
    return ce_id


def second_try(bus: Bus, letter: Record) -> SecondTry:
    """The message to try again, or `Incomplete`.

    What a room further down could not step comes back as the message that it came from; intake says again what stands.
    """
    entry_id = letter.header("ce_id") or ""
    if letter.header("size") is not None and letter.header("room") == "gateway":
        raise Incomplete("only its head was kept: the sender must send it again, smaller")
    if letter.header("size") is None and (letter.header("ce_type") or "").startswith("cdi.inbound."):
        if letter.header("part") is not None:
            raise Incomplete("one part of a transaction, which is applied whole or not at all: its sender must send it again")
        told = read_inbound(letter.value, tuple((name, value) for name, value in letter.headers if name not in _OF_THE_LETTER))
        return SecondTry(entry_id, told.tenant, (told,))
    tenant, message, at, mends = _came_from(letter)
    return SecondTry(entry_id, tenant, _on_inbound(bus, tenant, message, at), mends)


def _came_from(letter: Record) -> tuple[str, str, datetime, str | None]:
    """Of the message that this letter is, or that its entry came from: tenant, id, when it was received; and the encounter of the entry."""
    try:
        if letter.header("size") is not None:
            return letter.header("tenant") or "", letter.header("ce_id") or "", datetime.fromisoformat(letter.header("ce_time") or ""), None
        envelope = read_entry(letter.value).envelope
    except (Unusable, ValueError):
        raise Incomplete("neither a message nor an entry: nobody can say what it came from") from None
    return envelope.tenant, message_of(envelope.entry_id), envelope.received_at, envelope.encounter_id


def _on_inbound(bus: Bus, tenant: str, message: str, at: datetime) -> tuple[Inbound, ...]:
    """That message, all parts of it; raises `Incomplete` where `inbound` has it no more."""
    found: dict[str, Inbound] = {}
    for record in received_from(bus, tenant, at):
        ce_id, part = record.header("ce_id") or "", record.header("part")
        if ce_id == message or (part is not None and _whole(ce_id) == message):
            found[ce_id] = read_inbound(record.value, record.headers)
            if part is None or len(found) == int(part.partition("/")[2]):
                return tuple(found.values())
    raise Incomplete("the message that it came from is no longer on inbound")


def _whole(ce_id: str) -> str:
    return ce_id.rpartition(".")[0]


def _part(message: Inbound) -> str:
    return f".{message.ce_id.rpartition('.')[2]}" if message.part else ""
