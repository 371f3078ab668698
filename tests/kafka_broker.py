"""A real Apache Kafka for tests: one KRaft node, from wherever this machine can get one.

Order of choice: `CDI_TEST_KAFKA` if it is set (host:port of a broker that tests may fill) · testcontainers where a Docker engine
answers · Java and Maven, which resolves the broker's jars (43 MB) once into a cache folder.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from fetched import fetched

VERSION = "4.1.1"
POM = Path(__file__).parent / "kafka" / "pom.xml"
HOW = "a Docker engine, or Java 17 and Maven, or CDI_TEST_KAFKA=host:port"
_START_S = 120


class NoKafka(Exception):
    """This machine cannot run a broker; the message says what is missing."""


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _properties(logs: str, listen: str, port: int, controller: int) -> dict[str, str]:
    """One node that forgets dead members and dead transactions quickly, so that a killed room is missed within seconds."""
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://{listen},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": logs,
        "auto.create.topics.enable": "false",
        "default.replication.factor": "1",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
        "log.cleaner.dedupe.buffer.size": "2097152",
    }


def can_run() -> bool:
    """Whether this machine has one of the three."""
    return bool(os.environ.get("CDI_TEST_KAFKA")) or bool(shutil.which("java") and shutil.which("mvn")) or _docker_answers()


@contextmanager
def broker() -> Iterator[str]:
    """The address of a broker, for as long as the block lasts.  Raises `NoKafka`."""
    if given := os.environ.get("CDI_TEST_KAFKA"):
        _wait_until_up(given)
        yield given
    elif _docker_answers():
        with _in_docker() as address:
            yield address
    elif shutil.which("java") and shutil.which("mvn"):
        with _from_jars() as address:
            yield address
    else:
        raise NoKafka(f"needs {HOW}")


def _wait_until_up(address: str, process: "subprocess.Popen[bytes] | None" = None, log: Path | None = None) -> None:
    deadline = monotonic() + _START_S
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0, "reconnect.backoff.ms": 50, "reconnect.backoff.max.ms": 200})
    while True:
        try:
            admin.list_topics(timeout=1)
            return
        except KafkaException:
            if process is not None and process.poll() is not None:
                tail = log.read_text(errors="replace")[-800:] if log else ""
                raise NoKafka(f"the broker ended with {process.returncode}: {tail}") from None
            if monotonic() > deadline:
                raise NoKafka(f"no broker at {address} within {_START_S} s") from None


def _docker_answers() -> bool:
    if not shutil.which("docker"):
        return False
    try:
        asked = subprocess.run(["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, timeout=10)
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


@contextmanager
def _in_docker() -> Iterator[str]:
    from testcontainers.core.container import DockerContainer

    [port] = _free_ports(1)
    container = DockerContainer(f"apache/kafka:{VERSION}").with_bind_ports("9092/tcp", ("127.0.0.1", port))
    for name, value in _properties("/tmp/kafka-logs", "0.0.0.0:9092", port, 9093).items():
        container = container.with_env("KAFKA_" + name.upper().replace(".", "_"), value)
    with container:
        _wait_until_up(f"127.0.0.1:{port}")
        yield f"127.0.0.1:{port}"


def _resolve(folder: Path) -> None:
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
    got = subprocess.run(command, capture_output=True)
    if got.returncode:
        raise NoKafka(f"Maven could not resolve the broker: {got.stdout.decode(errors='replace')[-400:]}")


@contextmanager
def _from_jars() -> Iterator[str]:
    classpath = f"{fetched(f'kafka-{VERSION}', POM.read_bytes(), _resolve)}/*"
    port, controller = _free_ports(2)
    folder = Path(tempfile.mkdtemp(prefix="opencdi-kafka-"))  # mkdtemp: for its owner alone
    settings, log = folder / "server.properties", folder / "broker.log"
    lines = _properties(str(folder / "logs"), f"127.0.0.1:{port}", port, controller)
    settings.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    java = ["java", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=WARN", "-cp", classpath]
    try:
        subprocess.run(
            [*java, "kafka.tools.StorageTool", "format", "-t", "b3BlbmNkaS10ZXN0cy0wMQ", "-c", str(settings)],
            check=True,
            capture_output=True,
        )
        with log.open("wb") as out, subprocess.Popen([*java, "kafka.Kafka", str(settings)], stdout=out, stderr=out) as process:
            try:
                _wait_until_up(f"127.0.0.1:{port}", process, log)
                yield f"127.0.0.1:{port}"
            finally:
                process.kill()  # it holds nothing that a test will want again
    finally:
        shutil.rmtree(folder, ignore_errors=True)
