"""What a Kafka cluster is asked to make."""

import pytest

from opencdi.bus.kafka_cluster import Cluster
from opencdi.bus.kafka_topics import new_topic
from opencdi.events.topics import FINDINGS, changelog


@pytest.mark.parametrize(("replicas", "asked", "in_sync"), [(None, -1, None), (1, 1, None), (3, 3, "2")])
def test_replicas_are_the_operators_or_else_the_brokers(replicas: int | None, asked: int, in_sync: str | None) -> None:
    made = new_topic(Cluster("broker:9092", replicas=replicas), FINDINGS, 8)
    assert (made.topic, made.num_partitions, made.replication_factor) == (FINDINGS.name, 8, asked)
    assert made.config.get("min.insync.replicas") == in_sync


def test_a_changelog_is_compacted_and_the_line_is_kept_for_its_days() -> None:
    cluster = Cluster("broker:9092", "hospital")
    log, line = new_topic(cluster, changelog("nlp"), 8), new_topic(cluster, FINDINGS, 8)
    assert log.config["cleanup.policy"] == "compact"
    assert line.config["retention.ms"] == str(90 * 86_400_000)
    assert log.topic.startswith("hospital.")
