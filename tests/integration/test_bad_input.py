"""Bad input of every kind over real sockets: a clear answer or a dead letter, and the next good message goes through all rooms."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from on_bus import records_on
from opencdi.bus.bus import open_bus
from opencdi.bus.room import Record, Room
from opencdi.cli.check import check
from opencdi.cli.line import line_of
from opencdi.cli.playing import line_on
from opencdi.cli.send import send
from opencdi.events.audiences import MessageEnded
from opencdi.events.entry import read_entry
from opencdi.events.facts import MeasurementResulted
from opencdi.events.pages import FactsPage
from opencdi.events.topics import CHART, OUTCOMES, QUERIES, Topic, dead_letters
from opencdi.gateway.door import Door
from opencdi.gateway.frames import framed
from opencdi.settings import Settings
from opencdi.testing import default_site

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC)
TOMORROW = (NOW + timedelta(days=1)).strftime("%Y%m%d%H%M%S+0000")
TODAY = NOW.strftime("%Y%m%d%H%M%S+0000")
MSA = re.compile(rb"\rMSA\|(\w\w)\|([^|\r]*)(?:\|([^|\r]*))?")
TWENTY_MB = 20 * 1024 * 1024


def hl7(kind: str, control: str, *segments: str, at: str = TODAY, visit: str = "V1") -> bytes:
    msh = f"MSH|^~\\&|LAB|GH|CDI|GH|{at}||{kind}|{control}|P|2.5.1"
    return "\r".join((msh, "PID|1||4711^^^GH^MR||Doe^Jane", f"PV1|1|I|||||||||||||||||{visit}^^^GH", *segments)).encode() + b"\r"


def result(control: str, value: str = "1.4", at: str = TODAY, taken: str = TODAY) -> bytes:
    obr = f"OBR|1||{control}|24323-8^Panel^LN|||{taken}"
    return hl7("ORU^R01", control, obr, f"OBX|1|NM|2160-0^Creatinine^LN||{value}|mg/dL|||||F|||{taken}", at=at)


def note(control: str, text: str) -> bytes:
    txa = f"TXA|1|11506-3^Progress note^LN|TX|{TODAY}|77^L^S|||||||D{control}|||||AU"
    return hl7("MDM^T02", control, txa, f"OBX|1|TX|11506-3^^LN||{text}||||||F")


def observation(code: str, value: str, when: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p1"}, "effectiveDateTime": when,
        "encounter": {"reference": "Encounter/e1"}, "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": {"value": float(value), "code": "mg/dL"}, **more,
    }  # fmt: skip


PATIENT = {"resourceType": "Patient", "id": "p1", "identifier": [{"system": "GH", "value": "4712"}]}
ENCOUNTER = {
    "resourceType": "Encounter", "id": "e1", "status": "in-progress", "class": {"code": "IMP"}, "subject": {"reference": "Patient/p1"},
}  # fmt: skip
ZULU = NOW.isoformat()


def bundle(*resources: dict[str, Any], kind: str = "transaction") -> bytes:
    entries = [{"resource": one, "request": {"method": "POST", "url": one["resourceType"]}} for one in resources]
    return json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries}).encode()


def ten_thousand(count: int = 10_000) -> bytes:
    results = (observation("2160-0", "1.4", ZULU, id=f"o{n}", note=[{"text": "x"}]) for n in range(count))
    return bundle(PATIENT, ENCOUNTER, *results)


@pytest.fixture(scope="module")
def rooms() -> list[Room]:
    return [make() for make in line_of(default_site(), lambda _: b"a key of the tests").values()]


@dataclass
class Hospital:
    """A door with its senders, and the rooms behind it, stepped once the door is shut."""

    settings: Settings
    rooms: list[Room]
    mllp_port: int = 0
    api_port: int = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Hospital"]:
        async with Door(self.settings) as door:
            self.mllp_port, self.api_port = door.mllp_port, door.api_port
            yield self
        with open_bus(self.settings.bus_url) as bus:
            line_on(bus, self.rooms).drain()

    async def mllp(self, *pieces: bytes, answers: int) -> list[tuple[str, ...]]:
        """Sends these bytes on one connection; (MSA-1, MSA-2, MSA-3) of the answers."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.mllp_port)
        told = []
        async with asyncio.timeout(60):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            for _ in range(answers):
                match = MSA.search(await reader.readuntil(b"\x1c\r"))
                assert match
                told.append(tuple((part or b"").decode() for part in match.groups()))
        writer.close()
        await writer.wait_closed()
        return told

    async def post(self, path: str, body: bytes) -> httpx.Response:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.api_port}", trust_env=False, timeout=120) as client:
            return await client.post(path, content=body)

    def told(self, topic: Topic) -> list[Record]:
        return records_on(self.settings.bus_url, topic)

    def results(self, topic: Topic = QUERIES) -> list[MeasurementResulted]:
        """The results that have come to the end of the line."""
        pages = (read_entry(record.value).page(FactsPage) for record in self.told(topic))
        return [fact for page in pages if page for fact in page.facts if isinstance(fact, MeasurementResulted)]

    def ended(self) -> list[tuple[str, str | None]]:
        return [(ended.outcome, ended.reason) for ended in (MessageEnded.read(record.value) for record in self.told(OUTCOMES))]

    def problems(self) -> list[list[tuple[str, str]]]:
        ended = (MessageEnded.read(record.value) for record in self.told(OUTCOMES))
        return [[(problem.code, problem.where) for problem in one.problems] for one in ended]

    def dead(self, room: str) -> list[str | None]:
        return [record.header("reason") for record in self.told(dead_letters(room))]


@pytest.fixture
def hospital(tmp_path: Path, rooms: list[Room]) -> Hospital:
    return Hospital(Settings(home=tmp_path, mllp_port=0, api_port=0, metrics_port=0, partitions=2), rooms)


GARBAGE = bytes(range(256)) * 40
CASES: dict[str, tuple[bytes, str, str]] = {
    # what is sent, MSA-1, and MSA-3 or how intake ends it
    "garbage in a frame": (framed(GARBAGE.replace(b"\x1c\r", b"")), "AR", "NO_MSH"),
    "an empty frame": (framed(b""), "AR", "EMPTY_MESSAGE"),
    "blank lines in a frame": (framed(b"\r\n\r\n"), "AR", "EMPTY_MESSAGE"),
    "a 20 MB note": (framed(note("big", "Sepsis. " * (TWENTY_MB // 8))), "AR", "TOO_LARGE"),
    "nobody": (framed(b"MSH|^~\\&|LAB|GH|CDI|GH|20260502||ORU^R01|x|P|2.5.1\rOBX|1|NM|2160-0^C^LN||1\r"), "AA", "NO_PATIENT"),
    "a patient without a number": (
        framed(b"MSH|^~\\&|LAB|GH|CDI|GH|20260502||ORU^R01|x|P|2.5.1\rPID|1||\rOBX|1|NM|2160-0^C^LN||1\r"),
        "AA",
        "NO_PATIENT",
    ),
    "no type at all": (framed(hl7("", "none")), "AA", "UNKNOWN_MESSAGE_TYPE"),
    "an unknown type": (framed(hl7("ZZZ^Z01", "zz")), "AA", "UNKNOWN_MESSAGE_TYPE"),
    "a note of 7.9 MB of quotation marks": (framed(note("quotes", '"' * 7_900_000)), "AA", "TOO_LARGE"),
}


async def goes_through(hospital: Hospital, bad: Callable[[], Awaitable[None]]) -> None:
    """The bad one between two good ones: both of these come to the end of the line."""
    async with hospital.open():
        assert [code for code, *_ in await hospital.mllp(framed(hl7("ADT^A01", "1")), answers=1)] == ["AA"]
        await bad()
        assert [code for code, *_ in await hospital.mllp(framed(result("good", "2.9")), answers=1)] == ["AA"]
    assert 2.9 in [fact.value for fact in hospital.results()]
    assert sum(outcome == "entries" for outcome, _ in hospital.ended()) >= 2


@pytest.mark.parametrize("name", CASES)
async def test_over_mllp(hospital: Hospital, name: str) -> None:
    sent, code, reason = CASES[name]

    async def bad() -> None:
        # On one connection with a good message behind it: a sender does not hang up because we refused something.
        first, second = await hospital.mllp(sent, framed(result("behind")), answers=2)
        assert first[0] == code
        assert first[2] == (reason if code == "AR" else "")
        assert second[:2] == ("AA", "behind")

    await goes_through(hospital, bad)
    if code == "AR":
        assert hospital.dead("gateway") == [reason]
    else:
        assert ("dead_letter", reason) in hospital.ended()
        assert hospital.dead("intake") == [reason]


@pytest.mark.parametrize(
    "sent", [GARBAGE.replace(b"\x0b", b""), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00" * 99, b"\x1c\r" * 99]
)
async def test_bytes_that_are_no_frame_are_passed_over(hospital: Hospital, sent: bytes) -> None:
    async def bad() -> None:
        assert [told[:2] for told in await hospital.mllp(sent, framed(result("behind")), answers=1)] == [("AA", "behind")]

    await goes_through(hospital, bad)
    assert hospital.dead("gateway") == []


async def test_a_sender_that_hangs_up_in_mid_message_leaves_nothing(hospital: Hospital) -> None:
    async def bad() -> None:
        await hospital.mllp(framed(result("cut"))[:-20], answers=0)

    await goes_through(hospital, bad)
    assert [outcome for outcome, _ in hospital.ended()] == ["entries", "entries"]


@pytest.mark.parametrize(
    ("path", "sent", "status", "reason"),
    [
        ("/hl7", GARBAGE, 400, "NO_MSH"),
        ("/hl7", b"", 400, "EMPTY_MESSAGE"),
        ("/hl7", note("big", "Sepsis. " * (TWENTY_MB // 8)), 413, "TOO_LARGE"),
        ("/fhir", GARBAGE, 400, "NOT_UTF8"),
        ("/fhir", b"", 400, "EMPTY_BODY"),
        ("/fhir", b"{" * 100_000, 400, "NOT_JSON"),
        ("/fhir", b"[" * 100_000, 400, "NESTED_TOO_DEEPLY"),
        ("/fhir", json.dumps({"resourceType": "Binary", "data": "x" * TWENTY_MB}).encode(), 413, "TOO_LARGE"),
        ("/fhir", bundle(*([PATIENT] * 20_001)), 413, "TOO_MANY_ENTRIES"),
    ],
)
async def test_over_http(hospital: Hospital, path: str, sent: bytes, status: int, reason: str) -> None:
    async def bad() -> None:
        answer = await hospital.post(path, sent)
        assert (answer.status_code, reason in answer.text) == (status, True)

    await goes_through(hospital, bad)
    assert hospital.dead("gateway") == [reason]


async def test_a_bundle_of_ten_thousand_entries_is_one_transaction_in_several_entries(hospital: Hospital) -> None:
    async def bad() -> None:
        answer = await hospital.post("/fhir", ten_thousand())
        assert answer.status_code == 200
        assert len(answer.json()["entry"]) == 10_002

    await goes_through(hospital, bad)
    assert len(hospital.results(CHART)) == 10_001
    assert len(hospital.results()) == 10_001
    assert all(len(record.value) < 2_000_000 for record in hospital.told(CHART))
    assert hospital.dead("intake") == []


async def test_a_batch_of_ten_thousand_with_one_bad_entry_loses_that_one(hospital: Hospital) -> None:
    nobody = {"resourceType": "Condition", "code": {"text": "x"}}

    async def bad() -> None:
        sent = bundle(PATIENT, ENCOUNTER, nobody, *(observation("2160-0", "1.4", ZULU, id=f"o{n}") for n in range(2_000)), kind="batch")
        assert (await hospital.post("/fhir", sent)).status_code == 200

    await goes_through(hospital, bad)
    assert hospital.dead("intake") == ["NO_PATIENT"]
    assert len(hospital.results()) == 2_001


async def test_a_transaction_of_which_one_entry_cannot_be_used_tells_the_rest_and_says_which(hospital: Hospital) -> None:
    async def bad() -> None:
        sent = bundle(PATIENT, ENCOUNTER, observation("2160-0", "7.7", ZULU, id="o1"), {"resourceType": "Condition", "code": {"text": "x"}})
        assert (await hospital.post("/fhir", sent)).status_code == 200

    await goes_through(hospital, bad)
    assert hospital.dead("intake") == []
    assert [("NO_PATIENT", "Condition.subject")] in hospital.problems()
    assert 7.7 in [fact.value for fact in hospital.results(CHART)]


def processing_time(count: int, room: Room) -> float:
    from opencdi.events.inbound import Inbound
    from opencdi.gateway.fhir import cut

    states: dict[str, Any] = {}
    began = process_time()
    parts = cut(ten_thousand(count)).parts
    for nth, part in enumerate(parts, 1):
        inbound = Inbound(f"b.{nth}", "cdi.inbound.fhir", "t", "feed", NOW, part, part=f"{nth}/{len(parts)}")
        list(room.step(states, Record("cdi.inbound.v1", "t", part, inbound.headers())))
    return process_time() - began


def test_ten_times_the_entries_take_about_ten_times_as_long(rooms: list[Room]) -> None:
    processing_time(200, rooms[0])
    few, many = processing_time(800, rooms[0]), processing_time(8_000, rooms[0])
    assert many < 30 * few  # 100 times, were it quadratic


async def test_a_message_from_tomorrow_is_kept_and_what_it_claims_is_quarantined(hospital: Hospital) -> None:
    async def bad() -> None:
        sent = framed(result("t1", "7.7", at=TOMORROW, taken=TOMORROW)), framed(result("t2", "3.3", at=TOMORROW))
        assert [code for code, *_ in await hospital.mllp(*sent, answers=2)] == ["AA", "AA"]
        later = (NOW + timedelta(days=1)).isoformat()
        for one in (PATIENT, ENCOUNTER, observation("2160-0", "8.8", later, id="o1")):
            assert (await hospital.post("/fhir", json.dumps(one).encode())).status_code == 201

    await goes_through(hospital, bad)
    problems = {fact.value: fact.problem for fact in hospital.results()}
    assert problems == {7.7: "FUTURE_TIME", 3.3: None, 8.8: "FUTURE_TIME", 2.9: None}


async def test_a_lone_surrogate_becomes_a_replacement_sign(hospital: Hospital) -> None:
    async def bad() -> None:
        broken = note("s", "Sepsis \ud800 here.".encode("utf-8", "surrogatepass").decode("latin-1")).decode().encode("latin-1")
        assert [told[0] for told in await hospital.mllp(framed(broken), answers=1)] == ["AA"]
        for one in (PATIENT, ENCOUNTER, observation("2160-0", "8.8", ZULU, id="o1")):
            sent = json.dumps(one).replace('"GH"', '"GH\\ud800"').replace('"o1"', '"o1\\udfff"').encode()
            assert (await hospital.post("/fhir", sent)).status_code == 201

    await goes_through(hospital, bad)
    assert hospital.dead("intake") == []
    assert 8.8 in [fact.value for fact in hospital.results()]


# --- files ----------------------------------------------------------------------------------------------------------
def command(app: Callable[..., None], *words: str) -> Any:
    made = typer.Typer()
    made.command()(app)
    return CliRunner().invoke(made, words)


def files_in(folder: Path) -> list[str]:
    bad = {
        "a-garbage.hl7": GARBAGE,
        "b-empty.hl7": b"",
        "c-big.hl7": note("big", "Sepsis. " * (TWENTY_MB // 8)),
        "d-bundle.json": ten_thousand(2_000),
        "e-tomorrow.hl7": result("t1", "7.7", taken=TOMORROW),
        "f-surrogate.json": json.dumps(PATIENT).replace('"GH"', '"GH\\ud800"').encode(),
        "g-half.json": b'{"resourceType": "Patient", ',
        "z-good.hl7": hl7("ADT^A01", "1") + result("good", "2.9"),
    }
    for name, content in bad.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in bad]


async def test_bad_files_are_sent_as_far_as_they_go(tmp_path: Path, hospital: Hospital) -> None:
    names = files_in(tmp_path)
    async with hospital.open():
        over_http = await asyncio.to_thread(command, send, *names, "--to", f"http://127.0.0.1:{hospital.api_port}")
        over_mllp = await asyncio.to_thread(
            command, send, *names[:1], names[4], names[-1], "--to", f"mllp://127.0.0.1:{hospital.mllp_port}"
        )
    assert over_http.exception is None or isinstance(over_http.exception, SystemExit)
    assert over_http.exit_code != 0
    assert json.loads(over_mllp.stdout)["AA"] == 3
    assert 2.9 in [fact.value for fact in hospital.results()]
    assert "Sepsis" not in over_http.stderr + over_http.stdout


def test_bad_files_are_checked_one_by_one(tmp_path: Path) -> None:
    told = command(check, *files_in(tmp_path))
    assert told.exit_code == 2
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert [line["outcome"] for line in lines][-2:] == ["entries", "entries"]
    assert {problem["code"] for line in lines for problem in line["problems"]} >= {"NO_MSH", "TOO_LARGE", "FUTURE_TIME"}
    assert "b-empty.hl7" in told.stderr
    assert "Sepsis" not in told.stderr + told.stdout
