"""Three small rooms in a line, whose every output and state can be worked out on paper: by them a bus is tried.

Each counts what it sees per key, chains a hash over it (so that a lost, doubled or swapped record shows in all that follows),
remembers the last value under a second key that it forgets at every third record, and passes the record on with its own count.
Records without a key walk down in their partition, as ticks do.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from opencdi.bus.bus import Bus, Place, open_bus
from opencdi.bus.room import EveryPartition, Key, Outgoing, Record, RecordCodec, Room, SamePartition, State, States
from opencdi.events.topics import BYTES, Topic, dead_letters

NAMES = ("alder", "birch", "cedar")
IN = Topic("cdi.try-in.v1", "gateway", "encounter", BYTES, 90, "what is given to the small rooms")
OUT = tuple(Topic(f"cdi.try-{name}.v1", name, "encounter", BYTES, 90, f"what {name} says") for name in NAMES)
TOPICS = (IN, *OUT, *(dead_letters(name) for name in NAMES))


class Count(State):
    n: int = 0
    chain: str = ""


class Last(State):
    value: str


CODEC = RecordCodec({"count": Count, "last": Last})


def _said(told: bytes, name: str, n: int) -> bytes:
    return told + f"|{name}{n}".encode()


def counting(name: str, writes: Topic) -> Any:
    """The step of one small room."""

    def step(states: States, record: Record) -> Iterable[Outgoing]:
        key = record.key if record.key is not None else "tick"
        before = states.get(f"count/{key}", Count())
        assert isinstance(before, Count)
        n, chain = before.n + 1, hashlib.sha256(before.chain.encode() + record.value).hexdigest()[:16]
        states[f"count/{key}"] = Count(n=n, chain=chain)
        if n % 3:
            states[f"last/{key}"] = Last(value=record.value.decode())
        else:
            del states[f"last/{key}"]
        to = Key(record.key) if record.key is not None else SamePartition()
        yield Outgoing(writes, to, _said(record.value, name, n), record.headers)

    return step


def small_line() -> tuple[Room, ...]:
    """alder → birch → cedar."""
    rooms = []
    reads = IN
    for name, writes in zip(NAMES, OUT, strict=True):
        rooms.append(Room(name, reads, (writes,), counting(name, writes), CODEC))
        reads = writes
    return tuple(rooms)


def given(key: str, i: int) -> Outgoing:
    """The i-th record of a key."""
    return Outgoing(IN, Key(key), f"{key}:{i}".encode(), (("ce_id", f"{key}-{i}".encode()),))


TICK = Outgoing(IN, EveryPartition(), b"tick", (("ce_id", b"tick"),))


def open_trial(spec: Mapping[str, Any]) -> Bus:
    """A bus as a test describes it to a process: url, and for Kafka the patience of its groups."""
    scheme, _, rest = spec["url"].partition("://")
    if scheme == "kafka":
        from opencdi.bus.kafka import KafkaBus
        from opencdi.bus.kafka_cluster import Cluster

        brokers, _, space = rest.partition("/")
        patience = {name: spec[name] for name in ("session_ms", "max_poll_ms") if name in spec}
        return KafkaBus(Cluster(brokers, space, **patience), partitions=spec.get("partitions"))
    return open_bus(spec["url"], partitions=spec.get("partitions"))


@dataclass
class Verdict:
    """What a bus did to the records that it was given."""

    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    wrong_states: int = 0


def expected(sent: Iterable[Outgoing], partitions: int) -> tuple[list[dict[str, list[bytes]]], list[dict[str, State]]]:
    """On paper: what each room says per key, and what it remembers at the end."""
    told: dict[str, list[bytes]] = {}
    for message in sent:
        if isinstance(message.to, Key):
            told.setdefault(message.to.key, []).append(message.value)
        else:
            for part in range(partitions):
                told.setdefault(f"tick {part}", []).append(message.value)
    says, remembers = [], []
    for room in small_line():
        states: dict[str, State] = {}
        said: dict[str, list[bytes]] = {}
        for name, values in told.items():
            mine: dict[str, State] = {}
            for value in values:
                record = Record(room.reads.name, None if name.startswith("tick ") else name, value)
                said.setdefault(name, []).extend(out.value for out in room.step(mine, record))
            states |= {f"{key} {name}" if name.startswith("tick ") else key: state for key, state in mine.items()}
        says.append(said)
        remembers.append(states)
        told = said
    return says, remembers


def everything(bus: Bus, topic: Topic) -> dict[str, list[bytes]]:
    """All that is on a topic, per key in order; records without a key per partition."""
    ends = bus.ends([topic])
    reached: dict[Place, int] = {}
    found: dict[str, list[bytes]] = {}
    reader = bus.reader([topic], {})
    deadline = monotonic() + 60
    while any(reached.get(place, 0) < end for place, end in ends.items()):
        assert monotonic() < deadline, f"{topic.name} could not be read to its end"
        for one in reader.poll(5000, 0.2):
            name = one.record.key if one.record.key is not None else f"tick {one.partition}"
            found.setdefault(name, []).append(one.record.value)
            reached[one.topic, one.partition] = one.position + 1
    reader.close()
    return found


def caught_up(bus: Bus, room: Room) -> bool:
    """Whether the room has committed all that there is for it."""
    positions = bus.positions(room)
    return all(positions.get(place, 0) >= end for place, end in bus.ends([room.reads]).items())


def settle(bus: Bus, rooms: Iterable[Room], *, slot: str = "0", within_s: float = 60) -> dict[str, dict[int, dict[str, State]]]:
    """Let the rooms finish what is there, in this process; what each remembers then, by partition."""
    remembered = {}
    for room in rooms:
        runner = bus.runner(room, slot=slot)
        deadline = monotonic() + within_s
        quiet = False
        while not quiet or len(runner.states) < bus.partitions or not caught_up(bus, room):
            assert monotonic() < deadline, f"{room.name} did not finish: {bus.positions(room)} of {bus.ends([room.reads])}"
            quiet = not runner.turn(500, 0.05)
            while not quiet:
                quiet = not runner.turn(500, 0.0)
        remembered[room.name] = {part: dict(states) for part, states in runner.states.items()}
        runner.close()
    return remembered


def verdict(bus: Bus, sent: list[Outgoing], *, slot: str = "0", within_s: float = 60) -> Verdict:
    """Let the line finish, then compare every output and every state with what is on paper."""
    rooms = small_line()
    remembered = settle(bus, rooms, slot=slot, within_s=within_s)
    says, remembers = expected(sent, bus.partitions)
    found = Verdict()
    for room, said, states in zip(rooms, says, remembers, strict=True):
        got = everything(bus, room.writes[0])
        for name in said.keys() | got.keys():
            want, have = said.get(name, []), got.get(name, [])
            wanted, had = Counter(want), Counter(have)
            found.lost += sum((wanted - had).values())
            found.doubled += sum((had - wanted).values())
            found.out_of_order += wanted == had and want != have
        mine = {
            f"{key} tick {part}" if key.endswith("/tick") else key: state
            for part, kept in remembered[room.name].items()
            for key, state in kept.items()
        }
        found.wrong_states += sum(mine.get(key) != states.get(key) for key in mine.keys() | states.keys())
    return found
