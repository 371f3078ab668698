"""A crowd at the MLLP door: engines that reconnect all at once, drip or send far too much cost the good sender nothing."""

import asyncio
import re
import socket
import struct
from pathlib import Path

import httpx
import pytest

from at_the_door import settings_in
from on_bus import inbound_on, records_on
from opencdi.events.topics import dead_letters
from opencdi.gateway.door import Door
from opencdi.gateway.frames import END, START, framed
from opencdi.gateway.mllp import Limits

pytestmark = pytest.mark.anyio
_MSA = re.compile(rb"\rMSA\|(\w\w)\|([^|\r]*)")
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST, as an engine that was killed


def message(control_id: str) -> bytes:
    return f"MSH|^~\\&|LAB|GH|CDI|GH|20260502101500-0400||ORU^R01|{control_id}|P|2.5.1\rPID|1||4711^^^GH^MR\r".encode()


class Engine:
    """One connection of an interface engine, which waits for each answer."""

    @classmethod
    async def at(cls, door: Door) -> "Engine":
        self = cls()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", door.mllp_port)
        return self

    async def answer(self) -> tuple[bytes, bytes]:
        async with asyncio.timeout(30):
            told = _MSA.search(await self.reader.readuntil(END))
        assert told
        return told[1], told[2]

    async def say(self, told: bytes) -> tuple[bytes, bytes]:
        self.writer.write(framed(told))
        return await self.answer()

    def break_off(self) -> None:
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.writer.transport.abort()


async def test_a_storm_of_reconnects_and_dripping_senders_harm_nobody(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with Door(settings) as door:
        good = await Engine.at(door)
        slow = [await Engine.at(door) for _ in range(50)]
        drips = [framed(message(f"SLOW{n}")) for n in range(50)]

        async def storm() -> None:
            for n in range(200):
                engine = await Engine.at(door)
                engine.writer.write(framed(message(f"CUT{n}"))[: n % 60])  # never a whole frame
                engine.break_off()

        storming = asyncio.create_task(storm())
        for nth in range(max(map(len, drips))):
            for engine, drip in zip(slow, drips, strict=True):
                engine.writer.write(drip[nth : nth + 1])
            assert await good.say(message(f"G{nth}")) == (b"AA", f"G{nth}".encode())
        await storming
        assert [await engine.answer() for engine in slow] == [(b"AA", f"SLOW{n}".encode()) for n in range(50)]
        late = await Engine.at(door)
        assert await late.say(message("LATE")) == (b"AA", b"LATE")
        async with asyncio.timeout(20):  # those that broke off hold no place
            while door.gate.metrics.connections._value.get() > 52:
                await asyncio.sleep(0.01)
        assert door.gate.metrics.dropped.labels("connections")._value.get() == 0
        for engine in (good, late, *slow):
            engine.writer.close()
    names = [record.value.split(b"|")[9].decode() for record in inbound_on(settings.bus_url, "hl7v2")]
    assert len(names) == len(set(names))
    assert not [name for name in names if name.startswith("CUT")]


async def test_a_hundred_megabytes_in_one_obx_are_refused_by_size_while_others_are_served(tmp_path: Path) -> None:
    settings, piece = settings_in(tmp_path), b"QUJD" * (1 << 18)
    async with Door(settings) as door:
        good, heavy = await Engine.at(door), await Engine.at(door)
        heavy.writer.write(START + message("HEAVY") + b"OBX|1|ED|PDF^Report||^^PDF^Base64^")
        for nth in range(100):
            heavy.writer.write(piece)
            await heavy.writer.drain()
            if nth % 10 == 0:
                assert await good.say(message(f"G{nth}")) == (b"AA", f"G{nth}".encode())
        heavy.writer.write(END)
        assert await heavy.answer() == (b"AR", b"HEAVY")
        assert await heavy.say(message("NEXT")) == (b"AA", b"NEXT")
        for engine in (good, heavy):
            engine.writer.close()
    (letter,) = records_on(settings.bus_url, dead_letters("gateway"))
    assert letter.header("reason") == "TOO_LARGE"
    assert int(letter.header("size") or 0) > 100 << 20
    assert len(letter.value) <= 4096
    assert len(inbound_on(settings.bus_url, "hl7v2")) == 11


async def test_enhanced_mode_over_the_wire_is_the_commit_and_then_the_application_answer(tmp_path: Path) -> None:
    def asking(control_id: str, conditions: str, version: str = "2.5.1") -> bytes:
        msh = f"MSH|^~\\&|LAB|GH|CDI|GH|20260502101500-0400||ADT^A01|{control_id}|P|{version}|||{conditions}"
        return f"{msh}\rPID|1||4711^^^GH^MR\r".encode()

    async with Door(settings_in(tmp_path)) as door:
        engine = await Engine.at(door)
        told = b"".join(
            map(framed, (asking("1", "AL|AL"), asking("2", "NE|NE"), asking("3", "ER|SU"), asking("4", "ER|SU", "9"), asking("5", "|")))
        )
        engine.writer.write(told)
        answers = [await engine.answer() for _ in range(5)]
        engine.writer.close()
    assert answers == [(b"CA", b"1"), (b"AA", b"1"), (b"AA", b"3"), (b"CR", b"4"), (b"AA", b"5")]


async def connected(port: int, says: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(says)
    return reader, writer


async def hung_up(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(20):
        try:
            return await reader.read() == b""
        except ConnectionError:
            return True


async def test_who_is_slow_to_say_a_request_is_let_go_and_others_are_served(tmp_path: Path) -> None:
    async with Door(settings_in(tmp_path), limits=Limits(frame_s=0.5)) as door:
        silent, header, body = [
            await connected(door.api_port, says)
            for says in (b"", b"POST /hl7 HTTP/1.1\r\nHost: x\r\nX-A:", b"POST /hl7 HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nMSH|")
        ]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.api_port}", trust_env=False, timeout=30) as client:
            for nth in range(8):
                assert (await client.post("/hl7", content=message(f"G{nth}"))).status_code == 200
                await asyncio.sleep(0.1)
        assert [await hung_up(reader) for reader, _ in (silent, header, body)] == [True] * 3
        assert door.gate.metrics.dropped.labels("slow")._value.get() == 3
        for _, writer in (silent, header, body):
            writer.close()


async def test_one_host_takes_no_more_than_its_share_of_http(tmp_path: Path) -> None:
    async with Door(settings_in(tmp_path), limits=Limits(connections_per_host=2)) as door:
        first, second, third = [await connected(door.api_port, b"") for _ in range(3)]
        assert await hung_up(third[0])
        first[1].write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await first[0].readline()).startswith(b"HTTP/1.1 200")
        for _, writer in (first, second, third):
            writer.close()
