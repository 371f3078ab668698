"""The workbench as an application: pages for people, live, on this machine only until there are real accounts."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.middleware.trustedhost import TrustedHostMiddleware

from opencdi.bus.supervisor import StaysShut
from opencdi.knowledge.site import SiteData, load_site
from opencdi.settings import Settings, loopback
from opencdi.store.engine import open_engine
from opencdi.store.migrate import migrate
from opencdi.store.physician import money_blind
from opencdi.workbench.answers import SafeHeaders, answer_plainly
from opencdi.workbench.code_map_pages import code_map_pages
from opencdi.workbench.coder_pages import coder_pages
from opencdi.workbench.common_pages import common_pages
from opencdi.workbench.decisions import Gateway
from opencdi.workbench.demo_day import DemoDay
from opencdi.workbench.desk import Desk, from_our_own_page
from opencdi.workbench.following import Follower
from opencdi.workbench.line_pages import line_pages
from opencdi.workbench.own_questions import own_questions
from opencdi.workbench.physician_pages import physician_pages
from opencdi.workbench.question_pages import question_pages
from opencdi.workbench.screen import screen
from opencdi.workbench.specialist_pages import specialist_pages
from opencdi.workbench.stream import Watch


def create_app(settings: Settings) -> FastAPI:
    """The workbench over the settings' database and bus.  Migrates the database; follows the bus while it is being served."""
    site = load_site(settings.site_file)
    desk = _desk(settings, site)
    follower = Follower(desk.engine, settings.bus_url)
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

    ours = [Depends(from_our_own_page)]
    app = FastAPI(title="OpenCDI workbench", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None, dependencies=ours)
    app.state.demo = DemoDay(f"{settings.demo_control}/next-day" if settings.demo_control else None)
    app.state.follower = follower
    # A page of another site must not reach us under its own name (DNS rebinding).
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", "[::1]", settings.host])
    app.add_middleware(SafeHeaders)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    analysts = (line_pages(desk, site, settings.bus_url), code_map_pages(desk, site))
    specialists = (specialist_pages(desk), question_pages(desk), own_questions(desk))
    for pages in (common_pages(desk, watch), *specialists, physician_pages(desk), coder_pages(desk), *analysts):
        app.include_router(pages)
    answer_plainly(app, desk)
    return app


def _desk(settings: Settings, site: SiteData) -> Desk:
    engine, blind = open_engine(settings.database_url), money_blind(open_engine(settings.database_url))
    migrate(engine)
    token = settings.gateway_token.read_text(encoding="ascii").strip() if settings.gateway_token else None
    gateway = Gateway(settings.gateway_url or f"http://{settings.host}:{settings.api_port}", token)
    return Desk(engine, blind, screen(site.timezone), gateway, settings.tenant)


def serve(settings: Settings, beat: Callable[[], None] = lambda: None) -> None:
    """Serve until told to stop; `beat` is called while the pages follow the line, for a watchdog.

    Raises `StaysShut` where it may not or cannot listen, naming the setting; raises what ended the projection, if that ended it.
    """
    listener = _listener(settings)
    app = create_app(settings)
    # Its own log settings would print what an exception says.
    config = uvicorn.Config(app, log_config=None, log_level="warning", access_log=False, timeout_graceful_shutdown=2, server_header=False)
    server = uvicorn.Server(config)
    follower: Follower = app.state.follower
    follower.beat = beat
    threading.Thread(target=_end_with, args=(follower, server), daemon=True).start()
    server.run(sockets=[listener])
    if follower.failed is not None:
        raise follower.failed


def _end_with(follower: Follower, server: uvicorn.Server) -> None:
    follower.ended.wait()
    server.should_exit = True


def _listener(settings: Settings) -> socket.socket:
    if not (settings.workbench_exposed or loopback(settings.host)):
        raise StaysShut("the workbench has no accounts yet and listens on this machine only: set CDI_HOST to 127.0.0.1")
    try:
        return socket.create_server((settings.host, settings.workbench_port))
    except OSError:
        raise StaysShut(f"port {settings.workbench_port} is in use: set CDI_WORKBENCH_PORT to another") from None
