"""What a FHIR sender is told: OperationOutcome, and the response Bundle of a transaction or batch (R4)."""

from fastapi.responses import JSONResponse

from opencdi.events.inbound import CONTENT_TYPES

_FHIR_JSON = CONTENT_TYPES["cdi.inbound.fhir"]


def outcome(status: int, issue: str, reason: str, where: str = "", *, entry: str = "") -> JSONResponse:
    """One issue: `issue` of FHIR's issue-type value set, our reason code, the place; never a value from the message."""
    severity = "information" if status < 400 else "error"
    told: dict[str, object] = {"severity": severity, "code": issue, "details": {"text": reason}}
    if where:
        told["expression"] = [where]
    if entry:
        told["diagnostics"] = f"stored as {entry}"
    headers = {"Retry-After": "5"} if status == 503 else None
    return JSONResponse({"resourceType": "OperationOutcome", "issue": [told]}, status, headers, _FHIR_JSON)


def bundle_response(kind: str, types: tuple[str, ...], stored: tuple[str, ...]) -> JSONResponse:
    """One answer an entry, in their order: stored, to be applied."""
    entries = [
        {"response": {"status": "202 Accepted", "location": f"{resource}/{ce_id}"}} for resource, ce_id in zip(types, stored, strict=True)
    ]
    return JSONResponse({"resourceType": "Bundle", "type": f"{kind}-response", "entry": entries}, 200, media_type=_FHIR_JSON)
