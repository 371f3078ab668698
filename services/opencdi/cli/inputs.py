"""What a command is handed: files, plain or gzipped, folders of them, or standard input ("-")."""

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import BinaryIO, cast

import typer

STANDARD_INPUT = Path("-")
UNREADABLE = (OSError, EOFError, zlib.error)
"""What opening or unpacking a file may raise; `reason` says it in a few words."""
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def name_of(file: Path) -> str:
    """What a person calls it."""
    return "standard input" if file == STANDARD_INPUT else str(file)


def files_in(sources: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and those of folders, by name; hidden ones are left out."""
    for source in sources:
        if source.is_dir():
            yield from sorted(path for path in source.rglob("*") if path.is_file() and not path.name.startswith("."))
        else:
            yield source


def day_of(told: str | None) -> date:
    """The day of an option, today where it is left out.  Raises: typer.BadParameter."""
    from opencdi.gateway.clock import WallClock

    try:
        return date.fromisoformat(told) if told else WallClock().now().date()
    except ValueError:
        raise typer.BadParameter("not a date (YYYY-MM-DD)", param_hint="--date") from None


def content_of(file: Path) -> bytes:
    """The bytes of a file or of standard input, unpacked if they are gzip.  Raises one of `UNREADABLE`."""
    content = sys.stdin.buffer.read() if file == STANDARD_INPUT else file.read_bytes()
    return gzip.decompress(content) if content.startswith(_GZIP) else content


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """The same to be read line by line, so that a filter answers before its input ends."""
    if file == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with file.open("rb") as plain:
        yield cast(BinaryIO, gzip.GzipFile(fileobj=plain)) if plain.peek(2).startswith(_GZIP) else plain


def reason(error: Exception) -> str:
    """Why a file could not be read, without a byte of it."""
    return error.strerror if isinstance(error, OSError) and error.strerror else "not a whole gzip file"


def text_of(content: bytes) -> str:
    """A text file as its author saw it: UTF-8, UTF-16 where it says so, else the one-byte code of older systems.

    A byte order mark becomes a space: it is one character of the file, and no part of its first word.  Raises `ValueError` for what
    is no text at all.
    """
    if content.startswith(_UTF16):
        return f" {content.decode('utf-16', 'replace')}"
    if b"\0" in content:
        raise ValueError("not a text")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return f" {text[1:]}" if text.startswith("\ufeff") else text
