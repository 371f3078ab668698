"""A recorded message at the gate: the gateway's own judgement of its shape, without a gateway."""

from dataclasses import dataclass
from typing import Literal

from opencdi.bus.bus import MAX_RECORD_BYTES
from opencdi.cli.recordings import Recorded
from opencdi.events.hl7_structure import structural_refusal
from opencdi.gateway.fhir import NotFhir, cut


@dataclass(frozen=True, slots=True)
class Refused:
    """What the sender is told, the reason code and the field."""

    ack: Literal["AE", "AR"]
    reason: str
    where: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The records that go on `inbound`: one; or the parts of a FHIR `transaction` (all or nothing) or `batch` (each by itself)."""

    kind: Literal["single", "transaction", "batch"]
    parts: tuple[bytes, ...]
    types: tuple[str, ...]


def at_the_gate(recorded: Recorded) -> Taken | Refused:
    """What becomes of this message before any room sees it."""
    if recorded.kind == "hl7v2":
        if len(recorded.body) > MAX_RECORD_BYTES:
            return Refused("AR", "TOO_LARGE", "")
        refusal = structural_refusal(recorded.body)
        return Refused(*refusal) if refusal else Taken("single", (recorded.body,), ("",))
    try:
        told = cut(recorded.body)
    except NotFhir as refusal:
        return Refused("AR", refusal.reason, refusal.where)
    if any(len(part) > MAX_RECORD_BYTES for part in told.parts):
        return Refused("AR", "TOO_LARGE", "")
    return Taken(told.kind, told.parts, told.types)
