"""What a FHIR sender and this door agree on before anything is read: format, version, and what the answer shall hold (R4, 3.1.0.1)."""

import re
from typing import Literal

from fastapi import HTTPException, Request

from opencdi.events.fhir_structure import FHIR_VERSIONS

_OTHER_FORMAT = re.compile(r"xml|turtle|ttl|protobuf|csv", re.IGNORECASE)
"""What says of itself that it is something else than JSON; a careless word for JSON is judged by the body."""
_JSON_TOO = re.compile(r"json|\*/\*|application/\*", re.IGNORECASE)
_VERSION = re.compile(r"fhirVersion\s*=\s*\"?(\d+\.\d+)", re.IGNORECASE)
_RETURN = re.compile(r"\breturn\s*=\s*\"?(minimal|representation|OperationOutcome)\b", re.IGNORECASE)
Wanted = Literal["minimal", "representation", "operationoutcome"]


def agree(request: Request) -> Wanted:
    """What the answer to a resource shall hold (`Prefer`; else an OperationOutcome).  415 or 406 for what is not spoken here."""
    sent = request.headers.get("content-type", "")
    if _OTHER_FORMAT.search(sent):
        raise HTTPException(415, "JSON_ONLY")
    if (version := _VERSION.search(sent)) and version[1] not in FHIR_VERSIONS:
        raise HTTPException(415, "FHIR_VERSION")
    refuse_other_answers(request)
    told = _RETURN.search(request.headers.get("prefer", ""))
    match told[1].lower() if told else "":
        case "minimal":
            return "minimal"
        case "representation":
            return "representation"
    return "operationoutcome"


def refuse_other_answers(request: Request) -> None:
    """406 where only something else than JSON would be understood; `_format` counts for more than `Accept`."""
    asked = request.query_params.get("_format") or request.headers.get("accept", "")
    if _OTHER_FORMAT.search(asked) and not _JSON_TOO.search(asked):
        raise HTTPException(406, "JSON_ONLY")
