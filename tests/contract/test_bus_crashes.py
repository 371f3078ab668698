"""Crashes of real processes, on both buses: nothing lost, nothing doubled, no state wrong."""

import os
import random
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from contract.feed import FLAWLESS, Feed, await_progress, kills, moved
from contract.line_process import FENCED
from contract.processes import Processes
from contract.small_rooms import IN, NAMES, TOPICS, everything, open_trial, small_line, verdict
from opencdi.bus.bus import Bus

pytestmark = pytest.mark.chaos


@pytest.fixture
def spec(bus_url: str) -> dict[str, Any]:
    """The bus as processes are told of it."""
    return {"url": bus_url, "partitions": 3, "session_ms": 1500, "max_poll_ms": 10_000}


@pytest.fixture
def bus(spec: dict[str, Any]) -> Iterator[Bus]:
    with open_trial(spec) as bus:
        bus.apply_topics(TOPICS)
        yield bus


@pytest.fixture
def processes() -> Iterator[Processes]:
    with Processes() as processes:
        yield processes


def test_kill_9_at_random_moments(bus: Bus, spec: dict[str, Any], processes: Processes, dice: random.Random) -> None:
    """Many more of them: `make bench-chaos`."""
    number, life_s = (20, 1.6) if "kafka" in spec["url"] else (100, 0.12)
    feed = Feed(bus, dice)
    told = list(kills(number, bus, spec, processes, feed, dice, life_s=life_s, awaited=5))
    assert verdict(bus, feed.sent) == FLAWLESS
    at_work = sum(kill.at_work for kill in told)
    assert at_work >= number // 3, f"only {at_work} of {number} kills hit a process that had got to work"


def test_kill_9_of_one_room_at_a_time(bus: Bus, spec: dict[str, Any], processes: Processes, dice: random.Random) -> None:
    """Each room in a process of its own: the others go on while one is killed and comes back."""
    rounds, life_s = (6, 1.2) if "kafka" in spec["url"] else (30, 0.15)
    feed = Feed(bus, dice)
    pids = {name: processes.start(spec, rooms=[name]) for name in NAMES}
    for _ in range(rounds):
        feed.on_for(dice.uniform(0.1, 1) * life_s)
        name = dice.choice(NAMES)
        processes.kill(pids[name])
        pids[name] = processes.start(spec, rooms=[name])
    await_progress(bus, feed, 0)
    for pid in pids.values():
        processes.kill(pid)
    assert verdict(bus, feed.sent) == FLAWLESS


def test_kill_9_of_the_publisher_loses_nothing_acknowledged(
    bus: Bus, spec: dict[str, Any], processes: Processes, dice: random.Random, tmp_path: Path
) -> None:
    """What was acknowledged is there, once and in order; what was not, at most the batch in hand."""
    for n in range(3 if "kafka" in spec["url"] else 10):
        acks = tmp_path / f"acks{n}"
        keys = [f"p{n}-{k}" for k in range(8)]
        pid = processes.start(spec, keys=keys, acks=str(acks))
        deadline = monotonic() + 30
        while not acks.exists() or not acks.read_bytes():
            assert monotonic() < deadline, "nothing was acknowledged"
            sleep(0.002)
        sleep(dice.uniform(0, 0.2))
        processes.kill(pid)
        rounds = int(acks.read_bytes().split()[-1]) + 1
        told = everything(bus, IN)
        for key in keys:
            stored = [int(value.partition(b":")[2]) for value in told[key]]
            assert stored == list(range(len(stored)))
            assert rounds <= len(stored) <= rounds + 1


def stop(pid: int, spec: dict[str, Any]) -> None:
    """SIGSTOP, but not in the millisecond of a SQLite commit: then everybody waits for it, and that is another test."""
    for _ in range(200):
        os.kill(pid, signal.SIGSTOP)
        if "kafka" in spec["url"]:
            return
        db = sqlite3.connect(spec["url"].removeprefix("sqlite:///"), isolation_level=None, timeout=0)
        try:
            db.execute("begin immediate")
            db.execute("rollback")
            return
        except sqlite3.OperationalError:
            os.kill(pid, signal.SIGCONT)
            sleep(0.001)
        finally:
            db.close()
    raise AssertionError("never stopped outside a commit")


def test_a_zombie_commits_nothing(bus: Bus, spec: dict[str, Any], processes: Processes, dice: random.Random) -> None:
    """A process is stopped, replaced in its slot and continued: it ends, fenced, and what it had in hand is not there twice.

    On Kafka it may take its seat in the group back before it learns that its producer is fenced: librdkafka joins anew by itself after
    a session without heartbeats (its issue 3437).  Then its heir ends too, and is started again as after any crash.
    """
    feed = Feed(bus, dice)
    for _ in range(2 if "kafka" in spec["url"] else 6):
        zombie = processes.start(spec, rooms=NAMES, limit=20, step_ms=2)
        await_progress(bus, feed, moved(bus))
        feed.on_for(dice.uniform(0, 0.1))
        stop(zombie, spec)
        heir = processes.start(spec, rooms=NAMES, limit=20)
        await_progress(bus, feed, moved(bus))
        os.kill(zombie, signal.SIGCONT)
        feed.on_for(0.1)
        assert processes.wait(zombie) == FENCED
        processes.kill(heir, or_ended_with=FENCED if "kafka" in spec["url"] else -signal.SIGKILL)
    assert verdict(bus, feed.sent) == FLAWLESS


def test_publishing_does_not_wait_for_a_slow_step(bus: Bus, spec: dict[str, Any], processes: Processes, dice: random.Random) -> None:
    """The gateway acknowledges while a room is over a long note."""
    feed = Feed(bus, dice)
    feed.some()
    pid = processes.start(spec, rooms=["alder"], step_ms=1500)
    deadline = monotonic() + 30
    while not bus.positions(small_line()[0]):
        assert monotonic() < deadline
        sleep(0.01)
    slowest = 0.0
    for _ in range(100):  # within the next step or two
        began = monotonic()
        feed.some()
        slowest = max(slowest, monotonic() - began)
    processes.kill(pid)
    assert slowest < 1.0
    assert verdict(bus, feed.sent) == FLAWLESS
