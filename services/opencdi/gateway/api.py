"""The HTTP door: raw HL7, FHIR, people's decisions and mappings, receipts.  Everything answered here is durable on `inbound` first."""

import json
from datetime import datetime
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException as RefusedByHttp

from opencdi.bus.bus import MAX_RECORD_BYTES, BusDown
from opencdi.events.contract import field_at_fault
from opencdi.events.ids import derived_id
from opencdi.events.inbound import Inbound, Receipt
from opencdi.gateway.bodies import MAX_BODY_BYTES, TooLarge, body_of, is_history
from opencdi.gateway.callers import Callers
from opencdi.gateway.clock import DemoClock
from opencdi.gateway.decisions import BadDecision, decision_of, mapping_of
from opencdi.gateway.fhir_api import FhirDoors
from opencdi.gateway.frames import END, START, Oversized
from opencdi.gateway.hl7 import CONTENT_TYPE, Hl7Listener
from opencdi.gateway.letters import LetterDoor
from opencdi.gateway.openapi import describe_bodies
from opencdi.gateway.outcome import ISSUE_BY_STATUS, outcome
from opencdi.gateway.store import Gate
from opencdi.gateway.ticks import tick
from opencdi.gateway.tokens import Caller
from opencdi.settings import loopback

_STATUS_BY_CODE = {"AA": 200, "AR": 400, "AE": 503}
_INSTANT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


class Doors:
    """The handlers of one gateway."""

    def __init__(self, gate: Gate, callers: Callers, processing_id: str | None) -> None:
        """One gate, and who may use it."""
        self.gate, self.callers, self.processing_id = gate, callers, processing_id

    async def hl7(self, request: Request) -> Response:
        """One HL7 v2 message; the answer is its acknowledgement."""
        caller = self.callers.caller(request)
        listener = Hl7Listener(self.gate, caller.tenant, caller.feed, self.processing_id)
        try:
            message = await body_of(request, MAX_BODY_BYTES)
        except TooLarge as large:
            answer = await listener.answer_oversized(Oversized(large.head, large.size, large.sha256))
            return Response(b"".join(answer.acks), 413, media_type=CONTENT_TYPE)
        if message.startswith(START):
            message = message.removeprefix(START).removesuffix(END)
        answer = await listener.answer(message, backload=is_history(request))
        status = 413 if len(message) > MAX_RECORD_BYTES and answer.code == "AR" else _STATUS_BY_CODE[answer.code]
        if not answer.acks and status == 200:
            return Response(status_code=204)  # stored; by MSH-15 and MSH-16 this sender wants no acknowledgement
        return Response(b"".join(answer.acks), status, media_type=CONTENT_TYPE)

    async def decisions(self, request: Request) -> Response:
        """A person's decision; the actor is who the token says."""
        caller, person = self.callers.person(request)
        body = await _small_body(request)
        stamp = self.gate.stamp(caller.tenant)
        try:
            decision = decision_of(body, decision_id=stamp.ce_id, decided_at=stamp.received_at, actor=person)
        except BadDecision as bad:
            return _wrong(bad.field, bad.problem)
        await self._store_json("cdi.inbound.decision", caller, stamp.ce_id, stamp.received_at, decision.to_json())
        return JSONResponse({"decision_id": stamp.ce_id}, 202)

    async def mappings(self, request: Request) -> Response:
        """What a sender's code means, said by a person; applied by intake.  The sender's `id` makes the record's id, where it is given."""
        caller, person = self.callers.person(request)
        body = await _small_body(request)
        try:
            mapping = mapping_of(body, by=person)
        except BadDecision as bad:
            return _wrong(bad.field, bad.problem)
        stamp = self.gate.stamp(caller.tenant)
        mapping_id = "mapping-" + derived_id(caller.tenant, caller.feed, mapping.id) if mapping.id else stamp.ce_id
        await self._store_json("cdi.inbound.site-mapping", caller, mapping_id, stamp.received_at, mapping.to_json())
        return JSONResponse({"mapping_id": mapping_id}, 202)

    async def receipts(self, request: Request) -> Response:
        """What became of a delivery.  The sender's `id` makes the record's id, so a receipt told twice is one receipt."""
        caller = self.callers.caller(request)
        body = await _small_body(request)
        try:
            told = Receipt.read(body)
        except ValidationError as error:
            return _wrong(*field_at_fault(error))
        stamp = self.gate.stamp(caller.tenant)
        receipt_id = "receipt-" + derived_id(caller.tenant, caller.feed, told.id)
        await self._store_json("cdi.inbound.receipt", caller, receipt_id, stamp.received_at, body)
        return JSONResponse({"receipt_id": receipt_id}, 202)

    async def demo_clock(self, request: Request) -> Response:
        """Move the demo's clock forward and tell everybody: one tick over a gap does what all ticks in it would (DESIGN §1)."""
        if not isinstance(self.gate.clock, DemoClock) or request.client is None or not loopback(request.client.host):
            raise HTTPException(404)
        caller = self.callers.caller(request)
        try:
            at = _INSTANT.validate_python(json.loads(await _small_body(request))["at"])
        except (ValueError, TypeError, KeyError, ValidationError):
            return _wrong("at", "an instant with its zone is needed")
        if at < (now := self.gate.clock.now()):
            return JSONResponse({"field": "at", "problem": "the clock never goes back", "now": now.isoformat()}, 409)
        self.gate.clock.set(at)
        await tick(self.gate, caller.tenant)
        return JSONResponse({"now": at.isoformat()})

    async def _store_json(self, kind: Any, caller: Caller, ce_id: str, at: datetime, body: bytes) -> None:
        await self.gate.store(Inbound(ce_id, kind, caller.tenant, caller.feed, at, body))


def _wrong(field: str, problem: str) -> Response:
    return JSONResponse({"field": field, "problem": problem}, 422)


async def _small_body(request: Request) -> bytes:
    try:
        return await body_of(request, MAX_RECORD_BYTES)
    except TooLarge:
        raise HTTPException(413, f"more than {MAX_RECORD_BYTES} bytes") from None


def api(gate: Gate, callers: Callers, processing_id: str | None = None) -> FastAPI:
    """The application.  `POST /demo/clock` exists only where the gate runs by a demo's clock."""
    doors = Doors(gate, callers, processing_id)
    app = FastAPI(title="OpenCDI gateway", docs_url=None, redoc_url=None)
    app.post("/hl7")(doors.hl7)
    FhirDoors(gate, callers).open_on(app)
    app.post("/decisions", status_code=202)(doors.decisions)
    app.post("/mappings", status_code=202)(doors.mappings)
    app.post("/receipts", status_code=202)(doors.receipts)
    app.post("/dead/replay", status_code=202)(LetterDoor(gate, callers).replay)
    describe_bodies(app)
    if isinstance(gate.clock, DemoClock):
        app.post("/demo/clock")(doors.demo_clock)

    @app.get("/healthz")
    async def healthz() -> Response:
        """Whether the door takes messages: not while the bus is away (a tick a minute tries it)."""
        return JSONResponse({"status": "bus down"}, 503) if gate.down else JSONResponse({"status": "ok"})

    @app.exception_handler(RefusedByHttp)
    async def refused(request: Request, refusal: RefusedByHttp) -> Response:
        """No such path, no such method, nobody we know: a FHIR sender is told so in FHIR."""
        if not request.url.path.startswith("/fhir"):
            return await http_exception_handler(request, refusal)
        issue = ISSUE_BY_STATUS.get(refusal.status_code, "processing")
        return outcome(refusal.status_code, issue, refusal.detail, headers=refusal.headers)

    @app.exception_handler(BusDown)
    async def bus_down(request: Request, down: BusDown) -> Response:
        """Nothing was stored, nothing is promised: send it again."""
        if request.url.path.startswith("/fhir"):
            return outcome(503, "transient", "BUS_DOWN")
        return JSONResponse({"problem": "BUS_DOWN"}, 503, {"Retry-After": "5"})

    return app
