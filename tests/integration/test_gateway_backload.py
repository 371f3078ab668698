"""A back-load goes behind live messages (DOMAIN F.18): counted at the gate, on the bus and by `send`."""

import asyncio
import gc
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import typer
from typer.testing import CliRunner

from at_the_door import settings_in
from on_bus import inbound_on
from opencdi.bus.bus import open_bus
from opencdi.bus.room import Room
from opencdi.cli import send as sending
from opencdi.events.inbound import Inbound
from opencdi.events.topics import CHART, INBOUND
from opencdi.gateway import store
from opencdi.gateway.door import Door
from opencdi.settings import Settings

pytestmark = pytest.mark.anyio
HISTORY = {"X-CDI-Backload": "1"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def message(control_id: str) -> bytes:
    return f"MSH|^~\\&|LAB|GH|CDI|GH|20260502101500-0400||ORU^R01|{control_id}|P|2.5.1\rPID|1||4711^^^GH^MR\r".encode()


@asynccontextmanager
async def http(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=None)
    async with (
        Door(settings) as door,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.api_port}", trust_env=False, timeout=60, limits=limits) as client,
    ):
        yield client


def stored(settings: Settings) -> list[str]:
    return [record.value.split(b"|")[9].decode() for record in inbound_on(settings.bus_url, "hl7v2")]


def read_all(settings: Settings) -> int:
    """The first room of the line takes what is there and says nothing of it; how many records."""
    with open_bus(settings.bus_url) as bus:
        runner = bus.runner(Room("intake", INBOUND, (CHART,), lambda states, record: ()))
        count = 0
        while taken := runner.turn():
            count += taken
        runner.close()
    return count


async def test_no_more_of_it_lies_unread_than_the_rooms_keep_up_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "UNREAD_RECORDS", 40)
    settings = settings_in(tmp_path)
    async with http(settings) as client:
        past = [asyncio.create_task(client.post("/hl7", content=message(f"H{nth}"), headers=HISTORY)) for nth in range(150)]
        async with asyncio.timeout(30):
            while len(stored(settings)) < 30:
                await asyncio.sleep(0.02)
        for nth in range(5):  # it does not wait for the rooms, nor for the hundred that do
            assert (await client.post("/hl7", content=message(f"L{nth}"))).status_code == 200
        before = stored(settings).index("L0")
        assert before <= 40 + 20  # what is admitted, and one bite
        assert sum(task.done() for task in past) <= before
        async with asyncio.timeout(30):
            while not all(task.done() for task in past):
                assert await asyncio.to_thread(read_all, settings) <= 40 + 20 + 5 + 2  # and the ticks
                await asyncio.sleep(0.02)
    assert {task.result().status_code for task in past} == {200}
    assert sorted(stored(settings)) == sorted([f"H{nth}" for nth in range(150)] + [f"L{nth}" for nth in range(5)])


async def test_who_waits_too_long_is_sent_away_and_nothing_of_it_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "UNREAD_RECORDS", 0)
    monkeypatch.setattr(store, "BACKLOAD_PATIENCE_S", 0.2)
    settings = settings_in(tmp_path)
    async with http(settings) as client:
        away = await client.post("/hl7", content=message("H"), headers=HISTORY)
        fhir = await client.post("/fhir", json={"resourceType": "Patient", "id": "p"}, headers=HISTORY)
        monkeypatch.setattr(store, "UNREAD_RECORDS", 40)
        assert (await client.post("/hl7", content=message("AGAIN"), headers=HISTORY)).status_code == 200
    assert (away.status_code, b"MSA|AE|H|BUS_DOWN" in away.content) == (503, True)
    assert (fhir.status_code, fhir.headers["retry-after"], fhir.json()["issue"][0]["code"]) == (503, "5", "transient")
    assert stored(settings) == ["AGAIN"]
    assert inbound_on(settings.bus_url, "fhir") == []


async def test_nothing_is_kept_of_what_was_sent_away_while_the_rooms_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a sender that comes again and again, as it is told to, would fill the memory of the gate."""
    monkeypatch.setattr(store, "UNREAD_RECORDS", 0)
    monkeypatch.setattr(store, "BACKLOAD_PATIENCE_S", 0.1)
    settings = settings_in(tmp_path)

    def held() -> int:
        return sum(sys.getsizeof(one.body) for one in gc.get_objects() if isinstance(one, Inbound) and one.backload)

    async with Door(settings) as door, httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.api_port}", trust_env=False) as client:
        for nth in range(5):
            assert (await client.post("/hl7", content=message(f"H{nth}"), headers=HISTORY)).status_code == 503
        gc.collect()
        assert held() == 0


async def test_of_who_hung_up_while_it_waited_nothing_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "UNREAD_RECORDS", 0)
    settings = settings_in(tmp_path)
    async with Door(settings) as door, httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.api_port}", trust_env=False) as client:
        gone = Inbound("x", "cdi.inbound.hl7v2", settings.tenant, "f", datetime(2026, 5, 2, tzinfo=UTC), message("GONE"), backload=True)
        waiting = asyncio.create_task(door.gate.store(gone))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        monkeypatch.setattr(store, "UNREAD_RECORDS", 40)
        assert (await client.post("/hl7", content=message("NEXT"), headers=HISTORY)).status_code == 200
    assert stored(settings) == ["NEXT"]


async def test_send_tries_again_until_its_turn_has_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "UNREAD_RECORDS", 0)
    monkeypatch.setattr(store, "BACKLOAD_PATIENCE_S", 0.1)
    settings, slept = settings_in(tmp_path), list[float]()

    def later(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            monkeypatch.setattr(store, "UNREAD_RECORDS", 40)

    monkeypatch.setattr(sending, "sleep", later)
    (tmp_path / "past.hl7").write_bytes(message("H1") + message("H2"))
    app = typer.Typer()
    app.command()(sending.send)
    async with http(settings) as client:
        words = [str(tmp_path / "past.hl7"), "--to", str(client.base_url), "--backload"]
        told = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert (json.loads(told.stdout)["AA"], len(slept) >= 3) == (2, True), told.stderr
    assert stored(settings) == ["H1", "H2"]
