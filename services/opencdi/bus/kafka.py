"""The Kafka bus: topics are the log, committed offsets the positions, compacted changelogs the states (DESIGN §2)."""

from collections.abc import Mapping, Sequence
from typing import Self

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from opencdi.bus import kafka_topics
from opencdi.bus.bus import PARTITIONS, BusDown, Place, partitions_for, refuse_too_large
from opencdi.bus.kafka_cluster import Cluster, kafka_error
from opencdi.bus.kafka_offsets import committed_offsets, ends_of
from opencdi.bus.kafka_reader import KafkaReader
from opencdi.bus.kafka_repair import repair
from opencdi.bus.kafka_runner import KafkaRunner
from opencdi.bus.room import Key, Outgoing, Room
from opencdi.events.topics import Topic

_DELIVERY_MS = 10_000
"""So long a record may take; then the sender is told that it is not stored, and sends again."""


class KafkaBus:
    """A bus on a cluster.  Not for sharing between threads."""

    def __init__(self, cluster: Cluster, *, partitions: int | None = None) -> None:
        """Ask the brokers what is there.  Raises `BusDown` when they do not answer."""
        self.cluster = cluster
        self.admin = AdminClient(cluster.client())
        found = kafka_topics.partitions_found(self.admin, cluster)
        self.partitions: int = next(iter(found.values()), partitions or PARTITIONS)
        self._wanted = partitions or self.partitions
        self._producer: Producer | None = None
        self._askers: dict[str, Consumer] = {}
        self._runners: list[KafkaRunner] = []

    def apply_topics(self, topics: Sequence[Topic]) -> None:
        """Create what is missing, changelogs of the writing rooms included; raises `OtherPartitions`."""
        kafka_topics.apply(self.admin, self.cluster, topics, self._wanted)
        self.partitions = self._wanted

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """Acknowledged by all in-sync replicas, in order per partition, when this returns; `BusDown` if any of them is not."""
        for message in messages:
            refuse_too_large(message.topic.name, message.value)
        producer = self._producer = self._producer or Producer(self.cluster.producer(**{"delivery.timeout.ms": _DELIVERY_MS}))
        failed: list[str] = []
        try:
            for message in messages:
                key = message.to.key.encode() if isinstance(message.to, Key) else None
                for part in partitions_for(message, 0, self.partitions):
                    self._produce(producer, message, part, key, failed)
        except KafkaException as failure:
            failed.append(kafka_error(failure).name())
        producer.flush()  # returns: each record is reported on, at the latest by its timeout
        if failed:
            self._producer = None  # an idempotent producer that lost a record may be past saving; the next publish begins anew
            raise BusDown(failed[0])

    def _produce(self, producer: Producer, message: Outgoing, part: int, key: bytes | None, failed: list[str]) -> None:
        while True:
            try:
                producer.produce(
                    self.cluster.named(message.topic.name),
                    message.value,
                    key,
                    part,
                    on_delivery=lambda error, _: failed.append(error.name()) if error is not None else None,
                    headers=list(message.headers),
                )
                return
            except BufferError:  # the client's queue is full: let it send
                producer.poll(0.05)

    def reader(self, topics: Sequence[Topic], positions: Mapping[Place, int]) -> KafkaReader:
        """A reader of what was committed."""
        return KafkaReader(self.cluster, [topic.name for topic in topics], self.partitions, positions)

    def runner(self, room: Room, *, slot: str = "0", skip: frozenset[str] = frozenset()) -> KafkaRunner:
        """Take the slot over and join the room's group; partitions arrive with the first turns."""
        runner = KafkaRunner(self.cluster, room, self.partitions, slot, skip)
        self._runners.append(runner)
        return runner

    def ends(self, topics: Sequence[Topic]) -> dict[Place, int]:
        """For each partition that holds a record, the position after the last one."""
        found = kafka_topics.partitions_found(self.admin, self.cluster)
        places = [(name, part) for topic in topics for name in (self.cluster.named(topic.name),) for part in range(found.get(name, 0))]
        return {(self.cluster.own(name), part): end for (name, part), end in ends_of(self.cluster, self.admin, places).items()}

    def positions(self, room: Room) -> dict[Place, int]:
        """How far the room has committed."""
        asker = self._askers.get(room.group)
        if asker is None:
            asker = self._askers[room.group] = Consumer(self.cluster.consumer(room.group))
        reads = self.cluster.named(room.reads.name)
        found = committed_offsets(asker, [(reads, part) for part in range(self.partitions)])
        return {(self.cluster.own(name), part): offset for (name, part), offset in found.items()}

    def forget(self, topics: Sequence[Topic], rooms: Sequence[Room]) -> int:
        """The brokers see to it (`retention.ms`)."""
        return 0

    def repair(self, room: Room, *, from_oldest: bool = False) -> dict[int, int]:
        """Put a stopped room's committed offsets back in step with its changelog (`opencdi topics repair`)."""
        return repair(self.cluster, self.admin, room, self.partitions, from_oldest=from_oldest)

    def close(self) -> None:
        """Let go, of the runners too; nothing is under way between two calls.

        Now, and not when the garbage is collected: a member of a group that is dropped unclosed waits for ever for somebody to serve
        its leaving, and a client whose brokers have gone for its turn to say so.
        """
        self._producer = None
        for runner in self._runners:
            runner.close()
        for asker in self._askers.values():
            asker.close()
        self._runners.clear()
        self._askers.clear()
        del self.admin

    def __enter__(self) -> Self:
        """Closes at the end of the block."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close."""
        self.close()
