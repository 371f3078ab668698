"""Where a Kafka bus lives, what its clients are told, and what its errors mean to us."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer

from opencdi.bus.bus import MAX_RECORD_BYTES, BusDown, Delivered, Place
from opencdi.bus.room import Record
from opencdi.bus.stepping import Fenced

log = logging.getLogger("opencdi.bus.kafka")

MAX_MESSAGE_BYTES = MAX_RECORD_BYTES + 64 * 1024
"""For brokers and clients: the largest record, with its key, headers and the framing of its batch."""
REQUEST_S = 10.0
"""How long an administrative question may take."""
RETRY_S = 0.05
"""Between two askings of it: a topic that was made a moment ago, a leader that moves."""
TRANSACTION_MS = 10_000
"""Transactions hold no steps, only their sending: one that lasts this long belongs to a process that died or was stopped."""
POSITION_KEY = b"#position"
"""In a changelog, beside the states: how far into its input the partition's states reach.  State keys never begin with #."""

_FENCING = frozenset(
    {
        KafkaError._FATAL,  # of a consumer: a static member whose slot another has taken
        KafkaError._FENCED,
        KafkaError._MAX_POLL_EXCEEDED,
        KafkaError.FENCED_INSTANCE_ID,
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.INVALID_PRODUCER_EPOCH,
        KafkaError.INVALID_PRODUCER_ID_MAPPING,
        KafkaError.PRODUCER_FENCED,
        KafkaError.UNKNOWN_MEMBER_ID,
    }
)

_PASSING = frozenset(
    {
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._RESOLVE,
        KafkaError._TIMED_OUT,
        KafkaError._TRANSPORT,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.OFFSET_NOT_AVAILABLE,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.UNKNOWN_LEADER_EPOCH,  # news of a new topic reaches the brokers one by one
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.UNSTABLE_OFFSET_COMMIT,
    }
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The brokers, the space on them, and the patience of a consumer group.

    `session_ms`: a process not heard of for so long has lost its partitions; `max_poll_ms`: one that is heard of but does not
    come back for more is stuck (later than the supervisor says so of one step: it names the entry, the brokers would take the work away
    and give it back for ever).  `replicas` None: the brokers' default.
    """

    brokers: str
    space: str = ""
    session_ms: int = 6_000
    max_poll_ms: int = 90_000
    replicas: int | None = None

    def named(self, name: str) -> str:
        """The name of a topic or group on the cluster."""
        return f"{self.space}.{name}" if self.space else name

    def own(self, name: str) -> str:
        """The name of a topic as the rooms know it."""
        return name.removeprefix(f"{self.space}.") if self.space else name

    def client(self, **more: Any) -> dict[str, Any]:
        """Settings of any client.

        At the default retry.backoff.ms of 100, every back-to-back transaction waits 103 ms in `send_offsets_to_transaction`.
        """
        return {
            "bootstrap.servers": self.brokers,
            "retry.backoff.ms": 1,
            "retry.backoff.max.ms": 50,
            "reconnect.backoff.ms": 20,
            "reconnect.backoff.max.ms": 1000,
            "message.max.bytes": MAX_MESSAGE_BYTES,
            "logger": log,
            **more,
        }

    def consumer(self, group: str, **more: Any) -> dict[str, Any]:
        """Settings of a consumer: of what was committed only, never from a place that nobody named."""
        return self.client(
            **{
                "group.id": self.named(group),
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "error",
                "fetch.wait.max.ms": 50,
                "fetch.error.backoff.ms": 20,  # at the default, a new assignment waits half a second for its first record
                "topic.metadata.refresh.fast.interval.ms": 20,
                "fetch.message.max.bytes": 4 * 1024 * 1024,  # a larger record still comes, alone (KIP-74)
                **more,
            }
        )

    def producer(self, **more: Any) -> dict[str, Any]:
        """Settings of a producer: acknowledged by all replicas, each record once and in order."""
        return self.client(**{"enable.idempotence": True, "acks": "all", "linger.ms": 0, "compression.type": "lz4", **more})


def place_of(message: Message) -> tuple[Place, int]:
    """Topic (as on the cluster) and partition, and the offset there; of an end-of-partition event, the offset of the end."""
    return cast(tuple[Place, int], ((message.topic(), message.partition()), message.offset()))


def delivered_in(message: Message, cluster: Cluster) -> Delivered:
    """The record that came, and where it stands."""
    (name, part), offset = place_of(message)
    topic, key = cluster.own(name), message.key()
    headers = cast(list[tuple[str, bytes | None]], message.headers() or [])
    told = tuple((header, value or b"") for header, value in headers)
    return Delivered(topic, part, offset, Record(topic, None if key is None else as_bytes(key).decode(), as_bytes(message.value()), told))


def as_bytes(raw: bytes | str | None) -> bytes:
    """What a message carries: bytes always, whatever the client's types allow."""
    return raw.encode() if isinstance(raw, str) else raw or b""


def meet(client: Consumer | Producer, topics: Iterable[str]) -> None:
    """Ask for the leaders first: a client that is sent to work before it knows them waits for timers of half a second."""
    try:
        for topic in topics:
            client.list_topics(topic, timeout=REQUEST_S)
    except KafkaException as failure:
        raise BusDown(kafka_error(failure).name()) from None


def kafka_error(failure: KafkaException) -> KafkaError:
    """The error inside the exception."""
    error: KafkaError = failure.args[0]
    return error


def stop_for(error: KafkaError, room: str) -> Exception:
    """What ends the room's process: somebody else has its work, or the brokers cannot do theirs."""
    return Fenced(room) if error.code() in _FENCING else BusDown(f"{room}: {error.name()}")


def passing(error: KafkaError) -> bool:
    """Whether an error is news of a connection, a leader or a new topic, which the client mends by asking again."""
    return error.retriable() or error.code() in _PASSING
