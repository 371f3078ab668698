"""What a newcomer meets: every command has an example, and what was asked wrongly is one clear line that says what to change."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from opencdi.cli.app import app
from opencdi.events.topics import TOPICS
from unit.cli.command import opencdi


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that does not exist yet; ports that are free."""
    for name in ("MLLP_PORT", "API_PORT", "WORKBENCH_PORT", "METRICS_PORT"):
        monkeypatch.setenv(f"CDI_{name}", "0")
    monkeypatch.setenv("CDI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def commands(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, sub in command.commands.items():
        if hasattr(sub, "commands"):
            yield from commands(sub, *path, name)
        else:
            yield (*path, name), sub


EVERY = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_has_an_example_that_names_it(path: tuple[str, ...]) -> None:
    told = opencdi(*path, "--help")
    assert told.code == 0
    example = EVERY[path].help.partition("Example:")[2]
    assert f"opencdi {' '.join(path)}" in " ".join(example.split())


def test_lists_can_be_read_by_a_machine() -> None:
    listing = [path for path in EVERY if path[-1] == "list"]
    assert {path[0] for path in listing} >= {"topics", "rules", "dead"}
    assert all("--json" in {name for option in EVERY[path].params for name in option.opts} for path in listing)
    told = opencdi("topics", "list", "--json").lines
    assert {topic.name for topic in TOPICS} <= {one["name"] for one in told}
    table = opencdi("topics", "list").out
    assert all(topic.name in table for topic in TOPICS)  # whole names, on a narrow screen too


@pytest.mark.parametrize("words", [("run",), ("demo",), ("dead", "list"), ("topics", "apply")])
def test_a_setting_that_cannot_be_is_named(words: tuple[str, ...], home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_PARTITIONS", "eight")
    answer = opencdi(*words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.errors.startswith("CDI_PARTITIONS: ")
    assert answer.errors.count("\n") == 1
    assert not home.exists()


@pytest.mark.parametrize("words", [("run",), ("dead", "list"), ("dead", "replay", "x"), ("topics", "apply")])
@pytest.mark.parametrize("url", ["bus.db", "mongo://x", "kafka:/x"])
def test_what_is_no_bus_is_named_with_the_setting(words: tuple[str, ...], url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_BUS", url)
    answer = opencdi(*words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.errors == f"{url}: a bus is sqlite:///path or kafka://host:port (CDI_BUS)\n"


@pytest.mark.parametrize("words", [("dead", "list"), ("dead", "show", "x"), ("dead", "replay", "x")])
def test_a_bus_that_is_not_there_is_not_made(words: tuple[str, ...], home: Path) -> None:
    answer = opencdi(*words)
    assert (answer.code, answer.out) == (2, "")
    assert "CDI_HOME or CDI_BUS" in answer.errors
    assert not home.exists()


def test_a_file_that_is_no_bus_is_left_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    (home / "bus.db").write_text("my letters")
    for words in (("dead", "list"), ("run",), ("topics", "apply")):
        answer = opencdi(*words)
        assert (answer.code, answer.errors) == (2, f"sqlite:///{home / 'bus.db'}: not the file of a bus\n")
    assert (home / "bus.db").read_text() == "my letters"
    assert [path.name for path in home.iterdir()] == ["bus.db"]


@pytest.mark.parametrize("command", ["run", "demo"])
@pytest.mark.parametrize("name", ["CDI_MLLP_PORT", "CDI_API_PORT", "CDI_WORKBENCH_PORT"])
def test_a_busy_port_is_named_with_the_setting_before_anything_starts(
    command: str, name: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv(name, str(port))
        words = ("--home", str(home)) if command == "demo" else ()
        assert opencdi(command, *words).errors == f"port {port} is in use: set {name} to another\n"


def test_a_misspelt_room_is_told_the_rooms_that_there_are() -> None:
    for words in (("run", "nlpp"), ("run", "nlp", "cooding")):
        answer = opencdi(*words)
        assert answer.code == 2
        assert "there are door, rooms, pages, outbound, intake, nlp, coding, queries, finalize" in answer.errors
    assert opencdi("topics", "apply").code == 0
    assert "there are gateway, intake, " in opencdi("dead", "list", "--room", "nlpp").errors
    assert opencdi("dead", "list").out == "no dead letters\n"
    assert opencdi("dead", "list", "--json").out == ""


@pytest.mark.parametrize(
    "to", ["localhost:2575", "mllp://localhost", "mllp://localhost:99999", "http://localhost:abc", "ftp://localhost:21", "mllp://[:1"]
)
def test_an_address_that_is_none_is_told_how_one_looks(to: str, tmp_path: Path) -> None:
    (tmp_path / "one.hl7").write_text("MSH|^~\\&|")
    answer = opencdi("send", str(tmp_path / "one.hl7"), "--to", to)
    assert (answer.code, answer.out) == (2, "")
    assert answer.errors.startswith("--to is mllp://host:port")


def test_nobody_there_and_files_that_are_not(tmp_path: Path) -> None:
    (tmp_path / "one.hl7").write_text("MSH|^~\\&|")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for scheme in ("mllp", "http"):
        answer = opencdi("send", str(tmp_path / "one.hl7"), "--to", f"{scheme}://127.0.0.1:{port}")
        assert (answer.code, answer.errors) == (1, f"{scheme}://127.0.0.1:{port}: Connection refused\n")
        assert json.loads(answer.out)["unanswered"] == 1
    for option in ("--token", "--ca", "--certificate"):
        answer = opencdi("send", str(tmp_path / "one.hl7"), "--to", "http://127.0.0.1:1", option, str(tmp_path / "none"))
        assert (answer.code, answer.errors) == (2, f"{tmp_path / 'none'}: no such file\n")


def test_schemas_are_checked_in_one_word() -> None:
    assert opencdi("schemas", "--check").code == 0
