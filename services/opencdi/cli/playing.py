"""Playing recorded messages through all rooms of one process, as fast as they go: what `replay`, `check` of a stay and specs share."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from opencdi.bus.bus import Bus, Runner
from opencdi.bus.room import Key, Outgoing, Room
from opencdi.cli.gate import Refused, at_the_gate, refused_entries
from opencdi.cli.recordings import Recorded
from opencdi.events.ids import content_hash, derived_id
from opencdi.events.inbound import Inbound, InboundType, Tick
from opencdi.events.topics import INBOUND
from opencdi.gateway.fhir import Cut

TICK = timedelta(seconds=60)
_WAIT_S = 0.05
_NO_TIME = datetime(9998, 1, 1, tzinfo=UTC)
_TYPES: dict[str, InboundType] = {"hl7v2": "cdi.inbound.hl7v2", "fhir": "cdi.inbound.fhir"}


@dataclass(frozen=True, slots=True)
class Line:
    """All rooms of the line at work in this process."""

    bus: Bus
    rooms: tuple[Room, ...]
    runners: tuple[Runner, ...]

    def drain(self) -> int:
        """Step until every room has caught up; returns how many steps that took."""
        steps, wait_s = 0, 0.0
        while True:
            moved = sum(runner.turn(timeout_s=wait_s) for runner in self.runners)
            steps += moved
            if not moved and self.caught_up():
                return steps
            wait_s = 0.0 if moved else _WAIT_S  # on Kafka partitions and records take their time to arrive

    def caught_up(self) -> bool:
        """Whether each room has read all that the one before it has said."""
        return all(
            self.bus.positions(room).get(place, 0) >= end for room in self.rooms for place, end in self.bus.ends([room.reads]).items()
        )

    def close(self) -> None:
        """Let go of the rooms."""
        for runner in self.runners:
            runner.close()


def line_on(bus: Bus, rooms: Iterable[Room], skips: Mapping[str, frozenset[str]] | None = None) -> Line:
    """Put these rooms to work on that bus; `skips` are the entries that each room leaves out."""
    made = tuple(rooms)
    return Line(bus, made, tuple(bus.runner(room, skip=(skips or {}).get(room.name, frozenset())) for room in made))


def stored(message: Inbound) -> Outgoing:
    """The message as the gate would store it."""
    return Outgoing(INBOUND, Key(message.tenant), message.body, message.headers())


class Arrivals:
    """The clock of recorded messages: each came when it says that it was sent, and never before one that came before it (DESIGN §1)."""

    def __init__(self, recorded: Iterable[Recorded]) -> None:
        """What comes before the first time that is told came with it; where none is told, nothing may count as lying in the future."""
        self.now = next((message.at for message in recorded if message.at is not None), _NO_TIME)

    def of(self, message: Recorded) -> datetime:
        """When it came to the gate; ask in the order in which they came."""
        self.now = max(self.now, message.at or self.now)
        return self.now


def inbound_of(
    recorded: Sequence[Recorded], tenant: str, refused: Callable[[Recorded, Refused], object], feed: str = "replay"
) -> Iterator[Inbound]:
    """What the gate would have stored of these: a replay takes its clock from the messages (DESIGN §1).

    Where at least a minute has passed a tick comes first.  What the gate refuses is told to `refused`.
    """
    arrivals, last_tick, nth = Arrivals(recorded), None, 0
    for message in recorded:
        taken = at_the_gate(message)
        if isinstance(taken, Refused):
            refused(message, taken)
            continue
        for entry in refused_entries(taken):
            refused(message, entry)
        nth += 1
        now = arrivals.of(message)
        if last_tick is None or now - last_tick >= TICK:
            if last_tick is not None:
                yield tick(tenant, now)
            last_tick = now
        yield from records_of(message, taken, derived_id("replay", str(nth), content_hash(message.body)), tenant, feed, now)


def records_of(message: Recorded, taken: Cut, ce_id: str, tenant: str, feed: str, at: datetime) -> Iterator[Inbound]:
    """The records of one message: one, or k under one prefix."""
    count = len(taken.parts)
    for i, part in enumerate(taken.parts, 1):
        told = Inbound(ce_id if taken.kind == "single" else f"{ce_id}.{i}", _TYPES[message.kind], tenant, feed, at, part)
        yield replace(told, part=f"{i}/{count}") if taken.kind == "transaction" else told


def tick(tenant: str, at: datetime) -> Inbound:
    """It is now `at`."""
    return Inbound(derived_id("tick", tenant, at.isoformat()), "cdi.inbound.tick", tenant, "gateway", at, Tick(at=at).to_json())


def play(bus: Bus, line: Line, messages: Iterable[Outgoing], *, chunk: int = 500, step: Callable[[int], object] = lambda n: None) -> int:
    """Store the messages and step the line behind them; returns how many went in.  `step` hears of the progress."""
    told: list[Outgoing] = []
    count = 0
    for message in messages:
        told.append(message)
        if len(told) >= chunk:
            count += _store(bus, line, told, step)
            told = []
    return count + _store(bus, line, told, step)


def _store(bus: Bus, line: Line, told: Sequence[Outgoing], step: Callable[[int], object]) -> int:
    if told:
        bus.publish(told)
        line.drain()
        step(len(told))
    return len(told)
