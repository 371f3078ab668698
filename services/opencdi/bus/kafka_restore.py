"""A room's states come back from its changelog, a slice at a time, while the room stays a live member of its group."""

from collections import deque
from dataclasses import dataclass, field
from time import monotonic

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient

from opencdi.bus.bus import BusDown, OutOfStep, Place
from opencdi.bus.kafka_cluster import POSITION_KEY, Cluster, as_bytes, kafka_error, meet, passing, place_of
from opencdi.bus.kafka_offsets import first_offsets, high_watermarks
from opencdi.bus.room import Room, State
from opencdi.events.topics import changelog

_AT_ONCE = 200


@dataclass(slots=True)
class Restored:
    """One partition as last committed: its states, and the position in the input that they reflect."""

    states: dict[str, State] = field(default_factory=dict)
    position: int | None = None


class Restore:
    """Some partitions on their way back.

    First the committed offsets are asked for, and only then the changelog's end: what an older owner had in flight is settled
    before the first answer comes.  The end is the *high watermark*, not the last stable offset: a committed transaction may still
    lack its mark there (KAFKA-10167).  Its being reached is told by EOF events; the last offsets may be marks, which are never read.
    """

    def __init__(self, cluster: Cluster, room: Room, partitions: set[int], *, with_states: bool = True) -> None:
        """Prepare; nothing is asked yet.  Without its states only the positions come back."""
        self.cluster, self.room, self.with_states = cluster, room, with_states
        self.log, self.reads = cluster.named(changelog(room.name).name), cluster.named(room.reads.name)
        self.partitions: dict[int, Restored] = {part: Restored() for part in partitions}
        self.reader = Consumer(cluster.consumer(room.group, **{"enable.partition.eof": True, "fetch.wait.max.ms": 20}))
        self.fetched: deque[Message] = deque()
        self.committed: dict[int, int] | None = None
        self.kept: tuple[dict[Place, int], dict[Place, int]] = {}, {}
        self.ends: dict[int, int] = {}
        self.unread: set[int] = set(partitions)

    def drop(self, partitions: set[int]) -> None:
        """These have gone to a peer."""
        for part in partitions:
            self.partitions.pop(part, None)
        self.unread -= partitions

    def advance(self, seconds: float) -> bool:
        """Read for about so long; True when all is back."""
        if self.committed is None and not self._begin():
            return False
        deadline = monotonic() + seconds
        while self.unread:
            if (left := deadline - monotonic()) <= 0:
                return False
            if self.fetched:
                self._take(self.fetched.popleft())
            else:
                self.fetched.extend(self.reader.consume(_AT_ONCE, min(left, 0.02)))
        return True

    def check(self) -> None:
        """Position in the changelog, committed offset and what the input still holds agree, or a person must look: `OutOfStep`."""
        for part in self.partitions:
            self._check(part)

    def close(self) -> None:
        """Let go."""
        self.reader.close()

    def _begin(self) -> bool:
        try:
            told = self.reader.committed([TopicPartition(self.reads, part) for part in self.partitions], 1.0)
        except KafkaException as failure:
            error = kafka_error(failure)
            if passing(error):
                return False  # an older owner's transaction is being settled: ask again
            raise BusDown(f"{self.room.name}: {error.name()}") from None
        if any(place.error is not None for place in told):
            return False
        admin = AdminClient(self.cluster.client())
        places = [(self.reads, part) for part in self.partitions]
        self.kept = first_offsets(admin, places), high_watermarks(admin, places)
        ends = high_watermarks(admin, [(self.log, part) for part in self.partitions])
        self.ends = {part: end for (_, part), end in ends.items()}
        self.unread = {part for part in self.partitions if self.ends[part] > 0}
        meet(self.reader, [self.log])
        self.reader.assign([TopicPartition(self.log, part, OFFSET_BEGINNING) for part in self.unread])
        self.committed = {place.partition: place.offset for place in told}
        return True

    def _take(self, message: Message) -> None:
        (_, part), offset = place_of(message)
        if error := message.error():
            if error.code() == KafkaError._PARTITION_EOF:
                if offset >= self.ends[part]:
                    self.unread.discard(part)
            elif not passing(error):
                raise BusDown(f"{self.room.name}: {error.name()}")
            return
        if (restored := self.partitions.get(part)) is None:
            return
        name, raw = as_bytes(message.key()), message.value()
        if name == POSITION_KEY:
            restored.position = int(as_bytes(raw))
        elif not self.with_states:
            return
        elif raw is None:
            restored.states.pop(name.decode(), None)
        else:
            restored.states[name.decode()] = self.room.codec.decode(name.decode(), as_bytes(raw))

    def _check(self, part: int) -> None:
        earliest, latest = (kept[self.reads, part] for kept in self.kept)
        position, committed = self.partitions[part].position, (self.committed or {})[part]
        if position is None:
            trouble, repair = "was never started", "opencdi topics apply"
        elif position != max(committed, 0):
            trouble, repair = "has another committed offset than its changelog", f"opencdi topics repair {self.room.name}"
        elif not earliest <= position <= latest:
            trouble, repair = "stands at a position that its input no longer holds", f"opencdi topics repair {self.room.name} --from-oldest"
        else:
            return
        raise OutOfStep(f"{self.room.name}, partition {part}, {trouble}: {repair}")
