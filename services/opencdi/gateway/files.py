"""The messages in a file's bytes: HL7 v2 one or many, framed or not, in a batch (FHS, BHS) or not; FHIR as JSON or NDJSON (pure)."""

import json
from collections.abc import Iterator

from opencdi.gateway.batches import pieces

MARK = b"\xef\xbb\xbf"
_JSON_NAMES = frozenset({".json", ".ndjson", ".jsonl"})


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
    found = list(pieces(content.removeprefix(MARK)))
    yield from (piece.content for piece in found if piece.name == "MSH")
    if not found:
        yield b"\r"  # no message: the gate says so


def _whole(line: bytes) -> bool:
    try:
        return json.loads(line) is not None
    except (ValueError, RecursionError):
        return False
