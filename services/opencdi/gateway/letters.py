"""A person has a dead letter tried again: the gate stamps it as news of now, and it goes the way of every message,
with who had it made."""

from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field, ValidationError
from starlette.concurrency import run_in_threadpool

from opencdi.bus.bus import MAX_RECORD_BYTES
from opencdi.bus.letters import letter_at
from opencdi.events.contract import Contract, field_at_fault
from opencdi.gateway.again import Incomplete, SecondTry, second_try
from opencdi.gateway.bodies import TooLarge, body_of
from opencdi.gateway.callers import Callers
from opencdi.gateway.store import Gate


class LetterPlace(Contract):
    """Where the letter lies, and whose letter is meant: what lies there must be it."""

    room: str
    partition: int = Field(ge=0)
    position: int = Field(ge=0)
    entry_id: str = Field(min_length=1)


class LetterDoor:
    """The door for second tries."""

    def __init__(self, gate: Gate, callers: Callers) -> None:
        """One gate, and who may use it."""
        self.gate, self.callers = gate, callers

    async def replay(self, request: Request) -> Response:
        """202 with the id under which it is tried again; 404: no such letter of this tenant, 409: it cannot be, and why."""
        caller, person = self.callers.person(request)
        try:
            place = LetterPlace.read(await body_of(request, MAX_RECORD_BYTES))
        except TooLarge:
            raise HTTPException(413, f"more than {MAX_RECORD_BYTES} bytes") from None
        except ValidationError as error:
            field, problem = field_at_fault(error)
            return JSONResponse({"field": field, "problem": problem}, 422)
        try:
            again = await run_in_threadpool(self._second_try, place, caller.tenant)
        except Incomplete as why:
            return JSONResponse({"problem": str(why)}, 409)
        if again is None:
            return JSONResponse({"problem": "no such dead letter"}, 404)
        ce_id, messages = again.stamped(self.gate.stamp(caller.tenant).received_at, person)
        await self.gate.store(*messages)
        return JSONResponse({"entry_id": ce_id}, 202)

    def _second_try(self, place: LetterPlace, tenant: str) -> SecondTry | None:
        with self.gate.open_bus() as bus:
            letter = letter_at(bus, place.room, place.partition, place.position)
            return second_try(bus, letter.record) if letter and (letter.entry_id, letter.tenant) == (place.entry_id, tenant) else None
