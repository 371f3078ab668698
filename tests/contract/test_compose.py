"""docker-compose.yml and the image say what the code knows: commands, settings, ports, slots; nothing is published off loopback."""

import re
import shutil
import stat
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from jsonschema import Draft201909Validator
from typer.testing import CliRunner

import official_schemas
from opencdi.bus.kafka_cluster import MAX_MESSAGE_BYTES
from opencdi.cli.app import app
from opencdi.cli.tokens import app as tokens
from opencdi.events.topics import STATEFUL_ROOMS
from opencdi.gateway.tokens import Caller, caller_of, load_tokens
from opencdi.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "opencdi"}
SETTINGS = {f"CDI_{name.upper()}" for name in Settings.model_fields}
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
PORTS = {name: Settings.model_fields[f"{name}_port"].default for name in ("mllp", "api", "workbench", "metrics")}


@pytest.mark.npm
def test_the_file_is_what_compose_reads() -> None:
    """Against the Compose Specification's own JSON Schema."""
    official = Draft201909Validator(official_schemas.compose())
    assert [(list(error.absolute_path), error.message) for error in official.iter_errors(COMPOSE)] == []
    for typo in ({"comand": ["run", "nlp"]}, {"ports": "8080:8080"}, {"restart": True}):
        assert not official.is_valid(COMPOSE | {"services": SERVICES | {"nlp-0": SERVICES["nlp-0"] | typo}})


def test_every_room_has_its_service() -> None:
    run = {what for service in OURS.values() if service["command"][0] == "run" for what in service["command"][1:]}
    assert run == {"door", "pages", *STATEFUL_ROOMS}


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name: str) -> None:
    command: Any = typer.main.get_command(app)
    words = list(SERVICES[name]["command"])
    while hasattr(command, "commands"):
        assert words[0] in command.commands
        command = command.commands[words.pop(0)]
    command.make_context(name, words)  # parses the options and arguments, runs nothing


@pytest.mark.parametrize("name", OURS)
def test_every_setting_exists_and_reads(name: str) -> None:
    told = {key: value for key, value in SERVICES[name]["environment"].items() if key.startswith("CDI_")}
    assert set(told) - SETTINGS == set()
    Settings.model_validate({key.removeprefix("CDI_").lower(): value for key, value in told.items()})
    assert all(isinstance(value, str) for value in told.values()), "YAML must not turn a setting into another type"


def test_nothing_is_published_off_loopback() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert len(published) == 5
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert not any("network_mode" in service for service in SERVICES.values())


def test_the_ports_are_the_codes_own() -> None:
    assert SERVICES["gateway"]["ports"] == [f"127.0.0.1:{PORTS[name]}:{PORTS[name]}" for name in ("mllp", "api")]
    assert SERVICES["workbench"]["ports"] == [f"127.0.0.1:{PORTS['workbench']}:{PORTS['workbench']}"]
    assert SERVICES["workbench"]["environment"]["CDI_GATEWAY_URL"] == f"http://gateway:{PORTS['api']}"
    exposed = re.search(r"^EXPOSE (.+)$", DOCKERFILE, re.MULTILINE)
    assert exposed
    assert {int(port) for port in exposed[1].split()} == set(PORTS.values())


def test_no_two_processes_share_a_slot() -> None:
    slots = Counter(
        (service["command"][1], service["environment"]["CDI_SLOT"]) for service in OURS.values() if service["command"][0] == "run"
    )
    assert set(slots.values()) == {1}


def test_topics_come_first() -> None:
    for service in OURS.values():
        if service["command"][0] == "run":
            assert service["depends_on"]["topics"] == {"condition": "service_completed_successfully"}
    assert SERVICES["topics"]["command"] == ["topics", "apply"]
    assert SERVICES["topics"]["depends_on"]["kafka"] == {"condition": "service_healthy"}


def test_the_door_asks_for_the_token_that_the_workbench_was_given() -> None:
    door, pages, maker = (SERVICES[name] for name in ("gateway", "workbench", "workbench-token"))
    assert door["environment"]["CDI_TOKENS"] == maker["environment"]["CDI_TOKENS"]
    assert pages["environment"]["CDI_GATEWAY_TOKEN"] == maker["command"][maker["command"].index("--into") + 1]
    assert door["depends_on"]["workbench-token"] == {"condition": "service_completed_successfully"}


def test_the_token_is_made_once_and_known_by_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_HOME", str(tmp_path))
    monkeypatch.setenv("CDI_TENANT", "north")
    words = [word.replace("/var/lib/opencdi", str(tmp_path)) for word in SERVICES["workbench-token"]["command"][1:]]
    made = [CliRunner().invoke(tokens, words) for _ in range(2)]
    assert [result.exit_code for result in made] == [0, 0]
    secret = tmp_path / "workbench.token"
    assert {stat.S_IMODE(file.stat().st_mode) for file in (secret, tmp_path / "tokens.json")} == {0o600}
    callers = load_tokens(tmp_path / "tokens.json")
    assert len(callers) == 1
    assert caller_of(callers, secret.read_text()) == Caller(tenant="north", feed="workbench", for_others=True)
    assert secret.read_text() not in (tmp_path / "tokens.json").read_text() + "".join(result.output for result in made)
    printed = CliRunner().invoke(tokens, ["add", "interface-engine"]).stdout.strip()
    assert caller_of(load_tokens(tmp_path / "tokens.json"), printed) == Caller(tenant="north", feed="interface-engine")
    (tmp_path / "tokens.json").chmod(0o644)
    assert CliRunner().invoke(tokens, ["add", "another"]).exit_code == 2


def test_no_secret_is_written_down() -> None:
    told = [value for service in SERVICES.values() for key, value in service.get("environment", {}).items() if "PASSWORD" in str(value)]
    assert len(told) == 2
    assert all("${DATABASE_PASSWORD" in value for value in told)


@pytest.mark.parametrize("image", ["kafka", "database"])
def test_images_are_pinned(image: str) -> None:
    assert SERVICES[image]["image"] in ("apache/kafka:4.1.1", "postgres:17")


def test_the_image_is_not_root_and_starts_the_command_line() -> None:
    assert DOCKERFILE.index("USER opencdi") < DOCKERFILE.index("ENTRYPOINT")
    assert DOCKERFILE.rstrip().endswith('ENTRYPOINT ["opencdi"]')
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    paths = [path for line in copied for path in line.split()]
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    assert set(paths) <= allowed
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_broker_agrees_with_the_bus() -> None:
    lines = (ROOT / "deploy/kafka/server.properties").read_text(encoding="utf-8").splitlines()
    told = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert int(told["message.max.bytes"]) >= MAX_MESSAGE_BYTES
    assert told["auto.create.topics.enable"] == "false"
    assert "INSIDE://kafka:19092" in told["advertised.listeners"]
    assert {service["environment"]["CDI_BUS"] for service in OURS.values()} == {"kafka://kafka:19092"}


def test_the_password_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for _ in range(2):  # the second run keeps what the first one made
        subprocess.run(["make", "-s", "compose-env"], cwd=tmp_path, check=True, capture_output=True)
    made = tmp_path / ".env"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert re.fullmatch(r"DATABASE_PASSWORD=[0-9a-f]{48}\n", made.read_text())
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_docker_compose_takes_the_file() -> None:
    try:
        plugin = subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0
    except FileNotFoundError:
        plugin = False
    if not plugin:
        pytest.skip("no docker compose plugin on this machine")
    told = subprocess.run(
        ["docker", "compose", "-f", str(ROOT / "docker-compose.yml"), "config", "--quiet"],
        env={"DATABASE_PASSWORD": "x", "PATH": "/usr/local/bin:/usr/bin:/bin"}, capture_output=True, text=True,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, "")
