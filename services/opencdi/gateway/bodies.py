"""The body of an HTTP request: unpacked, and never more of it than the limit."""

import hashlib

from fastapi import HTTPException, Request

from opencdi.gateway.frames import HEAD_BYTES

MAX_BODY_BYTES = 64 * 1024 * 1024  # a Bundle of many resources; each resource alone is held to the size of a record


class TooLarge(Exception):
    """More than the limit: what is kept of it, how much came (or was announced), and the hash of what came."""

    def __init__(self, head: bytes, size: int, sha256: str) -> None:
        """Nothing else of it is kept."""
        super().__init__("TOO_LARGE")
        self.head, self.size, self.sha256 = head, size, sha256


async def body_of(request: Request, limit: int) -> bytes:
    """The body, read no further than the limit.  A packed one is refused unread: nobody knows its size before unpacking it."""
    if request.headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
        raise HTTPException(415, "CONTENT_ENCODING: send it unpacked")
    told = bytearray()
    async for chunk in request.stream():
        told += chunk
        if len(told) > limit:
            size = max(len(told), int(request.headers.get("content-length", "0") or 0))
            raise TooLarge(bytes(told[:HEAD_BYTES]), size, hashlib.sha256(told).hexdigest())
    return bytes(told)


def is_history(request: Request) -> bool:
    """Whether the sender says that this is a back-load; "0" says that it is none: nobody would be asked about what is taken for history."""
    return request.headers.get("x-cdi-backload", "").strip().lower() not in ("", "0", "false", "no")
