"""Playing recorded messages through all rooms of one process, as fast as they go: what `replay`, `check` of a stay and specs share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from opencdi.bus.bus import Bus, Runner
from opencdi.bus.room import Key, Outgoing, Room
from opencdi.cli.recordings import Recorded
from opencdi.events.ids import content_hash, derived_id
from opencdi.events.inbound import Inbound, InboundType, Tick
from opencdi.events.topics import INBOUND

TICK = timedelta(seconds=60)
_DAWN = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES: dict[str, tuple[InboundType, str]] = {
    "hl7v2": ("cdi.inbound.hl7v2", "x-application/hl7-v2+er7"),
    "fhir": ("cdi.inbound.fhir", "application/fhir+json"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """All rooms of the line at work in this process."""

    runners: tuple[Runner, ...]

    def drain(self, *, timeout_s: float = 0.0) -> int:
        """Step until no room finds anything; returns how many steps that took."""
        steps = 0
        while moved := sum(runner.turn(timeout_s=timeout_s) for runner in self.runners):
            steps += moved
        return steps


def line_on(bus: Bus, rooms: Iterable[Room]) -> Line:
    """Put these rooms to work on that bus."""
    return Line(tuple(bus.runner(room) for room in rooms))


def stored(message: Inbound) -> Outgoing:
    """The message as the gate would store it."""
    return Outgoing(INBOUND, Key(message.tenant), message.body, message.headers())


def inbound_of(recorded: Iterable[Recorded], tenant: str, feed: str = "replay") -> Iterator[Inbound]:
    """Messages and, where at least a minute has passed, ticks: a replay takes its clock from the messages (DESIGN §1)."""
    now = last_tick = _DAWN
    for nth, message in enumerate(recorded):
        now = max(now, message.at or now)
        if now - last_tick >= TICK:
            if last_tick is not _DAWN:
                yield tick(tenant, now)
            last_tick = now
        kind, content_type = _TYPES[message.kind]
        ce_id = derived_id("replay", str(nth), content_hash(message.body))
        yield Inbound(ce_id, kind, tenant, feed, now, message.body, content_type)


def tick(tenant: str, at: datetime) -> Inbound:
    """It is now `at`."""
    return Inbound(
        derived_id("tick", tenant, at.isoformat()), "cdi.inbound.tick", tenant, "gateway", at, Tick(at=at).to_json(), "application/json"
    )


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
