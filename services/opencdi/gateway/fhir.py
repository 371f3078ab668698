"""A FHIR body cut into the records that go on `inbound`: the very bytes of each resource or Bundle entry (pure).

Only the shape is judged: JSON, an object, a resource type, a Bundle that can be applied.  Whether the content makes sense is for
intake: the gate stores what it can read and never refuses clinical content (DOMAIN E.1).  Full validation by `fhir.resources` was
measured at 0.52 ms a resource against 0.014 ms for this, so 5 s for a Bundle of 10,000, and it would refuse what hospitals send.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from json.decoder import JSONDecodeError
from typing import Any, Literal, NoReturn

from opencdi.bus.bus import MAX_RECORD_BYTES

MAX_ENTRIES = 20_000
_HELD_BYTES = MAX_RECORD_BYTES - 1024
TYPE_NAME = re.compile(r"[A-Z][A-Za-z]{2,63}\Z")
ID = re.compile(r"[A-Za-z0-9.-]{1,64}\Z")
_SPACE = re.compile(r"[ \t\r\n]*")
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_READS_TOO = _WRITES | {"GET"}  # a subscription's notification tells its own status as something that can be read
_APPLIED: dict[str, Literal["transaction", "batch"]] = {
    "transaction": "transaction", "message": "transaction", "batch": "batch", "history": "batch",
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

    A message is applied as a transaction is, since its resources refer to each other; a notification as a batch is.
    """

    kind: Literal["single", "transaction", "batch"]
    parts: tuple[bytes, ...]
    types: tuple[str, ...]
    bundle: str = ""
    """Bundle.type; "" of a single resource."""
    refused: tuple[RefusedEntry, ...] = ()
    resource_id: str = ""
    """The id of a single resource, "" if it has none."""
    header: Mapping[str, Any] = field(default_factory=dict)
    """The MessageHeader of a message."""

    @property
    def too_large(self) -> bool:
        """Whether a part is more than a record holds."""
        return any(map(_too_large, self.parts))


def _too_large(part: bytes) -> bool:
    """As a record, or as intake holds it until the rest of its transaction is there: as text in JSON."""
    return len(part) > MAX_RECORD_BYTES // 2 and len(json.dumps(part.decode("utf-8", "replace"), ensure_ascii=False).encode()) > _HELD_BYTES


def cut(body: bytes, wanted: str | None = None, id_: str | None = None, *, bundle: str | None = None) -> Cut:
    """The records of a body; `wanted` and `id_` are the type and the id in the URL, `bundle` the Bundle.type.  Raises `NotFhir`."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotFhir(400, "structure", "NOT_UTF8") from None
    if not text.strip():
        raise NotFhir(400, "structure", "EMPTY_BODY")
    try:
        members = dict(_members(text))
    except (ValueError, IndexError):  # JSONDecodeError, or a whole number of more digits than Python will read
        raise NotFhir(400, "structure", "NOT_JSON") from None
    except RecursionError:
        raise NotFhir(400, "too-long", "NESTED_TOO_DEEPLY") from None
    kind = _type_of({name: value for name, (value, _) in members.items()}, "resourceType")
    if wanted is not None and kind != wanted:
        raise NotFhir(400, "invalid", "TYPE_IS_NOT_THE_URLS", "resourceType")
    own_id = members.get("id", (None, 0))[0]
    if id_ is not None and own_id != id_:
        raise NotFhir(400, "invalid", "ID_IS_NOT_THE_URLS", f"{kind}.id")
    if kind != "Bundle":
        return Cut("single", (body,), (kind,), resource_id=own_id if isinstance(own_id, str) and ID.match(own_id) else "")
    return _bundle(text, members, bundle)


def _bundle(text: str, members: dict[str, tuple[Any, int]], wanted: str | None) -> Cut:
    kind = members.get("type", (None, 0))[0]
    if not isinstance(kind, str) or kind not in _APPLIED or (wanted is not None and kind != wanted):
        raise NotFhir(422, "not-supported", "BUNDLE_TYPE", "Bundle.type")
    entries, start = members.get("entry", ([], 0))
    if not isinstance(entries, list):
        raise NotFhir(422, "structure", "NOT_A_LIST", "Bundle.entry")
    if not entries:
        raise NotFhir(422, "required", "EMPTY_BUNDLE", "Bundle.entry")
    if len(entries) > MAX_ENTRIES:
        raise NotFhir(413, "too-costly", "TOO_MANY_ENTRIES", f"Bundle.entry[{MAX_ENTRIES}]")
    methods = _READS_TOO if kind == "history" else _WRITES
    parts = [text[a:b].encode("utf-8", "surrogatepass") for a, b in _elements(text, start)]
    taken: list[tuple[bytes, str]] = []
    refused: list[RefusedEntry] = []
    for position, (entry, part) in enumerate(zip(entries, parts, strict=True)):
        where = f"Bundle.entry[{position}]"
        try:
            name = _entry_type(entry, where, methods)
            if kind == "batch" and _too_large(part):
                raise NotFhir(413, "too-long", "TOO_LARGE", where)
            taken.append((part, name))
        except NotFhir as refusal:
            if kind != "batch":
                raise
            refused.append(RefusedEntry(position, part, refusal))
    if kind == "transaction":
        _once_each(entries)
    told = tuple(part for part, _ in taken), tuple(name for _, name in taken)
    header = entries[0]["resource"] if kind == "message" else {}
    if kind == "message" and told[1][0] != "MessageHeader":
        raise NotFhir(422, "required", "NO_MESSAGE_HEADER", "Bundle.entry[0].resource")
    return Cut(_APPLIED[kind], *told, bundle=kind, refused=tuple(refused), header=header)


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


def _entry_type(entry: object, where: str, methods: frozenset[str]) -> str:
    if not isinstance(entry, dict):
        raise NotFhir(422, "structure", "NOT_AN_OBJECT", where)
    request = entry.get("request")
    method = request.get("method") if isinstance(request, dict) else None
    if request is not None and not (isinstance(method, str) and method in methods):
        raise NotFhir(422, "not-supported", "METHOD", f"{where}.request.method")
    if isinstance(request, dict) and method == "DELETE":
        return str(request.get("url", "")).partition("/")[0]
    return _type_of(entry.get("resource"), f"{where}.resource")


def _type_of(resource: object, where: str) -> str:
    if not isinstance(resource, dict):
        raise NotFhir(422, "structure", "NOT_AN_OBJECT", where)
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or not TYPE_NAME.match(kind):
        raise NotFhir(422, "required", "NO_RESOURCE_TYPE", where)
    return kind


# --- JSON with places: which characters of the body a value is made of -----------------------------------------------
def _constant(name: str) -> NoReturn:
    raise JSONDecodeError(name, "", 0)  # NaN and Infinity are not JSON


_DECODER = json.JSONDecoder(parse_constant=_constant)


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]  # matches the empty string everywhere


def _members(text: str) -> Iterator[tuple[str, tuple[Any, int]]]:
    """The members of the object that the text is: name -> (value, where it begins)."""
    at = _skip(text, 0)
    if text[at] != "{":
        value, end = _DECODER.raw_decode(text, at)
        if _skip(text, end) != len(text):
            raise JSONDecodeError("more", "", end)
        raise NotFhir(422, "structure", "NOT_AN_OBJECT")
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if not isinstance(name, str) or text[at] != ":":
            raise JSONDecodeError("name", "", at)
        start = _skip(text, at + 1)
        value, end = _DECODER.raw_decode(text, start)
        yield name, (value, start)
        at = _next(text, end, "}")
    if _skip(text, at + 1) != len(text):
        raise JSONDecodeError("more", "", at)


def _elements(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Where each element of the (well-formed) list at this place begins and ends."""
    at = _skip(text, at + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        yield at, end
        at = _next(text, end, "]")


def _next(text: str, end: int, close: str) -> int:
    """Past the comma to the next one, or at the closing bracket."""
    at = _skip(text, end)
    if text[at] == ",":
        at = _skip(text, at + 1)
        if text[at] == close:
            raise JSONDecodeError("comma", "", at)
    elif text[at] != close:
        raise JSONDecodeError("comma", "", at)
    return at
