"""What `/openapi.json` says of the bodies: they are read as bytes, so FastAPI cannot know (OpenAPI 3.1)."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from opencdi.events.inbound import CONTENT_TYPES, Receipt, SiteMapping
from opencdi.events.people import DECISIONS
from opencdi.events.topics import JSON
from opencdi.gateway.decisions import GIVEN_BY_THE_GATE
from opencdi.gateway.letters import LetterPlace

_REF = "#/components/schemas/{model}"
_HL7_V2, _FHIR = CONTENT_TYPES["cdi.inbound.hl7v2"], CONTENT_TYPES["cdi.inbound.fhir"]
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
    models: list[type[BaseModel]] = [*DECISIONS, SiteMapping, Receipt, LetterPlace]
    _, definitions = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    schemas: dict[str, Any] = definitions["$defs"]
    for model in DECISIONS:
        _leave_out(schemas[model.__name__], GIVEN_BY_THE_GATE, ("kind",))
    _leave_out(schemas["SiteMapping"], ("by",), ("to",))
    told.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
    decision = {"oneOf": [_named(model) for model in DECISIONS], "discriminator": {"propertyName": "kind"}}
    taken = {
        "/hl7": (_HL7_V2, _HL7), "/decisions": (JSON, decision), "/mappings": (JSON, _named(SiteMapping)),
        "/receipts": (JSON, _named(Receipt)), "/dead/replay": (JSON, _named(LetterPlace)),
    }  # fmt: skip
    for path, operations in told["paths"].items():
        if path not in taken and not path.startswith("/fhir"):
            continue
        kind, schema = taken.get(path, (_FHIR, _RESOURCE))
        for operation in (operations[method] for method in ("post", "put") if method in operations):
            operation["requestBody"] = {"required": True, "content": {kind: {"schema": schema}}}


def _named(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _leave_out(schema: dict[str, Any], given_by_the_gate: tuple[str, ...], needed: tuple[str, ...]) -> None:
    schema["properties"] = {name: what for name, what in schema["properties"].items() if name not in given_by_the_gate}
    schema["required"] = [*needed, *(name for name in schema["required"] if name not in (*given_by_the_gate, *needed))]
