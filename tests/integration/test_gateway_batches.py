"""Batches over real sockets: one frame in, one frame out, and in it an acknowledgement of each message."""

import asyncio
from pathlib import Path

import httpx
import pytest

from at_the_door import FailingBus, settings_in
from on_bus import inbound_on, records_on
from opencdi.events.topics import dead_letters
from opencdi.gateway.door import Door
from opencdi.gateway.frames import END, START, framed

pytestmark = pytest.mark.anyio
HEADERS = b"FHS|^~\\&|LAB|GH|CDI|GH|20260502||||F7\rBHS|^~\\&|LAB|GH|CDI|GH|20260502||||B7\r"


def message(control_id: str, version: str = "2.5.1", conditions: str = "") -> bytes:
    msh = f"MSH|^~\\&|LAB|GH|CDI|GH|20260502101500-0400||ORU^R01|{control_id}|P|{version}|||{conditions}"
    return f"{msh}\rPID|1||4711^^^GH^MR\r".encode()


async def answered(port: int, *sent: bytes) -> list[bytes]:
    """The frames that answer these, sent at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"".join(map(framed, sent)))
    async with asyncio.timeout(20):
        told = [(await reader.readuntil(END)).removeprefix(START).removesuffix(END) for _ in sent]
    writer.close()
    return told


def said(batch: bytes) -> list[tuple[str, ...]]:
    """Name and a few fields of each segment of the answer."""
    wanted = {"FHS": (11,), "BHS": (11,), "MSA": (1, 2), "BTS": (1,), "FTS": (1,)}
    lines = [line.split("|") for line in batch.decode().split("\r")]
    return [(line[0], *(line[n] for n in wanted[line[0]])) for line in lines if line[0] in wanted]


async def test_a_batch_is_answered_by_a_batch_of_one_acknowledgement_a_message(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    batch = HEADERS + message("A") + message("B", version="9") + b"\n" + message("C") + b"BTS|3\rFTS|1\r"
    async with Door(settings) as door:
        told, bare, alone = await answered(door.mllp_port, batch, b"BHS|^~\\&|LAB|GH|CDI|GH\r" + message("D"), message("E"))
    assert said(told) == [
        ("FHS", "F7"), ("BHS", "B7"), ("MSA", "AA", "A"), ("MSA", "AR", "B"), ("MSA", "AA", "C"), ("BTS", "3"), ("FTS", "1")
    ]  # fmt: skip
    assert said(bare) == [("BHS", ""), ("MSA", "AA", "D"), ("BTS", "1")]
    assert said(alone) == [("MSA", "AA", "E")]
    assert [record.value for record in inbound_on(settings.bus_url, "hl7v2")] == [message(name) for name in "ACDE"]
    (letter,) = records_on(settings.bus_url, dead_letters("gateway"))
    assert (letter.header("reason"), letter.value) == ("UNSUPPORTED_VERSION", message("B", version="9"))


async def test_enhanced_mode_holds_in_a_batch_and_the_frame_is_answered_even_where_nothing_is_to_be_said(tmp_path: Path) -> None:
    async with Door(settings_in(tmp_path)) as door:
        batch = HEADERS + message("A", conditions="AL|AL") + message("B", conditions="NE|NE") + b"BTS|2\rFTS|1\r"
        both, silent = await answered(door.mllp_port, batch, b"BHS|^~\\&\r" + message("C", conditions="ER|ER") + b"BTS|1\r")
    assert said(both)[2:-1] == [("MSA", "CA", "A"), ("MSA", "AA", "A"), ("BTS", "2")]
    assert said(silent) == [("BHS", ""), ("BTS", "0")]


async def test_while_the_bus_is_down_a_batch_is_to_be_sent_again(tmp_path: Path) -> None:
    bus = FailingBus(str(tmp_path / "bus.db"), partitions=2)
    async with (
        Door(settings_in(tmp_path), open_=lambda: bus) as door,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.api_port}", trust_env=False, timeout=30) as client,
    ):
        bus.down = True
        (told,) = await answered(door.mllp_port, HEADERS + message("A") + message("B"))
        refused = await client.post("/hl7", content=HEADERS + message("A"))
        bus.down = False
        taken = await client.post("/hl7", content=HEADERS + message("A") + message("B", version="9"))
        wrong = await client.post("/hl7", content=HEADERS + message("A", version="9"))
    assert [fields for fields in said(told) if fields[0] == "MSA"] == [("MSA", "AE", "A"), ("MSA", "AE", "B")]
    assert [answer.status_code for answer in (refused, taken, wrong)] == [503, 200, 400]
    assert said(taken.content)[2:4] == [("MSA", "AA", "A"), ("MSA", "AR", "B")]
