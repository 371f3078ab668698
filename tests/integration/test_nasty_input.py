"""More bad input over real sockets: what senders and their interface engines really do wrong, and what they should never do."""

import gzip
import json
from pathlib import Path

import pytest

from integration.test_bad_input import (
    ENCOUNTER,
    PATIENT,
    TODAY,
    ZULU,
    Hospital,
    bundle,
    framed,
    goes_through,
    hl7,
    note,
    observation,
    result,
)
from opencdi.bus.room import Room
from opencdi.cli.line import line_of
from opencdi.events.audiences import MessageEnded
from opencdi.events.entry import read_entry
from opencdi.events.pages import FactsPage, TextsPage
from opencdi.events.topics import CHART, OUTCOMES
from opencdi.settings import Settings
from opencdi.testing import default_site

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def rooms() -> list[Room]:
    return [make() for make in line_of(default_site(), lambda _: b"a key of the tests").values()]


@pytest.fixture
def hospital(tmp_path: Path, rooms: list[Room]) -> Hospital:
    return Hospital(Settings(home=tmp_path, mllp_port=0, api_port=0, metrics_port=0, partitions=2), rooms)


def ends(hospital: Hospital) -> dict[str, MessageEnded]:
    """How the messages ended, by their type; of several of one type the last."""
    read = (MessageEnded.read(record.value) for record in hospital.told(OUTCOMES))
    return {ended.message_type: ended for ended in read}


def problems(hospital: Hospital) -> set[tuple[str, str]]:
    read = (MessageEnded.read(record.value) for record in hospital.told(OUTCOMES))
    return {(problem.code, problem.where) for ended in read for problem in ended.problems}


async def test_a_frame_that_is_never_closed_holds_up_nobody_else(hospital: Hospital) -> None:
    import asyncio

    async def bad() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", hospital.mllp_port)
        writer.write(framed(result("open", "6.6"))[:-2])
        await writer.drain()
        assert (await hospital.mllp(framed(result("beside", "1.8")), answers=1))[0][:2] == ("AA", "beside")
        writer.write(framed(result("anew", "2.2")))  # the sender begins again on the same connection: what it broke off is given up
        assert b"MSA|AA|anew" in await reader.readuntil(b"\x1c\r")
        writer.close()
        await writer.wait_closed()

    await goes_through(hospital, bad)
    assert {fact.value for fact in hospital.results()} == {1.8, 2.2, 2.9}


@pytest.mark.parametrize("signs", ["^~\\&", "~^\\&", "^~&\\"])
async def test_two_messages_in_one_frame_are_refused_whole(hospital: Hospital, signs: str) -> None:
    second = result("second", "7.7").replace(b"^~\\&", signs.encode(), 1)

    async def bad() -> None:
        (told,) = await hospital.mllp(framed(result("first", "6.6") + second), answers=1)
        assert told == ("AR", "first", "SEVERAL_MESSAGES")

    await goes_through(hospital, bad)
    assert [fact.value for fact in hospital.results()] == [2.9]


async def test_a_note_that_tells_of_msh_is_no_second_message(hospital: Hospital) -> None:
    async def bad() -> None:
        assert (await hospital.mllp(framed(note("n", "Sepsis.\r\nMSH: negative.\r\nMSH 1 done")), answers=1))[0][0] == "AA"

    await goes_through(hospital, bad)


@pytest.mark.parametrize(
    ("msh", "reason"),
    [
        (b"MSH||LAB|GH|CDI|GH|20260502||ORU^R01|x|P|2.5.1", "NO_ENCODING_CHARACTERS"),
        (b"MSH|LAB|GH|CDI|GH|20260502||ORU^R01|x|P|2.5.1", "NO_ENCODING_CHARACTERS"),
        (b"MSH|", "NO_ENCODING_CHARACTERS"),
        (b"MSH", "NO_MSH"),
        (b"MSHA", "NO_MSH"),
    ],
)
async def test_a_header_without_its_signs_is_refused_and_the_field_is_named(hospital: Hospital, msh: bytes, reason: str) -> None:
    async def bad() -> None:
        (told,) = await hospital.mllp(framed(msh + b"\rPID|1||4711^^^GH^MR\r"), answers=1)
        assert (told[0], told[2]) == ("AR", reason)

    await goes_through(hospital, bad)
    assert hospital.dead("gateway") == [reason]


async def test_five_megabytes_in_one_field(hospital: Hospital) -> None:
    size = 5 * 1024 * 1024

    async def bad() -> None:
        long_value = result("v", "1.4").replace(b"|NM|", b"|ST|").replace(b"||1.4|", b"||" + b"x" * size + b"|")
        told = await hospital.mllp(
            framed(long_value), framed(result("digits", "9" * size)), framed(note("n", "x. " * (size // 3))), answers=3
        )
        assert [code for code, *_ in told] == ["AA"] * 3

    await goes_through(hospital, bad)
    assert hospital.dead("intake") == ["TOO_LARGE", "TOO_LARGE"]
    assert ("TOO_LARGE", "facts") in problems(hospital)
    texts = [page.texts for record in hospital.told(CHART) if (page := read_entry(record.value).page(TextsPage))]
    assert [len(text) for one in texts for text in one.values()] == [size // 3 * 3]


@pytest.mark.parametrize("path", ["/fhir", "/hl7"])
async def test_a_body_that_is_packed_is_refused_by_that_name(hospital: Hospital, path: str) -> None:
    import httpx

    async def bad() -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{hospital.api_port}", trust_env=False) as client:
            packed = gzip.compress(json.dumps(PATIENT).encode())
            answer = await client.post(path, content=packed, headers={"Content-Encoding": "gzip"})
            assert (answer.status_code, "CONTENT_ENCODING" in answer.text) == (415, True)

    await goes_through(hospital, bad)


@pytest.mark.parametrize("told", ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=latin-1", "/"])
async def test_a_content_type_that_is_wrong_changes_nothing(hospital: Hospital, told: str) -> None:
    import httpx

    async def bad() -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{hospital.api_port}", trust_env=False) as client:
            for one in (PATIENT, ENCOUNTER, observation("2160-0", "8.8", ZULU, id="o1")):
                answer = await client.post("/fhir", content=json.dumps(one).encode(), headers={"Content-Type": told})
                assert answer.status_code == 201

    await goes_through(hospital, bad)
    assert 8.8 in [fact.value for fact in hospital.results()]


async def test_a_number_too_long_to_be_one_is_no_json_of_ours(hospital: Hospital) -> None:
    async def bad() -> None:
        sent = json.dumps(observation("2160-0", "1", ZULU, id="o1")).replace("1.0", "9" * 5000).encode()
        for body in (sent, b'{"resourceType":"Bundle","type":"batch","entry":[{"resource":' + sent + b"}]}"):
            answer = await hospital.post("/fhir", body)
            assert (answer.status_code, "NOT_JSON" in answer.text) == (400, True)

    await goes_through(hospital, bad)


async def test_references_that_go_round_in_a_circle(hospital: Hospital) -> None:
    def document(own: str, code: str, other: str) -> dict[str, object]:
        return {
            "resourceType": "DocumentReference", "id": own, "status": "current", "subject": {"reference": "Patient/p1"},
            "context": {"encounter": [{"reference": "Encounter/e1"}]},
            "content": [{"attachment": {"contentType": "text/plain", "data": "U2Vwc2lzLg=="}}],
            "relatesTo": [{"code": code, "target": {"reference": f"DocumentReference/{other}"}}],
        }  # fmt: skip

    rings = [
        {**ENCOUNTER, "id": "e2", "partOf": {"reference": "Encounter/e3"}}, {**ENCOUNTER, "id": "e3", "partOf": {"reference": "Encounter/e2"}},
        {**ENCOUNTER, "id": "e4", "partOf": {"reference": "Encounter/e4"}},
        {**PATIENT, "link": [{"type": "replaced-by", "other": {"reference": "Patient/p2"}}]},
        {**PATIENT, "id": "p2", "identifier": [{"system": "GH", "value": "4713"}],
         "link": [{"type": "replaced-by", "other": {"reference": "Patient/p1"}}]},
        document("d1", "appends", "d1"), document("d2", "replaces", "d2"), document("d3", "replaces", "d4"), document("d4", "replaces", "d3"),
        document("d5", "appends", "d6"), document("d6", "appends", "d5"),
    ]  # fmt: skip

    async def bad() -> None:
        for one in (PATIENT, ENCOUNTER, *rings):
            assert (await hospital.post("/fhir", json.dumps(one).encode())).status_code == 201
        same_name = json.loads(bundle(PATIENT, ENCOUNTER, {**ENCOUNTER, "id": "e5", "partOf": {"reference": "urn:uuid:1"}}))
        for entry in same_name["entry"]:
            entry["fullUrl"] = "urn:uuid:1"
        assert (await hospital.post("/fhir", json.dumps(same_name).encode())).status_code == 200

    await goes_through(hospital, bad)
    assert hospital.dead("intake") == []
    told = ends(hospital)["DocumentReference"]
    assert told.outcome == "kept_with_patient"  # an addendum to what is an addendum to it waits; it is counted and seen


async def test_nul_bytes_become_replacement_signs(hospital: Hospital) -> None:
    async def bad() -> None:
        sent = note("a\0b", "Sep\0sis.").replace(b"Doe^Jane", b"D\0e^Jane\0").replace(b"V1^^^GH", b"V\x001^^^GH")
        assert (await hospital.mllp(framed(sent), answers=1))[0][0] == "AA"
        for one in (PATIENT, ENCOUNTER, observation("2160-0", "8.8", ZULU, id="o\0", valueString="\0")):
            assert (await hospital.post("/fhir", json.dumps(one).encode())).status_code == 201

    await goes_through(hospital, bad)
    assert hospital.dead("intake") == []
    assert not any(b"\\u0000" in record.value or b"\0" in record.value for record in hospital.told(CHART))


@pytest.mark.parametrize("when", ["99991231235959", "00000000", "20260231", f"{TODAY[:14]}+9999", f"{TODAY[:14]}-2500", "9" * 5000])
async def test_a_time_that_is_none_is_a_problem_with_its_fields_name(hospital: Hospital, when: str) -> None:
    async def bad() -> None:
        told = await hospital.mllp(framed(result("t", "3.3", at=when, taken=when)), answers=1)
        assert [code for code, *_ in told] == ["AA"]

    await goes_through(hospital, bad)
    assert problems(hospital) == {("UNREADABLE_TIME", field) for field in ("MSH-7", "OBR-7", "OBX-14")}
    assert {fact.value for fact in hospital.results()} == {3.3, 2.9}


@pytest.mark.parametrize("when", ["9999-12-31", "2026-02-31", "2026-05-04T08:00:00+99:99", 7, {"a": 1}])
async def test_a_time_in_fhir_that_is_none_is_a_problem_with_its_fields_name(hospital: Hospital, when: object) -> None:
    async def bad() -> None:
        for one in (PATIENT, {**ENCOUNTER, "period": {"start": when}}, observation("2160-0", "8.8", ZULU, id="o1", effectiveDateTime=when)):
            assert (await hospital.post("/fhir", json.dumps(one).encode())).status_code == 201

    await goes_through(hospital, bad)
    assert {("UNREADABLE_TIME", "Observation.effectiveDateTime"), ("UNREADABLE_TIME", "Encounter.period.start")} <= problems(hospital)
    assert 8.8 in [fact.value for fact in hospital.results()]


async def test_a_patient_under_five_hundred_numbers(hospital: Hospital) -> None:
    numbers = "~".join(f"{n}^^^GH^MR" for n in range(500)).encode()

    async def bad() -> None:
        many = hl7("ADT^A01", "many", visit="V5").replace(b"4711^^^GH^MR", numbers)
        by_the_last = result("last", "5.5").replace(b"4711^^^GH^MR", b"499^^^GH^MR").replace(b"V1^^^GH", b"V5^^^GH")
        assert [code for code, *_ in await hospital.mllp(framed(many), framed(by_the_last), answers=2)] == ["AA", "AA"]

    await goes_through(hospital, bad)
    where = {
        fact.value: record.key for record in hospital.told(CHART) for fact in facts(record.value) if fact.kind == "measurement_resulted"
    }
    assert where[5.5] != where[2.9]


async def test_one_visit_number_under_two_authorities_is_two_stays(hospital: Hospital) -> None:
    async def bad() -> None:
        other = hl7("ADT^A01", "other").replace(b"V1^^^GH", b"V1^^^CLINIC")
        there = result("there", "5.5").replace(b"V1^^^GH", b"V1^^^CLINIC")
        assert [code for code, *_ in await hospital.mllp(framed(other), framed(there), answers=2)] == ["AA", "AA"]

    await goes_through(hospital, bad)
    where = {
        fact.value: record.key for record in hospital.told(CHART) for fact in facts(record.value) if fact.kind == "measurement_resulted"
    }
    assert where[5.5] != where[2.9]


async def test_a_drug_with_as_many_routes_as_fit_into_a_message(hospital: Hospital) -> None:
    async def bad() -> None:
        sent = hl7("RDE^O11", "routes", "ORC|NW|1", "RXE||^ceftriaxone|1||g", *["RXR|IV"] * 300_000)
        assert (await hospital.mllp(framed(sent), answers=1))[0][0] == "AA"

    await goes_through(hospital, bad)
    assert ends(hospital)["RDE^O11"].outcome == "entries"


def facts(entry: bytes) -> tuple[object, ...]:
    page = read_entry(entry).page(FactsPage)
    return page.facts if page else ()


@pytest.mark.parametrize(("said", "history"), [("1", True), ("true", True), ("0", False), ("False", False), ("", False)])
async def test_only_who_says_so_sends_history(hospital: Hospital, said: str, history: bool) -> None:
    import httpx

    async def bad() -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{hospital.api_port}", trust_env=False) as client:
            answer = await client.post("/hl7", content=result("h", "5.5"), headers={"X-CDI-Backload": said})
            assert answer.status_code == 200

    await goes_through(hospital, bad)
    kinds = [read_entry(record.value).envelope.kind for record in hospital.told(CHART) if b'"value":5.5' in record.value]
    assert kinds[0] == ("history" if history else "entry")


async def test_a_message_without_a_version_is_read_and_says_so(hospital: Hospital) -> None:
    async def bad() -> None:
        sent = result("v", "5.5").replace(b"|2.5.1", b"|")
        assert [code for code, *_ in await hospital.mllp(framed(sent), answers=1)] == ["AA"]

    await goes_through(hospital, bad)
    assert 5.5 in [fact.value for fact in hospital.results()]
    assert problems(hospital) == {("VERSION_ASSUMED", "MSH-12")}


async def test_what_comes_again_is_acknowledged_again_and_has_no_effect(hospital: Hospital) -> None:
    nameless = result("", "4.4")

    async def bad() -> None:
        one, other = result("same", "5.5"), result("same", "6.6")
        told = await hospital.mllp(framed(one) * 3 + framed(other) + framed(one) + framed(nameless) * 2, answers=7)
        assert [code for code, *_ in told] == ["AA"] * 7
        assert [control for _, control, _ in told] == ["same"] * 5 + [""] * 2
        assert (await hospital.post("/hl7", one)).status_code == 200  # by another way, from the same sender

    await goes_through(hospital, bad)
    assert sorted(fact.value for fact in hospital.results()) == [2.9, 4.4, 5.5, 6.6]
    assert sum(reason == "DUPLICATE" for _, reason in hospital.ended()) == 5
    assert ("CONTROL_ID_REUSED", "MSH-10") in problems(hospital)


async def test_sequence_numbers_and_continuations_are_taken_as_they_come(hospital: Hospital) -> None:
    async def bad() -> None:
        for number in ("0", "-1", "7", "x"):
            sent = result(f"s{number}", "5.5").replace(b"|P|2.5.1", f"|P|2.5.1|{number}".encode())
            assert (await hospital.mllp(framed(sent), answers=1))[0][:2] == ("AA", f"s{number}")

    await goes_through(hospital, bad)
