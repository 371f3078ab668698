"""What everybody has: the way in, the persona switch of the demo, the live stream, "next day"."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from sse_starlette import EventSourceResponse

from opencdi.workbench.demo_day import NotPlayed
from opencdi.workbench.desk import Desk, back_to
from opencdi.workbench.personas import COOKIE
from opencdi.workbench.stream import Watch


def common_pages(desk: Desk, watch: Watch) -> APIRouter:
    """The routes."""
    pages = APIRouter()

    @pages.get("/")
    def way_in(request: Request) -> Response:
        persona, _ = desk.persona(request)
        return back_to(persona.home)

    @pages.post("/persona")
    def take_seat(request: Request, persona: Annotated[str, Form()]) -> Response:
        _, among = desk.persona(request)
        taken = next((one for one in among if one.key == persona), None)
        if taken is None:
            raise HTTPException(422, "There is no such seat.")
        answer = RedirectResponse(taken.home, 303)
        answer.set_cookie(COOKIE, taken.key, httponly=True, samesite="strict")
        return answer

    @pages.get("/stream")
    async def stream(request: Request, since: str = "") -> EventSourceResponse:
        return EventSourceResponse(watch.changes(request.headers.get("last-event-id", since)), ping=15)

    @pages.post("/demo/next-day")
    def next_day(request: Request) -> Response:
        persona, _ = desk.persona(request)
        try:
            request.app.state.demo.play()
        except NotPlayed as reason:
            raise HTTPException(reason.status, str(reason)) from None
        return back_to(persona.home)

    @pages.get("/healthz")
    def healthz(request: Request) -> Response:
        alive = request.app.state.follower.alive
        return PlainTextResponse("ok" if alive else "the projection has stopped", 200 if alive else 503)

    return pages
