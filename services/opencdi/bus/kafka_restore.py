"""A room's states come back from its changelog, a slice at a time, while the room stays a live member of its group."""

import sqlite3
from time import monotonic

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient

from opencdi.bus.bus import BusDown, OutOfStep, Place
from opencdi.bus.kafka_cluster import POSITION_KEY, Cluster, as_bytes, kafka_error, meet, passing, place_of
from opencdi.bus.kafka_offsets import first_offsets, high_watermarks
from opencdi.bus.room import Room
from opencdi.bus.stored import store_alone
from opencdi.events.topics import changelog

_AT_ONCE = 100  # between two looks at the clock


class Restore:
    """Some partitions on their way back.

    First the committed offsets are asked for, and only then the changelog's end: what an older owner had in flight is settled
    before the first answer comes.  The end is the *high watermark*, not the last stable offset: a committed transaction may still
    lack its mark there (KAFKA-10167).  Its being reached is told by EOF events; the last offsets may be marks, which are never read.
    """

    def __init__(self, cluster: Cluster, room: Room, partitions: set[int], table: sqlite3.Connection | None = None) -> None:
        """Prepare; nothing is asked yet.  `table` is where the states are written to; without one only the positions come back."""
        self.cluster, self.room, self.table = cluster, room, table
        self.log, self.reads = cluster.named(changelog(room.name).name), cluster.named(room.reads.name)
        self.positions: dict[int, int | None] = dict.fromkeys(partitions)  # in the input, as the states reflect it
        self.reader = Consumer(cluster.consumer(room.group, **{"enable.partition.eof": True, "fetch.wait.max.ms": 20}))
        self.committed: dict[int, int] | None = None
        self.kept: tuple[dict[Place, int], dict[Place, int]] = {}, {}
        self.ends: dict[int, int] = {}
        self.unread: set[int] = set(partitions)

    def drop(self, partitions: set[int]) -> None:
        """These have gone to a peer."""
        for part in partitions:
            self.positions.pop(part, None)
        self.unread -= partitions

    def advance(self, seconds: float) -> bool:
        """Read for about so long; True when all is back."""
        if self.committed is None and not self._begin():
            return False
        deadline = monotonic() + seconds
        while self.unread:
            if (left := deadline - monotonic()) <= 0:
                return False
            last: dict[tuple[int, str], bytes | None] = {}  # the last word of each key
            for message in self.reader.consume(_AT_ONCE, min(left, 0.02)):
                self._take(message, last)
            if self.table is not None and last:
                store_alone(self.table, self.room.name, [(part, key, raw) for (part, key), raw in last.items()])
        return True

    def check(self) -> None:
        """Position in the changelog, committed offset and what the input still holds agree, or a person must look: `OutOfStep`."""
        for part, position in self.positions.items():
            self._check(part, position)

    def close(self) -> None:
        """Let go."""
        self.reader.close()

    def _begin(self) -> bool:
        try:
            told = self.reader.committed([TopicPartition(self.reads, part) for part in self.positions], 1.0)
        except KafkaException as failure:
            error = kafka_error(failure)
            if passing(error):
                return False  # an older owner's transaction is being settled: ask again
            raise BusDown(f"{self.room.name}: {error.name()}") from None
        if any(place.error is not None for place in told):
            return False
        admin = AdminClient(self.cluster.client())
        places = [(self.reads, part) for part in self.positions]
        self.kept = first_offsets(admin, places), high_watermarks(admin, places)
        ends = high_watermarks(admin, [(self.log, part) for part in self.positions])
        self.ends = {part: end for (_, part), end in ends.items()}
        self.unread = {part for part in self.positions if self.ends[part] > 0}
        meet(self.reader, [self.log])
        self.reader.assign([TopicPartition(self.log, part, OFFSET_BEGINNING) for part in self.unread])
        self.committed = {place.partition: place.offset for place in told}
        return True

    def _take(self, message: Message, last: dict[tuple[int, str], bytes | None]) -> None:
        (_, part), offset = place_of(message)
        if error := message.error():
            if error.code() == KafkaError._PARTITION_EOF:
                if offset >= self.ends[part]:
                    self.unread.discard(part)
            elif not passing(error):
                raise BusDown(f"{self.room.name}: {error.name()}")
            return
        if part not in self.positions:
            return
        name, raw = as_bytes(message.key()), message.value()
        if name == POSITION_KEY:
            self.positions[part] = int(as_bytes(raw))
        else:
            last[part, name.decode()] = None if raw is None else as_bytes(raw)

    def _check(self, part: int, position: int | None) -> None:
        earliest, latest = (kept[self.reads, part] for kept in self.kept)
        committed = (self.committed or {})[part]
        if position is None:
            trouble, repair = "was never started", "opencdi topics apply"
        elif position != max(committed, 0):
            trouble, repair = "has another committed offset than its changelog", f"opencdi topics repair {self.room.name}"
        elif not earliest <= position <= latest:
            trouble, repair = "stands at a position that its input no longer holds", f"opencdi topics repair {self.room.name} --from-oldest"
        else:
            return
        raise OutOfStep(f"{self.room.name}, partition {part}, {trouble}: {repair}")
