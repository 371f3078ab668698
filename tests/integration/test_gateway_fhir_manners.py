"""The manners of FHIR over HTTP: what the door says of itself, what the answer holds, conditions, formats and versions (R4, 3.1.0)."""

import json
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from integration.test_gateway_fhir import PATIENT, bundle, http, reasons, stored
from opencdi.events.fhir_structure import TAKEN
from opencdi.gateway.tokens import Caller, add_token
from opencdi.intake.fhir.mapping import _ITEMS

pytestmark = pytest.mark.anyio
NUMBERED = PATIENT | {"identifier": [{"system": "urn:mrn", "value": "4711"}]}


async def test_the_door_says_what_it_does_to_whoever_asks(tmp_path: Path) -> None:
    add_token(tmp_path / "tokens.json", Caller(tenant="north", feed="epic"))
    async with http(tmp_path, tokens=tmp_path / "tokens.json") as client:
        told = await client.get("/fhir/metadata")
        head = await client.head("/fhir/metadata")
        other = await client.get("/fhir/metadata", headers={"Accept": "application/fhir+xml"})
    statement = told.json()
    assert (told.status_code, told.headers["content-type"], other.status_code) == (200, "application/fhir+json", 406)
    assert (head.status_code, head.content) == (200, b"")
    assert (statement["resourceType"], statement["fhirVersion"], statement["kind"]) == ("CapabilityStatement", "4.0.1", "instance")
    assert {resource["type"] for resource in statement["rest"][0]["resource"]} == set(TAKEN)


def test_what_is_said_to_be_taken_is_all_that_is_read() -> None:
    assert {"Patient", "Encounter", *_ITEMS} <= set(TAKEN)


@pytest.mark.parametrize(
    ("prefer", "answer"),
    [
        ("return=minimal", b""),
        ("return=representation", json.dumps(NUMBERED).encode()),
        ('respond-async, return="representation"', json.dumps(NUMBERED).encode()),
        ("return=OperationOutcome", None),
        ("", None),
    ],
)
async def test_the_answer_holds_what_is_preferred(tmp_path: Path, prefer: str, answer: bytes | None) -> None:
    async with http(tmp_path) as client:
        sent = {"content": json.dumps(NUMBERED), "headers": {"Prefer": prefer}}
        created, updated = await client.post("/fhir/Patient", **sent), await client.put("/fhir/Patient/p1", **sent)
    for told, status, record in zip((created, updated), (201, 200), stored(tmp_path), strict=True):
        assert told.status_code == status
        assert told.headers["etag"] == f'W/"{record.ce_id}"'
        assert parsedate_to_datetime(told.headers["last-modified"]) == record.received_at.replace(microsecond=0)
        if answer is None:
            assert told.json()["resourceType"] == "OperationOutcome"
        else:
            assert told.content == answer


async def test_an_update_or_create_by_an_identifier_that_the_resource_carries(tmp_path: Path) -> None:
    async with http(tmp_path) as client:
        updated = await client.put("/fhir/Patient?identifier=urn:mrn%7C4711&_format=json", json=NUMBERED)
        created = await client.post("/fhir/Patient", json=NUMBERED, headers={"If-None-Exist": "identifier=urn:mrn|4711"})
        other = await client.post("/fhir/Patient", json=NUMBERED, headers={"If-None-Exist": "identifier=urn:mrn|4712"})
        by_version = await client.put("/fhir/Patient/p1", json=NUMBERED, headers={"If-Match": 'W/"1"'})
    assert [told.status_code for told in (updated, created, other, by_version)] == [200, 202, 412, 412]
    first, second = (json.loads(record.body) for record in stored(tmp_path))
    assert first == NUMBERED
    assert second == {
        "resource": NUMBERED, "request": {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=urn:mrn|4711"}
    }  # fmt: skip
    assert reasons(tmp_path) == ["CONDITION", "CONDITION"]


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({"Content-Type": "application/fhir+json; charset=utf-8; fhirVersion=4.0"}, 201, "STORED"),
        ({"Content-Type": 'application/fhir+json;fhirVersion="4.3"'}, 201, "STORED"),
        ({"Content-Type": "application/fhir+json; fhirVersion=1.0"}, 415, "FHIR_VERSION"),
        ({"Content-Type": "application/fhir+json; fhirVersion=3.0"}, 415, "FHIR_VERSION"),
        ({"Content-Type": "application/fhir+xml"}, 415, "JSON_ONLY"),
        ({"Content-Type": "text/turtle"}, 415, "JSON_ONLY"),
        ({"Accept": "application/fhir+xml"}, 406, "JSON_ONLY"),
        ({"Accept": "application/fhir+xml;q=0.9, application/fhir+json"}, 201, "STORED"),
        ({"Accept": "text/html, application/xhtml+xml, */*"}, 201, "STORED"),
    ],
)
async def test_formats_and_versions(tmp_path: Path, headers: dict[str, str], status: int, reason: str) -> None:
    async with http(tmp_path) as client:
        told = await client.post("/fhir/Patient", content=b"\xef\xbb\xbf" + json.dumps(PATIENT).encode(), headers=headers)
    assert (told.status_code, told.json()["issue"][0]["details"]["text"]) == (status, reason)
    assert len(stored(tmp_path)) == (status == 201)


@pytest.mark.parametrize(
    ("kind", "parts"),
    [("document", ["1/2", "2/2"]), ("collection", ["1/2", "2/2"]), ("history", [None, None]), ("subscription-notification", [None, None])],
)
async def test_what_refers_to_each_other_is_one_and_a_notification_is_several(tmp_path: Path, kind: str, parts: list[str | None]) -> None:
    composition: dict[str, Any] = {"resourceType": "Composition", "id": "c1", "subject": {"reference": "Patient/p1"}}
    async with http(tmp_path) as client:
        told = await client.post("/fhir/Bundle", json=bundle(kind, {"resource": composition}, {"resource": PATIENT}))
    assert (told.status_code, told.json()["resourceType"]) == (200, "OperationOutcome")
    assert [record.part for record in stored(tmp_path)] == parts
