"""Where the logs of a Kafka bus begin and end."""

from collections.abc import Mapping, Sequence
from time import monotonic, sleep

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from opencdi.bus.bus import BusDown, Place
from opencdi.bus.kafka_cluster import REQUEST_S, RETRY_S, TRANSACTION_MS, Cluster, kafka_error, meet, passing, place_of

_EARLIEST, _LATEST = OffsetSpec.earliest(), OffsetSpec.latest()  # type: ignore[no-untyped-call]  # upstream leaves these two untyped
_FIRST_LOOK_BACK = 16
_ONE_TRY_S = 2.0


def first_offsets(admin: AdminClient, places: Sequence[Place]) -> dict[Place, int]:
    """The first offset that is kept, of each place (names as on the cluster)."""
    return _offsets(admin, places, _EARLIEST, IsolationLevel.READ_UNCOMMITTED)


def high_watermarks(admin: AdminClient, places: Sequence[Place]) -> dict[Place, int]:
    """The end of each log, open transactions and marks included."""
    return _offsets(admin, places, _LATEST, IsolationLevel.READ_UNCOMMITTED)


def stable_offsets(admin: AdminClient, places: Sequence[Place]) -> dict[Place, int]:
    """Up to where each log is settled: before the first open transaction."""
    return _offsets(admin, places, _LATEST, IsolationLevel.READ_COMMITTED)


def _offsets(admin: AdminClient, places: Sequence[Place], spec: OffsetSpec, level: IsolationLevel) -> dict[Place, int]:
    if not places:
        return {}
    asked = {TopicPartition(*place): spec for place in places}
    deadline = monotonic() + REQUEST_S
    while True:
        told = admin.list_offsets(asked, isolation_level=level, request_timeout=REQUEST_S)
        try:
            return {(place.topic, place.partition): future.result().offset for place, future in told.items()}
        except KafkaException as failure:
            error = kafka_error(failure)
            if not passing(error) or monotonic() > deadline:
                raise BusDown(error.name()) from None
            sleep(RETRY_S)  # a topic that was made a moment ago, a leader that moves


def committed_offsets(asker: Consumer, places: Sequence[Place]) -> dict[Place, int]:
    """How far the asker's group has committed, once what is under way has been settled (names as on the cluster).

    A consumer asks, not an `AdminClient`: that one never hears that the coordinator of a new cluster's first group has been made,
    and then cannot be destroyed.  In short tries, each of which looks for the coordinator anew.  What a dead
    process left open is settled by its successor, or when its transaction has lasted too long.
    """
    deadline = monotonic() + REQUEST_S + TRANSACTION_MS / 1000
    while True:
        try:
            told = asker.committed([TopicPartition(*place) for place in places], _ONE_TRY_S)
            errors = [place.error for place in told if place.error is not None]
        except KafkaException as failure:
            errors = [kafka_error(failure)]
        if not errors:
            return {(place.topic, place.partition): place.offset for place in told if place.offset >= 0}
        if not passing(errors[0]) or monotonic() > deadline:
            raise BusDown(errors[0].name())
        sleep(RETRY_S)


def _settled(admin: AdminClient, places: Sequence[Place]) -> dict[Place, int]:
    """Up to where each log is settled, once all is that was there when we asked: a commit is done before its marks are written.

    What somebody holds open for longer than a request may take is not there yet.
    """
    asked = high_watermarks(admin, places)
    deadline = monotonic() + REQUEST_S
    while True:
        stable = stable_offsets(admin, places)
        if all(stable[place] >= end for place, end in asked.items()) or monotonic() > deadline:
            return stable
        sleep(RETRY_S / 10)


def ends_of(cluster: Cluster, admin: AdminClient, places: Sequence[Place]) -> dict[Place, int]:
    """For each place that holds a record, the position after the last one (names as on the cluster).

    The end of a log is no such position: after the last record stand the marks of the transactions.  So look back from the end,
    further and further, until there is a record.
    """
    first, stable = first_offsets(admin, places), _settled(admin, places)
    ends: dict[Place, int] = {}
    back = _FIRST_LOOK_BACK
    todo = {place for place in places if stable[place] > first[place]}
    if not todo:
        return ends
    reader = Consumer(cluster.consumer("cdi-reader", **{"enable.partition.eof": True}))
    try:
        meet(reader, dict.fromkeys(name for name, _ in todo))
        while todo:
            starts = {place: max(first[place], stable[place] - back) for place in todo}
            ends |= _last_records(reader, starts)
            todo = {place for place in todo if place not in ends and starts[place] > first[place]}
            back *= 16
    finally:
        reader.close()
    return ends


def _last_records(reader: Consumer, starts: Mapping[Place, int]) -> dict[Place, int]:
    """From these starts to the end: the position after the last record, where there is one."""
    found: dict[Place, int] = {}
    reader.assign([TopicPartition(*place, start) for place, start in starts.items()])
    unread = set(starts)
    deadline = monotonic() + REQUEST_S
    while unread:
        if monotonic() > deadline:
            raise BusDown("the end of a log did not come")
        if (message := reader.poll(0.5)) is None:
            continue
        place, offset = place_of(message)
        if error := message.error():
            if error.code() == KafkaError._PARTITION_EOF:
                unread.discard(place)
            elif not passing(error):
                raise BusDown(error.name())
        else:
            found[place] = offset + 1
    return found
