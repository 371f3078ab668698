"""Who finds out first that a step does not end."""

from inspect import signature

from opencdi.bus.kafka_cluster import Cluster
from opencdi.bus.supervisor import Supervisor


def test_the_supervisor_judges_a_step_before_the_brokers_do() -> None:
    """It counts such an entry as poisonous; the brokers would only give the room's work away, to be begun again without end."""
    hang_s = signature(Supervisor).parameters["hang_s"].default
    assert Cluster("localhost:9092").max_poll_ms > 1000 * hang_s
