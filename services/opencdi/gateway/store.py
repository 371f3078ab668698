"""Group commit: many senders wait, one write makes them all safe, and only then is anybody answered.

A single writer thread has the bus connection, so the event loop never waits for a disk.  While one batch is being written the next
one gathers: the busier the gate, the larger the batch, and no message waits for a timer.

A back-load goes behind live messages, here and in the rooms: it is stored only as long as little of the line lies unread.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter

from opencdi.bus.bus import Bus, BusDown
from opencdi.bus.room import Key, Outgoing
from opencdi.events.ids import content_hash
from opencdi.events.inbound import Inbound
from opencdi.events.topics import INBOUND, dead_letters
from opencdi.gateway.backlog import unread
from opencdi.gateway.clock import Clock, last_received
from opencdi.gateway.frames import HEAD_BYTES
from opencdi.metrics import GatewayMetrics

log = logging.getLogger(__name__)

_BATCH_MESSAGES = 500
_BATCH_BYTES = 16 * 1024 * 1024
_BACKLOAD_MESSAGES = 20  # in small bites: a live message waits for one of them at the most
UNREAD_RECORDS = 500
"""Of a back-load as much is stored as leaves no more than about this unread on the line: half a second's work of one room."""
BACKLOAD_PATIENCE_S = 20.0
"""After this time its sender is told to come again."""
_LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the gate gives to a message: its id, and when it came (of a back-load: when its turn came, behind the live messages)."""

    ce_id: str
    received_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    messages: tuple[Outgoing, ...]
    size: int  # bytes
    stored: "asyncio.Future[None]"
    history: tuple[Inbound, ...] = ()  # a back-load: made into records when its turn comes


class Gate:
    """Stamps, stores, and says when it is safe to answer.  Use from one event loop."""

    def __init__(self, open_bus: Callable[[], Bus], clock: Clock, metrics: GatewayMetrics) -> None:
        """`open_bus` is called for the writer thread's own connection, and by who reads beside it."""
        self.clock, self.metrics, self.open_bus = clock, metrics, open_bus
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="gate-writer")
        self._live: deque[_Waiting] = deque()
        self._backload: deque[_Waiting] = deque()
        self._something = asyncio.Event()
        self._asking = asyncio.Event()  # a back-load waits, and what may be stored of it is used up
        self._admitted = 0  # records of a back-load that may still be stored before the line is looked at again
        self._last: dict[str, datetime] = {}
        self._run = secrets.token_hex(5)
        self._count = 0
        self.down = False
        """Whether the last write found the bus away."""

    async def run(self, tenants: Sequence[str], opened: asyncio.Event) -> None:
        """Open the bus, learn how late it was, then write until cancelled.  A failure that is not `BusDown` is ours: it goes up."""
        loop = asyncio.get_running_loop()
        bus = await loop.run_in_executor(self._writer, self.open_bus)
        admitting = asyncio.create_task(self._admitting())
        try:
            for tenant in tenants:
                if last := await loop.run_in_executor(self._writer, last_received, bus, tenant):
                    self._last[tenant] = last
            opened.set()
            while True:
                await self._something.wait()
                if admitting.done():
                    admitting.result()
                if batch := self._next_batch():
                    await self._write(bus, batch)
        finally:
            admitting.cancel()
            await asyncio.gather(admitting, return_exceptions=True)
            for waiting in (*self._live, *self._backload):
                if not waiting.stored.done():
                    waiting.stored.set_exception(BusDown("closing"))
            await loop.run_in_executor(self._writer, bus.close)
            self._writer.shutdown()

    def stamp(self, tenant: str) -> Stamp:
        """The next id and time of a tenant; the time never decreases, across restarts too."""
        self._count += 1
        # Drawn, not derived: two messages with equal bytes are still two messages (DOMAIN F.3).
        return Stamp(f"{self._run}-{self._count}", self._now(tenant))

    def _now(self, tenant: str) -> datetime:
        now = self._last[tenant] = max(self.clock.now(), self._last.get(tenant, datetime.min.replace(tzinfo=UTC)))
        return now

    def last(self, tenant: str) -> datetime | None:
        """When this tenant was last heard."""
        return self._last.get(tenant)

    async def store(self, *messages: Inbound) -> None:
        """Durable on `inbound`, all or none, when this returns.  Raises `BusDown`: then nothing may be acknowledged.

        A back-load waits its turn, and is sent away where that takes too long.
        """
        if any(message.backload for message in messages):
            waiting = self._put(self._backload, (), messages)
            try:
                await asyncio.wait([waiting.stored], timeout=BACKLOAD_PATIENCE_S)
            finally:
                if waits := waiting in self._backload:  # sent away, or gone by itself: nothing of it is kept, however long the rooms rest
                    self._backload.remove(waiting)
                    waiting.stored.cancel()
            if waits:
                raise BusDown("BACKLOAD_WAITS")
        else:
            waiting = self._put(self._live, tuple(map(_record, messages)))
        await waiting.stored

    async def refuse(self, message: Inbound, reason: str, where: str = "", *, size: int | None = None, sha256: str | None = None) -> None:
        """A copy of what is refused goes to the gateway's dead letters; of what is too large (`size` told) the head alone."""
        told = [("reason", reason), ("where", where), ("room", "gateway")]
        body = message.body
        if size is not None:
            body = body[:HEAD_BYTES]
            told += [("size", str(size)), ("sha256", sha256 or content_hash(message.body))]
        headers = message.headers() + tuple((name, value.encode()) for name, value in told)
        await self._put(self._live, (Outgoing(dead_letters("gateway"), Key(message.tenant), body, headers),)).stored

    def _put(self, queue: deque[_Waiting], messages: tuple[Outgoing, ...], history: tuple[Inbound, ...] = ()) -> _Waiting:
        size = sum(len(message.value) for message in messages) + sum(len(message.body) for message in history)
        waiting = _Waiting(messages, size, asyncio.get_running_loop().create_future(), history)
        queue.append(waiting)
        self._something.set()
        return waiting

    def _next_batch(self) -> list[_Waiting]:
        queue, limit = (self._live, _BATCH_MESSAGES) if self._live else (self._backload, _BACKLOAD_MESSAGES)
        batch: list[_Waiting] = []
        size = 0
        while queue and len(batch) < limit and size < _BATCH_BYTES and (queue is self._live or self._admitted > 0):
            waiting = queue.popleft()
            if waiting.stored.done():  # its sender has gone, or was sent away
                continue
            batch.append(waiting)
            size += waiting.size
            self._admitted -= len(waiting.history)
        if not self._live and (not self._backload or self._admitted <= 0):
            self._something.clear()
        if self._backload and self._admitted <= 0:
            self._asking.set()
        return batch

    async def _admitting(self) -> None:
        """Look how much of the line lies unread whenever a back-load waits for it; with a connection of its own, so that nobody waits."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="gate-backlog") as looker:
            bus: Bus | None = None
            try:
                while True:
                    await self._asking.wait()
                    self._asking.clear()
                    try:
                        if bus is None:
                            bus = await loop.run_in_executor(looker, self.open_bus)
                        self._admitted = max(0, UNREAD_RECORDS - await loop.run_in_executor(looker, unread, bus))
                    except BusDown:
                        self._admitted = 0
                    self._something.set()
                    if not self._admitted:
                        await asyncio.sleep(_LOOK_S)
            finally:
                if bus is not None:
                    await loop.run_in_executor(looker, bus.close)

    def _of_now(self, message: Inbound) -> Outgoing:
        """Live messages may have gone before while it waited: on `inbound` no time is earlier than the one before it (DESIGN §1, §3)."""
        return _record(replace(message, received_at=self._now(message.tenant)))

    async def _write(self, bus: Bus, batch: list[_Waiting]) -> None:
        messages = [message for waiting in batch for message in (*waiting.messages, *map(self._of_now, waiting.history))]
        began = perf_counter()
        failure: Exception | None = None
        try:
            await asyncio.get_running_loop().run_in_executor(self._writer, bus.publish, messages)
        except BusDown as down:
            log.warning("bus down (%s): %d messages not acknowledged", down, len(messages))
            failure = down
        except BaseException as ours:
            failure = BusDown(type(ours).__name__)
            raise
        finally:
            for waiting in batch:
                with suppress(asyncio.InvalidStateError):  # the sender has hung up meanwhile
                    waiting.stored.set_result(None) if failure is None else waiting.stored.set_exception(failure)
        self.down = failure is not None
        self.metrics.commit_seconds.observe(perf_counter() - began)
        self.metrics.stored.inc(len(messages))


def _record(message: Inbound) -> Outgoing:
    return Outgoing(INBOUND, Key(message.tenant), message.body, message.headers())
