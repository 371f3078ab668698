"""The drop folder of a running door: what is dropped is taken once, put away with its answers, and survives `kill -9`."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from at_the_door import FailingBus, settings_in
from on_bus import inbound_on, records_on
from opencdi.bus.supervisor import StaysShut
from opencdi.events.inbound import read_inbound
from opencdi.events.topics import dead_letters
from opencdi.gateway import bodies, drop
from opencdi.gateway.door import Door
from opencdi.settings import Settings, environment

PATIENT = {"resourceType": "Patient", "id": "p1"}


def message(control_id: str, version: str = "2.5.1") -> bytes:
    return f"MSH|^~\\&|LAB|GH|CDI|GH|20260502101500||ADT^A01|{control_id}|P|{version}\rPID|1||4711\r".encode()


def bundle_of(*resources: object) -> object:
    return {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": resource} for resource in resources]}


def dropping_in(folder: Path) -> Settings:
    (folder / "drop").mkdir(exist_ok=True)
    return settings_in(folder, drop_folder=folder / "drop")


def put(folder: Path, name: str, content: bytes) -> None:
    """As a sender does: written aside, then renamed."""
    aside = folder / f".{name}"
    aside.write_bytes(content)
    aside.replace(folder / name)


def lying(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()} if folder.is_dir() else set()


async def taken(folder: Path) -> None:
    async with asyncio.timeout(30):
        while lying(folder / ".taking") or any(not name.startswith(".") for name in lying(folder)):
            await asyncio.sleep(0.05)


@pytest.mark.anyio
async def test_whatever_is_dropped_is_taken_and_put_away_with_its_answers(tmp_path: Path) -> None:
    settings, folder = dropping_in(tmp_path), tmp_path / "drop"
    batch = b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + message("B1") + message("B2") + b"BTS|2\rBHS|^~\\&|A\r" + message("B3") + b"BTS|1\rFTS|2\r"
    put(folder, "one.hl7", message("ONE"))
    put(folder, "framed.txt", b"\x0b" + message("F1") + b"\x1c\r\x0b" + message("F2") + b"\x1c\r")
    put(folder, "batch.hl7", batch)
    put(folder, "half-bad.hl7", message("GOOD") + message("BAD", "9"))
    put(folder, "one.json", json.dumps(PATIENT, indent=1).encode())
    put(folder, "many.ndjson", b"\n".join(json.dumps(PATIENT | {"id": f"n{n}"}).encode() for n in range(3)))
    put(folder, "broken.json", b'{"resourceType": ')
    put(folder, "empty.json", b"")
    put(folder, "batch.json", json.dumps(bundle_of(PATIENT, {"id": "no type"})).encode())
    (folder / ".half-written.hl7").write_bytes(b"MSH|^~")
    async with Door(settings) as door:
        await taken(folder)
        put(folder, "one.hl7", message("AGAIN"))
        await taken(folder)
        files = door.gate.metrics.files
        assert (files.labels("done")._value.get(), files.labels("refused")._value.get()) == (6, 4)
    assert lying(folder) == {".half-written.hl7"}
    good = {"one.hl7", "one.hl7.2", "framed.txt", "batch.hl7"}
    assert lying(folder / "done") == {
        *good, *(f"{name}.answer.ack" for name in good), "one.json", "one.json.answer.json", "many.ndjson", "many.ndjson.answer.json"
    }  # fmt: skip
    bad = {"half-bad.hl7": "ack", "broken.json": "json", "empty.json": "json", "batch.json": "json"}
    assert lying(folder / "refused") == {*bad, *(f"{name}.answer.{kind}" for name, kind in bad.items())}
    assert re.findall(rb"MSA\|(\w\w\|\w+)", (folder / "refused" / "half-bad.hl7.answer.ack").read_bytes()) == [b"AA|GOOD", b"AR|BAD"]
    (said,) = json.loads((folder / "refused" / "broken.json.answer.json").read_bytes())["issue"]
    assert said["details"]["text"] == "NOT_JSON"
    assert (folder / "done" / "batch.hl7").read_bytes() == batch
    messages = [read_inbound(record.value, record.headers) for record in inbound_on(settings.bus_url, "hl7v2")]
    assert {one.feed for one in messages} == {"drop"}
    assert sorted(one.body for one in messages) == sorted(map(message, ("ONE", "F1", "F2", "B1", "B2", "B3", "GOOD", "AGAIN")))
    assert len(inbound_on(settings.bus_url, "fhir")) == 5
    assert {letter.header("reason") for letter in records_on(settings.bus_url, dead_letters("gateway"))} == {
        "UNSUPPORTED_VERSION", "NOT_JSON", "EMPTY_BODY", "NO_RESOURCE_TYPE"
    }  # fmt: skip


@pytest.mark.anyio
async def test_what_cannot_be_stored_waits_and_what_is_too_large_holds_up_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, folder = dropping_in(tmp_path), tmp_path / "drop"
    monkeypatch.setattr(drop, "MAX_BODY_BYTES", 1000)
    assert bodies.MAX_BODY_BYTES > 1000
    bus = FailingBus(str(tmp_path / "bus.db"), partitions=2)
    async with Door(settings, open_=lambda: bus) as door:
        bus.down = True
        put(folder, "a.hl7", message("A"))
        put(folder, "b.json", json.dumps(PATIENT).encode())
        async with asyncio.timeout(30):
            while not door.gate.metrics.answers.labels("AE")._value.get():
                await asyncio.sleep(0.05)
        assert lying(folder) | lying(folder / ".taking") == {"a.hl7", "b.json"}
        put(folder, "large.hl7", message("A") + b"NTE|1||" + b"x" * 1000)
        bus.down = False
        await taken(folder)
    assert lying(folder / "done") == {"a.hl7", "a.hl7.answer.ack", "b.json", "b.json.answer.json"}
    assert b"TOO_LARGE" in (folder / "refused" / "large.hl7.answer.json").read_bytes()
    assert [record.value for record in inbound_on(settings.bus_url, "hl7v2")] == [message("A")]


@pytest.mark.anyio
async def test_what_is_stored_and_cannot_be_put_away_is_not_stored_again(tmp_path: Path) -> None:
    settings, folder = dropping_in(tmp_path), tmp_path / "drop"
    aside = tmp_path / "aside"
    aside.write_bytes(b"in the way")
    async with Door(settings) as door:
        (folder / "done").symlink_to(aside)  # no folder: nothing can be put there
        put(folder, "a.hl7", message("A"))
        put(folder, "bad.hl7", b"nonsense")
        async with asyncio.timeout(30):
            while door.gate.metrics.files.labels("waiting")._value.get() < 2:
                await asyncio.sleep(0.05)
        put(folder, "a.hl7", message("B"))  # its namesake waits until the first has its place
        (folder / "done").unlink()
        await taken(folder)
    assert lying(folder / "done") == {"a.hl7", "a.hl7.answer.ack", "a.hl7.2", "a.hl7.2.answer.ack"}
    assert lying(folder / "refused") == {"bad.hl7", "bad.hl7.answer.ack"}
    assert [record.value for record in inbound_on(settings.bus_url, "hl7v2")] == [message("A"), message("B")]


def test_a_folder_that_is_not_there_keeps_the_door_shut(tmp_path: Path) -> None:
    with pytest.raises(StaysShut, match="CDI_DROP_FOLDER"):
        Door(Settings(home=tmp_path, drop_folder=tmp_path / "none"))


@pytest.mark.chaos
def test_a_door_killed_over_a_file_takes_it_again(tmp_path: Path) -> None:
    folder, log = tmp_path / "drop", tmp_path / "log"
    folder.mkdir()
    names = [[f"{file}-{nth}" for nth in range(300)] for file in range(20)]
    for file, inside in enumerate(names):
        put(folder, f"{file}.hl7", b"".join(map(message, inside)))
    ports = []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as server:
            ports.append(str(server.getsockname()[1]))
    told = environment(
        CDI_HOME=str(tmp_path), CDI_MLLP_PORT=ports[0], CDI_API_PORT=ports[1], CDI_METRICS_PORT="0", CDI_DROP_FOLDER=str(folder)
    )
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "opencdi.cli.app", "run", "door"], env=told, stderr=out)
        try:
            deadline = time.monotonic() + 60
            for wanted in (2, 8, 20):
                while len(lying(folder / "done")) < wanted * 2:
                    assert time.monotonic() < deadline, log.read_text()
                    time.sleep(0.002)
                if wanted < 20:
                    os.kill(int(re.findall(r"door started, process (\d+)", log.read_text())[-1]), signal.SIGKILL)
        finally:
            process.terminate()
            assert process.wait(30) == 0
    assert {path for path in lying(folder / "done") if not path.endswith(".ack")} == {f"{file}.hl7" for file in range(20)}
    there = [record.value for record in inbound_on(f"sqlite:///{tmp_path / 'bus.db'}", "hl7v2")]
    assert set(there) == {message(name) for inside in names for name in inside}
    assert len(there) - len(set(there)) <= 2 * 300  # of the file in hand at each kill, and of no other
