"""The supervisor with real processes: a stopped room comes back, a poisonous entry stops it twice and never again."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opencdi.bus.bus import open_bus
from opencdi.bus.room import Key, Outgoing, Record
from opencdi.events.inbound import EntryPoisoned, Inbound
from opencdi.events.topics import ALARMS, CHART, INBOUND, Topic, dead_letters
from opencdi.settings import Settings

SCRIPT = Path(__file__).parent / "poisonous_line.py"


def publish(settings: Settings, *bodies: bytes) -> None:
    with open_bus(settings.bus_url) as bus:
        for body in bodies:
            at = datetime(2026, 5, 2, 10, tzinfo=UTC)
            told = Inbound(f"id-{body.decode()}", "cdi.inbound.hl7v2", "demo", "test", at, body)
            bus.publish([Outgoing(INBOUND, Key("demo"), body, told.headers())])


def records(settings: Settings, topic: Topic) -> list[Record]:
    with open_bus(settings.bus_url) as bus:
        reader = bus.reader([topic], {})
        told = [delivered.record for delivered in reader.poll(timeout_s=0)]
        reader.close()
    return told


def chart(settings: Settings) -> list[bytes]:
    return [record.value for record in records(settings, CHART)]


def until(fact: Callable[[], bool], process: "subprocess.Popen[str] | None" = None, patience_s: float = 30.0) -> None:
    deadline = time.monotonic() + patience_s
    while not fact():
        assert time.monotonic() < deadline, "it did not happen"
        assert process is None or process.poll() is None, "the supervisor has ended"
        time.sleep(0.05)


class Line:
    """The running script, and what it has logged."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self.process, self.log = process, log

    def workers(self) -> list[int]:
        return [int(pid) for pid in re.findall(r"rooms started, process (\d+)", self.log.read_text())]


@contextmanager
def line(settings: Settings, harm: str = "raise") -> Iterator[Line]:
    log = settings.home / f"log-{time.monotonic_ns()}"
    with log.open("w") as file:
        process = subprocess.Popen([sys.executable, str(SCRIPT), str(settings.home), harm], stderr=file, text=True)
        try:
            yield Line(process, log)
        finally:
            process.terminate()
            process.wait(30)


@pytest.mark.parametrize("harm", ["raise", "hang", "crash"])
def test_a_poisonous_entry_stops_the_room_twice_and_is_then_passed_over(tmp_path: Path, harm: str) -> None:
    settings = Settings(home=tmp_path)
    publish(settings, b"one", b"poison", b"two")
    with line(settings, harm) as running:
        until(lambda: chart(settings) == [b"one", b"two"], running.process)
        (letter,) = records(settings, dead_letters("intake"))
        assert (letter.value, letter.header("reason")) == (b"poison", "POISONED")
        (alarm,) = records(settings, ALARMS)
        assert b'"what":"entry-poisoned","entry_id":"id-poison"' in alarm.value
        (told,) = (record for record in records(settings, INBOUND) if record.header("ce_type") == "cdi.inbound.poisoned")
        assert EntryPoisoned.read(told.value) == EntryPoisoned(room="intake", entry_id="id-poison")
        assert len(running.workers()) == 3
    assert running.process.returncode == 0
    assert "poisonpoison" not in running.log.read_text()
    # A new supervisor knows of it from the alarms: the same bytes under the same id stop nobody any more.
    publish(settings, b"poison", b"three")
    with line(settings, harm) as running:
        until(lambda: chart(settings) == [b"one", b"two", b"three"], running.process)
        assert len(running.workers()) == 1


def test_a_killed_process_is_started_again_and_nothing_is_held_against_its_entry(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with line(settings) as running:
        for n in range(3):
            publish(settings, str(n).encode())
            until(lambda n=n: len(chart(settings)) == n + 1, running.process)  # type: ignore[misc]
            os.kill(running.workers()[-1], signal.SIGKILL)
            until(lambda n=n: len(running.workers()) == n + 2, running.process)  # type: ignore[misc]
        publish(settings, b"last")
        until(lambda: chart(settings) == [b"0", b"1", b"2", b"last"], running.process)
    assert records(settings, ALARMS) == []


def test_the_process_dies_with_its_supervisor(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with line(settings) as running:
        publish(settings, b"one")
        until(lambda: chart(settings) == [b"one"], running.process)
        running.process.kill()
        running.process.wait(10)
        (worker,) = running.workers()
        until(lambda: not Path(f"/proc/{worker}").exists())
