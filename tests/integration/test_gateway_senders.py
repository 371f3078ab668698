"""Other people's senders at the MLLP door: python-hl7's client and HAPI's; none of their messages is lost, doubled or answered wrongly."""

import asyncio
import subprocess
from collections import Counter
from pathlib import Path

import hl7
import pytest
from hl7.client import MLLPClient
from hl7.mllp import open_hl7_connection

from at_the_door import settings_in
from fetched import fetched
from on_bus import inbound_on
from opencdi.gateway.door import Door

pytestmark = pytest.mark.anyio
MESSAGES, CONNECTIONS = 1000, 8
HAPI = Path(__file__).parent.parent / "hapi"


def message(control_id: str) -> str:
    return f"MSH|^~\\&|PY|GH|CDI|GH|20260502101500-0400||ORU^R01^ORU_R01|{control_id}|P|2.5.1\rPID|1||4711^^^GH^MR||Müller^Ü\r"


def control_ids(url: str) -> list[str]:
    return [record.value.split(b"|")[9].decode() for record in inbound_on(url, "hl7v2")]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_thousand_messages_of_python_hl7_on_eight_connections(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)

    def engine(port: int, own: int) -> list[tuple[str, str]]:
        with MLLPClient("127.0.0.1", port) as client:
            told = [client.send_message(message(f"P{nth}")) for nth in range(own, MESSAGES, CONNECTIONS)]
        acks = [hl7.parse(answer.decode().strip("\x0b\x1c\r")) for answer in told]
        return [(str(ack.segment("MSA")[1]), str(ack.segment("MSA")[2])) for ack in acks]

    async with Door(settings) as door:
        said = await asyncio.gather(*(asyncio.to_thread(engine, door.mllp_port, own) for own in range(CONNECTIONS)))
    assert said == [[("AA", f"P{nth}") for nth in range(own, MESSAGES, CONNECTIONS)] for own in range(CONNECTIONS)]
    assert sorted(control_ids(settings.bus_url)) == sorted(f"P{nth}" for nth in range(MESSAGES))


async def test_python_hl7s_asynchronous_client_reads_our_answers(tmp_path: Path) -> None:
    async with Door(settings_in(tmp_path)) as door:
        reader, writer = await open_hl7_connection("127.0.0.1", door.mllp_port, encoding="utf-8")
        for nth in range(3):
            writer.writemessage(hl7.parse(message(f"A{nth}")))
            await writer.drain()
            ack = await asyncio.wait_for(reader.readmessage(), 20)
            assert [str(ack.segment("MSA")[n]) for n in (1, 2)] == ["AA", f"A{nth}"]
        writer.close()
        await writer.wait_closed()


def _resolve(folder: Path) -> None:
    command = ["mvn", "-q", "-B", "-f", str(HAPI / "pom.xml"), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
    subprocess.run(command, check=True, capture_output=True)


@pytest.mark.hapi
async def test_a_thousand_messages_of_hapi_on_eight_connections(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    jars = await asyncio.to_thread(fetched, "hapi-2.6.0", (HAPI / "pom.xml").read_bytes(), _resolve)

    def sent(port: int) -> "subprocess.CompletedProcess[str]":
        program = ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", str(HAPI / "Sender.java")]
        return subprocess.run(
            [*program, "127.0.0.1", str(port), str(MESSAGES), str(CONNECTIONS)], cwd=tmp_path, capture_output=True, text=True, timeout=90
        )  # HAPI keeps its message ids in a file of the folder that it runs in

    async with Door(settings) as door:
        told = await asyncio.to_thread(sent, door.mllp_port)
    assert told.returncode == 0, told.stderr
    refused = {f"H{nth}" for nth in range(99, MESSAGES, 100)}
    assert Counter(told.stdout.split("\n")[:-1]) == Counter(
        f"{'AR' if name in refused else 'AA'} {name}" for name in (f"H{nth}" for nth in range(MESSAGES))
    )
    assert sorted(control_ids(settings.bus_url)) == sorted({f"H{nth}" for nth in range(MESSAGES)} - refused)
