"""HTTP connections, held to the same limits as MLLP's: one host has its share, and who is slow to say a request is let go.

uvicorn waits for ever for the rest of a request; a few hundred such senders would take all the connections that a process may have.
"""

import asyncio
import logging

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from opencdi.gateway.mllp import Limits
from opencdi.metrics import GatewayMetrics

log = logging.getLogger(__name__)


def http_within(limits: Limits, metrics: GatewayMetrics) -> type[H11Protocol]:
    """uvicorn's HTTP/1.1, within these limits; each connection that they close is counted by its cause."""

    class Held(H11Protocol):
        _since = 0.0  # when we began to wait for the request that is due
        _watch: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as upstream
            super().connection_made(transport)
            host = self.client and self.client[0]
            if len(self.connections) > limits.connections:
                return self._drop("connections")
            if (
                sum(1 for one in self.connections if isinstance(one, Held) and one.client and one.client[0] == host)
                > limits.connections_per_host
            ):
                return self._drop("connections-of-host")
            self._since = self.loop.time()
            self._watch = self.loop.call_later(limits.frame_s, self._look)

        def connection_lost(self, exc: Exception | None) -> None:
            if self._watch:
                self._watch.cancel()
            super().connection_lost(exc)

        def on_response_complete(self) -> None:
            self._since = self.loop.time()
            super().on_response_complete()

        def _look(self) -> None:
            owes_us = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
            left = self._since + limits.frame_s - self.loop.time()
            if owes_us and left <= 0:
                self._drop("slow")
            else:
                self._watch = self.loop.call_later(left if left > 0 else limits.frame_s, self._look)

        def _drop(self, cause: str) -> None:
            metrics.dropped.labels(cause).inc()
            log.warning("HTTP connection closed: %s", cause)
            self.transport.abort()

    return Held
