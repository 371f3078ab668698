"""Making the topics of a Kafka bus, and with a room's changelog its explicit first start."""

from collections.abc import Sequence
from concurrent.futures import Future
from time import monotonic, sleep

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from opencdi.bus.bus import BusDown, OtherPartitions, Place
from opencdi.bus.kafka_cluster import MAX_MESSAGE_BYTES, POSITION_KEY, REQUEST_S, RETRY_S, Cluster, kafka_error
from opencdi.bus.kafka_offsets import high_watermarks
from opencdi.events.topics import DAY_MS, Topic, changelog

_REMEMBER_NOTHING = frozenset({"gateway", "supervisor"})
_SAFE_WITH_ONE_LESS = 3  # replicas from which a write can demand two of them


def partitions_found(admin: AdminClient, cluster: Cluster) -> dict[str, int]:
    """The topics of this bus that exist (names as on the cluster), and their number of partitions."""
    prefix = cluster.named("cdi")
    try:
        topics = admin.list_topics(timeout=REQUEST_S).topics
    except KafkaException as failure:
        raise BusDown(kafka_error(failure).name()) from None
    return {name: len(told.partitions) for name, told in topics.items() if name.startswith((f"{prefix}.", f"{prefix}-"))}


def with_changelogs(topics: Sequence[Topic]) -> list[Topic]:
    """These topics, and the changelog of every room that writes one of them."""
    rooms = dict.fromkeys(topic.writer for topic in topics if topic.writer not in _REMEMBER_NOTHING)
    wanted = {topic.name: topic for topic in (*topics, *map(changelog, rooms))}
    return list(wanted.values())


def apply(admin: AdminClient, cluster: Cluster, topics: Sequence[Topic], partitions: int) -> None:
    """Create what is missing and start the rooms whose changelog is new; refuse another number of partitions."""
    wanted = with_changelogs(topics)
    found = partitions_found(admin, cluster)
    _refuse_other_partitions(cluster, wanted, found, partitions)
    missing = [new_topic(cluster, topic, partitions) for topic in wanted if cluster.named(topic.name) not in found]
    try:
        for future in (admin.create_topics(missing, operation_timeout=REQUEST_S) if missing else {}).values():
            _done_or_there(future)
        found = _await_topics(admin, cluster, [cluster.named(topic.name) for topic in wanted])
        _refuse_other_partitions(cluster, wanted, found, partitions)
        _start_rooms(admin, cluster, [cluster.named(topic.name) for topic in wanted if topic.compacted], partitions)
    except KafkaException as failure:
        raise BusDown(kafka_error(failure).name()) from None


def new_topic(cluster: Cluster, topic: Topic, partitions: int) -> NewTopic:
    """The topic as a cluster is asked for it: retention or compaction, the largest record, replicas."""
    kept = -1 if topic.retention_days is None else topic.retention_days * DAY_MS
    config = {"max.message.bytes": str(MAX_MESSAGE_BYTES), "message.timestamp.type": "CreateTime"}
    config |= {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.2"} if topic.compacted else {"retention.ms": str(kept)}
    replicas = cluster.replicas if cluster.replicas is not None else -1
    if replicas >= _SAFE_WITH_ONE_LESS:
        config["min.insync.replicas"] = "2"
    return NewTopic(cluster.named(topic.name), num_partitions=partitions, replication_factor=replicas, config=config)


def _done_or_there(future: Future[None]) -> None:
    try:
        future.result()
    except KafkaException as failure:
        if kafka_error(failure).code() != KafkaError.TOPIC_ALREADY_EXISTS:  # an operator beside us was first
            raise


def _refuse_other_partitions(cluster: Cluster, wanted: Sequence[Topic], found: dict[str, int], partitions: int) -> None:
    for topic in wanted:
        if (number := found.get(cluster.named(topic.name), partitions)) != partitions:
            raise OtherPartitions(f"{topic.name} has {number} partitions, not {partitions}: rebuild the bus from inbound to change that")


def _await_topics(admin: AdminClient, cluster: Cluster, names: Sequence[str]) -> dict[str, int]:
    """A topic is there when the brokers have heard of it from their controller, and each of its partitions can be asked for its end."""
    deadline = monotonic() + REQUEST_S
    while unheard := set(names) - (found := partitions_found(admin, cluster)).keys():
        if monotonic() > deadline:
            raise BusDown(f"{len(unheard)} new topics did not appear within {REQUEST_S:.0f} s")
        sleep(RETRY_S)
    high_watermarks(admin, [(name, part) for name in names for part in range(found[name])])
    return found


def _start_rooms(admin: AdminClient, cluster: Cluster, changelogs: Sequence[str], partitions: int) -> None:
    """A changelog that was never written to gets position 0: the room's first start, said aloud (DESIGN §2, 9)."""
    places: list[Place] = [(name, part) for name in changelogs for part in range(partitions)]
    ends = high_watermarks(admin, places)
    unwritten = [place for place, end in ends.items() if end == 0]
    if not unwritten:
        return
    failed: list[KafkaError] = []
    producer = Producer(cluster.producer())
    for name, part in unwritten:
        producer.produce(name, b"0", POSITION_KEY, part, on_delivery=lambda error, _: failed.append(error) if error else None)
    if producer.flush(REQUEST_S) or failed:
        raise BusDown(failed[0].name() if failed else "the changelogs could not be begun")
