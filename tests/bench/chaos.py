"""`make bench-chaos`: kill -9, many times, on both buses; and how long a room needs to get a large memory back.

The processes, the feed and the verdict are those of `tests/contract/test_bus_crashes.py`; here there are more kills, and times are
told.  A recovery is the time from a kill to the first commit of the process that was started in its place.
"""

import logging
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from enum import StrEnum
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Annotated
from uuid import uuid4

import typer
from confluent_kafka import Producer
from rich.console import Console
from rich.progress import track
from rich.table import Table

import kafka_broker
from contract.feed import Feed, kills
from contract.processes import Processes
from contract.small_rooms import CODEC, TOPICS, Count, open_trial, small_line, verdict
from opencdi.bus.bus import open_bus
from opencdi.bus.kafka import KafkaBus
from opencdi.events.topics import changelog

CONSOLE = Console(stderr=True)
VERSIONS = 4
"""Of each state in the changelog that is restored: so often it was written since the log was last compacted."""


class Which(StrEnum):
    """The bus, or both."""

    embedded = "embedded"
    kafka = "kafka"
    both = "both"


KILLS = {Which.embedded: 300, Which.kafka: 60}
LIFE_S = {Which.embedded: 0.12, Which.kafka: 1.6}


def killing(name: Which, url: str, number: int, dice: random.Random) -> list[str]:
    """Kill so often; the row of the table."""
    spec = {"url": url, "partitions": 3, "session_ms": 1500, "max_poll_ms": 10_000}
    with open_trial(spec) as bus, Processes() as processes:
        bus.apply_topics(TOPICS)
        feed = Feed(bus, dice)
        under_way = kills(number, bus, spec, processes, feed, dice, life_s=LIFE_S[name], awaited=2)
        told = list(track(under_way, f"kill -9, {name}", total=number, console=CONSOLE, transient=True))
        found = verdict(bus, feed.sent, within_s=600)
    times = sorted(kill.recovery_s for kill in told if kill.recovery_s is not None)
    recovery = f"{median(times):.2f} / {times[int(0.95 * len(times))]:.2f} / {times[-1]:.2f} s" if times else "-"
    at_work = sum(kill.at_work for kill in told)
    return [name, str(number), str(at_work), f"{len(feed.sent):,}", *map(str, astuple(found)), recovery]


def restoring(url: str, records: int) -> tuple[float, float]:
    """Seconds until a room has that many changelog records back, and until it has made its first commit."""
    alder = small_line()[0]
    with open_bus(url, partitions=4) as bus:
        assert isinstance(bus, KafkaBus)
        bus.apply_topics(TOPICS)
        _write(bus, records)
        began = monotonic()
        runner = bus.runner(alder)
        while len(runner.states) < bus.partitions:
            runner.turn(1, 0.05)
        back_s = monotonic() - began
        assert sum(map(len, runner.states.values())) == records // VERSIONS
        Feed(bus, random.Random(0)).some()
        while not runner.turn(200, 0.05):
            pass
        runner.close()
    return back_s, monotonic() - began


def _write(bus: KafkaBus, records: int) -> None:
    log, states = bus.cluster.named(changelog("alder").name), records // VERSIONS
    producer = Producer(bus.cluster.producer(**{"linger.ms": 20}))
    for n in track(range(records), "filling a changelog", console=CONSOLE, transient=True):
        nth = n % states
        while True:
            try:
                state = CODEC.encode("count/", Count(n=n, chain=f"{n:016x}"))
                producer.produce(log, state, f"count/e{nth}".encode(), nth % bus.partitions)
                break
            except BufferError:
                producer.poll(0.1)
    producer.flush()


@contextmanager
def empty(name: Which, address: str) -> Iterator[str]:
    """An empty bus of that kind."""
    if name is Which.kafka:
        yield f"kafka://{address}/c{uuid4().hex[:8]}"
    else:
        with tempfile.TemporaryDirectory(prefix="opencdi-chaos-") as folder:
            yield f"sqlite:///{Path(folder) / 'bus.db'}"


def main(
    number: Annotated[int | None, typer.Option("--kills", min=2, help="on each bus; default: 300 embedded, 60 on Kafka")] = None,
    bus: Annotated[Which, typer.Option(help="which bus")] = Which.both,
    restore: Annotated[int, typer.Option(min=0, help="records of the changelog to restore on Kafka; 0: none")] = 1_000_000,
    seed: Annotated[int | None, typer.Option(help="to throw the same dice again")] = None,
) -> None:
    """Kill, and say what was lost, doubled, out of order or wrong.  Exit status 1 if anything was.

    Example: make bench-chaos CHAOS="--bus kafka --kills 200 --restore 0"
    """
    logging.getLogger("opencdi.bus.kafka").setLevel(logging.ERROR)
    seed = random.SystemRandom().randrange(10**9) if seed is None else seed
    columns = ("bus", "kills", "at work", "records", "lost", "doubled", "out of order", "wrong states", "recovery: median / p95 / longest")
    table = Table(*columns, title=f"kill -9 (seed {seed})")
    wanted = [Which.embedded, Which.kafka] if bus is Which.both else [bus]
    flawless = True
    if Which.kafka in wanted and not kafka_broker.can_run():
        raise typer.BadParameter(f"Kafka needs {kafka_broker.HOW}", param_hint="--bus")
    if Which.embedded in wanted:
        with empty(Which.embedded, "") as url:
            table.add_row(*(row := killing(Which.embedded, url, number or KILLS[Which.embedded], random.Random(seed))))
            flawless &= set(row[4:8]) == {"0"}
    if Which.kafka in wanted:
        with kafka_broker.broker() as address:
            with empty(Which.kafka, address) as url:
                table.add_row(*(row := killing(Which.kafka, url, number or KILLS[Which.kafka], random.Random(seed))))
                flawless &= set(row[4:8]) == {"0"}
            if restore:
                with empty(Which.kafka, address) as url:
                    back_s, commit_s = restoring(url, restore // VERSIONS * VERSIONS)
                table.caption = (
                    f"{restore:,} changelog records ({VERSIONS} to a state) back in {back_s:.1f} s, first commit after {commit_s:.1f} s"
                )
    Console(width=140).print(table)
    if not flawless:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
