"""Recorded messages in files: HL7 v2 (one or many, framed or not), FHIR JSON and bulk NDJSON, folders of them, `.gz` of all."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Literal

from opencdi.cli.inputs import STANDARD_INPUT, content_of, name_of
from opencdi.events.hl7_structure import header_of
from opencdi.gateway.batches import FRAMING
from opencdi.gateway.files import hl7_messages, is_json, json_bodies
from opencdi.intake.time import fhir_time, hl7_time

_OWN_TIMES = tuple(
    tuple(path.split("."))
    for path in (
        "effectiveDateTime", "effectivePeriod.start", "period.start", "authoredOn", "performedDateTime", "performedPeriod.start",
        "date", "recordedDate", "onsetDateTime", "issued", "whenHandedOver", "context.period.start",
    )
)  # fmt: skip
_FIRST = {"Organization": 0, "Practitioner": 0, "PractitionerRole": 0, "Location": 0, "Medication": 0, "Patient": 1, "Encounter": 2}
_LAST = 3
_DAWN, _DUSK = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What somebody sent: one HL7 message, one FHIR resource or one whole Bundle, as its bytes.

    `at` is its own time, None if it has none that can be read; `resource` and `resource_id` what FHIR calls it, `source` its meta.source,
    "" if it does not.
    """

    where: str
    kind: Literal["hl7v2", "fhir"]
    body: bytes
    at: datetime | None
    resource: str = ""
    resource_id: str = ""
    source: str = ""


def in_time(files: Iterable[Iterable[Recorded]]) -> list[Recorded]:
    """In the order of their times: those of an HL7 file stay in its order, FHIR resources follow their own (DOMAIN F.19)."""
    placed: list[tuple[datetime, int, Recorded]] = []
    for file in files:
        reached = _DAWN  # an HL7 file is in the order in which it was sent, so its clock never goes back
        for recorded in file:
            if recorded.kind == "hl7v2":
                reached = max(reached, recorded.at or reached)
                placed.append((reached, _LAST, recorded))
            else:
                rank = _FIRST.get(recorded.resource, _LAST)
                placed.append((recorded.at or (_DUSK if rank == _LAST else _DAWN), rank, recorded))
    return [recorded for _, _, recorded in sorted(placed, key=lambda told: told[:2])]


def recorded_in(file: Path, zone: tzinfo = UTC) -> Iterator[Recorded]:
    """The messages of one file, in its order.  `zone` is the facility's: of times that do not tell theirs.  May raise `UNREADABLE`."""
    content, name = content_of(file), name_of(file)
    suffixes = frozenset() if file == STANDARD_INPUT else frozenset(suffix.lower() for suffix in file.suffixes)
    if is_json(content, suffixes):
        for nth, body in enumerate(json_bodies(content, suffixes), 1):
            yield from _messages_of(f"{name}:{nth}", body, zone)
    elif content.strip(FRAMING):
        for nth, body in enumerate(hl7_messages(content), 1):
            yield Recorded(f"{name}:{nth}", "hl7v2", body, _sent_at(body, zone))


def _sent_at(body: bytes, zone: tzinfo) -> datetime | None:
    header = header_of(body)
    at = hl7_time(header.first(7), zone) if header else None
    return at.at if at else None


def _value(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None  # it goes on as it is: the gate says what is wrong with it


def _messages_of(where: str, body: bytes, zone: tzinfo) -> Iterator[Recorded]:
    value = _value(body)
    if isinstance(value, list):
        for nth, inner in enumerate(value, 1):
            yield from _messages_of(f"{where}.{nth}", json.dumps(inner).encode(), zone)
    elif isinstance(value, dict) and isinstance(message := value.get("message_latin1", value.get("message")), str):
        sent = message.encode("latin-1", "replace")
        yield Recorded(where, "hl7v2", sent, _sent_at(sent, zone))
    else:
        told = value if isinstance(value, dict) else {}
        meta = told.get("meta")
        words = (told.get("resourceType"), told.get("id"), meta.get("source") if isinstance(meta, dict) else None)
        kind, name, source = (word if isinstance(word, str) else "" for word in words)
        yield Recorded(where, "fhir", body, own_time(told, zone), kind if kind.isascii() and kind.isalpha() else "", name, source)


def own_time(resource: dict[str, Any], zone: tzinfo = UTC) -> datetime | None:
    """When the resource says that it happened; a Bundle cannot have been sent before the latest thing that it tells."""
    if resource.get("resourceType") == "Bundle":
        sent, entries = resource.get("timestamp"), resource.get("entry")
        inner = [entry["resource"] for entry in entries if _has_resource(entry)] if isinstance(entries, list) else []
        told = _read(sent, zone) or max(filter(None, (own_time(one, zone) for one in inner)), default=None)
        return told
    for path in _OWN_TIMES:
        value: Any = resource
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if at := _read(value, zone):
            return at
    return None


def _has_resource(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("resource"), dict)


def _read(value: Any, zone: tzinfo) -> datetime | None:
    at = fhir_time(value, zone) if isinstance(value, str) else None
    return at.at if at else None
