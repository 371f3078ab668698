"""Recorded messages in files: HL7 v2 (one or many, framed or not), FHIR JSON and bulk NDJSON, folders of them, `.gz` of all."""

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

_MESSAGE_START = re.compile(rb"(?:\A|[\r\n\x0b])(?=MSH[^A-Za-z0-9\s])")
_FRAMING = b"\x0b\x1c\r\n"
_OWN_TIMES = tuple(
    tuple(path.split("."))
    for path in (
        "effectiveDateTime", "effectivePeriod.start", "period.start", "authoredOn", "performedDateTime", "performedPeriod.start",
        "date", "recordedDate", "onsetDateTime", "issued", "whenHandedOver", "context.period.start",
    )
)  # fmt: skip
_FIRST = {"Organization": 0, "Practitioner": 0, "PractitionerRole": 0, "Location": 0, "Medication": 0, "Patient": 1, "Encounter": 2}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One message of a file; `at` is its own time, None if it has none that can be read."""

    where: str
    kind: Literal["hl7v2", "fhir"]
    body: bytes
    at: datetime | None
    part: str | None = None


def files_in(sources: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and those of folders, by name."""
    for source in sources:
        if source.is_dir():
            yield from sorted(path for path in source.rglob("*") if path.is_file() and not path.name.startswith("."))
        else:
            yield source


def content_of(file: Path) -> bytes:
    """The bytes of a file, unpacked if it is a `.gz`."""
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


def recordings(sources: Iterable[Path]) -> list[Recorded]:
    """All messages: HL7 in the order of the files, FHIR resources ordered by their own times (DOMAIN F.19); then by time together."""
    found = [recorded for file in files_in(sources) for recorded in recorded_in(file)]
    if all(recorded.kind == "hl7v2" for recorded in found):
        return found
    return sorted(found, key=lambda recorded: (_rank(recorded), recorded.at or datetime.max.replace(tzinfo=UTC)))


def _rank(recorded: Recorded) -> int:
    if recorded.kind == "hl7v2" or recorded.part:
        return 3
    return _FIRST.get(json.loads(recorded.body)["resourceType"], 3) if recorded.body.startswith(b"{") else 3


def recorded_in(file: Path) -> Iterator[Recorded]:
    """The messages of one file, in its order."""
    content = content_of(file)
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[")):
        yield from _json_messages(file.name, content)
    elif content.strip(_FRAMING):
        for nth, body in enumerate(_hl7_messages(content), 1):
            yield Recorded(f"{file.name}:{nth}", "hl7v2", body, _sent_at(body))


def _hl7_messages(content: bytes) -> Iterator[bytes]:
    starts = [match.end() for match in _MESSAGE_START.finditer(content)] or [0]
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        yield content[start:end].strip(_FRAMING) + b"\r"


def _sent_at(body: bytes) -> datetime | None:
    fields = body[:500].split(body[3:4])
    digits = re.match(rb"\d{8,14}", fields[6]) if len(fields) > 6 else None
    if not digits:
        return None
    stamp = digits[0].decode().ljust(14, "0")
    try:
        return datetime.strptime(stamp[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _json_messages(name: str, content: bytes) -> Iterator[Recorded]:
    try:
        values = [json.loads(content)]
    except ValueError:
        values = [_object(line) for line in content.splitlines() if line.strip()]
    for nth, value in enumerate(values, 1):
        yield from _messages_of(f"{name}:{nth}", value)


def _object(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return line.decode("utf-8", "replace")  # goes on as it is: the outcome says what is wrong with it


def _messages_of(where: str, value: Any) -> Iterator[Recorded]:
    if isinstance(value, list):
        for nth, inner in enumerate(value, 1):
            yield from _messages_of(f"{where}.{nth}", inner)
    elif isinstance(value, dict) and isinstance(message := value.get("message_latin1", value.get("message")), str):
        body = message.encode("latin-1", "replace")
        yield Recorded(where, "hl7v2", body, _sent_at(body))
    elif isinstance(value, dict) and value.get("resourceType") == "Bundle":
        resources = [entry["resource"] for entry in value.get("entry", ()) if isinstance(entry, dict) and "resource" in entry]
        for nth, resource in enumerate(resources, 1):
            yield Recorded(f"{where}.{nth}", "fhir", json.dumps(resource).encode(), own_time(resource))
    else:
        body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        yield Recorded(where, "fhir", body, own_time(value) if isinstance(value, dict) else None)


def own_time(resource: dict[str, Any]) -> datetime | None:
    """When the resource says that it happened."""
    for path in _OWN_TIMES:
        value: Any = resource
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, str):
            try:
                at = datetime.fromisoformat(value if len(value) > 7 else f"{value}-01"[:10].ljust(10, "1"))
            except ValueError:
                continue
            return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None
