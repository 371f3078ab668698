"""The FHIR door over a real socket: each way of sending has its own answer, and every refusal says in FHIR what is wrong."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from on_bus import inbound_on, records_on
from opencdi.bus.bus import MAX_RECORD_BYTES
from opencdi.events.inbound import read_inbound
from opencdi.events.topics import dead_letters
from opencdi.gateway.door import Door
from opencdi.gateway.tokens import Caller, add_token
from opencdi.settings import Settings

pytestmark = pytest.mark.anyio
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1950-01-01"}
PULSE = {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/p1"}}


@asynccontextmanager
async def http(folder: Path, **more: object) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(home=folder, mllp_port=0, api_port=0, metrics_port=0, partitions=2, **more)
    async with (
        Door(settings) as door,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.api_port}", trust_env=False, timeout=30) as client,
    ):
        yield client


def stored(folder: Path) -> list[Any]:
    return [read_inbound(record.value, record.headers) for record in inbound_on(f"sqlite:///{folder / 'bus.db'}", "fhir")]


def reasons(folder: Path) -> list[str | None]:
    return [letter.header("reason") for letter in records_on(f"sqlite:///{folder / 'bus.db'}", dead_letters("gateway"))]


def bundle(kind: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


async def test_created_and_updated_say_under_which_name_and_version(tmp_path: Path) -> None:
    async with http(tmp_path) as client:
        created = await client.post("/fhir/Patient", json=PATIENT)
        nameless = await client.post("/fhir/Patient", json={"resourceType": "Patient"})
        updated = await client.put("/fhir/Patient/p1", json=PATIENT | {"gender": "female"})
    first, second, third = stored(tmp_path)
    assert (created.status_code, created.headers["location"]) == (201, f"/fhir/Patient/p1/_history/{first.ce_id}")
    assert nameless.headers["location"] == f"/fhir/Patient/{second.ce_id}/_history/{second.ce_id}"
    assert (updated.status_code, updated.headers["etag"]) == (200, f'W/"{third.ce_id}"')
    assert "location" not in updated.headers
    assert updated.json()["issue"][0]["severity"] == "information"
    assert json.loads(third.body)["gender"] == "female"


async def test_each_entry_of_a_batch_has_its_own_answer(tmp_path: Path) -> None:
    note = {"resourceType": "DocumentReference", "text": "x" * MAX_RECORD_BYTES}
    asked = bundle("batch", {"resource": PATIENT}, {"request": {"method": "GET", "url": "Patient"}}, {"resource": PULSE},
                   {"resource": {"id": "?"}}, {"resource": note}, {"request": {"method": ["PUT"]}},
                   {"request": {"method": "DELETE", "url": "Patient/p1"}},
                   {"resource": PATIENT, "request": {"method": "PUT", "url": "Patient/p1", "ifMatch": 'W/"1"'}},
                   {"resource": {"resourceType": "Pateint"}})  # fmt: skip
    async with http(tmp_path) as client:
        answer = await client.post("/fhir", json=asked)
    told = [entry["response"] for entry in answer.json()["entry"]]
    assert (answer.status_code, answer.json()["type"]) == (200, "batch-response")
    assert [response["status"][:3] for response in told] == ["202", "422", "202", "422", "413", "422", "405", "412", "422"]
    assert [response.get("outcome", {}).get("issue", [{}])[0].get("details", {}).get("text") for response in told] == [
        None, "METHOD", None, "NO_RESOURCE_TYPE", "TOO_LARGE", "METHOD", "DELETE_BY_STATUS", "CONDITION", "NO_SUCH_TYPE"
    ]  # fmt: skip
    one, two = stored(tmp_path)
    assert [json.loads(part.body)["resource"] for part in (one, two)] == [PATIENT, PULSE]
    assert [response["location"] for response in told if "location" in response] == [
        f"Patient/p1/_history/{one.ce_id}", f"Observation/o1/_history/{two.ce_id}"
    ]  # fmt: skip
    assert told[0]["etag"] == f'W/"{one.ce_id}"'
    assert told[0]["lastModified"] == one.received_at.isoformat()
    assert sorted(map(str, reasons(tmp_path))) == [
        "CONDITION", "DELETE_BY_STATUS", "METHOD", "METHOD", "NO_RESOURCE_TYPE", "NO_SUCH_TYPE", "TOO_LARGE"
    ]  # fmt: skip


async def test_a_message_is_applied_whole_and_answered_by_its_own_id(tmp_path: Path) -> None:
    header = {"resourceType": "MessageHeader", "id": "msg-1", "eventCoding": {"code": "admit"}, "source": {"endpoint": "urn:x"}}
    asked = bundle("message", *({"resource": resource} for resource in (header, PATIENT, PULSE)))
    async with http(tmp_path) as client:
        answer = await client.post("/fhir/$process-message", json=asked)
        headless = await client.post("/fhir/$process-message", json=bundle("message", {"resource": PATIENT}))
        no_message = await client.post("/fhir/$process-message", json=bundle("batch", {"resource": PATIENT}))
    (said,) = answer.json()["entry"]
    assert answer.status_code == 200
    assert said["resource"]["response"] == {"identifier": "msg-1", "code": "ok"}
    assert said["resource"]["eventCoding"] == {"code": "admit"}
    assert [part.part for part in stored(tmp_path)] == ["1/3", "2/3", "3/3"]
    assert [answer.status_code for answer in (headless, no_message)] == [422, 422]
    assert reasons(tmp_path) == ["NO_MESSAGE_HEADER", "BUNDLE_TYPE"]


@pytest.mark.parametrize("extra", [[], [{"name": "async", "valueBoolean": False}, {"name": "response-url", "valueUrl": "http://x"}]])
async def test_a_message_may_be_the_content_of_parameters(tmp_path: Path, extra: list[dict[str, Any]]) -> None:
    header = {"resourceType": "MessageHeader", "id": "msg-1", "eventCoding": {"code": "admit"}, "source": {"endpoint": "urn:x"}}
    content = {"name": "content", "resource": bundle("message", {"resource": header}, {"resource": PATIENT})}
    async with http(tmp_path) as client:
        answer = await client.post(
            "/fhir/$process-message?async=false", json={"resourceType": "Parameters", "parameter": [*extra, content]}
        )
    assert (answer.status_code, answer.json()["entry"][0]["resource"]["response"]["identifier"]) == (200, "msg-1")
    assert [json.loads(part.body)["resource"] for part in stored(tmp_path)] == [header, PATIENT]


@pytest.mark.parametrize(
    ("query", "parameters", "reason", "where"),
    [
        ("?async=true", None, "ASYNCHRONOUS", "async"),
        ("", [{"name": "async", "valueBoolean": True}], "ASYNCHRONOUS", "Parameters.parameter[0].valueBoolean"),
        ("", [], "NO_MESSAGE", "Parameters.parameter"),
        ("", [{"name": "content", "valueString": "MSH"}], "NO_MESSAGE", "Parameters.parameter"),
        ("", [{"name": "content", "resource": PATIENT}], "TYPE_IS_NOT_THE_URLS", "resourceType"),
        ("", ["content"], "NOT_AN_OBJECT", "Parameters.parameter[0]"),
        ("", "content", "NOT_A_LIST", "Parameters.parameter"),
    ],
)
async def test_a_message_that_cannot_be_answered_now_is_refused_in_fhir(
    tmp_path: Path, query: str, parameters: object, reason: str, where: str
) -> None:
    header = {"resource": {"resourceType": "MessageHeader", "id": "msg-1", "eventCoding": {"code": "admit"}}}
    sent = bundle("message", header) if parameters is None else {"resourceType": "Parameters", "parameter": parameters}
    async with http(tmp_path) as client:
        answer = await client.post(f"/fhir/$process-message{query}", json=sent)
    (issue,) = answer.json()["issue"]
    assert answer.status_code in (400, 422)
    assert (issue["details"]["text"], issue["expression"]) == (reason, [where])
    assert (stored(tmp_path), reasons(tmp_path)) == ([], [reason])


async def test_a_subscription_tells_in_a_bundle_or_by_the_bare_resource(tmp_path: Path) -> None:
    status = {"resource": {"resourceType": "Parameters"}, "request": {"method": "GET", "url": "Subscription/1/$status"}}
    focus = {"fullUrl": "http://ehr/Observation/o1", "resource": PULSE, "request": {"method": "PUT", "url": "Observation/o1"}}
    async with http(tmp_path) as client:
        told = await client.post("/fhir", json=bundle("history", status, focus))
        hook = await client.put("/fhir/Observation/o1", json=PULSE)
        by_id_only = await client.post("/fhir", json=bundle("history", status, {"fullUrl": "http://ehr/Observation/o1"}))
    assert (told.status_code, told.json()["resourceType"], hook.status_code) == (200, "OperationOutcome", 200)
    assert [part.part for part in stored(tmp_path)] == [None] * 3
    assert [json.loads(part.body).get("resource") for part in stored(tmp_path)[1:]] == [PULSE, None]
    assert by_id_only.status_code == 422  # what it is about nobody could fetch: the subscription must carry it
    assert by_id_only.json()["issue"][0]["expression"] == ["Bundle.entry[1].resource"]


def _status(release: str, kind: str) -> dict[str, Any]:
    if release == "R4":
        parameters = [{"name": "subscription", "valueReference": {"reference": "Subscription/1"}}, {"name": "type", "valueCode": kind}]
        return {"resource": {"resourceType": "Parameters", "parameter": parameters}}
    return {"resource": {"resourceType": "SubscriptionStatus", "type": kind, "subscription": {"reference": "Subscription/1"}}}


@pytest.mark.parametrize("release", ["R4", "R4B", "R5"])
async def test_a_notification_without_content_is_refused_and_kept(tmp_path: Path, release: str) -> None:
    kind = "subscription-notification" if release == "R5" else "history"
    event = _status(release, "event-notification")
    by_id = {"fullUrl": "http://ehr/Observation/o1", "request": {"method": "POST", "url": "Observation"}, "response": {"status": "201"}}
    async with http(tmp_path) as client:
        alive = [await client.post("/fhir", json=bundle(kind, _status(release, what))) for what in ("handshake", "heartbeat")]
        told = await client.post("/fhir", json=bundle(kind, event, by_id | {"resource": PULSE}))
        empty = await client.post("/fhir", json=bundle(kind, event))
        id_only = await client.post("/fhir", json=bundle(kind, event, by_id))
    assert [answer.status_code for answer in (*alive, told)] == [200, 200, 200]
    assert [(answer.status_code, answer.json()["issue"][0]["code"]) for answer in (empty, id_only)] == [(422, "required")] * 2
    assert [answer.json()["issue"][0]["expression"] for answer in (empty, id_only)] == [["Bundle.entry[1]"], ["Bundle.entry[1].resource"]]
    assert reasons(tmp_path) == ["NOTIFICATION_WITHOUT_CONTENT"] * 2


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "reason"),
    [
        ("POST", "/fhir/Encounter", PATIENT, 400, "invalid", "TYPE_IS_NOT_THE_URLS"),
        ("PUT", "/fhir/Patient/p2", PATIENT, 400, "invalid", "ID_IS_NOT_THE_URLS"),
        ("PUT", "/fhir/Patient/p1", {"resourceType": "Patient"}, 400, "invalid", "ID_IS_NOT_THE_URLS"),
        ("PUT", "/fhir/Patient/p_1", PATIENT, 400, "invalid", "NOT_AN_ID"),
        ("POST", "/fhir/$everything", PATIENT, 404, "not-found", "NO_SUCH_TYPE"),
        ("POST", "/fhir/patient", PATIENT, 404, "not-found", "NO_SUCH_TYPE"),
        ("POST", "/fhir/Patient/p1/_history", PATIENT, 404, "not-found", "Not Found"),
        ("GET", "/fhir/Patient", None, 405, "not-supported", "Method Not Allowed"),
        ("DELETE", "/fhir/Patient/p1", None, 405, "not-supported", "DELETE_BY_STATUS"),
        ("DELETE", "/fhir/Patient?identifier=1", None, 405, "not-supported", "DELETE_BY_STATUS"),
        ("PATCH", "/fhir/Patient/p1", [], 405, "not-supported", "Method Not Allowed"),
        ("OPTIONS", "/fhir", None, 405, "not-supported", "Method Not Allowed"),
        ("POST", "/fhir/Pateint", PATIENT, 404, "not-found", "NO_SUCH_TYPE"),
        ("POST", "/fhir", {"resourceType": "Pateint"}, 422, "not-supported", "NO_SUCH_TYPE"),
        ("PUT", "/fhir/Patient?name=Doe", PATIENT, 412, "not-supported", "CONDITION"),
        ("PUT", "/fhir/Patient", PATIENT, 412, "not-supported", "CONDITION"),
        ("POST", "/fhir/Patient?_format=xml", PATIENT, 406, "not-supported", "JSON_ONLY"),
        ("POST", "/fhir", bundle("transaction", {"request": {"method": "DELETE", "url": "Patient/p1"}}), 422, "not-supported",
         "DELETE_BY_STATUS"),
        ("POST", "/fhir", bundle("searchset", {"resource": PATIENT}), 422, "not-supported", "BUNDLE_TYPE"),
        ("POST", "/fhir", bundle("batch") | {"type": ["batch"]}, 422, "not-supported", "BUNDLE_TYPE"),
        ("POST", "/fhir", bundle("transaction", *[{"resource": PATIENT, "request": {"method": "PUT", "url": "Patient/p1"}}] * 2),
         409, "conflict", "SAME_RESOURCE_TWICE"),
    ],
)  # fmt: skip
async def test_every_refusal_has_its_status_and_outcome(
    tmp_path: Path, method: str, path: str, body: dict[str, Any] | None, status: int, code: str, reason: str
) -> None:
    async with http(tmp_path) as client:
        answer = await client.request(method, path, json=body)
        after = await client.post("/fhir", json=PATIENT)
    (issue,) = answer.json()["issue"]
    assert (answer.status_code, issue["severity"], issue["code"], issue["details"]["text"]) == (status, "error", code, reason)
    assert answer.headers["content-type"] == "application/fhir+json"
    assert status != 405 or answer.headers["allow"]
    assert after.status_code == 201
    assert len(stored(tmp_path)) == 1


async def test_who_may_not_speak_is_told_so_in_fhir(tmp_path: Path) -> None:
    async with http(tmp_path) as client:
        page = await client.post("/fhir", json=PATIENT, headers={"Origin": "http://evil.example"})
    add_token(tmp_path / "tokens.json", Caller(tenant="north", feed="epic"))
    async with http(tmp_path, tokens=tmp_path / "tokens.json") as client:
        nobody = await client.put("/fhir/Patient/p1", json=PATIENT)
        elsewhere = await client.post("/decisions", json={})
    assert (page.status_code, page.json()["issue"][0]["code"]) == (403, "forbidden")
    assert (nobody.status_code, nobody.json()["issue"][0]["code"], nobody.headers["www-authenticate"]) == (401, "login", "Bearer")
    assert elsewhere.json() == {"detail": "a bearer token is needed"}
    assert stored(tmp_path) == []


@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "application/fhir+xml"}, {"Content-Type": "text/csv"}, {"Content-Encoding": "gzip"}, {"Content-Encoding": "br"}],
)
async def test_what_is_packed_or_no_json_is_refused_unread(tmp_path: Path, headers: dict[str, str]) -> None:
    async with http(tmp_path) as client:
        answer = await client.post("/fhir", content=b"\x1f\x8b" + b"\0" * 1000, headers=headers)
        after = await client.post("/fhir", json=PATIENT)
    assert (answer.status_code, answer.json()["issue"][0]["code"], after.status_code) == (415, "not-supported", 201)
