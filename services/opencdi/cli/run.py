"""`opencdi run`: the processes of the line, started and watched."""

import os
import signal
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from opencdi.cli.at_bus import bus_at, check_url, stop
from opencdi.settings import Settings

if TYPE_CHECKING:
    from opencdi.bus.supervisor import Job, Stop
    from opencdi.bus.watch import Watch

_PROCESSES = ("door", "rooms", "pages")
_ON_DEMAND = ("outbound",)
_LEDGER_S = 5.0
"""So often the ledger looks whether something may be handed over."""
_BEHIND = 5
"""By how much nicer the rooms are than those who wait for an answer."""


def run(
    what: Annotated[
        list[str] | None, typer.Argument(help="door, rooms, pages, outbound, or single rooms by name; default: door rooms pages")
    ] = None,
) -> None:
    """Run the line, or a part of it, until interrupted.

    On the embedded bus `opencdi run` is the whole product: the front door, all rooms, the workbench.  On Kafka run one room a
    process: `CDI_BUS=kafka://host:9092 opencdi run nlp`.

    Example: opencdi run
    """
    from opencdi.logs import start_logging

    settings = Settings()
    start_logging(settings.log_level, "supervisor")
    raise typer.Exit(supervise(settings, tuple(what or _PROCESSES)))


def supervise(settings: Settings, what: tuple[str, ...]) -> int:
    """Keep these running until SIGTERM or SIGINT; the exit status."""
    from opencdi.bus.supervisor import Supervisor
    from opencdi.cli.line import check_definitions, site_data
    from opencdi.cli.ports import busy_port
    from opencdi.events.topics import STATEFUL_ROOMS, TOPICS

    if wrong := [name for name in what if name not in (*_PROCESSES, *_ON_DEMAND, *STATEFUL_ROOMS)]:
        stop(f"no such process or room: {', '.join(wrong)}; there are {', '.join((*_PROCESSES, *_ON_DEMAND, *STATEFUL_ROOMS))}")
    check_url(settings.bus_url)
    if settings.bus_url.startswith("sqlite://"):
        with bus_at(settings.bus_url, partitions=settings.partitions, there=False) as bus:
            bus.apply_topics(TOPICS)
        if "rooms" in what and not _first_here(settings):
            stop(f"{settings.bus_url} is already being worked on: stop the other `opencdi run`, or set CDI_HOME to another folder")
    if set(what) & {"rooms", *STATEFUL_ROOMS}:
        site_data(None)  # in each room's process it would fail again and again
    if set(what) & {"rooms", "queries"}:
        check_definitions(settings.site_file)
    if busy := busy_port(settings, what):
        stop(busy)
    if "pages" in what:
        print(f"workbench: http://{settings.host}:{settings.workbench_port}   Ctrl-C stops", file=sys.stderr)
    supervisor = Supervisor([job for name in what for job in _jobs(name, settings)], Report(settings))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stop())
    return supervisor.run()


def _first_here(settings: Settings) -> bool:
    """Whether nobody else works on this file: two would fence each other for ever.  The lock ends with the process."""
    import fcntl

    handle = os.open(settings.bus_url.removeprefix("sqlite:///") + ".run", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return False
    return True


def _jobs(name: str, settings: Settings) -> tuple["Job", ...]:
    """Its processes.  Intake works as much as the four rooms behind it together: of all rooms it has a process of its own."""
    from opencdi.bus.supervisor import Job
    from opencdi.events.topics import STATEFUL_ROOMS

    match name:
        case "door":
            return (Job(name, run_door, (settings,)),)
        case "pages":
            return (Job(name, run_pages, (settings,)),)
        case "outbound":
            return (Job(name, run_outbound, (settings,)),)
        case "rooms":
            behind = tuple(room for room in STATEFUL_ROOMS if room != "intake")
            beside = settings.model_copy(update={"metrics_port": settings.metrics_port and settings.metrics_port + 2})
            return Job("intake", run_rooms, (beside, ("intake",))), Job(name, run_rooms, (settings, behind))
    return (Job(name, run_rooms, (settings, (name,))),)


class Report:
    """What the supervisor tells the bus when a process has ended: an entry at which a room stopped twice, a room that stays stopped."""

    def __init__(self, settings: Settings) -> None:
        """Opens the bus only when there is something to tell."""
        self.settings = settings
        self.stops: Counter[tuple[str, str]] = Counter()

    def __call__(self, stop: "Stop") -> None:
        """Count, and tell.  While the bus is away nothing is told: the entry will stop the room again."""
        from opencdi.bus.bus import BusDown, open_bus
        from opencdi.gateway.clock import WallClock
        from opencdi.gateway.poison import record_poisoned, record_stopped

        try:
            if stop.cause in ("too-many-failures", "out-of-step"):
                with open_bus(self.settings.bus_url) as bus:
                    record_stopped(bus, WallClock(), self.settings.tenant, stop.job, stop.cause)
            if stop.entry is None:
                return
            self.stops[stop.entry] += 1
            if self.stops[stop.entry] == 2:
                with open_bus(self.settings.bus_url) as bus:
                    record_poisoned(bus, WallClock(), self.settings.tenant, *stop.entry, stop.cause)
        except BusDown:
            if stop.entry is not None:
                self.stops[stop.entry] = min(1, self.stops[stop.entry])


# --- what runs in each process ---------------------------------------------------------------------------------------
def run_door(settings: Settings, watch: "Watch") -> None:
    """The front door."""
    import asyncio

    from opencdi.gateway.door import open_door
    from opencdi.logs import start_logging

    start_logging(settings.log_level, "door")
    asyncio.run(open_door(settings, watch.beat))


def run_rooms(settings: Settings, names: tuple[str, ...], watch: "Watch") -> None:
    """These rooms, in turn, behind the door and the workbench: what is acknowledged can wait for its reading, a sender cannot."""
    os.nice(_BEHIND)
    from prometheus_client import CollectorRegistry

    from opencdi.bus.at_work import work
    from opencdi.bus.bus import open_bus
    from opencdi.cli.line import line
    from opencdi.cli.memory import settle_memory
    from opencdi.logs import start_logging
    from opencdi.metrics import RoomMetrics, serve_metrics

    start_logging(settings.log_level, "+".join(names))
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    registry = CollectorRegistry()
    serve_metrics(registry, settings.host, settings.metrics_port)
    with open_bus(settings.bus_url, partitions=settings.partitions) as bus:
        rooms = line(settings, names).values()
        settle_memory()
        work(bus, rooms, slot=settings.slot, watch=watch, metrics=RoomMetrics(registry), stopped=stopped.is_set)


def run_pages(settings: Settings, watch: "Watch") -> None:
    """The workbench."""
    from opencdi.logs import start_logging
    from opencdi.workbench.app import serve

    start_logging(settings.log_level, "pages")
    serve(settings, watch.beat)


def run_outbound(settings: Settings, watch: "Watch") -> None:
    """The ledger that hands questions over to their physicians, where the site data have a policy for it."""
    from opencdi.bus.bus import open_bus
    from opencdi.knowledge.site import load_site
    from opencdi.logs import start_logging
    from opencdi.outbound.worker import Ledger, gateway_at, keep
    from opencdi.store.engine import open_engine
    from opencdi.store.migrate import migrate

    start_logging(settings.log_level, "outbound")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    engine = open_engine(settings.database_url)
    migrate(engine)
    token = settings.gateway_token.read_text(encoding="ascii").strip() if settings.gateway_token else None
    gateway = gateway_at(settings.gateway_url or f"http://{settings.host}:{settings.api_port}", token)
    with open_bus(settings.bus_url) as bus:
        keep(Ledger(engine, bus, settings.tenant, load_site(settings.site_file), gateway), stopped, _LEDGER_S, watch.beat)
    engine.dispose()
