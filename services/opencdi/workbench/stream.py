"""Live pages: a page hears which encounters changed since the version that it shows, and fetches itself again (Server-Sent Events).

An event's id is "<edition>-<seq>" of the projection, so that a browser that was away goes on from its Last-Event-ID.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from opencdi.store.engine import snapshot
from opencdi.store.health import touched_since, version

POLL_S = 0.2


@dataclass
class Watch:
    """Looks at the projection's version for all open pages of this process, whoever writes it."""

    engine: Engine
    tenant: str
    now: tuple[str, int] = ("", 0)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            seen = await run_in_threadpool(self._version)
            if seen != self.now:
                async with self._changed:
                    self.now = seen
                    self._changed.notify_all()
            await asyncio.sleep(POLL_S)

    def _version(self) -> tuple[str, int]:
        with snapshot(self.engine) as connection:
            return version(connection)

    def _touched(self, seq: int) -> tuple[tuple[str, int], list[str]]:
        with snapshot(self.engine) as connection:
            return version(connection), touched_since(connection, self.tenant, seq)

    def _beyond(self, seen: tuple[str, int]) -> bool:
        # A page may have been made a moment before this watch looked: then it is ahead, and there is nothing to tell it.
        edition, seq = self.now
        return edition != "" and (edition != seen[0] or seq > seen[1])

    async def changes(self, last_event_id: str) -> AsyncIterator[dict[str, str]]:
        """Events from there on: `changed` with the encounters, or `reset` where that version means nothing to this projection."""
        edition, _, number = last_event_id.rpartition("-")
        seen = (edition, int(number) if number.isdecimal() else 0)
        while True:
            async with self._changed:
                await self._changed.wait_for(partial(self._beyond, seen))
            since = seen[1]
            seen, touched = await run_in_threadpool(self._touched, since)
            kind = "changed" if seen[0] == edition else "reset"
            edition = seen[0]
            yield {"event": kind, "id": f"{seen[0]}-{seen[1]}", "data": json.dumps({"encounters": touched})}
