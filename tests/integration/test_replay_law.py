"""The replay law with the real rooms (DESIGN §1): the `inbound` of a finished run gives the same on every bus, whatever the first was.

For each derived topic and key the same sequence of (key, value, ce_* headers).  Partitions, offsets, the broker's times and the
interleaving of keys do not count.
"""

import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from time import monotonic, sleep

import pytest
from typer.testing import CliRunner

from contract.small_rooms import caught_up
from opencdi.bus.at_work import skips_in
from opencdi.bus.bus import open_bus
from opencdi.bus.room import Key, Outgoing, Record, Room, States
from opencdi.cli.app import app
from opencdi.cli.at_bus import everything
from opencdi.cli.line import line_of
from opencdi.cli.playing import line_on, play, stored, tick
from opencdi.events.facts import Person, QueryAnswered, QueryDismissed
from opencdi.events.inbound import Inbound
from opencdi.events.topics import ALARMS, INBOUND, LINE, PROVIDER_QUERIES, STATEFUL_ROOMS, TOPICS, dead_letters
from opencdi.gateway.clock import WallClock
from opencdi.gateway.poison import record_poisoned
from opencdi.hospital.message import play as messages_of
from opencdi.queries.case_chart import approval_of
from opencdi.settings import environment
from opencdi.testing import DAY_ZERO, TENANT, Ward, default_site, inbound_records, story

DERIVED = tuple(topic for topic in TOPICS if topic not in (INBOUND, ALARMS, dead_letters("gateway")))
ANNEX = "annex"
"""A second hospital on the same bus: its messages may lie in another partition, and meet the first's in another order."""
KEYS = {TENANT: b"a key of the replay law", ANNEX: b"and another"}
STORIES = ("malnutrition", "aki-corrected", "aki-fhir", "late-pathology", "cancelled")
SPECIALIST = Person(staff_id="cdi-1", name="Robin Vale")
ATTENDING = Person(staff_id="1091", name="Omar Haddad", role="provider")

Place = tuple[str, str]
"""Topic and key; of what has no key (ticks, site data): topic and tenant."""
Told = tuple[bytes, tuple[tuple[str, bytes], ...]]
"""Value and ce_* headers."""
Sequences = dict[Place, list[Told]]


@dataclass(frozen=True)
class Lived:
    """A finished run: its bus, what was said on it, and the home with the tenants' keys."""

    home: Path
    url: str
    said: Sequences
    poisoned: str


def sequences(url: str) -> Sequences:
    """All that the rooms said, by topic and key.  What has no key walks down in every partition: it must be the same in each."""
    by_key: Sequences = {}
    by_part: dict[Place, dict[int, list[Told]]] = {}
    with open_bus(url) as bus:
        for one in everything(bus, DERIVED):
            record = one.record
            told = record.value, tuple(header for header in record.headers if header[0].startswith("ce_"))
            if record.key is not None:
                by_key.setdefault((record.topic, record.key), []).append(told)
            else:
                by_part.setdefault((record.topic, f"all of {record.header('ce_subject')}"), {}).setdefault(one.partition, []).append(told)
        for place, parts in by_part.items():
            assert len(parts) == bus.partitions, place
            by_key[place], *others = parts.values()
            assert all(other == by_key[place] for other in others), place
    return by_key


def unlike(one: Sequences, other: Sequences) -> list[str]:
    """Where two runs part: for each topic and key the first record that is not the same, without the rest."""
    return [
        f"{place}: {nth}: {left!r:.900} != {right!r:.900}"
        for place in sorted(one.keys() | other.keys())
        for nth, (left, right) in enumerate(zip_longest(one.get(place, []), other.get(place, [])))
        if left != right
    ][:3]


def stopping_at_a_note(room: Room, stopped_at: list[str]) -> Room:
    """The room with a bug: it cannot bear the first note that it meets, then or ever."""

    def step(states: States, record: Record) -> Iterable[Outgoing]:
        entry = record.header("ce_id") or ""
        if entry in stopped_at or (not stopped_at and b'"note_filed"' in record.value):
            stopped_at[:] = [entry]
            raise RuntimeError("our bug")
        return room.step(states, record)

    return replace(room, step=step)


def rooms() -> list[Room]:
    return [make() for make in line_of(default_site(), KEYS.__getitem__).values()]


def poison(ward: Ward, go_on: Callable[[], object]) -> str:
    """nlp stops twice at a note; the supervisor has it told, and the rooms start again with it in their skip sets."""
    stopped_at: list[str] = []
    for _ in range(2):
        ward.line = line_on(ward.bus, [stopping_at_a_note(room, stopped_at) if room.name == "nlp" else room for room in rooms()])
        with pytest.raises(RuntimeError, match="our bug"):
            go_on()
    record_poisoned(ward.bus, WallClock(), TENANT, "nlp", stopped_at[0], "exception")
    ward.line = line_on(ward.bus, rooms(), skips_in(ward.bus))
    return stopped_at[0]


def live_through(ward: Ward) -> str:
    """Days on two wards with people's decisions, new site data, an unusable message and a poisoned entry; the entry's id."""
    stories = [story(name) for name in STORIES]
    ward.live(stories, until="2 12:00")
    told = [record for message in messages_of([story("aki-corrected")], DAY_ZERO) for record in inbound_records(message, ANNEX)]
    annexed = [replace(record, ce_id=f"{ANNEX}-{record.ce_id}") for record in told]  # the gate gives no id twice
    annexed += [tick(ANNEX, annexed[-1].received_at + timedelta(hours=n)) for n in range(1, 60)]
    play(ward.bus, ward.line, map(stored, annexed))
    poisoned = poison(ward, lambda: ward.live(stories, until="3 12:00"))
    drafts = {alert.query_id: alert for alert in ward.alerts() if alert.condition == "malnutrition"}
    (draft,) = drafts.values()
    assert draft.wording is not None
    about = {"encounter_id": draft.encounter_id, "decided_at": ward.now, "as_of": draft.as_of, "query_id": draft.query_id}
    ward.decide(QueryDismissed(decision_id="d0", actor=SPECIALIST, reason="tuning", **{**about, "query_id": "unknown"}))
    ward.decide(approval_of(draft, decision_id="d1", actor=SPECIALIST, decided_at=ward.now))
    ward.decide(QueryAnswered(decision_id="d2", actor=ATTENDING, option_id=draft.wording.options[0].option_id, **about))
    site = default_site().model_copy(update={"name": "renamed"}).model_dump_json().encode()
    ward.hear([Inbound("site-2", "cdi.inbound.site-data", TENANT, "settings", ward.now, site, "application/json")])
    ward.hear([Inbound("odd", "cdi.inbound.hl7v2", TENANT, "lab", ward.now, b"MSH|^~\\&|LAB|H|C|H|20260506||ZZZ^Z99|7|P|2.5\r")])
    ward.live(stories, until="6 08:00")
    return poisoned


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    home = tmp_path_factory.mktemp("lived")
    (home / "keys").mkdir()
    for tenant, key in KEYS.items():
        (home / "keys" / f"{tenant}.key").write_bytes(key)
    ward = Ward(home)
    ward.line = line_on(ward.bus, rooms())
    poisoned = live_through(ward)
    ward.bus.close()
    url = f"sqlite:///{home / 'bus.db'}"
    return Lived(home, url, sequences(url), poisoned)


@contextmanager
def empty_file(path: Path, partitions: int) -> Iterator[str]:
    """An embedded bus made with that many partitions."""
    url = f"sqlite:///{path}"
    with open_bus(url, partitions=partitions) as bus:
        bus.apply_topics(TOPICS)
    yield url


def replayed(lived: Lived, source: str, into: str) -> Sequences:
    """`opencdi replay SOURCE --into INTO`; what the rooms said there."""
    done = CliRunner().invoke(app, ["replay", source, "--into", into], env={"CDI_HOME": str(lived.home)})
    assert done.exit_code == 0, done.output
    return sequences(into)


def test_the_run_has_something_to_show(lived: Lived) -> None:
    """Else the law would hold for nothing."""
    topics = {topic for topic, _ in lived.said}
    assert topics >= {topic.name for topic in DERIVED if not topic.name.startswith("cdi.dead.")}
    assert topics >= {dead_letters("intake").name, dead_letters("nlp").name}
    assert {(topic.name, f"all of {tenant}") for topic in LINE[1:-1] for tenant in KEYS} <= lived.said.keys()
    assert sum(len(told) for (topic, _), told in lived.said.items() if topic == PROVIDER_QUERIES.name) >= 2
    (letter,) = (told for (topic, _), told in lived.said.items() if topic == dead_letters("nlp").name)
    assert [dict(headers)["ce_id"].decode() for _, headers in letter] == [lived.poisoned]


@pytest.mark.parametrize("partitions", [1, 5])
def test_from_file_to_file_with_another_number_of_partitions(lived: Lived, tmp_path: Path, partitions: int) -> None:
    with empty_file(tmp_path / "again.db", partitions) as into:
        assert not unlike(replayed(lived, lived.url, into), lived.said)


@pytest.mark.kafka
def test_from_file_to_kafka_and_back(lived: Lived, kafka_url: str, tmp_path: Path) -> None:
    with open_bus(kafka_url, partitions=3) as bus:
        bus.apply_topics(TOPICS)
    assert not unlike(replayed(lived, lived.url, kafka_url), lived.said)
    with empty_file(tmp_path / "back.db", 4) as into:
        assert not unlike(replayed(lived, kafka_url, into), lived.said)


def until(fact: Callable[[], bool], within_s: float = 120) -> None:
    """Wait for a fact."""
    deadline = monotonic() + within_s
    while not fact():
        assert monotonic() < deadline, "it did not come about"
        sleep(0.02)


@contextmanager
def one_process_a_room(lived: Lived, url: str, log: Path) -> Iterator[None]:
    """`opencdi run intake nlp …` on that bus: a supervisor and five processes."""
    settings = environment(CDI_HOME=str(lived.home), CDI_BUS=url, CDI_METRICS_PORT="0")
    with (
        log.open("w") as told,
        subprocess.Popen([sys.executable, "-m", "opencdi.cli.app", "run", *STATEFUL_ROOMS], stderr=told, env=settings) as run,
    ):
        try:
            yield
        finally:
            run.terminate()


def process_of(room: str, log: Path) -> int:
    """The room's process as the supervisor last started it."""
    return int(re.findall(rf"{room} started, process (\d+)", log.read_text())[-1])


@pytest.mark.kafka
@pytest.mark.chaos
def test_one_process_a_room_each_killed_while_it_works(lived: Lived, kafka_url: str, tmp_path: Path, dice: random.Random) -> None:
    """The same `inbound` comes in a little at a time, and a room is killed each time: what they say in the end is the same."""
    log = tmp_path / "log"
    with open_bus(lived.url) as bus:
        alarms, inbound = (
            [Outgoing(topic, Key(one.record.key or ""), one.record.value, one.record.headers) for one in everything(bus, [topic])]
            for topic in (ALARMS, INBOUND)
        )
    with open_bus(kafka_url, partitions=3) as bus:
        bus.apply_topics(TOPICS)
        bus.publish(alarms)  # a rebuilt bus knows before it begins what its rooms must leave out
        with one_process_a_room(lived, kafka_url, log):
            made = {room.name: room for room in rooms()}
            for nth, room in enumerate(dice.sample(STATEFUL_ROOMS, len(STATEFUL_ROOMS))):
                before = bus.positions(made[room])
                bus.publish(inbound[len(inbound) * nth // 5 : len(inbound) * (nth + 1) // 5])
                until(lambda room=room, before=before: bus.positions(made[room]) != before)
                os.kill(process_of(room, log), signal.SIGKILL)
            until(lambda: all(caught_up(bus, room) for room in made.values()))
    assert not unlike(sequences(kafka_url), lived.said)
