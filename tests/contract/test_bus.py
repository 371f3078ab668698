"""What both buses promise (DESIGN §2), in one process.

Crashes of real processes: test_bus_crashes.  What only one of the two can show: test_bus_embedded, test_bus_kafka.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pytest

from contract.small_rooms import (
    IN,
    OUT,
    TICK,
    TOPICS,
    Count,
    Last,
    Verdict,
    everything,
    given,
    open_trial,
    settle,
    small_line,
    verdict,
)
from on_bus import until
from opencdi.bus.bus import MAX_RECORD_BYTES, Bus, Delivered, OtherPartitions, Runner, TooLarge, open_bus
from opencdi.bus.murmur2 import partition_of
from opencdi.bus.room import EveryPartition, Key, Outgoing, Record, Room, States
from opencdi.bus.stepping import MAX_FAILURES_IN_A_ROW, TooManyFailures
from opencdi.events.entry import Envelope, entry_of, headers_of, read_entry
from opencdi.events.pages import FailedPage
from opencdi.events.problems import Unusable
from opencdi.events.topics import Topic, dead_letters

PARTITIONS = 3
ALDER = small_line()[0]


@pytest.fixture
def bus(bus_url: str) -> Iterator[Bus]:
    with open_trial({"url": bus_url, "partitions": PARTITIONS, "session_ms": 1500}) as bus:
        bus.apply_topics(TOPICS)
        yield bus


def ready(bus: Bus, room: Room, **more: Any) -> Runner:
    """The room at work: all partitions restored, nothing stepped yet (call it before anything is published)."""
    runner = bus.runner(room, **more)
    until(lambda: runner.turn(1, 0.05) == 0 and len(runner.states) == PARTITIONS)
    return runner


def memory(runner: Runner) -> dict[str, Any]:
    return {key: state for states in runner.states.values() for key, state in states.items()}


def entry(n: int, encounter: str = "e1") -> Outgoing:
    """A real entry for a small room."""
    envelope = Envelope(entry_id=f"m{n}.0", tenant="t", received_at=datetime(2026, 5, 1, tzinfo=UTC), source="test", encounter_id=encounter)
    made = entry_of(envelope, ())
    return Outgoing(IN, Key(encounter), made.encode(), headers_of(made, event_type="cdi.chart.entry", source="intake"))


def read_all(bus: Bus, topic: Topic) -> list[Delivered]:
    """Everything on a topic, partition by partition."""
    left, told = bus.ends([topic]), list[Delivered]()
    reader = bus.reader([topic], {})
    deadline = monotonic() + 20
    while left:
        assert monotonic() < deadline, f"{len(told)} records, then nothing"
        for one in reader.poll(100, 0.1):
            told.append(one)
            if one.position + 1 == left[one.topic, one.partition]:
                del left[one.topic, one.partition]
    reader.close()
    return sorted(told, key=lambda one: (one.partition, one.position))


# -- order, exactness, places ----------------------------------------------------------------------------------------------------


def test_every_record_goes_down_the_line_once_and_in_order(bus: Bus, dice: random.Random) -> None:
    sent: list[Outgoing] = []
    numbers = dict.fromkeys([f"k{n}" for n in range(30)], 0)
    for _ in range(60):
        batch = []
        for key in dice.choices(list(numbers), k=10):
            batch.append(given(key, numbers[key]))
            numbers[key] += 1
        batch += [TICK] * (dice.random() < 0.2)
        bus.publish(batch)
        sent += batch
    assert verdict(bus, sent) == Verdict()


def test_a_key_always_meets_itself_in_the_same_partition(bus: Bus, dice: random.Random) -> None:
    keys = [f"e{dice.randrange(10**9)}é" for _ in range(200)]
    bus.publish([Outgoing(IN, Key(key), b"") for key in keys])
    assert {(one.record.key, one.partition) for one in read_all(bus, IN)} == {(key, partition_of(key, PARTITIONS)) for key in keys}


def test_a_tick_goes_to_every_partition_and_walks_down_in_its_own(bus: Bus) -> None:
    bus.publish([TICK])
    settle(bus, small_line())
    for topic in (IN, *OUT):
        assert [(one.partition, one.record.key) for one in read_all(bus, topic)] == [(part, None) for part in range(PARTITIONS)]


def test_a_room_can_speak_to_every_partition(bus: Bus) -> None:
    def step(_: States, record: Record) -> Iterable[Outgoing]:
        yield Outgoing(OUT[0], EveryPartition(), record.value)

    bus.publish([given("a", 1)])
    settle(bus, [replace(ALDER, step=step)])
    assert [(one.partition, one.record.value) for one in read_all(bus, OUT[0])] == [(part, b"a:1") for part in range(PARTITIONS)]


def test_bytes_and_headers_arrive_as_they_were_sent(bus: Bus) -> None:
    headers = (("ce_id", b"1"), ("odd", bytes(range(256))), ("twice", b"a"), ("twice", b""), ("näme", "ü".encode()))
    bus.publish([Outgoing(IN, Key("k"), bytes(range(256)), headers), Outgoing(IN, Key("k"), b"")])
    first, second = read_all(bus, IN)
    assert first.record == Record(IN.name, "k", bytes(range(256)), headers)
    assert second.record == Record(IN.name, "k", b"")


# -- one atomic act --------------------------------------------------------------------------------------------------------------


def test_our_own_exception_leaves_everything_as_it_was(bus: Bus) -> None:
    """It stops the room: memory, output and position as committed; the same room without the bug goes on from there."""
    bus.publish([given("k", i) for i in range(3)])
    settle(bus, [ALDER])

    def buggy(states: States, record: Record) -> Iterable[Outgoing]:
        yield from ALDER.step(states, record)
        if record.value == b"k:5":
            raise RuntimeError("our bug")

    runner = ready(bus, replace(ALDER, step=buggy))
    before, position = memory(runner), bus.positions(ALDER)
    bus.publish([given("k", i) for i in range(3, 8)])
    with pytest.raises(RuntimeError, match="our bug"):
        until(lambda: runner.turn(500, 0.2) < 0)
    assert runner.at == "k-5"
    # A turn may have committed k:3 and k:4 before; then all three say so.
    assert len(everything(bus, OUT[0])["k"]) == memory(runner)["count/k"].n
    assert sum(bus.positions(ALDER).values()) > sum(position.values()) or memory(runner) == before
    runner.close()
    assert settle(bus, [ALDER])["alder"][partition_of("k", PARTITIONS)]["count/k"].n == 8
    assert len(everything(bus, OUT[0])["k"]) == 8


def test_what_is_committed_is_in_step(bus: Bus) -> None:
    """After each turn, of whatever size: as many outputs as records counted as positions committed."""
    runner = ready(bus, ALDER)
    bus.publish([given("k", i) for i in range(40)])
    part = partition_of("k", PARTITIONS)
    while (count := memory(runner).get("count/k", Count()).n) < 40:
        until(lambda: runner.turn(7, 0.2))
        after = memory(runner)["count/k"].n
        assert count < after <= count + 7
        assert len(everything(bus, OUT[0])["k"]) == after
        inputs = [one.position for one in read_all(bus, IN) if one.partition == part]
        assert bus.positions(ALDER)[IN.name, part] == inputs[after - 1] + 1
    runner.close()


def test_positions_reach_the_ends(bus: Bus) -> None:
    """How anybody knows that a room has caught up."""
    assert bus.positions(ALDER) == {}
    assert bus.ends([IN]) == {}
    bus.publish([TICK, *(given(f"k{i}", i) for i in range(20))])
    settle(bus, small_line())
    for room in small_line():
        assert bus.positions(room) == bus.ends([room.reads])
        assert bus.positions(room).keys() == {(room.reads.name, part) for part in range(PARTITIONS)}


def test_states_come_back_after_a_restart_and_forgotten_ones_do_not(bus: Bus) -> None:
    bus.publish([given("k", i) for i in range(5)] + [given("m", i) for i in range(3)])
    first = settle(bus, [ALDER])["alder"]
    assert settle(bus, [ALDER])["alder"] == first
    kept = {key: state for states in first.values() for key, state in states.items()}
    assert kept["count/k"].n == 5
    assert kept["last/k"] == Last(value="k:4")
    assert "last/m" not in kept  # forgotten at the third record


# -- no entry vanishes -----------------------------------------------------------------------------------------------------------


def refusing(reads: Callable[[str | None], bool]) -> Room:
    """alder, unable to use some entries, and only noticing after it has changed its states and spoken."""

    def step(states: States, record: Record) -> Iterable[Outgoing]:
        yield from ALDER.step(states, record)
        if reads(record.header("ce_id")):
            raise Unusable("WRONG_UNIT", "OBX-6")

    return replace(ALDER, step=step)


def test_an_unusable_entry_goes_on_as_failed_with_a_copy_among_the_dead_letters(bus: Bus) -> None:
    bus.publish([entry(n) for n in range(4)])
    left = settle(bus, [refusing(lambda name: name in ("m1.0", "m2.0"))])["alder"]
    assert left[partition_of("e1", PARTITIONS)]["count/e1"].n == 2  # the failed ones changed nothing
    line = read_all(bus, OUT[0])
    assert [one.record.header("ce_id") for one in line] == ["m0.0", "m1.0", "m2.0", "m3.0"]
    assert read_entry(line[1].record.value).page(FailedPage) == FailedPage(room="alder", reason="WRONG_UNIT", where="OBX-6")
    dead = read_all(bus, dead_letters("alder"))
    assert [(one.record.header("ce_id"), one.record.header("reason"), one.record.key) for one in dead] == [
        ("m1.0", "WRONG_UNIT", "e1"),
        ("m2.0", "WRONG_UNIT", "e1"),
    ]
    assert [one.record.value for one in dead] == [entry(1).value, entry(2).value]


def test_what_is_no_entry_at_all_is_a_dead_letter(bus: Bus) -> None:
    bus.publish([given("k", 0)])
    settle(bus, [refusing(lambda _: True)])
    assert read_all(bus, OUT[0]) == []
    assert [one.record.value for one in read_all(bus, dead_letters("alder"))] == [b"k:0"]


def test_too_many_failures_in_a_row_stop_the_room(bus: Bus) -> None:
    """A bad release backs up instead of pouring a hospital into the dead letters."""
    bus.publish([entry(n) for n in range(MAX_FAILURES_IN_A_ROW + 50)])
    runner = bus.runner(refusing(lambda _: True))
    with pytest.raises(TooManyFailures):
        until(lambda: runner.turn(30, 0.05) < 0)
    runner.close()
    assert len(read_all(bus, dead_letters("alder"))) <= MAX_FAILURES_IN_A_ROW
    assert sum(bus.positions(ALDER).values()) <= MAX_FAILURES_IN_A_ROW


def test_a_good_entry_between_failures_starts_the_count_again(bus: Bus) -> None:
    bus.publish([entry(n) for n in range(2 * MAX_FAILURES_IN_A_ROW)])
    settle(bus, [refusing(lambda name: name != f"m{MAX_FAILURES_IN_A_ROW}.0")])
    assert len(read_all(bus, OUT[0])) == 2 * MAX_FAILURES_IN_A_ROW


def test_a_poisonous_entry_is_skipped_as_failed(bus: Bus) -> None:
    def hangs(states: States, record: Record) -> Iterable[Outgoing]:
        if record.header("ce_id") == "m1.0":
            raise RuntimeError("stopped twice")
        return ALDER.step(states, record)

    bus.publish([entry(n) for n in range(3)])
    runner = bus.runner(replace(ALDER, step=hangs), skip=frozenset({"m1.0"}))
    until(lambda: runner.turn(100, 0.05) >= 0 and bus.positions(ALDER) == bus.ends([IN]))
    runner.close()
    failed = [read_entry(one.record.value).page(FailedPage) for one in read_all(bus, OUT[0])[1:2]]
    assert failed == [FailedPage(room="alder", reason="POISONED")]
    assert [one.record.header("reason") for one in read_all(bus, dead_letters("alder"))] == ["POISONED"]


# -- reading beside the rooms ----------------------------------------------------------------------------------------------------


def test_a_reader_goes_on_where_it_was(bus: Bus) -> None:
    bus.publish([TICK, *(given(f"k{i}", i) for i in range(50))])
    settle(bus, small_line())
    topics, positions, seen = [IN, *OUT], dict[tuple[str, int], int](), list[tuple[str, int, int]]()
    while positions != bus.ends(topics):
        reader = bus.reader(topics, positions)
        for one in until(lambda reader=reader: reader.poll(7, 0.1)):
            seen.append((one.topic, one.partition, one.position))
            positions[one.topic, one.partition] = one.position + 1
        reader.close()
    assert len(seen) == len(set(seen)) == len(topics) * (50 + PARTITIONS)


def test_a_reader_waits_no_longer_than_it_is_told(bus: Bus) -> None:
    reader = bus.reader([IN], {})
    began = monotonic()
    assert reader.poll(10, 0.2) == []
    assert 0.19 < monotonic() - began < 2
    bus.publish([given("k", 0)])
    assert [one.record.key for one in until(lambda: reader.poll(10, 0.2))] == ["k"]
    reader.close()


# -- limits ----------------------------------------------------------------------------------------------------------------------


def test_the_largest_record_goes_through_and_a_larger_one_is_refused(bus: Bus) -> None:
    largest = Outgoing(IN, Key("k"), b"x" * MAX_RECORD_BYTES, (("ce_id", b"k-0"),))
    with pytest.raises(TooLarge):
        bus.publish([given("k", 0), replace(largest, value=largest.value + b"x")])
    assert bus.ends([IN]) == {}  # nor what came with it
    bus.publish([largest])
    settle(bus, [replace(ALDER, step=lambda _, record: [Outgoing(OUT[0], Key("k"), record.value)])])
    assert [len(one.record.value) for one in read_all(bus, OUT[0])] == [MAX_RECORD_BYTES]


def test_a_room_cannot_say_or_remember_what_is_too_large(bus: Bus) -> None:
    def shouts(_: States, record: Record) -> Iterable[Outgoing]:
        yield Outgoing(OUT[0], Key("k"), b"x" * (MAX_RECORD_BYTES + 1))

    def hoards(states: States, record: Record) -> Iterable[Outgoing]:
        states["last/k"] = Last(value="x" * MAX_RECORD_BYTES)
        return ()

    bus.publish([given("k", 0)])
    for step in (shouts, hoards):
        runner = bus.runner(replace(ALDER, step=step))
        with pytest.raises(TooLarge):
            until(lambda runner=runner: runner.turn(100, 0.05))
        runner.close()
    assert bus.positions(ALDER) == {}
    assert bus.ends(OUT) == {}


def test_another_number_of_partitions_is_refused(bus: Bus, bus_url: str) -> None:
    with open_bus(bus_url) as again:
        assert again.partitions == PARTITIONS  # as it is
        again.apply_topics(TOPICS)  # nothing to do
    with open_bus(bus_url, partitions=PARTITIONS + 1) as other, pytest.raises(OtherPartitions):
        other.apply_topics(TOPICS)


def test_slow_steps_are_committed_in_time(bus: Bus) -> None:
    """A batch is bounded by time as well as by count: what is downstream does not wait for two hundred slow notes."""

    def slow(states: States, record: Record) -> Iterable[Outgoing]:
        due = monotonic() + 0.1
        while monotonic() < due:
            pass
        return ALDER.step(states, record)

    runner = ready(bus, replace(ALDER, step=slow))
    bus.publish([given("k", i) for i in range(20)])
    assert 0 < until(lambda: runner.turn(200, 0.2)) <= 4
    runner.close()
