"""What only Kafka must show: groups, transactions and changelogs, against a real broker (the ten points of DESIGN §2)."""

import os
import random
import signal
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from time import monotonic, sleep
from typing import Any

import pytest
from confluent_kafka import ConsumerGroupState, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource

from contract.feed import FLAWLESS, Feed, await_progress, moved
from contract.processes import Processes
from contract.small_rooms import IN, NAMES, OUT, TOPICS, Count, everything, given, settle, small_line, verdict
from on_bus import until
from opencdi.bus.bus import BusDown, OutOfStep
from opencdi.bus.kafka import KafkaBus
from opencdi.bus.kafka_cluster import POSITION_KEY, Cluster
from opencdi.bus.kafka_runner import KafkaRunner
from opencdi.bus.murmur2 import partition_of
from opencdi.bus.room import Outgoing, Record, Room, State, States
from opencdi.bus.stepping import Fenced

pytestmark = pytest.mark.kafka
PARTITIONS = 4
ALDER = small_line()[0]
SESSION_MS, MAX_POLL_MS = 1500, 10_000


@pytest.fixture
def cluster(kafka_url: str) -> Cluster:
    brokers, _, space = kafka_url.removeprefix("kafka://").partition("/")
    return Cluster(brokers, space, session_ms=SESSION_MS, max_poll_ms=MAX_POLL_MS)


@pytest.fixture
def bus(cluster: Cluster) -> Iterator[KafkaBus]:
    with KafkaBus(cluster, partitions=PARTITIONS) as bus:
        bus.apply_topics(TOPICS)
        yield bus


@pytest.fixture
def admin(cluster: Cluster) -> AdminClient:
    return AdminClient(cluster.client())


@pytest.fixture
def spec(kafka_url: str) -> dict[str, Any]:
    return {"url": kafka_url, "partitions": PARTITIONS, "session_ms": SESSION_MS, "max_poll_ms": MAX_POLL_MS}


@pytest.fixture
def processes() -> Iterator[Processes]:
    with Processes() as processes:
        yield processes


def members(admin: AdminClient, cluster: Cluster, room: Room) -> int:
    """How many share the room's partitions; 0 while that is being settled."""
    group = cluster.named(room.group)
    told = admin.describe_consumer_groups([group])[group].result()
    return len(told.members) if told.state == ConsumerGroupState.STABLE else 0


# -- names and places ------------------------------------------------------------------------------------------------------------


def test_the_clients_own_partitioner_agrees_with_ours(bus: KafkaBus, cluster: Cluster, dice: random.Random) -> None:
    """So that another system's producer meets our keys: Java's default, murmur2."""
    landed: dict[str, int] = {}
    producer = Producer(cluster.producer(partitioner="murmur2_random"))
    for _ in range(500):
        key = "".join(dice.choices("abcé0-", k=dice.randint(1, 30)))
        producer.produce(
            cluster.named(IN.name), b"", key.encode(), on_delivery=lambda _, got, key=key: landed.update({key: got.partition()})
        )
    assert producer.flush(10) == 0
    assert landed == {key: partition_of(key, PARTITIONS) for key in landed}


def test_topics_are_made_as_they_are_told(bus: KafkaBus, cluster: Cluster, admin: AdminClient) -> None:
    def told(name: str) -> dict[str, str]:
        resource = ConfigResource(ConfigResource.Type.TOPIC, cluster.named(name))
        [future] = admin.describe_configs([resource]).values()
        return {key: entry.value for key, entry in future.result().items()}

    line, log = told(IN.name), told("cdi-alder-changelog")
    assert (line["cleanup.policy"], line["retention.ms"]) == ("delete", str(90 * 86_400_000))
    assert log["cleanup.policy"] == "compact"
    assert all(int(config["max.message.bytes"]) > 8 * 1024 * 1024 for config in (line, log))
    found = admin.list_topics(timeout=10).topics
    assert all(len(found[cluster.named(name)].partitions) == PARTITIONS for name in (IN.name, "cdi-alder-changelog", "cdi-cedar-changelog"))


def test_spaces_do_not_meet(bus: KafkaBus, cluster: Cluster) -> None:
    bus.publish([given("k", 0)])
    with KafkaBus(replace(cluster, space=cluster.space + "x"), partitions=2) as other:
        other.apply_topics(TOPICS)
        assert (other.partitions, other.ends([IN])) == (2, {})
    with KafkaBus(cluster) as again:
        assert again.partitions == PARTITIONS


def test_brokers_that_do_not_answer_are_a_bus_that_is_down() -> None:
    with pytest.raises(BusDown):
        KafkaBus(Cluster("127.0.0.1:1"))


# -- transactions ----------------------------------------------------------------------------------------------------------------


def test_what_a_transaction_took_back_was_never_there(bus: KafkaBus, cluster: Cluster) -> None:
    """An aborted transaction between two good ones: no reader and no room sees it, and the positions step over it."""
    bus.publish([given("k", 0)])
    other = Producer(cluster.producer(**{"transactional.id": cluster.named("other")}))
    other.init_transactions(10)
    other.begin_transaction()
    other.produce(cluster.named(IN.name), b"never", b"k", partition_of("k", PARTITIONS))
    other.flush(10)
    other.abort_transaction(10)
    bus.publish([given("k", 1)])
    settle(bus, small_line())
    assert everything(bus, IN) == {"k": [b"k:0", b"k:1"]}
    assert verdict(bus, [given("k", 0), given("k", 1)]) == FLAWLESS


def test_an_open_transaction_holds_its_readers_until_it_ends(bus: KafkaBus, cluster: Cluster) -> None:
    other = Producer(cluster.producer(**{"transactional.id": cluster.named("other")}))
    other.init_transactions(10)
    other.begin_transaction()
    other.produce(cluster.named(IN.name), b"k:0", b"k", partition_of("k", PARTITIONS))
    other.flush(10)
    reader = bus.reader([IN], {})
    assert reader.poll(10, 0.5) == []
    other.commit_transaction(10)
    assert [one.record.value for one in until(lambda: reader.poll(10, 0.5))] == [b"k:0"]
    reader.close()


def test_a_peer_who_comes_during_a_step_makes_it_start_again(bus: KafkaBus, cluster: Cluster, admin: AdminClient) -> None:
    """The generation changes under a batch: its transaction is aborted in place, memory untouched, the batch read again."""
    peers: list[KafkaRunner] = []
    turning = threading.Event()

    def step(states: States, record: Record) -> Iterable[Outgoing]:
        if not peers:
            peers.append(bus.runner(ALDER, slot="1"))  # joins from its own threads
            until(lambda: members(admin, cluster, ALDER) == 2)
        yield from ALDER.step(states, record)

    first = bus.runner(replace(ALDER, step=step), slot="0")
    until(lambda: first.turn(10, 0.05) == 0 and len(first.states) == PARTITIONS)
    sent = [given(f"k{k}", i) for k in range(20) for i in range(3)]
    bus.publish(sent)
    until(lambda: first.turn(10, 0.05) == 0 and peers)
    assert first.rewinds == 1
    assert not any(first.states.values())
    assert bus.ends([OUT[0]]) == {}
    done = threading.Thread(target=lambda: [peers[0].turn(10, 0.05) for _ in iter(turning.is_set, True)])
    done.start()
    until(lambda: first.turn(10, 0.05) >= 0 and bus.positions(ALDER) == bus.ends([IN]))
    turning.set()
    done.join()
    for one in (first, *peers):
        one.close()
    assert verdict(bus, sent) == FLAWLESS


def test_two_processes_in_one_slot_fence_each_other(bus: KafkaBus) -> None:
    old = bus.runner(ALDER)
    until(lambda: old.turn(10, 0.05) == 0 and len(old.states) == PARTITIONS)
    new = bus.runner(ALDER)
    bus.publish([given("k", 0)])
    with pytest.raises(Fenced):
        until(lambda: old.turn(10, 0.05) < 0)
    until(lambda: new.turn(10, 0.05))
    new.close()
    assert verdict(bus, [given("k", 0)]) == FLAWLESS


def test_a_client_that_loses_its_place_steps_nothing_twice(bus: KafkaBus, cluster: Cluster) -> None:
    """librdkafka may go back to the beginning by itself (2256, 3567): then the room ends, and begins again where it stood."""
    sent = [given("k", i) for i in range(10)]
    bus.publish(sent)
    runner = bus.runner(ALDER)
    until(lambda: runner.turn(10, 0.05) and bus.positions(ALDER) == bus.ends([IN]))
    part = partition_of("k", PARTITIONS)
    runner.consumer.seek(TopicPartition(cluster.named(IN.name), part, 0))
    with pytest.raises(BusDown):
        until(lambda: runner.turn(10, 0.05) < 0)
    runner.close()
    assert verdict(bus, sent) == FLAWLESS


# -- groups ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.chaos
def test_two_instances_share_a_room_and_come_and_go(
    bus: KafkaBus, spec: dict[str, Any], processes: Processes, dice: random.Random, cluster: Cluster, admin: AdminClient
) -> None:
    """Rebalances under load: the second comes, one is killed and missed, comes back, and so on."""
    feed = Feed(bus, dice)
    pids = {"0": processes.start(spec, rooms=NAMES, slot="0")}
    await_progress(bus, feed, 0)
    pids["1"] = processes.start(spec, rooms=NAMES, slot="1")
    until(lambda: feed.some() or all(members(admin, cluster, room) == 2 for room in small_line()))
    for n in range(4):
        await_progress(bus, feed, moved(bus))
        feed.on_for(dice.uniform(0.2, 1))
        slot = dice.choice("01")
        processes.kill(pids[slot])
        if n % 2:
            feed.on_for(SESSION_MS / 1000 + 0.5)  # long enough for the other to get its partitions
        pids[slot] = processes.start(spec, rooms=NAMES, slot=slot)
    await_progress(bus, feed, moved(bus))
    for pid in pids.values():
        processes.kill(pid)
    assert verdict(bus, feed.sent) == FLAWLESS


@pytest.mark.chaos
def test_a_zombie_in_another_slot_commits_nothing(bus: KafkaBus, spec: dict[str, Any], processes: Processes, dice: random.Random) -> None:
    """Stopped for longer than its session, it has lost its partitions to a peer; continued, it may live on, but not with them."""
    feed = Feed(bus, dice)
    zombie = processes.start(spec, rooms=NAMES, slot="0", limit=20, step_ms=2)
    await_progress(bus, feed, 0)
    peer = processes.start(spec, rooms=NAMES, slot="1", limit=20)
    await_progress(bus, feed, moved(bus))
    os.kill(zombie, signal.SIGSTOP)
    feed.on_for(SESSION_MS / 1000 + 0.5)
    await_progress(bus, feed, moved(bus))
    os.kill(zombie, signal.SIGCONT)
    feed.on_for(1)
    processes.kill(peer)
    if processes.wait(zombie, 0) is None:
        processes.kill(zombie)
    assert verdict(bus, feed.sent) == FLAWLESS


def test_a_restore_may_last_longer_than_a_poll_while_a_peer_joins(bus: KafkaBus, cluster: Cluster, admin: AdminClient) -> None:
    """It is done outside the callback, in slices: the member stays in its group, and what goes to the peer is not restored in vain."""
    sent, more = ([given(f"k{k}", i) for k in range(2_000)] for i in range(2))
    bus.publish(sent)
    settle(bus, small_line())
    bus.publish(more)
    patience_s = 6.0  # nine slices' time: a machine may halt for seconds
    with KafkaBus(replace(cluster, max_poll_ms=int(1000 * patience_s))) as impatient:
        first = impatient.runner(ALDER, slot="0")
        first.table.set_trace_callback(lambda _: sleep(0.007))  # a slow disk: 2,000 values take 14 s, half of them for the peer
        until(lambda: first.turn(10, 0.02) == 0 and first.restore is not None)
        began, stepped = monotonic(), 0
        peer = impatient.runner(ALDER, slot="1")
        while len(first.states) + len(peer.states) < PARTITIONS or not first.states or not peer.states:
            stepped += first.turn(3, 0.02) + peer.turn(3, 0.02)  # a step writes too, and must not be what the group loses patience with
            assert monotonic() - began < 60
        assert monotonic() - began > patience_s, "that was no long restore"
        first.table.set_trace_callback(None)
        while stepped < 2_000:
            stepped += first.turn(100, 0.05) + peer.turn(100, 0.05)
            assert monotonic() - began < 60
        assert members(admin, cluster, ALDER) == 2
    assert verdict(bus, sent + more) == FLAWLESS


# -- an explicit first start, and afterwards nothing silent ----------------------------------------------------------------------


def refused(bus: KafkaBus) -> str:
    runner = bus.runner(ALDER)
    with pytest.raises(OutOfStep) as told:
        until(lambda: runner.turn(10, 0.05) < 0)
    runner.close()
    return str(told.value)


@pytest.fixture
def worked(bus: KafkaBus, admin: AdminClient, cluster: Cluster) -> KafkaBus:
    """A bus whose room has worked, and has been missed by its group since."""
    bus.publish([given(f"k{k}", i) for k in range(20) for i in range(2)])
    settle(bus, [ALDER])
    group = cluster.named(ALDER.group)
    until(lambda: admin.describe_consumer_groups([group])[group].result().state == ConsumerGroupState.EMPTY)
    return bus


def test_a_room_that_was_never_started_does_not_start_itself(bus: KafkaBus, cluster: Cluster, admin: AdminClient) -> None:
    bus.publish([given("k", 0)])
    [future] = admin.delete_topics([cluster.named("cdi-alder-changelog")]).values()
    future.result()
    until(lambda: cluster.named("cdi-alder-changelog") not in admin.list_topics(timeout=10).topics)
    with pytest.raises((BusDown, OutOfStep)):
        until(lambda: bus.runner(ALDER).turn(10, 0.05) < 0)
    bus.apply_topics(TOPICS)
    assert verdict(bus, [given("k", 0)]) == FLAWLESS


def test_lost_offsets_stop_the_room_and_are_repaired_from_the_changelog(worked: KafkaBus, cluster: Cluster, admin: AdminClient) -> None:
    before = worked.positions(ALDER)
    group = cluster.named(ALDER.group)
    [future] = admin.delete_consumer_groups([group]).values()
    future.result()
    assert refused(worked).endswith("opencdi topics repair alder")
    until(lambda: admin.describe_consumer_groups([group])[group].result().state != ConsumerGroupState.STABLE)
    worked.repair(ALDER)
    assert worked.positions(ALDER) == before
    worked.publish([given(f"k{k}", 2) for k in range(20)])
    assert verdict(worked, [given(f"k{k}", i) for k in range(20) for i in range(3)]) == FLAWLESS


def test_a_changelog_that_says_something_else_stops_the_room(worked: KafkaBus, cluster: Cluster) -> None:
    producer = Producer(cluster.producer())
    producer.produce(cluster.named("cdi-alder-changelog"), b"1", POSITION_KEY, 0)
    producer.flush(10)
    assert "another committed offset" in refused(worked)


def test_input_that_is_gone_stops_the_room_until_a_person_says_otherwise(worked: KafkaBus, cluster: Cluster, admin: AdminClient) -> None:
    worked.publish([given(f"k{k}", 2) for k in range(20)])
    part = partition_of("k1", PARTITIONS)
    end = worked.ends([IN])[IN.name, part]
    [future] = admin.delete_records([TopicPartition(cluster.named(IN.name), part, end)]).values()
    future.result()
    assert refused(worked).endswith("opencdi topics repair alder --from-oldest")
    group = cluster.named(ALDER.group)
    until(lambda: admin.describe_consumer_groups([group])[group].result().state == ConsumerGroupState.EMPTY)
    with pytest.raises(OutOfStep):
        worked.repair(ALDER)
    assert worked.repair(ALDER, from_oldest=True)[part] == end
    assert settle(worked, [ALDER])["alder"][part]["count/k1"] == _second("k1")


def _second(key: str) -> State:
    """What alder remembers of a key's first two records: the third was lost to it."""
    states: dict[str, State] = {}
    for i in range(2):
        list(ALDER.step(states, Record(IN.name, key, given(key, i).value)))
    assert isinstance(states[f"count/{key}"], Count)
    return states[f"count/{key}"]


def test_a_running_room_is_not_repaired(bus: KafkaBus) -> None:
    runner = bus.runner(ALDER)
    until(lambda: runner.turn(10, 0.05) == 0 and len(runner.states) == PARTITIONS)
    with pytest.raises(BusDown, match="still running"):
        bus.repair(ALDER)
    runner.close()
