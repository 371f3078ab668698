"""The messages in a file's bytes: HL7 v2 one or many, framed or not, in a batch (FHS, BHS) or not; FHIR as JSON or NDJSON (pure)."""

import json
import re
from collections.abc import Iterator

MARK = b"\xef\xbb\xbf"
FRAMING = b"\x0b\x1c\r\n"
_JSON_NAMES = frozenset({".json", ".ndjson", ".jsonl"})
_MESSAGE_START = re.compile(rb"(?:\A|[\r\n\x0b])(?=MSH[^A-Za-z0-9\s])")
_BATCH = (b"FHS", b"BHS")
_AROUND = (b"BTS", b"FTS", b"BHS", b"FHS")


def is_json(content: bytes, suffixes: frozenset[str]) -> bool:
    """Whether this is FHIR, by its name's suffixes or its first sign."""
    return bool(suffixes & _JSON_NAMES) or content[:4096].lstrip(MARK + b" \t\r\n").startswith((b"{", b"["))


def json_bodies(content: bytes, suffixes: frozenset[str]) -> Iterator[bytes]:
    """One JSON text; or one a line, where the name says so or the first line is one by itself."""
    content = content.removeprefix(MARK)
    first, _, rest = content.strip().partition(b"\n")
    if suffixes & {".ndjson", ".jsonl"} or (rest.strip() and _whole(first)):
        yield from (line for line in content.splitlines() if line.strip())
    elif content.strip():
        yield content


def hl7_messages(content: bytes) -> Iterator[bytes]:
    """Each message, without framing and without the headers and trailers of the batches around it."""
    content = content.removeprefix(MARK)
    starts = [match.end() for match in _MESSAGE_START.finditer(content)] or [0]
    before = content[: starts[0]].strip(FRAMING)
    if before and not before.startswith(_BATCH):
        yield before  # no message: the gate says so
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        yield _without_batch_end(content[start:end].strip(FRAMING)) + b"\r"


def _without_batch_end(message: bytes) -> bytes:
    """Less the trailer of its batch, and the header of the next one, which stand between it and the next message."""
    while (line := max(message.rfind(b"\r"), message.rfind(b"\n")) + 1) and message[line : line + 3] in _AROUND:
        message = message[:line].rstrip(FRAMING)
    return message


def _whole(line: bytes) -> bool:
    try:
        return json.loads(line) is not None
    except (ValueError, RecursionError):
        return False
