"""The FHIR door (R4): create, update, transaction and batch, `$process-message`, subscription notifications.

Nothing can be read here: what comes is stored and applied by intake.  A POST is answered 201 and a PUT 200 once it is durable.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import format_datetime

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from opencdi.bus.bus import MAX_RECORD_BYTES
from opencdi.events.fhir_structure import RESOURCE_TYPES
from opencdi.events.inbound import CONTENT_TYPES, Inbound
from opencdi.gateway.bodies import MAX_BODY_BYTES, TooLarge, body_of, is_history
from opencdi.gateway.callers import Callers
from opencdi.gateway.capability import capability_statement
from opencdi.gateway.conditions import only_new
from opencdi.gateway.fhir import ID, Cut, NotFhir, cut
from opencdi.gateway.messages import message_in
from opencdi.gateway.negotiation import Wanted, agree, refuse_other_answers
from opencdi.gateway.outcome import bundle_response, location, message_response, outcome
from opencdi.gateway.store import Gate
from opencdi.gateway.tokens import Caller

_FHIR_JSON = CONTENT_TYPES["cdi.inbound.fhir"]
_UNKEPT = ("if-match", "if-none-match", "if-modified-since")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for beside its body: type and id in the URL, the kind of Bundle, a condition, what the answer shall hold."""

    wanted: str | None = None
    id_: str | None = None
    bundle: str | None = None
    criteria: str | None = None
    query: Mapping[str, str] | None = None  # of `$process-message`
    updates: bool = False
    prefer: Wanted = "operationoutcome"
    backload: bool = False


ANYTHING = Asked()


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
        app.put("/fhir/{wanted}")(self.update_by_identifier)
        app.put("/fhir/{wanted}/{id_}")(self.update)
        app.delete("/fhir/{wanted}")(self.delete)
        app.delete("/fhir/{wanted}/{id_}")(self.delete)
        app.get("/fhir/metadata")(self.metadata)
        app.head("/fhir/metadata", include_in_schema=False)(self.metadata)

    async def metadata(self, request: Request) -> Response:
        """What can be done here; anybody may ask."""
        refuse_other_answers(request)
        return JSONResponse(capability_statement(self.gate.clock.now()), media_type=_FHIR_JSON)

    async def any(self, request: Request) -> Response:
        """A resource of any type, or a Bundle of any kind that is told: also the endpoint of a subscription."""
        return await self._take(request, Asked())

    async def process_message(self, request: Request) -> Response:
        """A message Bundle, bare or in Parameters; its answer names the MessageHeader that it answers."""
        return await self._take(request, Asked("Bundle", bundle="message", query=request.query_params))

    async def create(self, request: Request, wanted: str) -> Response:
        """A resource of the type in the URL; with `If-None-Exist` it overwrites nothing that is known under its identifier."""
        return await self._take(request, Asked(wanted, criteria=request.headers.get("if-none-exist")))

    async def update(self, request: Request, wanted: str, id_: str) -> Response:
        """A resource of the type and the id in the URL."""
        return await self._take(request, Asked(wanted, id_, updates=True))

    async def update_by_identifier(self, request: Request, wanted: str) -> Response:
        """A resource of the type in the URL, whose identifier the URL names."""
        told = (part for part in request.url.query.split("&") if not part.startswith("_"))
        return await self._take(request, Asked(wanted, criteria="&".join(told), updates=True))

    async def delete(self, request: Request) -> Response:
        """Refused: what was deleted may have been an archive's housekeeping; what was wrong is sent as entered-in-error (R4, 3.1.0.7)."""
        self.callers.caller(request)
        return outcome(405, "not-supported", "DELETE_BY_STATUS", headers={"Allow": "PUT"})

    async def _take(self, request: Request, asked: Asked) -> Response:
        caller = self.callers.caller(request)
        if asked.wanted is not None and asked.wanted not in RESOURCE_TYPES:
            raise HTTPException(404, "NO_SUCH_TYPE")
        if asked.id_ is not None and not ID.match(asked.id_):
            return outcome(400, "invalid", "NOT_AN_ID", "id")
        prefer = agree(request)
        try:
            body = await body_of(request, MAX_BODY_BYTES)
        except TooLarge as large:
            return await self._refuse(caller, large.head, NotFhir(413, "too-long", "TOO_LARGE"), size=large.size, sha256=large.sha256)
        if any(name in request.headers for name in _UNKEPT):
            return await self._refuse(caller, body, NotFhir(412, "not-supported", "CONDITION"))
        return await self.taken(caller, body, replace(asked, prefer=prefer, backload=is_history(request)))

    async def taken(self, caller: Caller, body: bytes, asked: Asked = ANYTHING) -> Response:
        """The answer to a body, by whatever way it came.  Raises `BusDown`: then nothing may be promised."""
        try:
            message = body if asked.query is None else await run_in_threadpool(message_in, body, asked.query)
            told = await run_in_threadpool(cut, message, asked.wanted, asked.id_, bundle=asked.bundle, criteria=asked.criteria)
        except NotFhir as refusal:
            return await self._refuse(caller, body, refusal)
        if told.too_large:
            return await self._refuse(caller, body, NotFhir(413, "too-long", "TOO_LARGE"), size=len(body))
        if asked.criteria is not None and not asked.updates:
            told = replace(told, parts=(only_new(body, told.types[0], asked.criteria),))
        records = self._records(caller, told, backload=asked.backload)
        if records:
            await self.gate.store(*records)
        await asyncio.gather(*(self._keep(caller, entry.body, entry.refusal) for entry in told.refused))
        match told.bundle:
            case "":
                return _one_stored(told, records[0], body, asked)
            case "message":
                return message_response(told.header, records[0].ce_id.rpartition(".")[0])
            case "history" | "subscription-notification" | "document" | "collection":
                return outcome(200, "informational", "STORED", entry=records[0].ce_id.rpartition(".")[0])
        return bundle_response(told, records)

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


def _one_stored(told: Cut, record: Inbound, body: bytes, asked: Asked) -> Response:
    """201 with its place, or 200; of a conditional create nobody here knows yet whether it creates: 202."""
    headers = {"ETag": f'W/"{record.ce_id}"', "Last-Modified": format_datetime(record.received_at.astimezone(UTC), usegmt=True)}
    status = 200 if asked.updates else 202 if asked.criteria is not None else 201
    if status == 201:
        headers["Location"] = f"/fhir/{location(told.types[0], told.ids[0], record.ce_id)}"
    match asked.prefer:
        case "minimal":
            return Response(None, status, headers)
        case "representation":
            return Response(body, status, headers, _FHIR_JSON)
    return outcome(status, "informational", "STORED", entry=record.ce_id, headers=headers)
