"""A FHIR body cut into the records that go on `inbound`: the very bytes of each resource or Bundle entry (pure).

Only the shape is judged: JSON, an object, a resource type, a Bundle that can be applied.  Whether the content makes sense is for
intake: the gate stores what it can read and never refuses clinical content (DOMAIN E.1).  Full validation by `fhir.resources` was
measured at 0.52 ms a resource against 0.014 ms for this, so 5 s for a Bundle of 10,000, and it would refuse what hospitals send.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from opencdi.bus.bus import MAX_RECORD_BYTES
from opencdi.events.fhir_structure import RESOURCE_TYPES
from opencdi.gateway.conditions import UNKEPT, by_own_identifier
from opencdi.gateway.json_places import NotAnObject, elements, members
from opencdi.gateway.notifications import NOTIFICATIONS, without_content

MAX_ENTRIES = 20_000
_HELD_BYTES = MAX_RECORD_BYTES - 1024
ID = re.compile(r"[A-Za-z0-9.-]{1,64}\Z")
_WRITES = frozenset({"POST", "PUT"})
_HAPPENED = _WRITES | {"PATCH", "DELETE", "GET"}  # a notification tells what was done elsewhere, and its own status as something to be read
_APPLIED: dict[str, Literal["transaction", "batch"]] = {
    "transaction": "transaction", "message": "transaction", "document": "transaction",
    "batch": "batch", "history": "batch", "subscription-notification": "batch",
    "collection": "batch",
}  # fmt: skip


class NotFhir(Exception):
    """Refused: HTTP status, FHIR issue type, our reason code, and the place in the body; never a value."""

    def __init__(self, status: int, issue: str, reason: str, where: str = "") -> None:
        """Name the reason and the place."""
        super().__init__(reason)
        self.status, self.issue, self.reason, self.where = status, issue, reason, where


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """One entry of a batch that is not taken; the others are."""

    position: int
    body: bytes
    refusal: NotFhir


@dataclass(frozen=True, slots=True)
class Cut:
    """What a body is: a `single` resource, a `transaction` (all or nothing), a `batch` (each entry by itself).

    A message or a document is applied as a transaction is, since its resources refer to each other; a notification or a collection as a
    batch is.
    """

    kind: Literal["single", "transaction", "batch"]
    parts: tuple[bytes, ...]
    types: tuple[str, ...]
    bundle: str = ""
    """Bundle.type; "" of a single resource."""
    refused: tuple[RefusedEntry, ...] = ()
    ids: tuple[str, ...] = ()
    """The ids of the resources, "" of one that has none."""
    header: Mapping[str, Any] = field(default_factory=dict)
    """The MessageHeader of a message."""

    @property
    def too_large(self) -> bool:
        """Whether a part is more than a record holds."""
        return any(map(_too_large, self.parts))


def _too_large(part: bytes) -> bool:
    """As a record, or as intake holds it until the rest of its transaction is there: as text in JSON."""
    return len(part) > MAX_RECORD_BYTES // 2 and len(json.dumps(part.decode("utf-8", "replace"), ensure_ascii=False).encode()) > _HELD_BYTES


def cut(body: bytes, wanted: str | None = None, id_: str | None = None, *, bundle: str | None = None, criteria: str | None = None) -> Cut:
    """The records of a body; `wanted` and `id_` are the type and the id in the URL, `bundle` the Bundle.type, `criteria` the condition of
    a conditional create or update.  Raises `NotFhir`."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotFhir(400, "structure", "NOT_UTF8") from None
    if not text.strip():
        raise NotFhir(400, "structure", "EMPTY_BODY")
    try:
        told = dict(members(text))
    except (ValueError, IndexError):  # JSONDecodeError, or a whole number of more digits than Python will read
        raise NotFhir(400, "structure", "NOT_JSON") from None
    except RecursionError:
        raise NotFhir(400, "too-long", "NESTED_TOO_DEEPLY") from None
    except NotAnObject:
        raise NotFhir(422, "structure", "NOT_AN_OBJECT") from None
    resource = {name: value for name, (value, _) in told.items()}
    kind = _type_of(resource, "resourceType")
    if wanted is not None and kind != wanted:
        raise NotFhir(400, "invalid", "TYPE_IS_NOT_THE_URLS", "resourceType")
    if id_ is not None and resource.get("id") != id_:
        raise NotFhir(400, "invalid", "ID_IS_NOT_THE_URLS", f"{kind}.id")
    if criteria is not None and not by_own_identifier(criteria, resource):
        raise NotFhir(412, "not-supported", "CONDITION")
    return _bundle(text, told, bundle) if kind == "Bundle" else Cut("single", (body,), (kind,), ids=(_id_of(resource),))


def _id_of(resource: Mapping[str, Any]) -> str:
    own = resource.get("id")
    return own if isinstance(own, str) and ID.match(own) else ""


def _bundle(text: str, told: dict[str, tuple[Any, int]], wanted: str | None) -> Cut:
    kind = told.get("type", (None, 0))[0]
    if not isinstance(kind, str) or kind not in _APPLIED or (wanted is not None and kind != wanted):
        raise NotFhir(422, "not-supported", "BUNDLE_TYPE", "Bundle.type")
    entries, start = told.get("entry", ([], 0))
    if not isinstance(entries, list):
        raise NotFhir(422, "structure", "NOT_A_LIST", "Bundle.entry")
    if not entries:
        raise NotFhir(422, "required", "EMPTY_BUNDLE", "Bundle.entry")
    if len(entries) > MAX_ENTRIES:
        raise NotFhir(413, "too-costly", "TOO_MANY_ENTRIES", f"Bundle.entry[{MAX_ENTRIES}]")
    if kind in NOTIFICATIONS and (missing := without_content(entries)) is not None:
        raise NotFhir(422, "required", "NOTIFICATION_WITHOUT_CONTENT", missing)
    parts = [text[a:b].encode("utf-8", "surrogatepass") for a, b in elements(text, start)]
    taken: list[tuple[bytes, str, str]] = []
    refused: list[RefusedEntry] = []
    for position, (entry, part) in enumerate(zip(entries, parts, strict=True)):
        where = f"Bundle.entry[{position}]"
        try:
            name, own_id = _entry(entry, where, kind)
            if kind == "batch" and _too_large(part):
                raise NotFhir(413, "too-long", "TOO_LARGE", where)
            taken.append((part, name, own_id))
        except NotFhir as refusal:
            if kind != "batch":
                raise
            refused.append(RefusedEntry(position, part, refusal))
    if kind == "transaction":
        _once_each(entries)
    header = entries[0]["resource"] if kind == "message" else {}
    if kind == "message" and taken[0][1] != "MessageHeader":
        raise NotFhir(422, "required", "NO_MESSAGE_HEADER", "Bundle.entry[0].resource")
    bodies, types, ids = zip(*taken, strict=True) if taken else ((), (), ())
    return Cut(_APPLIED[kind], bodies, types, bundle=kind, refused=tuple(refused), ids=ids, header=header)


def _once_each(entries: list[dict[str, Any]]) -> None:
    """In a transaction no two entries may update or delete one resource: their order would decide, and it has none (R4 http.html)."""
    seen: set[str] = set()
    for position, entry in enumerate(entries):
        request = entry.get("request") or {}
        url = request.get("url")
        if request.get("method") != "POST" and isinstance(url, str):
            if url in seen:
                raise NotFhir(409, "conflict", "SAME_RESOURCE_TWICE", f"Bundle.entry[{position}].request.url")
            seen.add(url)


def _entry(entry: object, where: str, bundle: str) -> tuple[str, str]:
    """Type and id of what an entry tells; raises where it asks for something else than to be stored."""
    if not isinstance(entry, dict):
        raise NotFhir(422, "structure", "NOT_AN_OBJECT", where)
    request = entry.get("request")
    method = request.get("method") if isinstance(request, dict) else None
    if request is not None and not (isinstance(method, str) and method in (_HAPPENED if bundle in NOTIFICATIONS else _WRITES)):
        if method == "DELETE":
            raise NotFhir(405 if bundle == "batch" else 422, "not-supported", "DELETE_BY_STATUS", f"{where}.request.method")
        raise NotFhir(422, "not-supported", "METHOD", f"{where}.request.method")
    if isinstance(request, dict) and method == "DELETE":
        return str(request.get("url", "")).partition("/")[0], ""
    kind, resource = _type_of(entry.get("resource"), f"{where}.resource"), entry["resource"]
    if isinstance(request, dict) and bundle not in NOTIFICATIONS:
        _refuse_unkept(request, resource, where)
    return kind, _id_of(resource)


def _refuse_unkept(request: Mapping[str, Any], resource: Mapping[str, Any], where: str) -> None:
    """A condition that only a search could keep: whoever sets it would rather have nothing stored than something twice."""
    url = request.get("url")
    asked = {"ifNoneExist": request.get("ifNoneExist")}
    if request.get("method") == "PUT" and isinstance(url, str) and "?" in url:
        asked["url"] = url
    unkept = [name for name in UNKEPT if request.get(name) is not None]
    unkept += [
        name for name, told in asked.items() if told is not None and not (isinstance(told, str) and by_own_identifier(told, resource))
    ]
    if unkept:
        raise NotFhir(412, "not-supported", "CONDITION", f"{where}.request.{unkept[0]}")


def _type_of(resource: object, where: str) -> str:
    if not isinstance(resource, dict):
        raise NotFhir(422, "structure", "NOT_AN_OBJECT", where)
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not kind:
        raise NotFhir(422, "required", "NO_RESOURCE_TYPE", where)
    if kind not in RESOURCE_TYPES:
        raise NotFhir(422, "not-supported", "NO_SUCH_TYPE", where)
    return kind
