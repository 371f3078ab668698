"""What this door does, as FHIR says it: the CapabilityStatement of `GET /fhir/metadata` (R4)."""

from datetime import datetime
from typing import Any

from opencdi.events.fhir_structure import TAKEN
from opencdi.settings import SOFTWARE


def capability_statement(at: datetime) -> dict[str, Any]:
    """Resources are taken and none is given out: create and update, alone and in Bundles, and messages."""
    resources = [
        {
            "type": name,
            "interaction": [{"code": "create"}, {"code": "update"}],
            "versioning": "no-version",
            "updateCreate": True,
            "conditionalCreate": True,
            "conditionalUpdate": True,
            "conditionalDelete": "not-supported",
            "referencePolicy": ["literal", "logical"],
        }
        for name in TAKEN
    ]
    operation = {"name": "process-message", "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message"}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": at.date().isoformat(),
        "kind": "instance",
        "software": {"name": "OpenCDI", "version": SOFTWARE},
        "implementation": {"description": "OpenCDI gateway: what is sent is stored and read; nothing can be fetched."},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "A condition names an identifier that the resource itself carries. Nothing is deleted: entered-in-error.",
                "security": {"description": "A bearer token names the tenant and the feed."},
                "resource": resources,
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
                "operation": [operation],
            }
        ],
    }
