"""What both buses promise; `tests/contract/test_bus.py` holds them to it.

Order per key · a room's outputs, states and position are one atomic act · a crash anywhere repeats nothing visible and loses
nothing · an abort leaves memory untouched · no entry vanishes · too many failures in a row stop the room · replay (DESIGN §2).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from opencdi.bus.murmur2 import partition_of
from opencdi.bus.room import EveryPartition, Key, Outgoing, Record, Room, State
from opencdi.events.topics import Topic

MAX_RECORD_BYTES = 8 * 1024 * 1024
PARTITIONS = 8
"""Of a new bus, where nobody says otherwise."""
MAX_BATCH_S = 0.25
"""A commit comes after this time of stepping, or after one slow note."""
Place = tuple[str, int]
"""Topic name and partition."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A record, and where it stands: a reader that has dealt with it goes on at `position + 1`."""

    topic: str
    partition: int
    position: int
    record: Record


class Reader(Protocol):
    """For edge workers: reads several topics, keeps its own positions (in the SQL transaction of its rows)."""

    def poll(self, limit: int = 500, timeout_s: float = 0.5) -> list[Delivered]:
        """The next records, per partition in order; [] if nothing came within the time."""

    def close(self) -> None:
        """Let go."""


class Runner(Protocol):
    """One room at work in this process."""

    def turn(self, limit: int = 500, timeout_s: float = 0.0) -> int:
        """Step what is there, at most about `limit` records, and commit; returns how many.  Raises `Fenced`, `TooManyFailures`."""

    @property
    def states(self) -> Mapping[int, Mapping[str, State]]:
        """What the room remembers, by partition, as last committed: the partitions that this process holds and has restored."""

    @property
    def at(self) -> str | None:
        """The entry in hand, for the supervisor's report when the room stops."""

    def close(self) -> None:
        """Let go; nothing uncommitted is kept."""


class Bus(Protocol):
    """A bus of N partitions.  Open with `open_bus(url)`."""

    partitions: int

    def apply_topics(self, topics: Sequence[Topic]) -> None:
        """Create what is missing; another number of partitions is refused (a rebuild from `inbound`)."""

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """Durably stored, in order, when this returns.  Raises `BusDown` when it cannot be: then nothing may be acknowledged."""

    def reader(self, topics: Sequence[Topic], positions: Mapping[Place, int]) -> Reader:
        """A reader of all partitions of these topics, from these positions (absent: from the beginning)."""

    def runner(self, room: Room, *, slot: str = "0", skip: frozenset[str] = frozenset()) -> Runner:
        """Take the room over and put it to work."""

    def ends(self, topics: Sequence[Topic]) -> dict[Place, int]:
        """For each partition that holds a record the position after the last one.  A room that stands there, or beyond, has caught up."""

    def positions(self, room: Room) -> dict[Place, int]:
        """How far the room has committed."""

    def forget(self, topics: Sequence[Topic], rooms: Sequence[Room]) -> int:
        """Delete what is older than its topic keeps and was read by all of these rooms; how many records.  Kafka's brokers do it alone."""

    def close(self) -> None:
        """Let go."""

    def __enter__(self) -> Self:
        """Closes at the end of the block."""

    def __exit__(self, *exc: object) -> None:
        """Close."""


class BusDown(Exception):
    """The bus cannot store or deliver now."""


class TooLarge(Exception):
    """A record above `MAX_RECORD_BYTES`."""


class OtherPartitions(Exception):
    """The bus was made with another number of partitions; keys would change partition, so that is a rebuild from `inbound`."""


class OutOfStep(Exception):
    """Where the room stands and what the bus still holds do not agree; the message names the command that repairs it."""


def refuse_too_large(name: str, value: bytes | None) -> None:
    """The one size limit of both buses, for messages and for states."""
    if value is not None and len(value) > MAX_RECORD_BYTES:
        raise TooLarge(name)


def partitions_for(message: Outgoing, same: int, partitions: int) -> Iterable[int]:
    """Where a message goes; `same` is the partition of the input that it answers (0 for what is published)."""
    match message.to:
        case Key(key):
            return (partition_of(key, partitions),)
        case EveryPartition():
            return range(partitions)
    return (same,)


def open_bus(url: str, *, partitions: int | None = None, replicas: int | None = None) -> Bus:
    """`sqlite:///path` or `kafka://host:port[,host:port][/space]`.

    `partitions`: None takes the bus as it is (8 where it is new); another number than it was made with is refused by `apply_topics`.
    `replicas`: of the topics that `apply_topics` makes on Kafka; None: the brokers' default.
    A space puts a whole bus of its own (topics, groups, changelogs) beside others on one cluster, as a test hospital or a replay.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        from opencdi.bus.embedded import EmbeddedBus

        return EmbeddedBus(rest.removeprefix("/"), partitions=partitions)
    if scheme == "kafka":
        from opencdi.bus.kafka import KafkaBus
        from opencdi.bus.kafka_cluster import Cluster

        brokers, _, space = rest.partition("/")
        return KafkaBus(Cluster(brokers, space, replicas=replicas), partitions=partitions)
    raise ValueError(f"a bus is sqlite:///path or kafka://host:port, not {scheme!r}")
