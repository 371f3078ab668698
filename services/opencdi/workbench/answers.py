"""How the workbench answers when it cannot do what was asked, and the headers that go with every answer."""

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy import Connection
from starlette.exceptions import HTTPException as AnyHttpException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from opencdi.workbench.desk import Desk
from opencdi.workbench.personas import Persona

_HEADERS = {
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "referrer-policy": "same-origin",  # "no-referrer" would make browsers send our own forms with `Origin: null`
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",  # what a page shows belongs to the person at the screen, not to a disk
}


_SAID_BY_STATUS = {404: "There is no such page.", 405: "This cannot be done here.", 422: "The form was not complete."}


class SafeHeaders:
    """Adds the headers to every answer, streams included."""

    def __init__(self, app: ASGIApp) -> None:
        """Around this application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message["headers"], *told]
            await send(message)

        await self.app(scope, receive, with_headers)


def answer_plainly(app: FastAPI, desk: Desk) -> None:
    """Errors are pages that say what happened and where to go."""

    def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, AnyHttpException) else 422
        said = error.detail if isinstance(error, HTTPException) else _SAID_BY_STATUS.get(status, "This cannot be done here.")

        def look(_: Connection, persona: Persona) -> dict[str, object]:
            return {"said": said, "home": persona.home}

        answer = desk.show(request, "message.html", look)
        answer.status_code = status
        return answer

    for kind in (HTTPException, AnyHttpException, RequestValidationError):
        app.add_exception_handler(kind, refused)
