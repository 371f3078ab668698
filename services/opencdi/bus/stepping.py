"""The steps of a room, with what both buses owe it: an entry that cannot be stepped is passed on and dead-lettered (DESIGN §1, §2)."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from opencdi.bus.bus import MAX_BATCH_S, Delivered, refuse_too_large
from opencdi.bus.room import Key, Outgoing, Overlay, Record, Room, SamePartition, States
from opencdi.events.entry import read_entry
from opencdi.events.pages import FailedPage
from opencdi.events.problems import Unusable
from opencdi.events.topics import dead_letters

POISONED = "POISONED"
"""The reason for an entry at which the room has stopped twice: it is not even tried."""
MAX_FAILURES_IN_A_ROW = 100
"""So that a bad release backs up instead of pouring a hospital into the dead letters."""


class TooManyFailures(Exception):
    """The room could not step this many entries in a row: something is wrong with the room, not with the entries."""


class Fenced(Exception):
    """Another process has taken this room over; what this one was doing has not been committed."""


def dead_letter(room: str, record: Record, reason: str, where: str = "") -> Outgoing:
    """A copy of the record for the room's dead letters: the bytes, their headers, the reason code."""
    told = (("reason", reason.encode()), ("where", where.encode()), ("room", room.encode()))
    to = Key(record.key) if record.key is not None else SamePartition()
    return Outgoing(dead_letters(room), to, record.value, record.headers + told)


def pass_on_failed(room: Room, states: States, record: Record, reason: str, where: str) -> Iterable[Outgoing]:
    """The entry goes on down the line with a `failed` page, so that nobody downstream mistakes silence for absence."""
    yield dead_letter(room.name, record, reason, where)
    try:
        entry = read_entry(record.value)
    except Unusable:
        return  # not an entry at all: there is nothing to pass on, and the dead letter has the bytes
    failed = entry.with_page(FailedPage(room=room.name, reason=reason, where=where))
    to = Key(record.key) if record.key is not None else SamePartition()
    yield Outgoing(room.writes[0], to, failed.encode(), record.headers)


@dataclass(slots=True)
class Stepped:
    """What one commit makes durable, as one act: what the room said (with the partition it answers), its changed states, its positions."""

    said: list[tuple[Outgoing, int]] = field(default_factory=list)
    changed: list[tuple[int, str, bytes | None]] = field(default_factory=list)  # partition, key, encoded state; None: forgotten
    reached: dict[int, int] = field(default_factory=dict)  # partition -> the position to go on at
    count: int = 0
    overlays: dict[int, Overlay] = field(default_factory=dict)

    def settle(self) -> None:
        """The commit stands: memory follows."""
        for overlay in self.overlays.values():
            overlay.settle()


class Stepper:
    """Steps one room over records, counting failures in a row and leaving out what is known to be poisonous."""

    def __init__(self, room: Room, skip: frozenset[str] = frozenset()) -> None:
        """`skip`: entry ids at which this room has stopped twice."""
        self.room = room
        self.on_unusable = room.on_unusable or pass_on_failed
        self.skip = skip
        self.failures_in_a_row = 0
        self.at: str | None = None
        """The entry in hand: what the supervisor names when the room stops."""

    def step(self, states: Overlay, record: Record) -> list[Outgoing]:
        """What the room says to this record; its changes are in `states` unless it was unusable."""
        self.at = record.header("ce_id")
        if self.at in self.skip:
            return list(self.on_unusable(self.room, states, record, POISONED, ""))
        states.begin()
        try:
            said = list(self.room.step(states, record))
        except Unusable as unusable:
            states.take_back()
            self.failures_in_a_row += not self.room.reads_senders
            if self.failures_in_a_row > MAX_FAILURES_IN_A_ROW:
                raise TooManyFailures(self.room.name) from unusable
            return list(self.on_unusable(self.room, states, record, unusable.reason, unusable.where))
        self.failures_in_a_row = 0
        return said

    def batch(self, states: Mapping[int, States], waiting: deque[Delivered]) -> Stepped:
        """Step what waits, from the left, for at most `MAX_BATCH_S` but at least one; `TooLarge` for what no record can hold.

        `states`: of each partition, as last committed.
        """
        stepped, due = Stepped(), monotonic() + MAX_BATCH_S
        while waiting and (not stepped.count or monotonic() < due):
            delivered = waiting.popleft()
            part = delivered.partition
            overlay = stepped.overlays.get(part)
            if overlay is None:
                overlay = stepped.overlays[part] = Overlay(states[part])
            stepped.said += [(message, part) for message in self.step(overlay, delivered.record)]
            stepped.reached[part] = delivered.position + 1
            stepped.count += 1
        encode = self.room.codec.encode
        for part, overlay in stepped.overlays.items():
            stepped.changed += [(part, key, None if state is None else encode(key, state)) for key, state in overlay.writes()]
        for message, _ in stepped.said:
            refuse_too_large(message.topic.name, message.value)
        state = f"state of {self.room.name}"
        for _, _, raw in stepped.changed:
            refuse_too_large(state, raw)
        return stepped
