"""A workbench over a bus: its pages asked without a socket, its projection stepped by hand, and a real gateway for decisions."""

import asyncio
import re
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from by_hand.ward import ward
from opencdi.bus.embedded import EmbeddedBus
from opencdi.bus.room import Outgoing
from opencdi.gateway.door import Door
from opencdi.settings import Settings
from opencdi.store.engine import open_engine
from opencdi.workbench.app import create_app
from opencdi.workbench.projection import Projection


class Bench:
    """A workbench whose projection is stepped by hand."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.bus = EmbeddedBus(str(settings.home / "bus.db"))
        self.app = create_app(settings)
        self.engine = open_engine(settings.database_url)
        self.projection = Projection(self.engine, self.bus, settings.bus_url)

    def tell(self, messages: list[Outgoing]) -> None:
        """Put these on the bus, and follow it to its end."""
        self.bus.publish(messages)
        self.follow()

    def follow(self) -> None:
        """Read what is on the bus."""
        while self.projection.turn(timeout_s=0):
            pass

    def close(self) -> None:
        """Let go."""
        self.projection.close()
        self.engine.dispose()
        self.bus.close()

    def ask(self, method: str, path: str, cookies: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """One request of a browser."""

        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost", cookies=cookies) as client:
                return await client.request(method, path, **more)

        return asyncio.run(once())

    def page(self, path: str, cookies: dict[str, str] | None = None) -> str:
        """A page that must be there."""
        answer = self.ask("GET", path, cookies)
        assert answer.status_code == 200, path
        return answer.text

    def status(self, method: str, path: str, cookies: dict[str, str] | None = None, **more: Any) -> int:
        """Only how it was answered."""
        return self.ask(method, path, cookies, **more).status_code


@contextmanager
def gateway(home: Path, clock_at: datetime | None = None) -> Iterator[Door]:
    """A real gateway on the bus file of that folder; by a demo's clock where one is given."""
    settings = Settings(home=home, mllp_port=0, api_port=0, demo_clock_at=clock_at)
    opened: Future[tuple[Door, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        async with Door(settings) as door:
            stop = asyncio.Event()
            opened.set_result((door, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    door, loop, stop = opened.result(30)
    try:
        yield door
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@contextmanager
def bench_of_the_ward(home: Path, door: Door) -> Iterator[Bench]:
    """The ward on a workbench that hands over to that gateway."""
    bench = Bench(Settings(home=home, api_port=door.api_port))
    bench.tell(ward())
    yield bench
    bench.close()


def words_of(page: str) -> str:
    """What a person reads on it."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page.split("<main", 1)[1], flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))
