"""One HL7 v2 message at the door, by whatever transport: judged by its structure alone, stored, answered (DESIGN §8)."""

import re
from dataclasses import dataclass

from opencdi.bus.bus import MAX_RECORD_BYTES, BusDown
from opencdi.events.hl7_structure import structural_refusal
from opencdi.events.inbound import Inbound
from opencdi.gateway.acks import Code, acknowledgements
from opencdi.gateway.frames import Oversized
from opencdi.gateway.store import Gate

CONTENT_TYPE = "application/hl7-v2"
_NEXT_MESSAGE = re.compile(rb"[\r\n]MSH([^A-Za-z0-9\s])[^A-Za-z0-9\s]{3,5}\1")  # whatever its signs; "MSH: 12" in a note is none


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told: acknowledgements (none where the sender wants none), and their code."""

    code: Code
    acks: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Hl7Listener:
    """A listener or token: the tenant and the feed are its own, never the message's (DESIGN §1)."""

    gate: Gate
    tenant: str
    feed: str
    processing_id: str | None = None  # None: P, T and D alike

    async def answer(self, message: bytes, *, backload: bool = False) -> Answer:
        """AA once the message is durable; AR for what is no HL7 v2 message; AE while the bus is down: send it again."""
        if len(message) > MAX_RECORD_BYTES:
            return await self._refuse(message, "AR", "TOO_LARGE", "", size=len(message))
        inbound = self._inbound(message, backload)
        if refusal := structural_refusal(message, processing_id=self.processing_id):
            return await self._refuse(message, *refusal)
        if _NEXT_MESSAGE.search(message, 1):
            return await self._refuse(message, "AR", "SEVERAL_MESSAGES", "MSH")
        try:
            await self.gate.store(inbound)
        except BusDown:
            return self._answer(inbound, "AE", "BUS_DOWN", "")
        return self._answer(inbound, "AA", "", "")

    async def answer_oversized(self, told: Oversized) -> Answer:
        """AR; hash, size and head are kept."""
        return await self._refuse(told.head, "AR", "TOO_LARGE", "", size=told.size, sha256=told.sha256)

    def _inbound(self, message: bytes, backload: bool = False) -> Inbound:
        stamp = self.gate.stamp(self.tenant)
        return Inbound(
            stamp.ce_id, "cdi.inbound.hl7v2", self.tenant, self.feed, stamp.received_at, message, CONTENT_TYPE, backload=backload
        )

    async def _refuse(
        self, message: bytes, code: Code, reason: str, where: str, *, size: int | None = None, sha256: str | None = None
    ) -> Answer:
        inbound = self._inbound(message)
        self.gate.metrics.refused.labels(reason).inc()
        try:
            await self.gate.refuse(inbound, reason, where, size=size, sha256=sha256)
        except BusDown:
            return self._answer(inbound, "AE", "BUS_DOWN", "")
        return self._answer(inbound, code, reason, where)

    def _answer(self, inbound: Inbound, code: Code, reason: str, where: str) -> Answer:
        self.gate.metrics.answers.labels(code).inc()
        told = acknowledgements(inbound.body, code, ack_id=inbound.ce_id, at=inbound.received_at, reason=reason, where=where)
        return Answer(code, told)
