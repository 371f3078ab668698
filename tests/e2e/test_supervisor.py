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

from on_bus import records_on
from opencdi.bus.bus import open_bus
from opencdi.bus.room import Key, Outgoing
from opencdi.events.entry import Envelope, entry_of, headers_of, read_entry
from opencdi.events.inbound import EntryPoisoned
from opencdi.events.pages import FailedPage
from opencdi.events.topics import ALARMS, CHART, FINDINGS, INBOUND, TOPICS, dead_letters
from opencdi.settings import Settings, environment

SCRIPT = Path(__file__).parent / "poisonous_line.py"


@pytest.fixture
def settings(bus_url: str, tmp_path: Path) -> Settings:
    """A home, and a bus with its topics."""
    with open_bus(bus_url, partitions=2) as bus:
        bus.apply_topics(TOPICS)
    return Settings(home=tmp_path, bus=bus_url)


def entry(name: str) -> Outgoing:
    """A real entry, of one encounter."""
    at = datetime(2026, 5, 2, 10, tzinfo=UTC)
    made = entry_of(Envelope(entry_id=name, tenant="demo", received_at=at, source="test", encounter_id="e1"), ())
    return Outgoing(CHART, Key("e1"), made.encode(), headers_of(made, event_type="cdi.chart.entry", source="intake"))


def publish(settings: Settings, *names: str) -> None:
    with open_bus(settings.bus_url) as bus:
        bus.publish([entry(name) for name in names])


def findings(settings: Settings) -> dict[str, FailedPage | None]:
    """What went on down the line, in order, and which of it as failed."""
    return {record.header("ce_id") or "": read_entry(record.value).page(FailedPage) for record in records_on(settings.bus_url, FINDINGS)}


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
        process = subprocess.Popen([sys.executable, str(SCRIPT), str(settings.home), settings.bus_url, harm], stderr=file, text=True)
        try:
            yield Line(process, log)
        finally:
            process.terminate()
            process.wait(30)


ON_KAFKA = pytest.param("kafka", "raise", marks=pytest.mark.kafka)


@pytest.mark.parametrize(
    ("bus_url", "harm"), [*(("embedded", harm) for harm in ("raise", "hang", "crash")), ON_KAFKA], indirect=["bus_url"]
)
def test_a_poisonous_entry_stops_the_room_twice_and_is_then_passed_over(settings: Settings, harm: str) -> None:
    publish(settings, "one", "poison", "two")
    failed = FailedPage(room="nlp", reason="POISONED")
    with line(settings, harm) as running:
        until(lambda: findings(settings) == {"one": None, "poison": failed, "two": None}, running.process, 60)
        (letter,) = records_on(settings.bus_url, dead_letters("nlp"))
        assert (letter.value, letter.header("reason")) == (entry("poison").value, "POISONED")
        (alarm,) = records_on(settings.bus_url, ALARMS)
        assert b'"what":"entry-poisoned","entry_id":"poison"' in alarm.value
        (told,) = records_on(settings.bus_url, INBOUND)
        assert (told.header("ce_type"), EntryPoisoned.read(told.value)) == (
            "cdi.inbound.poisoned",
            EntryPoisoned(room="nlp", entry_id="poison"),
        )
        assert len(running.workers()) == 3
    assert running.process.returncode == 0
    assert '"kind":"entry"' not in running.log.read_text()  # what the exception said of the record
    # A new supervisor knows of it from the alarms: the same bytes under the same id stop nobody any more.
    publish(settings, "poison", "three")
    with line(settings, harm) as running:
        until(lambda: list(findings(settings)) == ["one", "poison", "two", "three"], running.process, 60)
        assert len(running.workers()) == 1
    assert len(records_on(settings.bus_url, FINDINGS)) == 5


@pytest.mark.parametrize("bus_url", ["embedded"], indirect=True)
def test_a_killed_process_is_started_again_and_nothing_is_held_against_its_entry(settings: Settings) -> None:
    with line(settings) as running:
        for n in range(3):
            publish(settings, str(n))
            until(lambda n=n: len(findings(settings)) == n + 1, running.process)
            os.kill(running.workers()[-1], signal.SIGKILL)
            until(lambda n=n: len(running.workers()) == n + 2, running.process)
        publish(settings, "last")
        until(lambda: list(findings(settings)) == ["0", "1", "2", "last"], running.process)
    assert len(records_on(settings.bus_url, FINDINGS)) == 4
    assert records_on(settings.bus_url, ALARMS) == []


@pytest.mark.parametrize("bus_url", ["embedded"], indirect=True)
def test_the_process_dies_with_its_supervisor(settings: Settings) -> None:
    with line(settings) as running:
        publish(settings, "one")
        until(lambda: len(findings(settings)) == 1, running.process)
        running.process.kill()
        running.process.wait(10)
        (worker,) = running.workers()
        until(lambda: not Path(f"/proc/{worker}").exists())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"CDI_TOKENS": "tokens.json"}, "chmod 600"),
        ({"CDI_HOST": "127.0.0.1", "CDI_TLS_CERTIFICATE": "none.pem"}, "CDI_TLS_CERTIFICATE"),
        ({"CDI_SITE": "none.yaml"}, "none.yaml"),
    ],
    ids=["a token file that others can read", "a certificate that is not there", "site data that are not there"],
)
def test_settings_that_one_process_refuses_end_the_whole_line(tmp_path: Path, wrong: dict[str, str], said: str) -> None:
    (tmp_path / "tokens.json").write_text("{}")
    (tmp_path / "tokens.json").chmod(0o644)
    named = {name: str(tmp_path / value) if "." in value and name != "CDI_HOST" else value for name, value in wrong.items()}
    ports = {"CDI_MLLP_PORT": "0", "CDI_API_PORT": "0", "CDI_METRICS_PORT": "0"}
    command = [sys.executable, "-m", "opencdi.cli.app", "run", "door", "rooms"]
    env = environment(CDI_HOME=str(tmp_path), **ports, **named)
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert said in done.stderr
