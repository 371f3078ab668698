"""The MLLP listener: many connections, each answered in its own order, none able to hold up another."""

import asyncio
import logging
import socket
import ssl
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from opencdi.bus.bus import MAX_RECORD_BYTES
from opencdi.gateway.batches import is_batch
from opencdi.gateway.frames import Frame, Frames, Oversized, framed
from opencdi.gateway.hl7 import Answer, Hl7Listener

log = logging.getLogger(__name__)
_CHUNK = 65536
_KEEP_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}  # seconds, seconds, times


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sender may cost the others; each limit that closes a connection is counted by its name."""

    connections: int = 400
    connections_per_host: int = 200  # one engine gone mad leaves room for the others
    idle_s: float = 24 * 3600.0  # between messages: a small feed is silent over night; a dead sender is found out by TCP keep-alive
    frame_s: float = 120.0  # from a frame's first byte to its last
    write_s: float = 30.0  # a sender that does not read its acknowledgements
    handshake_s: float = 15.0  # TLS
    message_bytes: int = MAX_RECORD_BYTES


class MllpServer:
    """Accepts connections until closed."""

    def __init__(self, hl7: Hl7Listener, limits: Limits | None = None) -> None:
        """One listener's tenant and feed."""
        self.hl7, self.limits, self.metrics = hl7, limits or Limits(), hl7.gate.metrics
        self._open: dict[asyncio.Task[None], str] = {}
        """The conversations, and the host that each is with."""
        self._server: asyncio.Server | None = None
        self._closing = False

    async def start(self, listening: socket.socket, tls: ssl.SSLContext | None = None) -> None:
        """Take connections from this socket."""
        handshake_s = self.limits.handshake_s if tls else None
        self._server = await asyncio.start_server(self._connected, sock=listening, ssl=tls, ssl_handshake_timeout=handshake_s, limit=_CHUNK)

    async def close(self) -> None:
        """No new connection; those there are end where they stand: what was not answered will be sent again."""
        self._closing = True
        if self._server:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task, host = asyncio.current_task(), str((writer.get_extra_info("peername") or ("",))[0])
        if task is None or len(self._open) >= self.limits.connections:
            return self._drop("connections", writer)
        if Counter(self._open.values())[host] >= self.limits.connections_per_host:
            return self._drop("connections-of-host", writer)
        self._open[task] = host
        self.metrics.connections.inc()
        if (sock := writer.get_extra_info("socket")) is not None:
            _keep_alive(sock)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, ssl.SSLError):
            pass  # the sender has gone; what it was not answered it will send again
        except asyncio.CancelledError:
            if not self._closing:  # asked to end: it ends, and asyncio need not report a cancelled connection as a failure
                raise
        finally:
            del self._open[task]
            self.metrics.connections.dec()
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames(self.limits.message_bytes)
        began = 0.0
        while True:
            patience = self.limits.frame_s - (monotonic() - began) if frames.inside else self.limits.idle_s
            try:
                async with asyncio.timeout(max(0.0, patience)):
                    data = await reader.read(_CHUNK)
            except TimeoutError:
                return self._drop("slow" if frames.inside else "idle", writer)
            if not data:
                return
            was_inside, garbage = frames.inside, frames.garbage
            complete = list(frames.feed(data))
            self.metrics.garbage.inc(frames.garbage - garbage)
            if complete or not was_inside:
                began = monotonic()
            answers = await self._answers(complete)
            writer.writelines(framed(ack) for answer in answers for ack in answer.acks)
            try:
                async with asyncio.timeout(self.limits.write_s):
                    await writer.drain()
            except TimeoutError:
                return self._drop("unread", writer)

    async def _answers(self, complete: list[Frame | Oversized]) -> list[Answer]:
        """In the frames' order.  Those that came together are stored together; a batch is one by itself, or others would overtake it."""
        if any(isinstance(frame, Frame) and is_batch(frame.body) for frame in complete):
            return [await self._answer(frame) for frame in complete]
        return await asyncio.gather(*map(self._answer, complete))

    async def _answer(self, frame: Frame | Oversized) -> Answer:
        match frame:
            case Frame(body):
                return await self.hl7.answer(body)
            case Oversized():
                return await self.hl7.answer_oversized(frame)

    def _drop(self, cause: str, writer: asyncio.StreamWriter) -> None:
        self.metrics.dropped.labels(cause).inc()
        log.warning("MLLP connection closed: %s", cause)
        writer.transport.abort()


def _keep_alive(sock: socket.socket) -> None:
    """A sender that lost its power is found out in two minutes: else its old connections would keep it out when it comes back."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEP_ALIVE.items():
        if (option := getattr(socket, name, None)) is not None:  # each system has its own few
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def tls_context(certificate: str, key: str, client_ca: str | None) -> ssl.SSLContext:
    """TLS 1.2 or later; with an authority given, only senders with its certificate get in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    if client_ca:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def renewing(context: ssl.SSLContext, certificate: Path, key: Path, every_s: float) -> None:
    """A certificate that was renewed on disk is shown to whoever connects from then on; a pair that cannot be read leaves the old one.

    The authority of the clients is read at the start alone: who is no longer trusted must not be let in by what is still remembered.
    """
    shown = _written(certificate, key)
    while True:
        await asyncio.sleep(every_s)
        if (now := _written(certificate, key)) == shown:
            continue
        try:
            tls_context(str(certificate), str(key), None)  # a pair that does not match would spoil the context that serves
            context.load_cert_chain(certificate, key)
        except OSError as error:  # ssl's own errors are such, too
            log.warning("the renewed certificate cannot be used: %s", error.strerror or error)
        else:
            log.info("the renewed certificate is shown from now on")
        shown = now


def _written(*files: Path) -> tuple[int, ...]:
    return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)
