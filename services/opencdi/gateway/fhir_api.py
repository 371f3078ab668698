"""The FHIR door (R4): create, update, transaction and batch, `$process-message`, subscription notifications.

Nothing can be read here: what comes is stored and applied by intake.  A POST is answered 201 and a PUT 200 once it is durable.
"""

import asyncio
import re

from fastapi import FastAPI, HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool

from opencdi.bus.bus import MAX_RECORD_BYTES
from opencdi.events.inbound import Inbound
from opencdi.gateway.bodies import MAX_BODY_BYTES, TooLarge, body_of, is_history
from opencdi.gateway.callers import Callers
from opencdi.gateway.fhir import ID, TYPE_NAME, Cut, NotFhir, cut
from opencdi.gateway.outcome import bundle_response, message_response, outcome
from opencdi.gateway.store import Gate
from opencdi.gateway.tokens import Caller

_OTHER_FORMAT = re.compile(r"xml|turtle|protobuf|csv", re.IGNORECASE)
"""What says of itself that it is something else than JSON."""


class FhirDoors:
    """The FHIR handlers of one gateway."""

    def __init__(self, gate: Gate, callers: Callers) -> None:
        """One gate, and who may use it."""
        self.gate, self.callers = gate, callers

    def open_on(self, app: FastAPI) -> None:
        """Serve them; any other method is answered 405, any other path 404."""
        app.post("/fhir")(self.any)
        app.post("/fhir/$process-message")(self.process_message)
        app.post("/fhir/{wanted}")(self.create)
        app.put("/fhir/{wanted}/{id_}")(self.update)

    async def any(self, request: Request) -> Response:
        """A resource of any type, or a Bundle of any kind that is told: also the endpoint of a subscription."""
        return await self._take(request)

    async def process_message(self, request: Request) -> Response:
        """A message Bundle; its answer names the MessageHeader that it answers."""
        return await self._take(request, "Bundle", bundle="message")

    async def create(self, request: Request, wanted: str) -> Response:
        """A resource of the type in the URL."""
        return await self._take(request, wanted)

    async def update(self, request: Request, wanted: str, id_: str) -> Response:
        """A resource of the type and the id in the URL."""
        return await self._take(request, wanted, id_)

    async def _take(self, request: Request, wanted: str | None = None, id_: str | None = None, *, bundle: str | None = None) -> Response:
        caller = self.callers.caller(request)
        if wanted is not None and not TYPE_NAME.match(wanted):
            raise HTTPException(404, "NO_SUCH_TYPE")
        if id_ is not None and not ID.match(id_):
            return outcome(400, "invalid", "NOT_AN_ID", "id")
        if _OTHER_FORMAT.search(request.headers.get("content-type", "")):  # a careless word for JSON is judged by its body
            return outcome(415, "not-supported", "JSON_ONLY")
        try:
            body = await body_of(request, MAX_BODY_BYTES)
        except TooLarge as large:
            return await self._refuse(caller, large.head, NotFhir(413, "too-long", "TOO_LARGE"), size=large.size, sha256=large.sha256)
        return await self.taken(caller, body, wanted, id_, bundle=bundle, backload=is_history(request))

    async def taken(
        self,
        caller: Caller,
        body: bytes,
        wanted: str | None = None,
        id_: str | None = None,
        *,
        bundle: str | None = None,
        backload: bool = False,
    ) -> Response:
        """The answer to a body, by whatever way it came.  Raises `BusDown`: then nothing may be promised."""
        try:
            told = await run_in_threadpool(cut, body, wanted, id_, bundle=bundle)
        except NotFhir as refusal:
            return await self._refuse(caller, body, refusal)
        if told.too_large:
            return await self._refuse(caller, body, NotFhir(413, "too-long", "TOO_LARGE"), size=len(body))
        records = self._records(caller, told, backload=backload)
        if records:
            await self.gate.store(*records)
        await asyncio.gather(*(self._keep(caller, entry.body, entry.refusal) for entry in told.refused))
        return self._stored(told, tuple(record.ce_id for record in records), updated=id_ is not None)

    def _stored(self, told: Cut, ce_ids: tuple[str, ...], *, updated: bool) -> Response:
        match told.bundle:
            case "":
                headers = {"ETag": f'W/"{ce_ids[0]}"'}
                if updated:
                    return outcome(200, "informational", "STORED", entry=ce_ids[0], headers=headers)
                headers["Location"] = f"/fhir/{told.types[0]}/{told.resource_id or ce_ids[0]}/_history/{ce_ids[0]}"
                return outcome(201, "informational", "STORED", entry=ce_ids[0], headers=headers)
            case "message":
                return message_response(told.header, ce_ids[0].rpartition(".")[0])
            case "history":
                return outcome(200, "informational", "STORED", entry=ce_ids[0].rpartition(".")[0])
        return bundle_response(told, ce_ids)

    def _records(self, caller: Caller, told: Cut, *, backload: bool) -> tuple[Inbound, ...]:
        count = len(told.parts)
        stamp = self.gate.stamp(caller.tenant)
        return tuple(
            Inbound(
                stamp.ce_id if told.kind == "single" else f"{stamp.ce_id}.{i}",
                "cdi.inbound.fhir",
                caller.tenant,
                caller.feed,
                stamp.received_at,
                part,
                part=f"{i}/{count}" if told.kind == "transaction" else None,
                backload=backload,
            )
            for i, part in enumerate(told.parts, 1)
        )

    async def _refuse(
        self, caller: Caller, body: bytes, refusal: NotFhir, *, size: int | None = None, sha256: str | None = None
    ) -> Response:
        await self._keep(caller, body, refusal, size=size, sha256=sha256)
        return outcome(refusal.status, refusal.issue, refusal.reason, refusal.where)

    async def _keep(self, caller: Caller, body: bytes, refusal: NotFhir, *, size: int | None = None, sha256: str | None = None) -> None:
        if size is None and len(body) > MAX_RECORD_BYTES:
            size = len(body)
        stamp = self.gate.stamp(caller.tenant)
        inbound = Inbound(stamp.ce_id, "cdi.inbound.fhir", caller.tenant, caller.feed, stamp.received_at, body)
        self.gate.metrics.refused.labels(refusal.reason).inc()
        await self.gate.refuse(inbound, refusal.reason, refusal.where, size=size, sha256=sha256)
