"""MLLP framing (HL7 v2 transport, appendix C): 0x0B message 0x1C 0x0D, in pieces as they come.  No socket in here.

Whatever is not a frame is passed over and counted.  A frame that begins again before it has ended (the sender broke off and
started anew) is given up: nobody was answered for it, so the sender sends it again.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

START, END = b"\x0b", b"\x1c\r"
_AGAIN = b"\x0bMSH"  # a bare 0x0B may stand in a note: a word processor's line break
_BLANK = b" \t\r\n"  # between messages it is no garbage: many senders end a line there
HEAD_BYTES = 4096
"""Of a message too large to keep: enough to see whose it was."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message, framing removed."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Oversized:
    """A message above the limit, of which only this was kept."""

    head: bytes
    size: int
    sha256: str


def framed(message: bytes) -> bytes:
    """The message as it goes over the wire."""
    return START + message + END


class Frames:
    """Takes a connection's bytes, gives its frames."""

    def __init__(self, limit: int) -> None:
        """`limit`: bytes of the largest message kept."""
        self.limit = limit
        self._head_bytes = min(HEAD_BYTES, limit - len(_AGAIN))  # what is certainly there when the first bytes are let go
        self.garbage = 0
        """Bytes passed over so far."""
        self._buffer = bytearray()
        self._inside = False
        self._seen = 0  # how much of the buffer has been searched
        self._head = b""
        self._size = 0  # of an oversized frame: bytes already let go
        self._hash = hashlib.sha256()

    @property
    def inside(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._inside

    def feed(self, data: bytes) -> Iterator[Frame | Oversized]:
        """The frames that these bytes complete."""
        self._buffer += data
        while self._begin():
            end = self._buffer.find(END, max(0, self._seen - 1))
            again = self._buffer.find(_AGAIN, max(0, self._seen - 3), end if end >= 0 else len(self._buffer))
            if again >= 0:
                self.garbage += self._size + again
                self._leave(again)
            elif end >= 0:
                yield self._complete(end)
            else:
                self._wait()
                return

    def _begin(self) -> bool:
        """Go to the start of the next frame; False if there is none yet."""
        if self._inside:
            return True
        start = self._buffer.find(START)
        passed = self._buffer if start < 0 else self._buffer[:start]
        self.garbage += len(passed.translate(None, _BLANK))
        if start < 0:
            self._buffer.clear()
            return False
        del self._buffer[: start + 1]
        self._inside, self._seen, self._size = True, 0, 0
        return True

    def _complete(self, end: int) -> Frame | Oversized:
        if not self._size and end <= self.limit:
            message: Frame | Oversized = Frame(bytes(self._buffer[:end]))
            self._leave(end + len(END))
            return message
        self._let_go(end)
        self._leave(len(END))
        return Oversized(self._head, self._size, self._hash.hexdigest())

    def _leave(self, upto: int) -> None:
        del self._buffer[:upto]
        self._inside = False

    def _wait(self) -> None:
        """No end yet: keep what may still become a message; of an oversized one only what may be half an end."""
        if self._size or len(self._buffer) > self.limit + 1:  # the last byte may be half an end
            self._let_go(max(0, len(self._buffer) - len(_AGAIN)))
        self._seen = len(self._buffer)

    def _let_go(self, upto: int) -> None:
        if not self._size:
            self._head, self._hash = bytes(self._buffer[: self._head_bytes]), hashlib.sha256()
        self._hash.update(self._buffer[:upto])
        self._size += upto
        del self._buffer[:upto]
