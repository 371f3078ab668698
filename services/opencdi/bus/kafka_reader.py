"""Reading a Kafka bus from given positions, without a consumer group: for edge workers and replay."""

from collections.abc import Mapping, Sequence
from time import monotonic

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Message, TopicPartition

from opencdi.bus.bus import BusDown, Delivered, OutOfStep, Place
from opencdi.bus.kafka_cluster import Cluster, delivered_in, meet, passing


class KafkaReader:
    """Reads what was committed of several topics, at its own positions."""

    def __init__(self, cluster: Cluster, topics: Sequence[str], partitions: int, positions: Mapping[Place, int]) -> None:
        """Start at these positions; absent ones at the beginning of what is kept."""
        self.cluster = cluster
        self.consumer = Consumer(cluster.consumer("cdi-reader"))
        meet(self.consumer, map(cluster.named, topics))
        self.consumer.assign(
            [
                TopicPartition(cluster.named(topic), part, positions.get((topic, part), OFFSET_BEGINNING))
                for topic in topics
                for part in range(partitions)
            ]
        )

    def poll(self, limit: int = 500, timeout_s: float = 0.5) -> list[Delivered]:
        """The next records of any partition; waits at most `timeout_s` for one, and for no more than that one."""
        deadline = monotonic() + timeout_s
        while True:
            first = self.consumer.poll(max(0.0, deadline - monotonic()))
            if first is None:
                return []
            more = self.consumer.consume(limit - 1, 0) if limit > 1 else []
            told = [delivered_in(message, self.cluster) for message in (first, *more) if not self._passed(message)]
            if told or monotonic() >= deadline:
                return told

    def _passed(self, message: Message) -> bool:
        """Whether this is no record but news of a connection; an error that does not pass is raised."""
        if (error := message.error()) is None:
            return False
        if error.code() == KafkaError._AUTO_OFFSET_RESET:
            raise OutOfStep(f"the reader's position in {message.topic()}/{message.partition()} is no longer kept: rebuild what it feeds")
        if not passing(error):
            raise BusDown(error.name())
        return True

    def close(self) -> None:
        """Let go."""
        self.consumer.close()
