"""What all filters share (DESIGN §6): JSON Lines in, JSON Lines out in the same order; a bad line is one clear line on stderr, exit 2."""

import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import typer

from opencdi.cli.inputs import STANDARD_INPUT, UNREADABLE, name_of, opened, reason
from opencdi.cli.memory import settled_memory
from opencdi.cli.progress import watched

W = TypeVar("W", bound=str)


class BadLine(Exception):
    """This line cannot be used; the message says why, without the patient's words."""


Line = tuple[str, str | BadLine]
"""Where a line stands, and the line; or what is wrong with it."""


def lines_of(files: list[Path] | None) -> Iterator[Line]:
    """Each non-empty line of the files, or of standard input; a file that cannot be read is one bad line, and the next one follows."""
    for file in files or [STANDARD_INPUT]:
        try:
            with opened(file) as lines:
                for number, line in enumerate(lines, 1):
                    told = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                    if told.strip():
                        yield f"{name_of(file)}:{number}", _decoded(told)
        except UNREADABLE as error:
            yield name_of(file), BadLine(reason(error))


def _decoded(line: bytes) -> str | BadLine:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return BadLine("not UTF-8")


def object_in(line: str) -> dict[str, Any]:
    """The JSON object in a line; raises `BadLine`."""
    try:
        value = json.loads(line, parse_float=_finite, parse_constant=_constant)
    except ValueError:
        raise BadLine("not JSON") from None
    except RecursionError:
        raise BadLine("nested too deeply") from None
    if not isinstance(value, dict):
        raise BadLine("not a JSON object")
    return value


def word(told: dict[str, Any], name: str, words: tuple[W, ...], otherwise: W) -> W:
    """A word of a closed list, `otherwise` where the line leaves it out; raises `BadLine`."""
    value = told.get(name)
    if value is None:
        return otherwise
    if value not in words:
        raise BadLine(f"{name} is not one of {' '.join(words)}")
    return words[words.index(value)]


def _finite(digits: str) -> float:
    if math.isinf(value := float(digits)):
        raise BadLine("holds a number that is too large")
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON


def run_filter(inputs: Iterator[Line], answer: Callable[[str], dict[str, Any]]) -> None:
    """Answer each line with one of JSON; good lines come out whatever the bad ones were.  Exits 2 if any was bad."""
    answer_each(inputs, lambda line: json.dumps(answer(line)))  # ASCII: a lone surrogate must not stop the lines after it


def answer_each(inputs: Iterator[Line], answer: Callable[[str], str]) -> None:
    """The same, with whatever text the answer is."""
    bad = False
    with settled_memory():
        for where, line in watched(inputs, "lines", beside_lines=True):
            try:
                if isinstance(line, BadLine):
                    raise line
                print(answer(line))
            except BadLine as wrong:
                bad = True
                print(f"{where}: {wrong}", file=sys.stderr)
    if bad:
        raise typer.Exit(2)
