"""The projection: what people look at, kept up with the bus.  Rows and positions are one transaction; one writer; rebuilt from nothing.

Topics are read side by side and each writes its own tables, so the result never depends on which one was ahead.
"""

import logging
from collections.abc import Callable
from threading import Event

from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from opencdi.bus.bus import Bus, BusDown, Delivered, open_bus
from opencdi.bus.room import Record
from opencdi.events.entry import read_entry
from opencdi.events.problems import Unusable
from opencdi.events.topics import CHART, DRG_CHANGES, FINAL, OUTCOMES, PROVIDER_QUERIES, QUERIES, QUERY_ALERTS, ROOMS, Topic, dead_letters
from opencdi.store.batch import Batch
from opencdi.store.positions import move_on, next_seq, take_over
from opencdi.store.tables import TOUCHED, UNREADABLE
from opencdi.workbench.audience_rows import apply_drg_change, apply_final, apply_provider_query, apply_query_alert
from opencdi.workbench.chart_rows import apply_chart
from opencdi.workbench.line_rows import apply_line
from opencdi.workbench.message_rows import apply_dead_letter, apply_outcome

log = logging.getLogger(__name__)
_ROOM_BY_DEAD_TOPIC = {dead_letters(room).name: room for room in ROOMS}
_SIDE: dict[str, Callable[[Batch, Record], str]] = {
    DRG_CHANGES.name: apply_drg_change,
    QUERY_ALERTS.name: apply_query_alert,
    PROVIDER_QUERIES.name: apply_provider_query,
    FINAL.name: apply_final,
    OUTCOMES.name: apply_outcome,
}
READS: tuple[Topic, ...] = (
    CHART, QUERIES, DRG_CHANGES, QUERY_ALERTS, PROVIDER_QUERIES, FINAL, OUTCOMES, *(dead_letters(room) for room in ROOMS),
)  # fmt: skip
PATIENCE_S = 120.0
"""How long the bus or the database may be away before this process ends and its supervisor starts it anew."""


class Projection:
    """The one writer of the projection's tables."""

    def __init__(self, engine: Engine, bus: Bus, bus_url: str) -> None:
        """Take the projection over and go on where it stood."""
        self.engine = engine
        self.epoch, positions = take_over(engine, bus=bus_url, ends=bus.ends(READS))
        self.reader = bus.reader(READS, positions)

    def turn(self, limit: int = 500, timeout_s: float = 0.5) -> int:
        """Store what has come, as one transaction; returns how many records.  Raises `Overtaken` if there is another writer."""
        told = self.reader.poll(limit, timeout_s)
        if told:
            with self.engine.begin() as connection:
                seq = next_seq(connection, self.epoch)
                batch = Batch(connection)
                for delivered in told:
                    apply_record(batch, delivered, seq)
                move_on(batch, {(d.topic, d.partition): d.position + 1 for d in told})
                batch.write()
        return len(told)

    def close(self) -> None:
        """Let go of the bus."""
        self.reader.close()


def apply_record(batch: Batch, delivered: Delivered, seq: int) -> None:
    """Write what one record says; one that cannot be read is counted instead."""
    record = delivered.record
    if room := _ROOM_BY_DEAD_TOPIC.get(delivered.topic):
        apply_dead_letter(batch, room, delivered)
        return
    try:
        tenant = _SIDE[delivered.topic](batch, record) if delivered.topic in _SIDE else _apply_entry(batch, record)
    except (Unusable, ValidationError) as error:
        # Not ours to dead-letter: it is counted, and the encounter's page says that something is missing.
        reason = error.reason if isinstance(error, Unusable) else "NOT_THE_CONTRACT"
        place = {"topic": delivered.topic, "part": delivered.partition, "pos": delivered.position}
        batch.put(UNREADABLE, {**place, "encounter_id": record.key, "reason": reason})
        return
    if record.key is not None and delivered.topic != OUTCOMES.name:
        batch.put(TOUCHED, {"encounter_id": record.key, "seq": seq, "tenant": tenant})


def _apply_entry(batch: Batch, record: Record) -> str:
    entry = read_entry(record.value)
    if record.topic == CHART.name:
        apply_chart(batch, entry)
    else:
        apply_line(batch, entry)
    return entry.envelope.tenant


def follow(engine: Engine, bus_url: str, stop: Event, beat: Callable[[], None] = lambda: None) -> None:
    """Keep the projection up with the bus until `stop`; `beat` is called each turn, for a watchdog.

    The world down: try again for a while, then raise (DESIGN §8).
    """
    away = Retrying(
        retry=retry_if_exception_type((BusDown, OperationalError)),
        stop=stop_after_delay(PATIENCE_S),
        wait=wait_random_exponential(multiplier=0.2, max=5),
        before_sleep=_told,
        reraise=True,
    )
    while not stop.is_set():
        away(_follow_once, engine, bus_url, stop, beat)


def _told(state: RetryCallState) -> None:
    # The kind alone: a database's own words may quote the row that it could not store.
    error = state.outcome.exception() if state.outcome else None
    log.warning("the projection waits: %s, try %d", type(error).__name__, state.attempt_number)


def _follow_once(engine: Engine, bus_url: str, stop: Event, beat: Callable[[], None]) -> None:
    # Opened anew after each failure: a reader that has polled what was not stored would otherwise go on behind it.
    with open_bus(bus_url) as bus:
        projection = Projection(engine, bus, bus_url)
        try:
            while not stop.is_set():
                projection.turn()
                beat()
        finally:
            projection.close()
