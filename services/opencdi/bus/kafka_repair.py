"""When a room and its bus are out of step: a person says what is to hold, with the room stopped (`opencdi topics repair`)."""

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from opencdi.bus.bus import BusDown, OutOfStep
from opencdi.bus.kafka_cluster import POSITION_KEY, REQUEST_S, Cluster, kafka_error
from opencdi.bus.kafka_restore import Restore
from opencdi.bus.room import Room


def repair(cluster: Cluster, admin: AdminClient, room: Room, partitions: int, *, from_oldest: bool) -> dict[int, int]:
    """Commit for each partition the position that the changelog says its states reflect; returns them.

    `from_oldest`: where the input no longer holds that position, go on at the oldest record that it holds: what lay between is
    lost to this room.  Without it that raises `OutOfStep`.  Raises `BusDown` while the room still runs.
    """
    back = Restore(cluster, room, set(range(partitions)))
    try:
        while not back.advance(1.0):
            pass
    finally:
        back.close()
    reads, positions, skipped = cluster.named(room.reads.name), dict[int, int](), set[int]()
    for part, position in back.positions.items():
        first, last = (kept[reads, part] for kept in back.kept)
        if position is None:
            raise OutOfStep(f"{room.name}, partition {part}, was never started: opencdi topics apply")
        inside = first <= position <= last
        if not inside and not from_oldest:
            raise OutOfStep(
                f"{room.name}, partition {part}: what it would read next is gone: opencdi topics repair {room.name} --from-oldest"
            )
        positions[part] = position if inside else first
        skipped |= set() if inside else {part}
    _commit(admin, cluster.named(room.group), reads, positions)
    _log(cluster, back.log, {part: positions[part] for part in skipped})
    return positions


def _commit(admin: AdminClient, group: str, reads: str, positions: dict[int, int]) -> None:
    places = [TopicPartition(reads, part, position) for part, position in positions.items()]
    try:
        told = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, places)], request_timeout=REQUEST_S)[group].result()
    except KafkaException as failure:
        raise BusDown(f"{group}: {kafka_error(failure).name()}: is it still running?") from None
    if failed := [place.error for place in told.topic_partitions or () if place.error is not None]:
        raise BusDown(f"{group}: {failed[0].name()}: is it still running?")


def _log(cluster: Cluster, log: str, positions: dict[int, int]) -> None:
    failed: list[KafkaError] = []
    producer = Producer(cluster.producer())
    for part, position in positions.items():
        producer.produce(
            log, str(position).encode(), POSITION_KEY, part, on_delivery=lambda error, _: failed.append(error) if error else None
        )
    if producer.flush(REQUEST_S) or failed:
        raise BusDown(failed[0].name() if failed else log)
