"""A recorded message at the gate: the gateway's own judgement of its shape, without a gateway."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from opencdi.bus.bus import MAX_RECORD_BYTES
from opencdi.cli.recordings import Recorded
from opencdi.events.hl7_structure import structural_refusal
from opencdi.gateway.fhir import Cut, NotFhir, cut


@dataclass(frozen=True, slots=True)
class Refused:
    """What the sender is told, the reason code and the field."""

    ack: Literal["AE", "AR"]
    reason: str
    where: str


def at_the_gate(recorded: Recorded) -> Cut | Refused:
    """What becomes of this message before any room sees it: the records that go on `inbound`, or why there are none."""
    if recorded.kind == "hl7v2":
        if len(recorded.body) > MAX_RECORD_BYTES:
            return Refused("AR", "TOO_LARGE", "")
        refusal = structural_refusal(recorded.body)
        return Refused(*refusal) if refusal else Cut("single", (recorded.body,), ("",))
    try:
        told = cut(recorded.body)
    except NotFhir as refusal:
        return Refused("AR", refusal.reason, refusal.where)
    return Refused("AR", "TOO_LARGE", "") if told.too_large else told


def refused_entries(taken: Cut) -> Iterator[Refused]:
    """The entries of a batch that the gate refuses while it takes the others."""
    for entry in taken.refused:
        yield Refused("AR", entry.refusal.reason, entry.refusal.where)
