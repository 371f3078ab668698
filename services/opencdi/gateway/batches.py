"""Batches (HL7 v2.5.1, 2.10.3): messages between FHS, BHS and BTS, FTS, in one frame, one body or one file (pure).

A frame has one answer, since its sender waits for one: a batch of the acknowledgements of all its messages, in their order, under
headers that name those of the batch that they answer (BHS-12, FHS-12).  An empty batch has an empty one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from opencdi.gateway.acks import sent_at

Name = Literal["FHS", "BHS", "MSH", "BTS", "FTS"]
FRAMING = b"\x0b\x1c\r\n"
_BLANK = FRAMING + b" \t\x00\xef\xbb\xbf"
_MARK = re.compile(rb"(?:\A|[\r\n\x0b])(?=(?P<name>[FB]HS|MSH)[^A-Za-z0-9\s]|(?P<end>[FB]TS)(?:[^A-Za-z0-9\s]|[\r\n\x1c]|\Z))")
_NAMES: dict[bytes, Name] = {b"FHS": "FHS", b"BHS": "BHS", b"BTS": "BTS", b"FTS": "FTS"}
_END = re.compile(rb"[\r\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """One message, or the header or trailer of a batch or file, alone.  What is none of them is a message: the gate says why not."""

    name: Name
    content: bytes


def is_batch(content: bytes) -> bool:
    """Whether it begins as a batch or a file of batches does."""
    return content[:64].lstrip(_BLANK)[:3] in (b"FHS", b"BHS")


def pieces(content: bytes) -> Iterator[Piece]:
    """What these bytes consist of, framing and blank lines removed."""
    marks = list(_MARK.finditer(content))
    ends = [*(mark.end() for mark in marks), len(content)]
    yield from _message(content[: ends[0]])
    for mark, start, end in zip(marks, ends, ends[1:], strict=False):
        piece = content[start:end].strip(FRAMING)
        if mark["name"] == b"MSH":
            yield from _message(piece)
            continue
        line, *rest = _END.split(piece, maxsplit=1)
        yield Piece(_NAMES[mark["name"] or mark["end"]], line)
        yield from _message(b"".join(rest))


def _message(content: bytes) -> Iterator[Piece]:
    if message := content.strip(FRAMING):
        yield Piece("MSH", message + b"\r")


def acknowledgement(told: Sequence[Piece], acks: Sequence[Sequence[bytes]], *, ack_id: str, at: datetime) -> bytes:
    """The answering batch: for each message in `told` its acknowledgements, none where its sender wants none."""
    answers = iter(acks)
    lines: list[bytes] = []
    open_: dict[bytes, int] = {}  # what was begun and not ended: how much is in it
    bar = b"|"

    def end(*names: bytes) -> None:
        for name in names:
            if name in open_:
                lines.append(bar.join((name[:1] + b"TS", str(open_.pop(name)).encode())) + b"\r")

    for piece in told:
        if piece.name in ("FHS", "BHS"):
            name = piece.name.encode()
            bar = piece.content[3:4]
            end(b"BHS", *((b"FHS",) if name == b"FHS" else ()))
            if name == b"BHS" and b"FHS" in open_:
                open_[b"FHS"] += 1
            lines.append(_header(piece.content, bar, f"{ack_id}-{len(lines)}", at))
            open_[name] = 0
        elif piece.name == "MSH":
            mine = next(answers)
            lines.extend(mine)
            if b"BHS" in open_:
                open_[b"BHS"] += len(mine)
        else:
            end(*(b"BHS",) if piece.name == "BTS" else (b"BHS", b"FHS"))
    end(b"BHS", b"FHS")
    return b"".join(lines)


def _header(line: bytes, bar: bytes, ack_id: str, at: datetime) -> bytes:
    """The header that answers this one: the parties change places, its control id is referred to."""
    fields = [line[:3], bar, *line[4:].split(bar), *[b""] * 12]
    parties = (fields[5], fields[6], fields[3], fields[4])
    told = (fields[0], fields[2] or b"^~\\&", *parties, sent_at(at), b"", b"", b"", ack_id.encode(), fields[11])
    return bar.join(told) + b"\r"
