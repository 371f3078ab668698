"""How fast is the line?  `make bench-line`: everything in one run, beside what a user would take instead; printed, never asserted.

Throughput: all five rooms over one file, in the two processes that `opencdi run` gives them.  Latency: at a steady pace, from the moment before
a message is stored to the moment its DRG change has been read.  Acknowledgements: eight MLLP connections against the three real
processes, rooms at work.  Kafka: a real broker, one process a room, on this same machine.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import hl7
from hl7apy.parser import parse_message
from latency import latencies, never_idle, percentile
from loads import mixed, records, results
from processes import acknowledged, one_room_a_process, opencdi, wait_for
from rich.console import Console
from rich.progress import track
from rich.table import Table

import kafka_broker
from opencdi.bus.bus import open_bus
from opencdi.bus.room import Outgoing
from opencdi.cli.line import line_of
from opencdi.cli.memory import settle_memory
from opencdi.cli.playing import Line, stored
from opencdi.events.topics import STATEFUL_ROOMS, TOPICS
from opencdi.hospital.message import Message
from opencdi.intake.hl7v2.message import read_message
from opencdi.testing import Ward, default_site

CONSOLE = Console(stderr=True)


def through(messages: list[Message]) -> float:
    """Messages a second through all rooms, in the processes that `opencdi run` gives them."""
    told = [stored(record) for record in records(messages)]
    with tempfile.TemporaryDirectory() as folder, open_bus(f"sqlite:///{folder}/bus.db") as bus:
        line = Line(bus, tuple(make() for make in line_of(default_site(), lambda tenant: b"").values()), ())
        with opencdi("run", "rooms", CDI_HOME=folder, CDI_BUS=f"sqlite:///{folder}/bus.db"):
            _hear(line, told[:1])  # once the rooms have read their books
            start = time.perf_counter()
            _hear(line, told[1:])
            return (len(messages) - 1) / (time.perf_counter() - start)


def _hear(line: Line, told: list[Outgoing]) -> None:
    for i in range(0, len(told), 500):
        line.bus.publish(told[i : i + 500])
    while not line.caught_up():
        time.sleep(0.01)


def embedded_latency(messages: list[Message], rate: float) -> list[float]:
    """Milliseconds to the DRG change in one process."""
    with tempfile.TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        settle_memory()
        url = f"sqlite:///{ward.bus.path}"
        return latencies(partial(open_bus, url), records(messages), rate, lambda: not sum(runner.turn() for runner in ward.line.runners))


def kafka_latency(messages: list[Message], rate: float) -> list[float]:
    """Milliseconds to the DRG change on Kafka, one process a room."""
    with tempfile.TemporaryDirectory() as folder, kafka_broker.broker() as address:
        url = f"kafka://{address}/bench"
        with open_bus(url, partitions=4) as bus:
            bus.apply_topics(TOPICS)
        told = records(messages)
        with one_room_a_process(STATEFUL_ROOMS, CDI_HOME=folder, CDI_BUS=url):
            latencies(partial(open_bus, url), told[:50], rate, never_idle)  # until every room is at work
            return latencies(partial(open_bus, url), told[50:], rate, never_idle)


def acknowledgements(messages: list[Message], connections: int) -> tuple[float, float]:
    """Acknowledgements a second while the rooms work, and the 99th percentile in milliseconds."""
    with tempfile.TemporaryDirectory() as folder, opencdi("run", CDI_HOME=folder) as running:
        wait_for(running.port("CDI_MLLP_PORT"))
        wait_for(running.port("CDI_WORKBENCH_PORT"))
        return acknowledged([message.body for message in messages], running.port("CDI_MLLP_PORT"), connections)


def microseconds(work: Callable[[], object], times: int) -> float:
    """Of one call, on average."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return 1e6 * (time.perf_counter() - start) / times


def rows() -> Iterator[tuple[str, str, str]]:
    """What was measured, the figure, the goal."""
    panels = results(125, 40)
    yield "results through all rooms", f"{through(panels):,.0f} /s", "≥ 1,000 (goal 2,000)"
    yield "mixed admissions with notes", f"{through(mixed(20)):,.0f} /s", "≥ 300"
    found = embedded_latency(mixed(4), 20)
    yield f"message to DRG change at 20/s, p95 of {len(found)}", f"{percentile(found, 0.95):,.0f} ms", "< 100 ms"
    rate, p99 = acknowledgements(panels, 8)
    yield f"acknowledgements, 8 connections, rooms at work (p99 {p99:.0f} ms)", f"{rate:,.0f} /s", "≥ 1,000"
    if kafka_broker.can_run():
        found = kafka_latency(mixed(15), 50)
        yield f"Kafka, one process a room, at 50/s, p95 of {len(found)}", f"{percentile(found, 0.95):,.0f} ms", "< 500 ms"
    else:
        yield "Kafka", f"needs {kafka_broker.HOW}", "< 500 ms"
    oru = panels[-1].body
    text = oru.decode()
    yield "one ORU of six results split: ours", f"{microseconds(lambda: read_message(oru), 2000):,.0f} µs", ""
    yield "  python-hl7", f"{microseconds(lambda: hl7.parse(text), 200):,.0f} µs", ""
    yield "  hl7apy", f"{microseconds(lambda: parse_message(text, find_groups=False), 10):,.0f} µs", ""


def main() -> None:
    """Measure all of it and print one table."""
    table = Table("what", "measured", "wanted", title="the line")
    for row in track(rows(), "measuring", total=8, console=CONSOLE, transient=True):
        table.add_row(*row)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
