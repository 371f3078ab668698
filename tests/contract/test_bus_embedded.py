"""What only the embedded bus must show: one file, several processes and connections."""

import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from time import monotonic, sleep

import pytest

from contract.feed import FLAWLESS
from contract.processes import Processes
from contract.small_rooms import IN, NAMES, OUT, TOPICS, everything, given, small_line, verdict
from opencdi.bus.bus import BusDown, OutOfStep
from opencdi.bus.embedded import EmbeddedBus
from opencdi.bus.murmur2 import partition_of
from opencdi.bus.room import Key, Outgoing
from opencdi.bus.stepping import Fenced
from opencdi.events.topics import INBOUND, Topic

ALDER = small_line()[0]
PARTITIONS = 3
WAL_BOUND = 72 * 1024 * 1024


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bus.db"


@pytest.fixture
def bus(path: Path) -> Iterator[EmbeddedBus]:
    with EmbeddedBus(str(path), partitions=PARTITIONS) as bus:
        bus.apply_topics(TOPICS)
        yield bus


def wal(path: Path) -> int:
    return path.with_name("bus.db-wal").stat().st_size


def test_the_file_is_its_owners_alone(bus: EmbeddedBus, path: Path) -> None:
    bus.publish([given("k", 0)])
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_many_open_one_new_file_at_the_same_moment(tmp_path: Path) -> None:
    """SQLite answers "busy" at once, without waiting, to whoever makes a file write-ahead while another does."""
    at_once = 8

    def opened(file: Path, start: Barrier) -> None:
        start.wait()
        EmbeddedBus(str(file), partitions=PARTITIONS).close()

    for nth in range(25):
        start = Barrier(at_once)
        with ThreadPoolExecutor(at_once) as pool:
            for done in [pool.submit(opened, tmp_path / f"{nth}.db", start) for _ in range(at_once)]:
                done.result()


@pytest.mark.chaos
def test_three_processes_open_one_new_file_and_share_it(path: Path, tmp_path: Path) -> None:
    """Two doors publish while the rooms step all of it; nobody opened the file before them."""
    spec = {"url": f"sqlite:///{path}", "partitions": PARTITIONS}
    acks = {f"door{n}": tmp_path / f"acks{n}" for n in range(2)}
    with Processes() as processes:
        pids = [processes.start(spec, keys=[f"{door}-{k}" for k in range(5)], acks=str(file)) for door, file in acks.items()]
        pids.append(processes.start(spec, rooms=NAMES))
        deadline = monotonic() + 30
        with EmbeddedBus(str(path), partitions=PARTITIONS) as bus:
            while not (all(file.exists() for file in acks.values()) and sum(bus.positions(small_line()[-1]).values()) > 2000):
                assert monotonic() < deadline, "somebody stands still"
                sleep(0.01)
        for pid in pids:
            processes.kill(pid)
    with EmbeddedBus(str(path)) as bus:
        told = everything(bus, IN)
        sent = [given(key, i) for key, values in told.items() for i in range(len(values))]
        assert verdict(bus, sent) == FLAWLESS


def test_whoever_is_replaced_commits_nothing(bus: EmbeddedBus) -> None:
    bus.publish([given("k", 0)])
    old = bus.runner(ALDER)
    new = bus.runner(ALDER)
    with pytest.raises(Fenced):
        old.turn()
    assert not any(old.states.values())
    assert new.turn() == 1
    assert len(everything(bus, ALDER.writes[0])["k"]) == 1


def test_a_file_that_another_holds_is_a_bus_that_is_down(bus: EmbeddedBus, path: Path) -> None:
    bus.patience_s = 0.05
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(BusDown):
        bus.publish([given("k", 0)])
    other.execute("rollback")
    other.close()
    bus.publish([given("k", 0)])
    assert everything(bus, IN) == {"k": [b"k:0"]}


def test_the_wal_is_bounded_beside_a_slow_reader(bus: EmbeddedBus, path: Path) -> None:
    """Our readers fetch and let go before they think, so that no reader keeps the log of writes from being folded back."""
    reader = bus.reader([IN], {})
    runner = bus.runner(ALDER)
    big = [given(f"k{k}", 0) for k in range(20)]
    big = [type(one)(one.topic, one.to, one.value + b":" + b"x" * 50_000, one.headers) for one in big]
    largest = 0
    for n in range(120):  # 120 MB in and as many out, while the reader takes one record at times
        bus.publish(big)
        while runner.turn(500):
            pass
        if n % 10 == 0:
            assert reader.poll(1, 0.1)
        largest = max(largest, wal(path))
    reader.close()
    assert largest < WAL_BOUND


def test_a_foreign_reader_who_holds_on_stops_nobody_and_the_wal_comes_back(bus: EmbeddedBus, path: Path) -> None:
    bus.publish([given("k", 0)])
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin")
    holder.execute("select count(*) from log").fetchone()  # a backup tool, say: its snapshot pins the log of writes
    runner = bus.runner(ALDER)
    began = monotonic()
    value = b"k:" + b"x" * 1_000_000
    for _ in range(60):
        bus.publish([type(given("k", 1))(IN, given("k", 1).to, value, ())])
        while runner.turn():
            pass
    assert wal(path) > WAL_BOUND  # the reader's doing
    assert monotonic() - began < 20  # but nobody waited the 30 s of the busy timeout for it
    holder.execute("rollback")
    holder.close()
    bus.publish([given("k", 2)])
    runner.turn()
    assert wal(path) < WAL_BOUND


def test_a_room_serves_all_partitions_though_one_is_long(bus: EmbeddedBus) -> None:
    by_part = {partition_of(f"k{n}", PARTITIONS): f"k{n}" for n in range(50)}
    long, *short = (by_part[part] for part in sorted(by_part))
    runner = bus.runner(ALDER)
    bus.publish([given(long, i) for i in range(400)] + [given(key, 0) for key in short])
    assert runner.turn(60) <= 60
    assert all(f"count/{key}" in runner.states[partition_of(key, PARTITIONS)] for key in short)


def aged(bus: EmbeddedBus, topic: Topic, days: int, below: int) -> None:
    """As if the first of them had been stored so many days ago."""
    bus.db.execute("update log set at = datetime('now', ?) where topic=? and pos<?", (f"-{days} days", topic.name, below))


def kept(bus: EmbeddedBus, topic: Topic) -> list[int]:
    return [pos for (pos,) in bus.db.execute("select pos from log where topic=? order by pos", (topic.name,))]


def positions_read(bus: EmbeddedBus, topic: Topic, start: int | None = None) -> list[int]:
    reader = bus.reader([topic], {} if start is None else {(topic.name, 0): start})
    try:
        return [one.position for one in reader.poll(100, 0)]
    finally:
        reader.close()


def test_what_is_old_goes_only_when_every_room_has_read_it(path: Path) -> None:
    with EmbeddedBus(str(path), partitions=1) as bus:
        bus.publish([given("k", i) for i in range(6)])
        aged(bus, IN, 91, below=4)
        assert bus.forget([IN], [ALDER]) == 0  # nobody has read it
        runner = bus.runner(ALDER)
        while bus.positions(ALDER).get((IN.name, 0), 0) < 2:
            runner.turn(1)
        assert bus.forget([IN], [ALDER]) == 2
        assert kept(bus, IN) == [2, 3, 4, 5]
        while runner.turn():
            pass
        assert bus.forget([IN], [ALDER]) == 2
        assert kept(bus, IN) == [4, 5]  # too young
        aged(bus, IN, 91, below=6)
        bus.forget([IN], [ALDER])
        assert kept(bus, IN) == [5]  # the end of a log is always a record's
        bus.publish([given("k", 6)])
        while runner.turn():
            pass
        assert positions_read(bus, OUT[0]) == list(range(7))
        assert bus.ends([IN]) == bus.positions(ALDER) == {(IN.name, 0): 7}


def test_the_legal_record_is_never_forgotten(path: Path) -> None:
    with EmbeddedBus(str(path), partitions=1) as bus:
        bus.publish([Outgoing(INBOUND, Key("demo"), b"") for _ in range(3)])
        aged(bus, INBOUND, 40_000, below=3)
        assert bus.forget([INBOUND], []) == 0
        assert kept(bus, INBOUND) == [0, 1, 2]


def test_a_reader_who_was_away_for_too_long_is_told_so(path: Path) -> None:
    with EmbeddedBus(str(path), partitions=1) as bus:
        bus.publish([Outgoing(OUT[2], Key("k"), b"") for _ in range(5)])
        aged(bus, OUT[2], 91, below=4)
        assert bus.forget([OUT[2]], list(small_line())) == 4
        assert positions_read(bus, OUT[2], 4) == [4]
        assert positions_read(bus, OUT[2]) == [4]  # from the beginning of what is kept
        with pytest.raises(OutOfStep):
            positions_read(bus, OUT[2], 2)
