"""Rooms at work in one process: each in turn, batch by batch, until told to stop."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from time import monotonic, perf_counter, sleep

from opencdi.bus.bus import Bus
from opencdi.bus.lying import everything
from opencdi.bus.room import Outgoing, Record, Room, States
from opencdi.bus.watch import Watch
from opencdi.events.audiences import Alarm
from opencdi.events.problems import Unusable
from opencdi.events.topics import ALARMS, TOPICS
from opencdi.metrics import RoomMetrics

_IDLE_S = 0.002
_ALONE_WAIT_S = 0.5
_FORGET_EVERY_S = 3600.0


def skips_in(bus: Bus) -> dict[str, frozenset[str]]:
    """Room -> the entries at which it has stopped twice, as its supervisors have told on `alarms`."""
    skips: dict[str, frozenset[str]] = {}
    for delivered in everything(bus, [ALARMS]):
        alarm = Alarm.read(delivered.record.value)
        if alarm.what == "entry-poisoned" and alarm.entry_id:
            skips[alarm.room] = skips.get(alarm.room, frozenset()) | {alarm.entry_id}
    return skips


def watched(room: Room, watch: Watch) -> Room:
    """The room, showing which entry it has in hand while it steps it."""

    def step(states: States, record: Record) -> Iterator[Outgoing]:
        watch.hold(room.name, record.header("ce_id") or "")
        try:
            yield from room.step(states, record)
        except Unusable:
            watch.let_go()
            raise
        watch.let_go()

    return replace(room, step=step)


def work(
    bus: Bus, rooms: Iterable[Room], *, slot: str, watch: Watch, metrics: RoomMetrics, stopped: Callable[[], bool], limit: int = 500
) -> None:
    """Turn these rooms until stopped.  Whatever a room raises ends the process; its position is then uncommitted."""
    skips, rooms = skips_in(bus), tuple(rooms)
    runners = [(room.name, bus.runner(watched(room, watch), slot=slot, skip=skips.get(room.name, frozenset()))) for room in rooms]
    wait_s = _ALONE_WAIT_S if len(runners) == 1 else 0.0
    try:
        forget_at = monotonic()
        while not stopped():
            if monotonic() >= forget_at:
                bus.forget(TOPICS, rooms)
                forget_at = monotonic() + _FORGET_EVERY_S
            if not sum(_turn(name, runner.turn, watch, metrics, limit, wait_s) for name, runner in runners) and not wait_s:
                sleep(_IDLE_S)
    finally:
        for _, runner in runners:
            runner.close()


def _turn(name: str, turn: Callable[[int, float], int], watch: Watch, metrics: RoomMetrics, limit: int, wait_s: float) -> int:
    watch.beat()
    began = perf_counter()
    count = turn(limit, wait_s)
    if count:
        metrics.stepped.labels(name).inc(count)
        metrics.turn_seconds.labels(name).observe(perf_counter() - began)
    return count
