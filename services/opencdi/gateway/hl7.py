"""One HL7 v2 message, or a batch, at the door, by whatever transport: judged by its structure alone, stored, answered (DESIGN §8)."""

import asyncio
from dataclasses import dataclass

from opencdi.bus.bus import MAX_RECORD_BYTES, BusDown
from opencdi.events.hl7_structure import structural_refusal
from opencdi.events.inbound import CONTENT_TYPES, Inbound
from opencdi.gateway.acks import Code, acknowledgements
from opencdi.gateway.batches import acknowledgement, is_batch, pieces
from opencdi.gateway.frames import Oversized
from opencdi.gateway.store import Gate

CONTENT_TYPE = CONTENT_TYPES["cdi.inbound.hl7v2"]


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
        if is_batch(message):
            return await self._answer_batch(message, backload)
        inbound = self._inbound(message, backload)
        if refusal := structural_refusal(message, processing_id=self.processing_id):
            return await self._refuse(message, *refusal)
        try:
            await self.gate.store(inbound)
        except BusDown:
            return self._answer(inbound, "AE", "BUS_DOWN", "")
        return self._answer(inbound, "AA", "", "")

    async def answer_oversized(self, told: Oversized) -> Answer:
        """AR; hash, size and head are kept."""
        return await self._refuse(told.head, "AR", "TOO_LARGE", "", size=told.size, sha256=told.sha256)

    async def _answer_batch(self, batch: bytes, backload: bool) -> Answer:
        """Each message is one by itself; the code is AE where one must be sent again, AR where none was taken."""
        told = list(pieces(batch))
        stamp = self.gate.stamp(self.tenant)
        answers = await asyncio.gather(*(self.answer(piece.content, backload=backload) for piece in told if piece.name == "MSH"))
        codes = {answer.code for answer in answers}
        ack = acknowledgement(told, [answer.acks for answer in answers], ack_id=stamp.ce_id, at=stamp.received_at)
        return Answer("AE" if "AE" in codes else "AR" if codes == {"AR"} else "AA", (ack,))

    def _inbound(self, message: bytes, backload: bool = False) -> Inbound:
        stamp = self.gate.stamp(self.tenant)
        return Inbound(stamp.ce_id, "cdi.inbound.hl7v2", self.tenant, self.feed, stamp.received_at, message, backload=backload)

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
