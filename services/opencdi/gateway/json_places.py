"""JSON with places: which characters of a body a value is made of, so that a part of it can be stored as it was sent (pure)."""

import json
import re
from collections.abc import Iterator
from json.decoder import JSONDecodeError
from typing import Any, NoReturn

_SPACE = re.compile(r"[ \t\r\n]*")


def _constant(name: str) -> NoReturn:
    raise JSONDecodeError(name, "", 0)  # NaN and Infinity are not JSON


_DECODER = json.JSONDecoder(parse_constant=_constant)


class NotAnObject(Exception):
    """The text is well-formed JSON, and no object."""


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]  # matches the empty string everywhere


def members(text: str) -> Iterator[tuple[str, tuple[Any, int]]]:
    """The members of the object that the text is: name -> (value, where it begins).

    Raises `ValueError` or `IndexError` for what is no JSON, `RecursionError` for what is nested too deeply, `NotAnObject`.
    """
    at = _skip(text, 0)
    if text[at] != "{":
        _, end = _DECODER.raw_decode(text, at)
        if _skip(text, end) != len(text):
            raise JSONDecodeError("more", "", end)
        raise NotAnObject
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if not isinstance(name, str) or text[at] != ":":
            raise JSONDecodeError("name", "", at)
        start = _skip(text, at + 1)
        value, end = _DECODER.raw_decode(text, start)
        yield name, (value, start)
        at = _next(text, end, "}")
    if _skip(text, at + 1) != len(text):
        raise JSONDecodeError("more", "", at)


def elements(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Where each element of the (well-formed) list at this place begins and ends."""
    at = _skip(text, at + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        yield at, end
        at = _next(text, end, "]")


def value_at(text: str, at: int) -> str:
    """The characters of the (well-formed) value that begins there."""
    return text[at : _DECODER.raw_decode(text, at)[1]]


def _next(text: str, end: int, close: str) -> int:
    """Past the comma to the next one, or at the closing bracket."""
    at = _skip(text, end)
    if text[at] == ",":
        at = _skip(text, at + 1)
        if text[at] == close:
            raise JSONDecodeError("comma", "", at)
    elif text[at] != close:
        raise JSONDecodeError("comma", "", at)
    return at
