"""Where something stands in a YAML file, so that whoever wrote it finds it: asked for when something is wrong, and only then."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

import yaml

Place = tuple[str | int, ...]
"""Keys and positions from the top of the document: ("when", "of", 1, "analyte")."""


def line_of(written: str | bytes, place: Place) -> int:
    """The line of that place, or of the innermost part around it that is there."""
    node = yaml.compose(written, Loader=yaml.CSafeLoader)
    line = 1
    for part in place:
        match node:
            case yaml.MappingNode():
                found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            case yaml.SequenceNode():
                found = (node.value[part], node.value[part]) if isinstance(part, int) and part < len(node.value) else None
            case _:
                found = None
        if found is not None:
            line, node = found[0].start_mark.line + 1, found[1]
    return line


def told_at(told: Any, place: Place) -> Place:
    """The place less what is in no file: a reader of forms also says which form it tried.  A last part that is missing stays."""
    kept: list[str | int] = []
    for nth, part in enumerate(place):
        match told, part:
            case dict(), _ if part in told:
                told = told[part]
            case list(), int() if part < len(told):
                told = told[part]
            case _ if nth < len(place) - 1 or not isinstance(told, dict):
                continue
        kept.append(part)
    return tuple(kept)


def places(told: Any, within: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every word and number of a parsed document, and where it stands."""
    match told:
        case dict():
            for key, value in told.items():
                yield from places(value, (*within, key))
        case list():
            for nth, value in enumerate(told):
                yield from places(value, (*within, nth))
        case _:
            yield within, told


def place_of(told: Any, value: Any) -> Place:
    """Where that word stands first, as a key where it is no value; the top where it stands nowhere."""
    as_value = (place for place, one in places(told) if one == value)
    as_key = (place[: place.index(value) + 1] for place, _ in places(told) if value in place)
    return next(as_value, next(as_key, ()))


def said_wrong(file: str, written: str | bytes, place: Place, why: str) -> str:
    """`D-15-sodium.yaml:34: when.of.1.analyte: no analyte "sodum"`."""
    return f"{file}:{line_of(written, place)}: {'.'.join(map(str, place)) or 'document'}: {why}"


def unknown_word(what: str, word: str, known: Iterable[str]) -> str:
    """`no analyte "sodum"; did you mean "sodium"`, where there is one like it."""
    near = get_close_matches(word, list(known), n=1)
    return f'no {what} "{word}"' + (f'; did you mean "{near[0]}"' if near else "")
