"""The HTTP door over a real socket: a clear answer to everything, and only for what is stored."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from at_the_door import settings_in
from on_bus import inbound_on, records_on
from opencdi.bus.bus import MAX_RECORD_BYTES, BusDown
from opencdi.bus.embedded import EmbeddedBus
from opencdi.bus.room import Outgoing
from opencdi.bus.supervisor import StaysShut
from opencdi.events.inbound import SiteMapping, Tick, read_inbound
from opencdi.events.people import Person, QueryDismissed
from opencdi.events.topics import dead_letters
from opencdi.gateway.door import Door
from opencdi.gateway.tokens import Caller, add_token
from opencdi.settings import Settings

pytestmark = pytest.mark.anyio
HL7 = b"MSH|^~\\&|LAB|GH|CDI|GH|20260502101500||ADT^A01|77|P|2.5.1\rPID|1||4711\r"
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1950-01-01"}
RECEIPT = {"id": "out-1", "status": "delivered", "encounter_id": "e1", "query_id": "q1"}
DISMISSED = {"kind": "query_dismissed", "encounter_id": "e1", "query_id": "q1", "as_of": "x-1", "reason": "integral"}

MAPPING = {"table": "loinc_by_local_code", "code": "GLU^L", "to": "2345-7"}


@asynccontextmanager
async def http(settings: Settings, headers: dict[str, str] | None = None, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        Door(settings, **more) as door,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.api_port}", headers=headers, trust_env=False, timeout=30) as client,
    ):
        yield client


def bundle(kind: str, *resources: dict[str, Any]) -> dict[str, Any]:
    entries = [
        {"fullUrl": f"urn:uuid:{i}", "resource": resource, "request": {"method": "POST", "url": resource["resourceType"]}}
        for i, resource in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


# --- HL7 ------------------------------------------------------------------------------------------------------------
async def test_hl7_is_answered_with_its_acknowledgement(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with http(settings) as client:
        good = await client.post("/hl7", content=HL7)
        framed = await client.post("/hl7", content=b"\x0b" + HL7 + b"\x1c\r")
        bad = await client.post("/hl7", content=b"PID|1")
        empty = await client.post("/hl7")
        note = await client.post("/hl7", content=HL7 + b"OBX|1|TX|||" + b"x" * 20_000_000)
        huge = await client.post("/hl7", content=HL7 + b"x" * 70_000_000)
        after = await client.post("/hl7", content=HL7)
    assert [answer.status_code for answer in (good, framed, bad, empty, note, huge, after)] == [200, 200, 400, 400, 413, 413, 200]
    assert b"\rMSA|AA|77\r" in good.content
    assert b"\rMSA|AR|77|TOO_LARGE\r" in note.content
    assert b"\rMSA|AR|77|TOO_LARGE\r" in huge.content
    assert [record.value for record in inbound_on(settings.bus_url, "hl7v2")] == [HL7] * 3
    letters = records_on(settings.bus_url, dead_letters("gateway"))
    assert [letter.header("reason") for letter in letters] == ["NO_MSH", "EMPTY_MESSAGE", "TOO_LARGE", "TOO_LARGE"]
    assert letters[2].header("size") == str(len(HL7) + 11 + 20_000_000)


# --- FHIR -----------------------------------------------------------------------------------------------------------
async def test_a_resource_is_stored_as_the_bytes_that_came(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    body = b' {"resourceType" : "Patient", "note": "\\ud800 lone", "weight": 1.10}\n'
    async with http(settings) as client:
        answers = [await client.post(path, content=body) for path in ("/fhir", "/fhir/Patient")]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["resourceType"] == "OperationOutcome"
    assert [record.value for record in inbound_on(settings.bus_url, "fhir")] == [body, body]


async def test_a_transaction_is_stored_in_parts_under_one_prefix_and_a_batch_as_messages(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    three = (PATIENT, {"resourceType": "Encounter", "x": 1.50}, {"resourceType": "Observation"})
    async with http(settings) as client:
        transaction = await client.post("/fhir", content=json.dumps(bundle("transaction", *three), indent=3))
        batch = await client.post("/fhir", json=bundle("batch", *three))
    assert transaction.status_code == batch.status_code == 200
    assert transaction.json()["type"] == "transaction-response"
    assert [entry["response"]["status"] for entry in batch.json()["entry"]] == ["202 Accepted"] * 3
    records = inbound_on(settings.bus_url, "fhir")
    parts = [read_inbound(record.value, record.headers) for record in records[:3]]
    prefix = parts[0].ce_id.rpartition(".")[0]
    assert [(part.ce_id, part.part) for part in parts] == [(f"{prefix}.{i}", f"{i}/3") for i in (1, 2, 3)]
    assert [json.loads(part.body)["resource"] for part in parts] == list(three)
    assert b'"x": 1.5' in parts[1].body
    assert [read_inbound(record.value, record.headers).part for record in records[3:]] == [None] * 3


@pytest.mark.parametrize(
    ("body", "status", "reason", "where"),
    [
        (b"", 400, "EMPTY_BODY", None),
        (b"\xff\xfe{}", 400, "NOT_UTF8", None),
        (b"{", 400, "NOT_JSON", None),
        (b'{"resourceType":"Patient","x":NaN}', 400, "NOT_JSON", None),
        (b'{"resourceType":"Patient"} trailing', 400, "NOT_JSON", None),
        (b'{"a":' + b"[" * 200_000, 400, "NESTED_TOO_DEEPLY", None),
        (b"[]", 422, "NOT_AN_OBJECT", None),
        (b"{}", 422, "NO_RESOURCE_TYPE", "resourceType"),
        (b'{"resourceType":"Bundle","type":"searchset"}', 422, "BUNDLE_TYPE", "Bundle.type"),
        (b'{"resourceType":"Bundle","type":"batch","entry":[]}', 422, "EMPTY_BUNDLE", "Bundle.entry"),
        (b'{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{}}]}', 422, "NO_RESOURCE_TYPE", "Bundle.entry[0].resource"),
        (b'{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET"}}]}',
         422, "METHOD", "Bundle.entry[0].request.method"),
        (b'{"resourceType":"Patient","x":"' + b"x" * MAX_RECORD_BYTES + b'"}', 413, "TOO_LARGE", None),
        (b"x" * (64 * 1024 * 1024 + 1), 413, "TOO_LARGE", None),
    ],
)  # fmt: skip
async def test_what_is_not_fhir_is_refused_by_reason_and_place(
    tmp_path: Path, body: bytes, status: int, reason: str, where: str | None
) -> None:
    settings = settings_in(tmp_path)
    async with http(settings) as client:
        answer = await client.post("/fhir", content=body)
        after = await client.post("/fhir", json=PATIENT)
    (issue,) = answer.json()["issue"]
    assert (answer.status_code, issue["details"]["text"], issue.get("expression", [None])[0]) == (status, reason, where)
    assert answer.headers["content-type"] == "application/fhir+json"
    (letter,) = records_on(settings.bus_url, dead_letters("gateway"))
    assert letter.header("reason") == reason
    assert after.status_code == 201
    assert len(inbound_on(settings.bus_url, "fhir")) == 1


async def test_the_type_must_be_the_urls_and_xml_is_not_spoken(tmp_path: Path) -> None:
    async with http(settings_in(tmp_path)) as client:
        assert (await client.post("/fhir/Encounter", json=PATIENT)).status_code == 400
        assert (await client.post("/fhir", content="<Patient/>", headers={"Content-Type": "application/fhir+xml"})).status_code == 415


async def test_a_bundle_of_ten_thousand_is_answered_while_others_are_served(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    body = json.dumps(bundle("transaction", *({"resourceType": "Observation", "id": str(i)} for i in range(10_000))))
    async with http(settings) as client:
        await client.get("/healthz")
        began = time.perf_counter()
        large = asyncio.create_task(client.post("/fhir", content=body))
        small = await client.post("/hl7", content=HL7)
        answer = await large
        assert time.perf_counter() - began < 10  # a second or less where nothing else runs
        too_many = await client.post("/fhir", json=bundle("batch", *({"resourceType": "Observation"} for _ in range(20_001))))
    assert (small.status_code, answer.status_code, len(answer.json()["entry"])) == (200, 200, 10_000)
    assert len(inbound_on(settings.bus_url, "fhir")) == 10_000
    assert (too_many.status_code, too_many.json()["issue"][0]["details"]["text"]) == (413, "TOO_MANY_ENTRIES")


# --- people ---------------------------------------------------------------------------------------------------------
async def test_a_decision_gets_its_id_time_and_actor_from_the_gate(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    nurse = Person(staff_id="cdi-7", name="Zoë Ann")
    async with http(settings, {"X-CDI-Actor": json.dumps(nurse.model_dump())}) as client:
        answer = await client.post("/decisions", json=DISMISSED)
    (record,) = inbound_on(settings.bus_url, "decision")
    decision = QueryDismissed.model_validate_json(record.value)
    assert answer.status_code == 202
    assert answer.json() == {"decision_id": decision.decision_id}
    assert (decision.actor, decision.query_id, decision.reason) == (nurse, "q1", "integral")
    assert (record.header("ce_id"), record.header("ce_time")) == (decision.decision_id, decision.decided_at.isoformat())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": "because"}, "reason"),
        ({"query_id": None}, "query_id"),
        ({"kind": "patient_identified"}, "kind"),
        ({"actor": {"staff_id": "somebody else"}}, "actor"),
        ({"surprise": 1}, "surprise"),
        ({"as_of": "\ud800"}, "body"),
    ],
)
async def test_a_decision_that_is_none_is_told_its_field_and_never_its_value(tmp_path: Path, change: dict[str, object], field: str) -> None:
    settings = settings_in(tmp_path)
    async with http(settings, {"X-CDI-Actor": "cdi-7"}) as client:
        answer = await client.post("/decisions", content=json.dumps(DISMISSED | change))
        assert (answer.status_code, answer.json()["field"]) == (422, field)
        assert "because" not in answer.text
        for body in (b"", b"[1]", b"{", b"\xff"):
            assert (await client.post("/decisions", content=body)).status_code == 422
    assert inbound_on(settings.bus_url, "decision") == []


async def test_a_mapping_is_a_persons_word_and_one_told_twice_is_one_record_id(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with http(settings, {"X-CDI-Actor": "if-3"}) as client:
        told = [(await client.post("/mappings", json=MAPPING | {"id": "m1"})).json() for _ in range(2)]
        withdrawn = await client.post("/mappings", json=MAPPING | {"to": None})
    assert told[0] == told[1]
    assert withdrawn.status_code == 202
    records = inbound_on(settings.bus_url, "site-mapping")
    assert [record.header("ce_id") for record in records] == [*2 * [told[0]["mapping_id"]], withdrawn.json()["mapping_id"]]
    first, _, last = (SiteMapping.read(record.value) for record in records)
    assert first == SiteMapping(table="loinc_by_local_code", code="GLU^L", to="2345-7", by=Person(staff_id="if-3"), id="m1")
    assert last.to is None


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"table": "thresholds"}, "table", "Input should be"),
        ({"code": ""}, "code", "at least 1 character"),
        ({"code": "x" * 201}, "code", "at most 200 characters"),
        ({"code": "\ud800"}, "code", "unicode"),
        ({"to": "glucose"}, "to", "not a LOINC code"),
        ({"to": "2345-6"}, "to", "check digit"),
        ({"table": "class_by_code", "to": "in bed"}, "to", "Input should be"),
        ({"table": "class_by_code", "to": "unmapped"}, "to", "withdrawn"),
        ({"table": "disposition_by_code", "to": "home"}, "to", "pattern"),
        ({"by": {"staff_id": "somebody else"}}, "by", "given by the gate"),
    ],
)
async def test_a_mapping_that_the_table_cannot_hold_is_refused_by_name(
    tmp_path: Path, change: dict[str, object], field: str, problem: str
) -> None:
    settings = settings_in(tmp_path)
    async with http(settings, {"X-CDI-Actor": "if-3"}) as client:
        answer = await client.post("/mappings", content=json.dumps(MAPPING | change))
        silent = await client.post("/mappings", json={name: told for name, told in MAPPING.items() if name != "to"})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert problem in answer.json()["problem"]
    assert silent.json() == {"field": "to", "problem": "Field required"}
    assert inbound_on(settings.bus_url, "site-mapping") == []


async def test_nobody_decides_anonymously_and_no_web_page_speaks_without_a_token(tmp_path: Path) -> None:
    async with http(settings_in(tmp_path)) as client:
        assert (await client.post("/decisions", json=DISMISSED)).status_code == 403
        assert (await client.post("/mappings", json=MAPPING)).status_code == 403
        assert (await client.post("/hl7", content=HL7, headers={"Origin": "http://evil.example"})).status_code == 403
        assert (await client.post("/demo/clock", json={"at": "2026-05-02T10:00:00Z"})).status_code == 404


async def test_a_receipt_told_twice_is_one_record_id(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with http(settings) as client:
        told = [(await client.post("/receipts", json=RECEIPT)).json() for _ in range(2)]
        for wrong, field in (({"id": ""}, "id"), ({"status": "lost"}, "status"), ({"encounter_id": None}, "encounter_id")):
            answer = await client.post("/receipts", json=RECEIPT | wrong)
            assert (answer.status_code, answer.json()["field"]) == (422, field)
        for body in (b"", b"[1]", b"{", b"\xff"):
            assert (await client.post("/receipts", content=body)).status_code == 422
    assert told[0] == told[1]
    assert {record.header("ce_id") for record in inbound_on(settings.bus_url, "receipt")} == {told[0]["receipt_id"]}


async def test_tokens_decide_who_and_whose(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    feed = add_token(file, Caller(tenant="north", feed="epic"))
    person = add_token(file, Caller(tenant="north", feed="workbench", person=Person(staff_id="dr-1")))
    house = add_token(file, Caller(tenant="north", feed="workbench", for_others=True))
    assert file.stat().st_mode & 0o777 == 0o600
    assert feed not in file.read_text()
    settings = settings_in(tmp_path, tokens=file)
    actor = {"X-CDI-Actor": "dr-2"}

    def bearer(token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    async with http(settings) as client:
        for headers in ({}, bearer("wrong"), {"Authorization": f"Basic {feed}"}):
            answer = await client.post("/hl7", content=HL7, headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert (await client.post("/hl7", content=HL7, headers=bearer(feed))).status_code == 200
        assert (await client.post("/decisions", json=DISMISSED, headers=bearer(feed) | actor)).status_code == 403
        assert (await client.post("/decisions", json=DISMISSED, headers=bearer(person) | actor)).status_code == 202
        assert (await client.post("/decisions", json=DISMISSED, headers=bearer(house) | actor)).status_code == 202
    (message,) = inbound_on(settings.bus_url, "hl7v2")
    assert (message.key, message.header("tenant"), message.header("ce_source")) == ("north", "north", "epic")
    assert [json.loads(record.value)["actor"]["staff_id"] for record in inbound_on(settings.bus_url, "decision")] == ["dr-1", "dr-2"]


async def test_a_token_file_that_others_can_read_keeps_the_door_shut(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    add_token(file, Caller(tenant="north", feed="epic"))
    file.chmod(0o640)
    with pytest.raises(StaysShut, match="chmod 600"):
        Door(settings_in(tmp_path, tokens=file))
    file.chmod(0o600)
    file.write_text('{"x": {"tenant": 1}}')
    with pytest.raises(StaysShut, match="tenant"):
        Door(settings_in(tmp_path, tokens=file))
    with pytest.raises(StaysShut, match="CDI_TOKENS"):
        Door(settings_in(tmp_path, tokens=tmp_path / "none.json"))


# --- the bus away, and time -----------------------------------------------------------------------------------------
class DownBus(EmbeddedBus):
    """A bus that cannot store anything."""

    def publish(self, messages: Sequence[Outgoing]) -> None:
        raise BusDown("test")


async def test_while_the_bus_is_down_everything_is_503(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with http(settings, {"X-CDI-Actor": "x"}, open_=lambda: DownBus(str(tmp_path / "bus.db"))) as client:
        answers = [
            await client.post("/hl7", content=HL7),
            await client.post("/fhir", json=PATIENT),
            await client.post("/fhir", content=b"{"),
            await client.post("/decisions", json=DISMISSED),
            await client.post("/receipts", json=RECEIPT),
            await client.get("/healthz"),
        ]
    assert [answer.status_code for answer in answers] == [503] * 6
    assert b"MSA|AE|77|BUS_DOWN" in answers[0].content


async def test_a_tick_at_start_and_then_at_every_interval(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, tick_seconds=0.05)
    async with http(settings):
        async with asyncio.timeout(10):
            while len(inbound_on(settings.bus_url, "tick")) < 3:
                await asyncio.sleep(0.02)
    ticks = inbound_on(settings.bus_url, "tick")
    assert [Tick.read(record.value).at.isoformat() for record in ticks] == [record.header("ce_time") for record in ticks]


async def test_the_demo_clock_goes_forward_with_a_tick_and_never_back(tmp_path: Path) -> None:
    start = datetime(2026, 5, 4, tzinfo=UTC)
    settings = settings_in(tmp_path, demo_clock_at=start)
    day = start + timedelta(days=3)
    async with http(settings) as client:
        assert (await client.post("/demo/clock", json={"at": day.isoformat()})).status_code == 200
        back = await client.post("/demo/clock", json={"at": start.isoformat()})
        assert (back.status_code, back.json()["now"] >= day.isoformat()) == (409, True)
        assert (await client.post("/demo/clock", json={"at": "2026-05-09"})).status_code == 422
        await client.post("/hl7", content=HL7)
    (message,) = inbound_on(settings.bus_url, "hl7v2")
    received = read_inbound(b"", message.headers).received_at
    assert day <= received < day + timedelta(minutes=1)
    assert day <= Tick.read(inbound_on(settings.bus_url, "tick")[-1].value).at <= received
    async with http(settings) as client:  # a restart goes on where it was
        await client.post("/hl7", content=HL7)
    assert read_inbound(b"", inbound_on(settings.bus_url, "hl7v2")[1].headers).received_at >= received
    with pytest.raises(StaysShut, match="loopback"):
        Door(settings.model_copy(update={"host": "192.0.2.1", "tokens": None, "mllp_plain": True}))


# --- what it says of itself ----------------------------------------------------------------------------------------
async def test_openapi_describes_every_body_and_its_references_lead_somewhere(tmp_path: Path) -> None:
    async with http(settings_in(tmp_path)) as client:
        told = (await client.get("/openapi.json")).json()
        again = (await client.get("/openapi.json")).json()
    assert told == again
    bodies = {
        (method, path): operation["requestBody"]["content"]
        for path, operations in told["paths"].items()
        for method, operation in operations.items()
        if method in ("post", "put")
    }
    assert {next(iter(content)) for (_, path), content in bodies.items() if path.startswith("/fhir")} == {"application/fhir+json"}
    assert next(iter(bodies["post", "/hl7"])) == "application/hl7-v2"
    schemas = told["components"]["schemas"]
    for kind in bodies["post", "/decisions"]["application/json"]["schema"]["oneOf"]:
        schema = schemas[kind["$ref"].rpartition("/")[2]]
        assert not {"decision_id", "decided_at", "actor"} & (set(schema["properties"]) | set(schema["required"]))
    named = set(re.findall('"#/components/schemas/([^"]+)"', json.dumps(told)))
    assert named <= set(schemas)
    validator = Draft202012Validator({"$ref": "#/components/schemas/Receipt", "components": told["components"]})
    assert validator.is_valid(RECEIPT)
    dismissed = Draft202012Validator({"$ref": "#/components/schemas/QueryDismissed", "components": told["components"]})
    assert dismissed.is_valid(DISMISSED)
    assert not dismissed.is_valid(DISMISSED | {"reason": "because"})
