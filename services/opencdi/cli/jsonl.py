"""What all filters share (DESIGN §6): JSON Lines in, JSON Lines out in the same order; a bad line is one clear line on stderr, exit 2."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer


class BadLine(Exception):
    """This line cannot be used; the message says why, without the patient's words."""


def lines_of(files: list[Path] | None) -> Iterator[tuple[str, str]]:
    """(where, line) of each non-empty line of the files, or of standard input; "-" means standard input too."""
    for file in files or [Path("-")]:
        name = "standard input" if str(file) == "-" else str(file)
        try:
            text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        except OSError as error:
            print(f"{name}: {error.strerror}", file=sys.stderr)
            raise typer.Exit(2) from None
        for number, line in enumerate(text.decode("utf-8", "replace").split("\n"), 1):
            if line.strip():
                yield f"{name}:{number}", line


def object_in(line: str) -> dict[str, Any]:
    """The JSON object in a line; raises `BadLine`."""
    try:
        value = json.loads(line)
    except ValueError:
        raise BadLine("not JSON") from None
    if not isinstance(value, dict):
        raise BadLine("not a JSON object")
    return value


def run_filter(inputs: Iterator[tuple[str, str]], answer: Callable[[str], dict[str, Any]]) -> None:
    """Answer each line; good lines come out whatever the bad ones were.  Exits 2 if any was bad."""
    bad = False
    for where, line in inputs:
        try:
            print(json.dumps(answer(line)))  # ASCII: a lone surrogate must not stop the lines after it
        except BadLine as reason:
            bad = True
            print(f"{where}: {reason}", file=sys.stderr)
    if bad:
        raise typer.Exit(2)
