"""The front door as one process: MLLP, HTTP and the ticks on one event loop, one writer thread behind them.

Crash-only: whatever fails that is not a sender's fault or the bus being away ends the process, and the supervisor starts it again.
"""

import asyncio
import logging
import signal
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from errno import EADDRINUSE
from typing import Self

import uvicorn
from prometheus_client import CollectorRegistry

from opencdi.bus.bus import Bus, open_bus
from opencdi.bus.supervisor import StaysShut
from opencdi.gateway.api import api
from opencdi.gateway.callers import Callers
from opencdi.gateway.clock import Clock, DemoClock, WallClock
from opencdi.gateway.drop import DropFolder
from opencdi.gateway.fhir_api import FhirDoors
from opencdi.gateway.hl7 import Hl7Listener
from opencdi.gateway.mllp import Limits, MllpServer, renewing, tls_context
from opencdi.gateway.patience import http_within
from opencdi.gateway.store import Gate
from opencdi.gateway.ticks import ticking
from opencdi.gateway.tokens import Caller, load_tokens
from opencdi.metrics import GatewayMetrics, serve_metrics
from opencdi.settings import Settings, loopback

log = logging.getLogger(__name__)


class _Uvicorn(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the process's business, not the HTTP server's."""
        yield


class Door:
    """Open it with `async with`; `mllp_port` and `api_port` say where it listens (a setting of 0 takes any free port)."""

    def __init__(
        self, settings: Settings, *, open_: Callable[[], Bus] | None = None, clock: Clock | None = None, limits: Limits | None = None
    ) -> None:
        """`open_` and `clock` are for tests; else they come from the settings."""
        self.settings = settings
        self._callers = _callers(settings)
        self._tls = _tls(settings)
        if settings.drop_folder and not settings.drop_folder.is_dir():
            raise StaysShut(f"drop folder {settings.drop_folder}: no such folder (CDI_DROP_FOLDER)")
        self._clock = clock or (DemoClock(settings.demo_clock_at) if settings.demo_clock_at else WallClock())
        self.registry = CollectorRegistry()
        self.gate = Gate(
            open_ or (lambda: open_bus(settings.bus_url, partitions=settings.partitions)), self._clock, GatewayMetrics(self.registry)
        )
        self._limits = limits or Limits(settings.connections, settings.connections_per_host)
        self._tasks: list[asyncio.Task[None]] = []
        self._sockets: list[socket.socket] = []
        self._mllp: MllpServer | None = None
        self._http: _Uvicorn | None = None

    async def __aenter__(self) -> Self:
        """Listen; returns when senders can come."""
        try:
            await self._open()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close."""
        await self.close()

    async def _open(self) -> None:
        settings, processing_id = self.settings, self.settings.processing_id or None
        mllp = self._listen(settings.mllp_port, "CDI_MLLP_PORT")
        http = self._listen(settings.api_port, "CDI_API_PORT")
        self.mllp_port, self.api_port = mllp.getsockname()[1], http.getsockname()[1]
        tenants = tenants_of(settings.tenant, (self._callers.tokens or {}).values())
        opened = asyncio.Event()
        self._tasks.append(asyncio.create_task(self.gate.run(tenants, opened)))
        await self.until(opened)
        if isinstance(self._clock, DemoClock) and (last := self.gate.last(settings.tenant)):
            self._clock.set(max(last, self._clock.now()))
        self._mllp = MllpServer(Hl7Listener(self.gate, settings.tenant, "mllp", processing_id), self._limits)
        await self._mllp.start(mllp, self._tls)
        # Without tokens the caller is known by being on this machine, so no header may claim to be from elsewhere.
        config = uvicorn.Config(
            api(self.gate, self._callers, processing_id),
            http=http_within(self._limits, self.gate.metrics),
            log_config=None,
            access_log=False,
            proxy_headers=False,
            lifespan="off",
        )
        self._http = _Uvicorn(config)
        self._tasks.append(asyncio.create_task(self._http.serve([http])))
        if self._tls and settings.tls_certificate:
            key = settings.tls_key or settings.tls_certificate
            self._tasks.append(asyncio.create_task(renewing(self._tls, settings.tls_certificate, key, settings.tick_seconds)))
        self._tasks.append(asyncio.create_task(ticking(self.gate, tenants, settings.tick_seconds)))
        if settings.drop_folder:
            fhir = FhirDoors(self.gate, self._callers)
            drop = DropFolder(settings.drop_folder, Hl7Listener(self.gate, settings.tenant, "drop", processing_id), fhir)
            self._tasks.append(asyncio.create_task(drop.run()))
        log.info("open: MLLP %s:%d, HTTP %s:%d", settings.host, self.mllp_port, settings.host, self.api_port)

    async def close(self) -> None:
        """No new senders; who was not answered will send again.  Then the writer."""
        if self._mllp:
            await self._mllp.close()
        if self._http:
            self._http.should_exit = True
            await asyncio.wait([self._tasks[1]], timeout=5)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for listening in self._sockets:
            listening.close()

    async def until(self, event: asyncio.Event) -> None:
        """Stay open until it happens; raises what broke."""
        wanted = asyncio.create_task(event.wait())
        done, _ = await asyncio.wait([wanted, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        if wanted not in done:
            wanted.cancel()
            for task in done:
                task.result()
            raise RuntimeError("a part of the door has ended")

    def _listen(self, port: int, setting: str) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.settings.host else socket.AF_INET
        try:
            self._sockets.append(socket.create_server((self.settings.host, port), family=family, backlog=256))
        except OSError as error:
            if error.errno != EADDRINUSE:
                raise
            raise StaysShut(f"port {port} is in use: set {setting} to another") from None
        # asyncio sets this only on sockets that name their protocol; without it every HTTP answer in two writes waits 40 ms.
        self._sockets[-1].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._sockets[-1]


def tenants_of(own: str, callers: Iterable[Caller]) -> tuple[str, ...]:
    """Whom to tell the time, in the same order in every process."""
    return tuple(sorted({own, *(caller.tenant for caller in callers)}))


async def open_door(settings: Settings, beat: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT.  `beat` is called every second while the loop is alive, for the watchdog."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Door(settings) as door:
        serve_metrics(door.registry, settings.host, settings.metrics_port and settings.metrics_port + 1)
        beating = asyncio.create_task(_beating(beat))
        try:
            await door.until(stop)
        finally:
            beating.cancel()


async def _beating(beat: Callable[[], None]) -> None:
    while True:
        beat()
        await asyncio.sleep(1)


def _callers(settings: Settings) -> Callers:
    if settings.tokens is not None:
        return Callers(settings.tenant, load_tokens(settings.tokens))
    if not loopback(settings.host):
        raise StaysShut(f"CDI_HOST={settings.host} is not loopback: HTTP needs a token file (CDI_TOKENS)")
    return Callers(settings.tenant)


def _tls(settings: Settings) -> ssl.SSLContext | None:
    authority = str(settings.tls_client_ca) if settings.tls_client_ca else None
    if not loopback(settings.host) and not settings.mllp_plain and not (settings.tls_certificate and authority):
        raise StaysShut(
            f"CDI_HOST={settings.host} is not loopback: MLLP needs CDI_TLS_CERTIFICATE, CDI_TLS_KEY and CDI_TLS_CLIENT_CA, "
            "or CDI_MLLP_PLAIN=true where the network is private"
        )
    if settings.demo_clock_at and not loopback(settings.host):
        raise StaysShut("CDI_DEMO_CLOCK_AT is for loopback only: nobody else may move a clock")
    if settings.tls_certificate is None:
        return None
    try:
        return tls_context(str(settings.tls_certificate), str(settings.tls_key or settings.tls_certificate), authority)
    except OSError as error:  # ssl's own errors are such, too
        files = "CDI_TLS_CERTIFICATE, CDI_TLS_KEY, CDI_TLS_CLIENT_CA"
        raise StaysShut(f"the certificate, its key or the authority cannot be used ({error.strerror or error}): see {files}") from None
