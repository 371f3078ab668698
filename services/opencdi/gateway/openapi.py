"""What `/openapi.json` says of the bodies: they are read as bytes, so FastAPI cannot know (OpenAPI 3.1)."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from opencdi.events.inbound import CONTENT_TYPES, Receipt
from opencdi.events.people import DECISIONS
from opencdi.events.topics import JSON
from opencdi.gateway.decisions import GIVEN_BY_THE_GATE

_REF = "#/components/schemas/{model}"
_HL7 = {"type": "string", "description": "one HL7 v2 message, framed or not, or a batch (FHS, BHS); answered by its acknowledgement"}
_RESOURCE = {
    "type": "object",
    "required": ["resourceType"],
    "properties": {"resourceType": {"type": "string"}},
    "description": "a FHIR R4 resource or Bundle; answered by an OperationOutcome, as Prefer asks, or by the Bundle's response",
}


def describe_bodies(app: FastAPI) -> None:
    """Have the application describe what each of its doors takes."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        told = plain()
        if "requestBody" not in told["paths"]["/hl7"]["post"]:
            _describe(told)
        return told

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation has it


def _describe(told: dict[str, Any]) -> None:
    models: list[type[BaseModel]] = [*DECISIONS, Receipt]
    _, definitions = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    schemas: dict[str, Any] = definitions["$defs"]
    for model in DECISIONS:
        decision = schemas[model.__name__]
        decision["properties"] = {name: what for name, what in decision["properties"].items() if name not in GIVEN_BY_THE_GATE}
        decision["required"] = ["kind", *(name for name in decision["required"] if name not in (*GIVEN_BY_THE_GATE, "kind"))]
    told.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
    one_of = {"oneOf": [{"$ref": _REF.format(model=model.__name__)} for model in DECISIONS], "discriminator": {"propertyName": "kind"}}
    for path, operations in told["paths"].items():
        for operation in (operations[method] for method in ("post", "put") if method in operations):
            content = (
                {CONTENT_TYPES["cdi.inbound.hl7v2"]: {"schema": _HL7}} if path == "/hl7"
                else {CONTENT_TYPES["cdi.inbound.fhir"]: {"schema": _RESOURCE}} if path.startswith("/fhir")
                else {JSON: {"schema": one_of}} if path == "/decisions"
                else {JSON: {"schema": {"$ref": _REF.format(model="Receipt")}}} if path == "/receipts"
                else None
            )  # fmt: skip
            if content:
                operation["requestBody"] = {"required": True, "content": content}
