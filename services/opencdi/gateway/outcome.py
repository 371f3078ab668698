"""What a FHIR sender is told: OperationOutcome, and the response Bundle of a transaction, a batch or a message (R4)."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

from opencdi.events.inbound import CONTENT_TYPES, Inbound
from opencdi.events.reasons import REASONS
from opencdi.gateway.fhir import Cut

_FHIR_JSON = CONTENT_TYPES["cdi.inbound.fhir"]
ISSUE_BY_STATUS = {
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    413: "too-long",
    415: "not-supported",
}
"""FHIR's issue type for what HTTP alone refuses."""


def issue_of(status: int, issue: str, reason: str, where: str = "", entry: str = "") -> dict[str, Any]:
    """One OperationOutcome: `issue` of FHIR's issue-type value set, our reason code, the place; never a value from the message."""
    severity = "information" if status < 400 else "error"
    told: dict[str, object] = {"severity": severity, "code": issue, "details": {"text": reason}}
    if where:
        told["expression"] = [where]
    if entry:
        told["diagnostics"] = f"stored as {entry}"
    elif (words := REASONS.get(reason)) is not None:
        told["diagnostics"] = "; ".join(filter(None, words))
    return {"resourceType": "OperationOutcome", "issue": [told]}


def outcome(
    status: int, issue: str, reason: str, where: str = "", *, entry: str = "", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer to one resource, or to a refused Bundle."""
    if status == 503:
        headers = {"Retry-After": "5"}
    return JSONResponse(issue_of(status, issue, reason, where, entry), status, headers, _FHIR_JSON)


def location(kind: str, own_id: str, ce_id: str) -> str:
    """Where this version of a resource would lie: under its own id, else under ours."""
    return f"{kind}/{own_id or ce_id}/_history/{ce_id}"


def bundle_response(told: Cut, stored: Sequence[Inbound]) -> JSONResponse:
    """One answer an entry, in their order: stored, to be applied; or, in a batch, why that one is not."""
    taken = zip(told.types, told.ids, stored, strict=True)
    refused = {entry.position: entry.refusal for entry in told.refused}
    entries: list[dict[str, Any]] = []
    for position in range(len(told.parts) + len(refused)):
        if refusal := refused.get(position):
            phrase = HTTPStatus(refusal.status).phrase
            why = issue_of(refusal.status, refusal.issue, refusal.reason, refusal.where)
            entries.append({"response": {"status": f"{refusal.status} {phrase}", "outcome": why}})
        else:
            kind, own_id, record = next(taken)
            place, at = location(kind, own_id, record.ce_id), record.received_at.isoformat()
            response = {"status": "202 Accepted", "location": place, "etag": f'W/"{record.ce_id}"', "lastModified": at}
            entries.append({"response": response})
    return JSONResponse({"resourceType": "Bundle", "type": f"{told.bundle}-response", "entry": entries}, 200, media_type=_FHIR_JSON)


def refused_in(answer: bytes) -> bytes:
    """The first OperationOutcome of an entry that was refused in this batch-response; b"" if all were taken."""
    told = json.loads(answer)
    entries = told.get("entry", ()) if told.get("type") == "batch-response" else ()
    return next((json.dumps(entry["response"]["outcome"]).encode() for entry in entries if "outcome" in entry["response"]), b"")


def message_response(asked: Mapping[str, Any], ce_id: str) -> JSONResponse:
    """The response message of `$process-message`: `identifier` is the sender's own MessageHeader.id, as MSA-2 is MSH-10."""
    event = {name: asked[name] for name in ("eventCoding", "eventUri") if name in asked}
    identifier = asked.get("id") if isinstance(asked.get("id"), str) else ce_id
    response = {"identifier": identifier, "code": "ok"}
    header = {"resourceType": "MessageHeader", "id": ce_id, **event, "source": {"endpoint": "urn:opencdi:gateway"}, "response": response}
    bundle = {"resourceType": "Bundle", "type": "message", "entry": [{"resource": header}]}
    return JSONResponse(bundle, 200, media_type=_FHIR_JSON)
