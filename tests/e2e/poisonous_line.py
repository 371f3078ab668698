"""A line of one tiny room that cannot bear one entry.  Run by test_supervisor.py: `poisonous_line.py FOLDER BUS raise|hang|crash`."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry

from opencdi.bus.at_work import work
from opencdi.bus.bus import open_bus
from opencdi.bus.room import Key, Outgoing, Record, Room, States
from opencdi.bus.supervisor import Job, Supervisor
from opencdi.bus.watch import Watch
from opencdi.cli.run import Report
from opencdi.events.topics import CHART, FINDINGS
from opencdi.logs import start_logging
from opencdi.metrics import RoomMetrics
from opencdi.settings import Settings


def tiny_room(harm: str) -> Room:
    def step(states: States, record: Record) -> Iterable[Outgoing]:
        if record.header("ce_id") == "poison":
            match harm:
                case "raise":
                    raise ValueError(record.value * 2)
                case "hang":
                    while True:
                        pass
                case "crash":
                    os.abort()
        assert record.key
        yield Outgoing(FINDINGS, Key(record.key), record.value, record.headers)

    return Room("nlp", CHART, (FINDINGS,), step)


def process(settings: Settings, harm: str, watch: Watch) -> None:
    start_logging("INFO", "rooms")
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    with open_bus(settings.bus_url) as bus:
        work(bus, [tiny_room(harm)], slot="0", watch=watch, metrics=RoomMetrics(CollectorRegistry()), stopped=stopped.is_set)


if __name__ == "__main__":
    settings = Settings(home=Path(sys.argv[1]), bus=sys.argv[2])
    start_logging("INFO", "supervisor")
    logging.getLogger("opencdi").info("supervisor is process %d", os.getpid())
    harm = sys.argv[3]
    # Where nothing hangs nothing may be taken for it: taking a partition over on a busy machine lasts longer than a second.
    supervisor = Supervisor([Job("rooms", process, (settings, harm))], Report(settings), hang_s=1.0 if harm == "hang" else 60.0)
    signal.signal(signal.SIGTERM, lambda *_: supervisor.stop())
    sys.exit(supervisor.run())
