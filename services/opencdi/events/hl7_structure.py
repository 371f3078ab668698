"""Is this an HL7 v2 message at all?  What the gate asks before it stores, and `opencdi check` before it steps.

Only the structure is judged here (DOMAIN E.1): what is decodable but not usable is stored, acknowledged and dead-lettered by
intake.  Reads the first segment alone, so that a 20 MB note costs the gate next to nothing.
"""

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

Refusal = tuple[Literal["AE", "AR"], str, str]
"""Acknowledgement code, reason code, field."""

_VERSION = re.compile(r"2\.[1-8](\.\d+)*\Z")
_PROCESSING = frozenset({"P", "T", "D", ""})
_NEXT_MESSAGE = re.compile(rb"[\r\n]MSH([^A-Za-z0-9\s])[^A-Za-z0-9\s]{3,5}\1")  # whatever its signs; "MSH: 12" in a note is none
_SEGMENT_ENDS = re.compile(rb"[\r\n]")
_SIGNLESS = re.compile(rb"MSH[^A-Za-z0-9\s]")  # it begins as it should; what is wrong is what follows
_FRONT = b"\x0b\xef\xbb\xbf \t\r\n\x00"  # a stray start block, a byte order mark, blank lines: seen in practice, harmless


class Signs(NamedTuple):
    """The separators that a sender uses, and its escape sign."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str


@dataclass(frozen=True, slots=True)
class MessageHeader:
    """MSH: the sender's signs, and the fields by their number (`fields[9]` is MSH-10)."""

    signs: Signs
    fields: tuple[str, ...]

    def get(self, number: int) -> str:
        """MSH-`number` as sent, "" if it is not there."""
        return self.fields[number - 1].strip() if number <= len(self.fields) else ""

    def first(self, number: int) -> str:
        """The first component of MSH-`number`."""
        return self.get(number).split(self.signs.component, 1)[0].strip()

    def party(self, number: int) -> str:
        """MSH-`number` as an HD: the namespace, or where a sender has none, the universal id."""
        names = map(str.strip, self.get(number).split(self.signs.component)[:2])
        return next((name for name in names if name not in ("", '""')), "")

    @property
    def control_id(self) -> str:
        """MSH-10, echoed in MSA-2."""
        return self.get(10)

    @property
    def message_type(self) -> str:
        """ "ADT^A01", with a caret whatever the sender's separator; "" if MSH-9 is empty."""
        return "^".join(part.strip() for part in self.get(9).split(self.signs.component)[:2] if part.strip())


def header_of(message: bytes) -> MessageHeader | None:
    """The MSH segment of these bytes; None if they do not begin with one that can be read."""
    body = message.lstrip(_FRONT) if message[:1] in (b"\x0b", b"\xef", b" ", b"\t", b"\r", b"\n", b"\x00") else message
    line = _SEGMENT_ENDS.split(body[:65536], maxsplit=1)[0]
    if not line.startswith(b"MSH") or len(line) < 5:
        return None
    text = line.decode("utf-8", "replace") if not line.isascii() else line.decode("ascii")
    separator = text[3]
    if separator.isalnum() or separator.isspace():
        return None
    first, *rest = text[4:].split(separator)
    if not first or any(sign.isalnum() for sign in first[:4]):
        return None
    component, repetition, escape, subcomponent = tuple((first + "^~\\&"[len(first) :])[:4])
    return MessageHeader(Signs(separator, component, repetition, escape, subcomponent), (separator, first, *rest))


def structural_refusal(message: bytes, *, processing_id: str | None = None) -> Refusal | None:
    """Why these bytes are refused at the gate, None if they are stored.

    `processing_id`: what this listener is declared for; a listener declared P refuses T.
    """
    if not message.strip(_FRONT):
        return ("AR", "EMPTY_MESSAGE", "")
    header = header_of(message)
    if header is None:
        signless = _SIGNLESS.match(message.lstrip(_FRONT)[:8]) is not None
        return ("AR", "NO_ENCODING_CHARACTERS", "MSH-2") if signless else ("AR", "NO_MSH", "MSH")
    if (version := header.first(12)) and not _VERSION.match(version):
        return ("AR", "UNSUPPORTED_VERSION", "MSH-12")
    processing = header.first(11)
    if processing not in _PROCESSING or (processing_id is not None and processing not in ("", processing_id)):
        return ("AR", "UNSUPPORTED_PROCESSING_ID", "MSH-11")
    return ("AR", "SEVERAL_MESSAGES", "MSH") if _NEXT_MESSAGE.search(message, 1) else None
