"""Dead letters as they lie on the bus: what could not be used, by whom, why, and where it lies."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from opencdi.bus.bus import Bus
from opencdi.bus.lying import everything, first_from
from opencdi.bus.room import Record
from opencdi.events.entry import read_entry
from opencdi.events.hl7_structure import header_of
from opencdi.events.problems import Unusable
from opencdi.events.topics import ROOMS, dead_letters

_TYPE = re.compile(r"[A-Za-z0-9_^]{2,30}")
_MOST_BYTES = 1_000_000  # of a FHIR resource that is opened only to be told its type


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter.  `entry_id` is the ce_id under which it was refused; several rooms may have one each."""

    room: str
    entry_id: str
    reason: str
    where: str
    received_at: str
    record: Record

    @property
    def size(self) -> int:
        """Bytes as they came; of what was too large only the head is kept."""
        told = self.record.header("size") or ""
        return int(told) if told.isdecimal() else len(self.record.value)

    @property
    def tenant(self) -> str | None:
        """Whose it is: by the gate's header, or by the envelope of an entry; None where neither can be read."""
        if (told := self.record.header("tenant")) is not None:
            return told
        try:
            return read_entry(self.record.value).envelope.tenant
        except Unusable:
            return None

    @property
    def message_type(self) -> str:
        """ "ADT^A01", "Observation", "entry"; "" where it names none.  Only what looks like a type's name, never a patient's words."""
        match self.record.header("ce_type"):
            case "cdi.inbound.hl7v2":
                header = header_of(self.record.value)
                told = header.message_type if header else ""
            case "cdi.inbound.fhir":
                told = _resource_type(self.record.value)
            case str(kind):
                told = kind.rpartition(".")[2]
            case None:
                told = ""
        return told if _TYPE.fullmatch(told) else ""

    def summary(self) -> dict[str, str | int]:
        """What a machine reads; `replays` names the letter that this was a second try of."""
        told: dict[str, str | int] = {
            "entry_id": self.entry_id, "room": self.room, "reason": self.reason, "where": self.where, "received_at": self.received_at,
            "bytes": self.size,
        }  # fmt: skip
        replays = self.record.header("replays")
        return told | {"replays": replays} if replays else told


def letter_of(room: str, record: Record) -> Letter:
    """The letter that this record of the room's dead letters is."""
    entry_id, reason, where, at = (record.header(name) or "" for name in ("ce_id", "reason", "where", "ce_time"))
    return Letter(room, entry_id, reason, where, at, record)


def letters(bus: Bus, room: str | None = None) -> Iterator[Letter]:
    """The dead letters that the bus still has, of a room or of all."""
    room_by_topic = {dead_letters(name).name: name for name in ROOMS if room in (None, name)}
    for delivered in everything(bus, [dead_letters(name) for name in room_by_topic.values()]):
        yield letter_of(room_by_topic[delivered.topic], delivered.record)


def letter_at(bus: Bus, room: str, partition: int, position: int) -> Letter | None:
    """The letter at this place; None where there is none, or none any more."""
    if room not in ROOMS:
        return None
    found = first_from(bus, dead_letters(room), partition, position)
    return letter_of(room, found.record) if found is not None and found.position == position else None


def _resource_type(body: bytes) -> str:
    try:
        told = json.loads(body) if len(body) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        return ""
    kind = told.get("resourceType") if isinstance(told, dict) else None
    return kind if isinstance(kind, str) else ""
