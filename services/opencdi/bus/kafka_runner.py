"""One room on Kafka, exactly once: consumer, transactional producer and compacted changelog.

Outputs, changed states and the input position commit in one transaction; steps run before it begins, so that a transaction lasts
as long as its sending.  Crash-only: what is not plainly a peer coming or going ends the process, and the supervisor restarts it.
"""

from collections import deque
from time import monotonic

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from opencdi.bus.bus import BusDown, Delivered, OutOfStep, partitions_for
from opencdi.bus.kafka_cluster import POSITION_KEY, TRANSACTION_MS, Cluster, delivered_in, kafka_error, meet, passing, stop_for
from opencdi.bus.kafka_restore import Restore
from opencdi.bus.room import Key, Room
from opencdi.bus.stepping import Stepped, Stepper
from opencdi.bus.stored import AtHand, Sieve, StoredStates, forget, private_table, store_alone
from opencdi.events.entry import Headers
from opencdi.events.topics import changelog

_REWINDS_IN_A_ROW = 3  # a group that never settles is not a peer coming or going
_RESTORE_SLICE_S = 0.2  # between two looks at the group
_WAIT_S = 30.0  # for the transaction coordinator


class KafkaRunner:
    """A room in one replica slot.  Static membership: a quick restart in the same slot moves no partition and fences its past.

    A stopped process that continues may take its seat in the group back once (librdkafka joins anew by itself), never its producer:
    then both end, nothing of either is committed twice, and the supervisor starts the successor again.
    """

    def __init__(self, cluster: Cluster, room: Room, partitions: int, slot: str, skip: frozenset[str] = frozenset()) -> None:
        """Fence whoever had this slot, abort what it left open, and join the group."""
        self.cluster, self.room, self.all_partitions = cluster, room, partitions
        self.stepper = Stepper(room, skip)
        self.reads, self.log = cluster.named(room.reads.name), cluster.named(changelog(room.name).name)
        self.table, self.sieve, self.at_hand = private_table(), Sieve(), AtHand()
        self.states: dict[int, StoredStates] = {}
        self.next: dict[int, int] = {}  # where each partition at work goes on, as committed
        self.read: dict[int, int] = {}  # and as read
        self.batch: deque[Delivered] = deque()
        self.arriving: set[int] = set()  # ours in the group, not yet restored
        self.restore: Restore | None = None
        self.rewinds = 0
        self.closed = False
        self.member = f"{cluster.named(room.group)}-{slot}"
        self.producer = self._fencing_producer()
        self.consumer = Consumer(
            cluster.consumer(
                room.group,
                **{
                    "group.instance.id": self.member,
                    "group.protocol": "classic",  # with KIP-848 a kill costs 42 s on 4.1.1
                    "partition.assignment.strategy": "cooperative-sticky",
                    "session.timeout.ms": cluster.session_ms,
                    "heartbeat.interval.ms": max(100, cluster.session_ms // 6),
                    "max.poll.interval.ms": max(cluster.max_poll_ms, cluster.session_ms),
                },
            )
        )
        meet(self.consumer, [self.reads])
        self.consumer.subscribe([self.reads], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._revoked)

    def _fencing_producer(self) -> Producer:
        """The slot's producer; whoever was it before is fenced, and what that one left open is aborted."""
        settings = {"transactional.id": self.member, "transaction.timeout.ms": TRANSACTION_MS}
        producer = Producer(self.cluster.producer(**settings))
        meet(producer, [self.log, *(self.cluster.named(topic.name) for topic in self.room.writes)])
        try:
            producer.init_transactions(_WAIT_S)
        except KafkaException as failure:
            raise stop_for(kafka_error(failure), self.room.name) from None
        return producer

    @property
    def at(self) -> str | None:
        """The entry in hand."""
        return self.stepper.at

    def turn(self, limit: int = 500, timeout_s: float = 0.0) -> int:
        """Step what has come, and commit it as one transaction; waits at most about `timeout_s` for something to do."""
        self._gather(limit, timeout_s)
        if self.arriving:
            self._bring_back()
        return self._transact() if self.batch else 0

    def close(self) -> None:
        """Let go.  A static member is missed only after its session: until then its slot can be taken up again."""
        if self.closed:
            return
        self.closed = True
        if self.restore is not None:
            self.restore.close()
        self.consumer.close()
        self.table.close()

    # -- partitions come and go: called from within `poll` ---------------------------------------------------------------------

    def _assigned(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        """Theirs is a seat, not yet a place: they are read once the states are back, and then from where these stand.

        Never from a place that must be asked for (the beginning) with a seek after it: an answer that comes after the seek takes the
        client back to the beginning half a second later (librdkafka 2256, there in 2.16).  Nothing slow may happen in here.
        """
        consumer.incremental_assign([])
        self.arriving |= {place.partition for place in places}

    def _revoked(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        """Forget them, and whatever of them is in the batch in hand."""
        gone = {place.partition for place in places}
        self.batch = deque(delivered for delivered in self.batch if delivered.partition not in gone)
        self.arriving -= gone
        if self.restore is not None:
            self.restore.drop(gone)
        for part in gone:
            if (states := self.states.pop(part, None)) is not None:
                states.let_go()
        held = gone & self.next.keys()
        consumer.incremental_unassign([TopicPartition(self.reads, part) for part in held])
        for part in held:
            del self.next[part], self.read[part]

    # -- before the work -------------------------------------------------------------------------------------------------------

    def _gather(self, limit: int, timeout_s: float) -> None:
        """`poll`, not `consume`: the two callbacks above must be able to edit the batch in hand."""
        deadline = monotonic() + timeout_s
        while len(self.batch) < limit:
            left = deadline - monotonic()
            message = self.consumer.poll(0 if self.batch else min(max(left, 0), 0.01 if self.arriving else 0.1))
            if message is None:
                if self.batch or self.arriving or left <= 0:
                    return
            elif error := message.error():
                self._heed(error)
            else:
                self._take(delivered_in(message, self.cluster))

    def _take(self, delivered: Delivered) -> None:
        part, position = delivered.partition, delivered.position
        if part not in self.read:
            return
        if position < self.read[part]:  # each record once: a client that has lost its place must find it anew
            raise BusDown(f"{self.room.name}: the client gave what it had given before")
        self.read[part] = position + 1
        self.batch.append(delivered)

    def _heed(self, error: KafkaError) -> None:
        if error.code() == KafkaError._AUTO_OFFSET_RESET:
            where = "stands at a position that its input no longer holds"
            raise OutOfStep(f"{self.room.name} {where}: opencdi topics repair {self.room.name} --from-oldest")
        if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART or not passing(error):
            raise stop_for(error, self.room.name)

    def _bring_back(self) -> None:
        """A slice of the restore; when it is done, its partitions go to work."""
        if self.restore is None:
            forget(self.table, self.room.name, self.arriving)  # what a seat given up once has left
            self.restore = Restore(self.cluster, self.room, set(self.arriving), self.table)
        if not self.restore.advance(_RESTORE_SLICE_S):
            return
        self.restore.check()
        back = {part: position or 0 for part, position in self.restore.positions.items()}
        try:
            self.consumer.incremental_assign([TopicPartition(self.reads, part, position) for part, position in back.items()])
        except KafkaException as failure:
            raise stop_for(kafka_error(failure), self.room.name) from None
        for part in back:
            self.states[part] = StoredStates(self.table, self.room.codec, self.room.name, part, self.sieve, self.at_hand)
        self.next |= back
        self.read |= back
        self.arriving -= back.keys()
        self.restore.close()
        self.restore = None

    # -- the work --------------------------------------------------------------------------------------------------------------

    def _transact(self) -> int:
        """Step, then send outputs, states and position as one act; memory changes after the commit."""
        member = self.consumer.consumer_group_metadata()  # before the work: a rebalance in between must fence us
        stepped = self.stepper.batch(self.states, self.batch)
        try:
            self._send(stepped, member)
        except KafkaException as failure:
            self._abort(kafka_error(failure))
            return 0
        store_alone(self.table, self.room.name, stepped.changed)
        stepped.settle()
        self.next.update(stepped.reached)
        self.rewinds = 0
        return stepped.count

    def _send(self, stepped: Stepped, member: object) -> None:
        self.producer.begin_transaction()
        for out, same in stepped.said:
            key = out.to.key.encode() if isinstance(out.to, Key) else None
            for part in partitions_for(out, same, self.all_partitions):
                self._produce(self.cluster.named(out.topic.name), part, key, out.value, out.headers)
        for part, name, raw in stepped.changed:
            self._produce(self.log, part, name.encode(), raw)
        for part, position in stepped.reached.items():
            self._produce(self.log, part, POSITION_KEY, str(position).encode())
        places = [TopicPartition(self.reads, part, position) for part, position in stepped.reached.items()]
        self.producer.send_offsets_to_transaction(places, member, _WAIT_S)
        while True:
            try:
                self.producer.commit_transaction(_WAIT_S)
                return
            except KafkaException as failure:
                if not kafka_error(failure).retriable():
                    raise  # otherwise: a commit is resumed by the same call

    def _produce(self, topic: str, part: int, key: bytes | None, value: bytes | None, headers: Headers = ()) -> None:
        while True:
            try:
                self.producer.produce(topic, value, key, part, headers=list(headers))
                return
            except BufferError:  # the client's queue is full: let it send
                self.producer.poll(0.05)

    def _abort(self, error: KafkaError) -> None:
        """A peer came or went: read again from the last commit.  Anything else ends the process."""
        if error.fatal() or not error.txn_requires_abort():
            raise stop_for(error, self.room.name)
        self.rewinds += 1
        try:
            self.producer.abort_transaction(_WAIT_S)
            if error.code() != KafkaError.ILLEGAL_GENERATION or self.rewinds > _REWINDS_IN_A_ROW:
                raise stop_for(error, self.room.name)
            # What the abort took out of the queue may have left a gap in the sequence numbers; then the broker would refuse the next
            # transaction (OUT_OF_ORDER_SEQUENCE_NUMBER), so the next one has a producer of its own.
            self.producer = self._fencing_producer()
            self.batch.clear()
            self.read = dict(self.next)
            for part, position in self.next.items():
                self.consumer.seek(TopicPartition(self.reads, part, position))
        except KafkaException as failure:
            raise stop_for(kafka_error(failure), self.room.name) from None
