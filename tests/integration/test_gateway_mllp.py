"""The MLLP door over real sockets: every sender is answered, and only for what is stored."""

import asyncio
import random
import re
import ssl
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
import trustme

from at_the_door import FailingBus, settings_in
from on_bus import inbound_on, records_on
from opencdi.bus.supervisor import StaysShut
from opencdi.events.inbound import read_inbound
from opencdi.events.topics import INBOUND, dead_letters
from opencdi.gateway.door import Door
from opencdi.gateway.frames import framed
from opencdi.gateway.mllp import Limits
from opencdi.gateway.tokens import Caller, add_token
from opencdi.settings import Settings

pytestmark = pytest.mark.anyio
ACK_MSA = re.compile(rb"\rMSA\|(\w\w)\|([^|\r]*)")


def message(control_id: str, *, end: str = "\r", body: str = "") -> bytes:
    msh = f"MSH|^~\\&|LAB|GH|CDI|GH|20260502101500-0400||ORU^R01|{control_id}|P|2.5.1"
    return end.join((msh, "PID|1||4711^^^GH^MR||Doe^Jane", "OBX|1|NM|2160-0^Creatinine^LN||1.4|mg/dL|||||F", body)).encode()


def messages_stored(settings: Settings) -> list[bytes]:
    return [record.value for record in inbound_on(settings.bus_url, "hl7v2")]


class Sender:
    """An interface engine's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def acks(self, count: int) -> list[tuple[str, str]]:
        """(MSA-1, MSA-2) of the next answers."""
        told = []
        async with asyncio.timeout(20):
            for _ in range(count):
                ack = await self.reader.readuntil(b"\x1c\r")
                assert ack.startswith(b"\x0bMSH|")
                match = ACK_MSA.search(ack)
                assert match
                told.append((match[1].decode(), match[2].decode()))
        return told

    async def say(self, data: bytes, expect: int = 1) -> list[tuple[str, str]]:
        self.writer.write(data)
        return await self.acks(expect)


@asynccontextmanager
async def sender(port: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[Sender]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    try:
        yield Sender(reader, writer)
    finally:
        writer.close()


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r"])
async def test_thousand_messages_in_pieces_have_a_thousand_answers(tmp_path: Path, end: str) -> None:
    settings = settings_in(tmp_path)
    wire = b"".join(framed(message(f"M{i}", end=end)) for i in range(1000))
    dice = random.Random(3)
    async with Door(settings) as door, sender(door.mllp_port) as engine:
        asking = asyncio.create_task(engine.acks(1000))
        at = 0
        while at < len(wire):
            step = dice.choice((1, 2, 7, 300, 4000))
            engine.writer.write(wire[at : at + step])
            await engine.writer.drain()
            at += step
        assert await asking == [("AA", f"M{i}") for i in range(1000)]
    assert messages_stored(settings) == [message(f"M{i}", end=end) for i in range(1000)]


async def test_several_connections_each_get_their_own_answers(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)

    async def engine(port: int, name: str) -> list[tuple[str, str]]:
        async with sender(port) as one:
            return [(await one.say(framed(message(f"{name}-{i}"))))[0] for i in range(50)]

    async with Door(settings) as door:
        told = await asyncio.gather(*(engine(door.mllp_port, f"E{n}") for n in range(8)))
    assert told == [[("AA", f"E{n}-{i}") for i in range(50)] for n in range(8)]
    times = [read_inbound(b"", record.headers).received_at for record in records_on(settings.bus_url, INBOUND)]
    assert times == sorted(times)
    assert len({record.header("ce_id") for record in records_on(settings.bus_url, INBOUND)}) == len(times)


async def test_garbage_then_a_good_message_on_the_same_and_on_a_new_connection(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    dice = random.Random(11)
    async with Door(settings) as door:
        for i in range(30):
            async with sender(door.mllp_port) as engine:
                engine.writer.write(dice.randbytes(dice.randrange(2000)).replace(b"\x1c\r", b"") + b"GET / HTTP/1.1\r\n\r\n")
                assert ("AA", f"S{i}") in await engine.say(framed(message(f"S{i}")))
        async with sender(door.mllp_port) as engine:
            assert await engine.say(framed(message("NEW"))) == [("AA", "NEW")]
    assert len(messages_stored(settings)) == 31


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"", "EMPTY_MESSAGE"),
        (b"hello", "NO_MSH"),
        (message("X").replace(b"|2.5.1", b"|3.0"), "UNSUPPORTED_VERSION"),
        (message("X").replace(b"|P|", b"|Q|"), "UNSUPPORTED_PROCESSING_ID"),
        (message("X") + b"\r" + message("Y"), "SEVERAL_MESSAGES"),
        (message("X", body="NTE|1||" + "x" * 200_000), "TOO_LARGE"),
    ],
)
async def test_what_is_broken_is_rejected_kept_as_a_dead_letter_and_the_next_goes_through(tmp_path: Path, bad: bytes, reason: str) -> None:
    settings = settings_in(tmp_path)
    async with Door(settings, limits=Limits(message_bytes=100_000)) as door, sender(door.mllp_port) as engine:
        told = await engine.say(framed(bad) + framed(message("GOOD")), expect=2)
    assert [code for code, _ in told] == ["AR", "AA"]
    assert told[1] == ("AA", "GOOD")
    assert messages_stored(settings) == [message("GOOD")]
    (letter,) = records_on(settings.bus_url, dead_letters("gateway"))
    assert letter.header("reason") == reason
    assert bad.startswith(letter.value)
    if reason == "TOO_LARGE":
        assert letter.header("size") == str(len(bad))
        assert len(letter.value) <= 4096
    else:
        assert letter.value == bad


@pytest.mark.parametrize(("declared", "taken"), [("P", "P"), ("T", "T"), ("D", "D"), ("", "PTD")])
async def test_a_test_system_has_a_listener_of_its_own_and_a_production_line_takes_none_of_it(
    tmp_path: Path, declared: str, taken: str
) -> None:
    sent = {name: message(name * 2).replace(b"|P|", f"|{name}^T|".encode()) for name in "PTD"} | {
        "unsaid": message("unsaid").replace(b"|P|", b"||")
    }
    settings = settings_in(tmp_path, processing_id=declared)
    async with Door(settings) as door, sender(door.mllp_port) as engine:
        told = await engine.say(b"".join(map(framed, sent.values())), expect=4)
    assert {name for code, name in told if code == "AA"} == {*(name * 2 for name in taken), "unsaid"}
    assert messages_stored(settings) == [body for name, body in sent.items() if name in taken or name == "unsaid"]


async def test_nothing_is_acknowledged_while_the_bus_is_down(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    bus = FailingBus(str(tmp_path / "bus.db"), partitions=2)
    async with Door(settings, open_=lambda: bus) as door, sender(door.mllp_port) as engine:
        assert await engine.say(framed(message("A"))) == [("AA", "A")]
        bus.down = True
        assert await engine.say(framed(message("B"))) == [("AE", "B")]
        assert await engine.say(framed(b"broken")) == [("AE", "")]
        bus.down = False
        assert await engine.say(framed(message("B"))) == [("AA", "B")]
    assert messages_stored(settings) == [message("A"), message("B")]


async def test_slow_senders_are_let_go_and_harm_nobody(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    limits = Limits(connections=2, frame_s=0.2, idle_s=0.3)
    async with Door(settings, limits=limits) as door, sender(door.mllp_port) as slow, sender(door.mllp_port) as idle:
        slow.writer.write(b"\x0bMSH|^~")
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await slow.acks(1)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await idle.acks(1)
        async with sender(door.mllp_port) as quick:
            assert await quick.say(framed(message("Q"))) == [("AA", "Q")]
        dropped = door.gate.metrics.dropped
        assert dropped.labels("slow")._value.get() == 1
        assert dropped.labels("idle")._value.get() == 1


async def test_only_so_many_connections(tmp_path: Path) -> None:
    async with (
        Door(settings_in(tmp_path), limits=Limits(connections=1)) as door,
        sender(door.mllp_port) as first,
        sender(door.mllp_port) as second,
    ):
        assert await first.say(framed(message("1"))) == [("AA", "1")]
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await second.say(framed(message("2")))


async def test_tls_with_client_certificates(tmp_path: Path) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = authority.issue_cert("127.0.0.1")
    server.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    settings = settings_in(tmp_path / "var", tls_certificate=tmp_path / "server.pem", tls_client_ca=tmp_path / "ca.pem")

    def client(certified_by: trustme.CA | None) -> ssl.SSLContext:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        if certified_by:
            certified_by.issue_cert("engine.example").configure_cert(context)
        return context

    async with Door(settings) as door:
        async with sender(door.mllp_port, client(authority)) as engine:
            assert await engine.say(framed(message("T"))) == [("AA", "T")]
        for other in (stranger, None):
            with pytest.raises((ssl.SSLError, asyncio.IncompleteReadError, ConnectionError)):
                async with sender(door.mllp_port, client(other)) as engine:
                    await engine.say(framed(message("NO")))
    assert messages_stored(settings) == [message("T")]


class StoppedClock:
    """A clock that shows one time."""

    def __init__(self, at: str) -> None:
        self.at = datetime.fromisoformat(at)

    def now(self) -> datetime:
        return self.at


async def test_time_never_goes_back_across_a_restart(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for at in ("2026-05-02T10:00:00+00:00", "2026-05-01T10:00:00+00:00"):
        async with Door(settings, clock=StoppedClock(at)) as door, sender(door.mllp_port) as engine:
            await engine.say(framed(message(at)))
    assert {record.header("ce_time") for record in records_on(settings.bus_url, INBOUND)} == {"2026-05-02T10:00:00+00:00"}


async def test_the_door_stays_shut(tmp_path: Path) -> None:
    with pytest.raises(StaysShut, match="CDI_TOKENS"):
        Door(settings_in(tmp_path, host="0.0.0.0"))
    add_token(tmp_path / "tokens.json", Caller(tenant="north", feed="engine"))
    open_to_all = {"host": "0.0.0.0", "tokens": tmp_path / "tokens.json"}
    with pytest.raises(StaysShut, match=r"MLLP needs CDI_TLS_CERTIFICATE.*CDI_MLLP_PLAIN"):
        Door(settings_in(tmp_path, **open_to_all))
    with pytest.raises(StaysShut, match="CDI_DEMO_CLOCK_AT is for loopback only"):
        Door(settings_in(tmp_path, **open_to_all, mllp_plain=True, demo_clock_at="2026-05-04T00:00:00Z"))
    async with Door(settings_in(tmp_path)) as door:
        with pytest.raises(StaysShut, match=f"port {door.mllp_port} is in use: set CDI_MLLP_PORT"):
            await Door(settings_in(tmp_path).model_copy(update={"mllp_port": door.mllp_port})).__aenter__()


async def test_the_bus_file_is_the_owners_alone(tmp_path: Path) -> None:
    async with Door(settings_in(tmp_path)):
        assert {file.name: file.stat().st_mode & 0o077 for file in tmp_path.iterdir()} == {"bus.db": 0, "bus.db-wal": 0, "bus.db-shm": 0}


async def test_one_host_takes_no_more_than_its_share_of_the_connections(tmp_path: Path) -> None:
    limits = Limits(connections=4, connections_per_host=2)
    async with Door(settings_in(tmp_path), limits=limits) as door, sender(door.mllp_port) as first, sender(door.mllp_port) as second:
        assert await first.say(framed(message("1"))) == [("AA", "1")]
        assert await second.say(framed(message("2"))) == [("AA", "2")]
        async with sender(door.mllp_port) as third:
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await third.say(framed(message("3")))
        reader, writer = await asyncio.open_connection("127.0.0.1", door.mllp_port, local_addr=("127.0.0.2", 0))
        assert await Sender(reader, writer).say(framed(message("4"))) == [("AA", "4")]
        writer.close()
        assert door.gate.metrics.dropped.labels("connections-of-host")._value.get() == 1


async def test_the_settings_say_how_many_connections_there_may_be(tmp_path: Path) -> None:
    async with Door(settings_in(tmp_path, connections=1)) as door, sender(door.mllp_port) as first, sender(door.mllp_port) as second:
        assert await first.say(framed(message("1"))) == [("AA", "1")]
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await second.say(framed(message("2")))


@pytest.mark.parametrize("version", ["2.1", "2.2", "2.3^AUS", "2.5.1^USA^2.5.1", "2.7.1", "2.8", "2.8.2", " 2.4 ", ""])
async def test_versions_that_are_taken(tmp_path: Path, version: str) -> None:
    settings, sent = settings_in(tmp_path), message("V").replace(b"|2.5.1", f"|{version}".encode())
    async with Door(settings) as door, sender(door.mllp_port) as engine:
        assert await engine.say(framed(sent)) == [("AA", "V")]
    assert messages_stored(settings) == [sent]


@pytest.mark.parametrize("version", ["2.0", "2.9", "3", "2", "2.x", "25", "2.5.", "^2.5.1"])
async def test_versions_that_are_refused(tmp_path: Path, version: str) -> None:
    async with Door(settings_in(tmp_path)) as door, sender(door.mllp_port) as engine:
        told = await engine.say(framed(message("V").replace(b"|2.5.1", f"|{version}".encode())))
    assert told == [("AA" if version[0] == "^" else "AR", "V")]


@pytest.mark.parametrize("kind", ["", "ADT", "^A01", "ZZZ^Z99"])
async def test_a_message_type_that_nobody_knows_is_no_reason_to_refuse(tmp_path: Path, kind: str) -> None:
    async with Door(settings_in(tmp_path)) as door, sender(door.mllp_port) as engine:
        assert await engine.say(framed(message("K").replace(b"ORU^R01", kind.encode()))) == [("AA", "K")]


async def test_packed_frames_are_no_messages_and_unpack_nothing(tmp_path: Path) -> None:
    bomb = zlib.compress(b"MSH|^~\\&|" + b"\0" * 100_000_000)
    settings = settings_in(tmp_path)
    async with Door(settings) as door, sender(door.mllp_port) as engine:
        told = await engine.say(framed(bomb.replace(b"\x1c\r", b"")) + framed(message("GOOD")), expect=2)
    assert told == [("AR", ""), ("AA", "GOOD")]
    (letter,) = records_on(settings.bus_url, dead_letters("gateway"))
    assert (letter.header("reason"), len(letter.value)) == ("NO_MSH", len(bomb.replace(b"\x1c\r", b"")))


async def test_the_answer_changes_the_parties_and_keeps_what_is_the_senders(tmp_path: Path) -> None:
    sent = b"MSH#*~\\&#LAB#GH#CDI#N#20260502##ORU*R01*ORU_R01#9\xfc#T*I#2.3.1*DEU#7###AL#DEU#8859/1\rPID#1##4711*****MR\r"
    async with Door(settings_in(tmp_path)) as door, sender(door.mllp_port) as engine:
        answers = []
        for _ in range(2):
            engine.writer.write(framed(sent))
            answers.append((await engine.reader.readuntil(b"\x1c\r")).strip(b"\x0b\x1c\r").split(b"\r"))
    for msh, msa in answers:
        fields = msh.split(b"#")
        assert fields[:6] == [b"MSH", b"*~\\&", b"CDI", b"N", b"LAB", b"GH"]
        assert (fields[8], fields[10:12], fields[17:]) == (b"ACK*R01*ACK", [b"T*I", b"2.3.1*DEU"], [b"8859/1"])
        assert msa == b"MSA#AA#9\xfc"
    assert answers[0][0].split(b"#")[9] != answers[1][0].split(b"#")[9]


@asynccontextmanager
async def tls_door(tmp_path: Path, authority: trustme.CA, **more: object) -> AsyncIterator[Door]:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    settings = settings_in(tmp_path / "var", tls_certificate=tmp_path / "server.pem", tls_client_ca=tmp_path / "ca.pem", **more)
    async with Door(settings) as door:
        yield door


def engine_of(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    authority.issue_cert("engine.example").configure_cert(context)
    return context


async def test_strangers_at_the_tls_door_harm_nobody(tmp_path: Path) -> None:
    authority = trustme.CA()
    without = ssl.create_default_context()
    authority.configure_trust(without)
    async with tls_door(tmp_path, authority) as door, sender(door.mllp_port, engine_of(authority)) as engine:
        strangers = [await asyncio.open_connection("127.0.0.1", door.mllp_port) for _ in range(20)]  # never shake hands
        for _, writer in strangers[:10]:
            writer.write(b"\x0bMSH|^~\\&|in the clear")
        for nth in range(5):
            with pytest.raises((ssl.SSLError, asyncio.IncompleteReadError, ConnectionError)):
                async with sender(door.mllp_port, without) as stranger:
                    await stranger.say(framed(message("NO")))
            assert await engine.say(framed(message(f"T{nth}"))) == [("AA", f"T{nth}")]
        for _, writer in strangers:
            writer.close()
        assert door.gate.metrics.connections._value.get() == 1


async def test_a_renewed_certificate_is_shown_without_a_restart_and_a_broken_one_is_not(tmp_path: Path) -> None:
    authority = trustme.CA()

    async def shown(door: Door) -> bytes | None:
        async with sender(door.mllp_port, engine_of(authority)) as engine:
            assert await engine.say(framed(message("T"))) == [("AA", "T")]
            return engine.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)

    async with tls_door(tmp_path, authority, tick_seconds=0.05) as door, sender(door.mllp_port, engine_of(authority)) as old:
        first = await shown(door)
        (tmp_path / "server.pem").write_text("half a certificate")
        await asyncio.sleep(0.2)
        assert await shown(door) == first
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
        async with asyncio.timeout(20):
            while await shown(door) == first:
                await asyncio.sleep(0.05)
        assert await old.say(framed(message("OLD"))) == [("AA", "OLD")]
