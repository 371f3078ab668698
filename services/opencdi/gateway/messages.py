"""`$process-message` (R4): the message, bare or as `content` of Parameters, and how its sender wants to be answered."""

from collections.abc import Mapping

from opencdi.gateway.fhir import NotFhir
from opencdi.gateway.json_places import NotAnObject, elements, members, value_at

_WHERE = "Parameters.parameter"


def message_in(body: bytes, asked: Mapping[str, str]) -> bytes:
    """The message of a request with these query parameters; a body that is no Parameters stays as it is, and is judged as a Bundle.

    Raises `NotFhir` where the answer is to be sent elsewhere later (`async`): what is stored is answered at once, and to who asks.
    """
    _refuse_later(asked.get("async"), "async")
    try:
        text = body.decode("utf-8-sig")
        told = dict(members(text))
    except (ValueError, IndexError, RecursionError, NotAnObject):
        return body
    if told.get("resourceType", ("", 0))[0] != "Parameters":
        return body
    parameters, start = told.get("parameter", ([], 0))
    if not isinstance(parameters, list):
        raise NotFhir(422, "structure", "NOT_A_LIST", _WHERE)
    content: str | None = None
    for nth, (first, last) in enumerate(elements(text, start) if parameters else ()):
        parameter = parameters[nth]
        if not isinstance(parameter, dict):
            raise NotFhir(422, "structure", "NOT_AN_OBJECT", f"{_WHERE}[{nth}]")
        if parameter.get("name") == "async":
            _refuse_later(parameter.get("valueBoolean"), f"{_WHERE}[{nth}].valueBoolean")
        elif parameter.get("name") == "content" and "resource" in parameter:
            part = text[first:last]
            content = value_at(part, dict(members(part))["resource"][1])
    if content is None:
        raise NotFhir(422, "required", "NO_MESSAGE", _WHERE)
    return content.encode("utf-8", "surrogatepass")


def _refuse_later(asked: object, where: str) -> None:
    if asked is True or str(asked).strip().lower() in ("true", "1"):
        raise NotFhir(422, "not-supported", "ASYNCHRONOUS", where)
