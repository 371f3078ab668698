"""The fields of a sample message that hold something, and the message with another value there."""

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from opencdi.cli.interface.samples import Sample

Changed = Callable[[Any], bytes]
"""The whole message with that value in the field's place; None: with nothing there."""

_TIME = re.compile(r"(\d{4}-?\d\d-?\d\dT?\d\d:?|\d{4}-?\d\d-?)(\d\d)(?!\d?\.)(.*)\Z")
_NUMBER = re.compile(r"\d+(\.\d+)?\Z")
_INNER = re.compile(r"(?:\.section)+")  # a section inside a section is a section
_BARE = frozenset({"MSH-1", "MSH-2"})


def another(value: Any) -> Any:
    """Another value of that kind: a minute or a day earlier, one more, another word."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if (time := _TIME.match(value)) is not None:
        number = int(time[2])
        return f"{time[1]}{number - 1 if number > 1 else number + 1:02}{time[3]}"
    return f"{float(value) + 1:g}" if _NUMBER.match(value) else f"{value}X"


def is_time(value: Any) -> bool:
    """Whether it is a date or a time."""
    return isinstance(value, str) and _TIME.match(value) is not None


def changeable(sample: Sample) -> Iterator[tuple[str, Any, Changed]]:
    """Each value: the name of its place, what stands there, and how to change it."""
    return _elements(sample) if sample.fhir else _components(sample)


def _components(sample: Sample) -> Iterator[tuple[str, str, Changed]]:
    """ "PID-5.1" where the standard has components there, else "PID-7"; every repetition by itself."""
    segments = [line.split("|") for line in sample.body.decode("latin-1").split("\r") if line]
    for nth, segment in enumerate(segments):
        first = 1 if segment[0] == "MSH" else 0  # MSH counts its separator
        for at, field in enumerate(segment[1:], 1):
            name = f"{segment[0]}-{at + first}"
            if not field or name in _BARE:
                continue
            for place, value, changed in _parts(field):
                yield f"{name}{place}", value, _put(segments, nth, at, changed)


def _parts(field: str) -> Iterator[tuple[str, str, Callable[[str], str]]]:
    repetitions = field.split("~")
    for r, repetition in enumerate(repetitions):
        components = repetition.split("^")
        for c, component in enumerate(components):
            if component:

                def changed(other: str, r: int = r, c: int = c, components: list[str] = components) -> str:
                    inner = "^".join([*components[:c], other, *components[c + 1 :]])
                    return "~".join([*repetitions[:r], inner, *repetitions[r + 1 :]])

                yield f".{c + 1}" if len(components) > 1 else "", component, changed


def _put(segments: list[list[str]], nth: int, at: int, changed: Callable[[str], str]) -> Changed:
    def body(other: Any) -> bytes:
        rows = [list(segment) for segment in segments]
        rows[nth][at] = changed(other or "")
        return "\r".join("|".join(row) for row in rows).encode("latin-1") + b"\r"

    return body


def _elements(sample: Sample) -> Iterator[tuple[str, Any, Changed]]:
    """ "Observation.valueQuantity.value"; lists are passed through."""
    whole = json.loads(sample.body)
    resources = [entry["resource"] for entry in whole["entry"]] if whole["resourceType"] == "Bundle" else [whole]
    for resource in resources:
        for path, value, holder, key in _leaves(resource):
            name = ".".join((resource["resourceType"], *(step for step in path if isinstance(step, str))))
            name = _INNER.sub(".section", name)
            if name != f"{resource['resourceType']}.resourceType":
                yield name, value, _set(whole, holder, key)


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any, Any, str | int]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from _leaves(inner, (*path, key))
        else:
            yield (*path, key), inner, value, key


def _set(whole: Any, holder: Any, key: str | int) -> Changed:
    def body(other: Any) -> bytes:
        before = holder[key]
        holder[key] = other
        told = json.dumps(whole if other is not None else _without_nothing(deepcopy(whole))).encode()
        holder[key] = before
        return told

    return body


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nothing(inner) for key, inner in value.items() if inner is not None}
    return [_without_nothing(inner) for inner in value if inner is not None] if isinstance(value, list) else value
