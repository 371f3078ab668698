"""The workbench as an application: pages for people, live, on this machine only until there are real accounts."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.trustedhost import TrustedHostMiddleware

from opencdi.knowledge.site import load_site
from opencdi.settings import Settings, rules_dir
from opencdi.store.engine import open_engine
from opencdi.store.migrate import migrate
from opencdi.store.physician import money_blind
from opencdi.workbench.coder_pages import coder_pages
from opencdi.workbench.common_pages import common_pages
from opencdi.workbench.decisions import Gateway
from opencdi.workbench.desk import Desk, from_our_own_page
from opencdi.workbench.personas import Persona
from opencdi.workbench.physician_pages import physician_pages
from opencdi.workbench.projection import follow
from opencdi.workbench.screen import screen
from opencdi.workbench.specialist_pages import specialist_pages
from opencdi.workbench.stream import Watch

log = logging.getLogger(__name__)
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",  # what a page shows belongs to the person at the screen, not to a disk
}


@dataclass
class Follower:
    """The projection at work in a thread of this process.  Its end, for whatever reason, ends the process: crash-only."""

    desk: Desk
    bus_url: str
    stop: threading.Event = field(default_factory=threading.Event)
    failed: BaseException | None = None
    thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self.thread = threading.Thread(target=self._run, name="projection", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            follow(self.desk.engine, self.bus_url, self.stop)
        except BaseException as error:
            self.failed = error
            raise

    @property
    def alive(self) -> bool:
        """Whether the pages are being kept up."""
        return self.thread is not None and self.thread.is_alive()

    def end(self) -> None:
        """Finish the batch in hand and let go."""
        self.stop.set()
        if self.thread:
            self.thread.join(10)


def create_app(settings: Settings) -> FastAPI:
    """The workbench over the settings' database and bus.  Migrates the database; starts to follow the bus with the server."""
    desk = _desk(settings)
    follower = Follower(desk, settings.bus_url)
    watch = Watch(desk.engine, settings.tenant)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        follower.start()
        watching = asyncio.create_task(watch.run())
        yield
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await run_in_threadpool(follower.end)
        desk.engine.dispose()
        desk.blind.dispose()

    app = FastAPI(
        title="OpenCDI workbench", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None,
        dependencies=[Depends(from_our_own_page)],
    )  # fmt: skip
    app.state.demo_control_url = f"{settings.demo_control}/next-day" if settings.demo_control else None
    app.state.follower = follower
    app.state.projecting = lambda: follower.alive
    # A page of another site must not reach us under its own name (DNS rebinding).
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", "[::1]", settings.host])
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    for pages in (common_pages(desk, watch), specialist_pages(desk), physician_pages(desk), coder_pages(desk)):
        app.include_router(pages)
    _answer_plainly(app, desk)
    return app


def _desk(settings: Settings) -> Desk:
    engine, blind = open_engine(settings.database_url), money_blind(open_engine(settings.database_url))
    migrate(engine)
    site = load_site(settings.site or rules_dir() / "sites" / "default.yaml")
    gateway = Gateway(settings.gateway_url or f"http://{settings.host}:{settings.api_port}")
    return Desk(engine, blind, screen(site.timezone), gateway, settings.tenant)


def _answer_plainly(app: FastAPI, desk: Desk) -> None:
    """Errors as pages that say what to do, and the same headers on everything."""

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        def look(_: Connection, persona: Persona) -> dict[str, object]:
            return {"status": error.status_code, "said": error.detail, "home": persona.home}

        answer = desk.show(request, "message.html", look)
        answer.status_code = error.status_code
        return answer

    @app.exception_handler(RequestValidationError)
    def unreadable(request: Request, _: RequestValidationError) -> Response:
        return refused(request, HTTPException(422, "The form was not complete."))

    @app.middleware("http")
    async def headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
        answer = await call_next(request)
        for name, value in _HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer
