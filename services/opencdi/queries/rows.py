"""Values as they are stored: in columns, since of a day's values of one analyte most things are the same.

    {"since": 1777608000, "at": [0, 900], "ids": ["m1", "m2"], "values": [118, 121], "entries": ["e1", "e2"],
     "all": {"unit": "/min", "offset": -240}}

`apart` tells of single values what differs from `all`: a comparator, another author, a time known to the day alone.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from opencdi.clinical.time import ClinicalTime
from opencdi.queries.told import Point

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_ALIKE: dict[str, Any] = {
    "unit": "", "comparator": None, "preliminary": False, "author": "", "precision": "second", "ambiguous": False, "offset": 0,
    "low": None, "high": None,
}  # fmt: skip


_detailed = attrgetter(
    "unit", "comparator", "preliminary", "author", "at.precision", "at.ambiguous", "at.at.tzinfo", "low", "high"
)  # fmt: skip
"""What is seldom another than of the value before."""


def packed(points: Iterable[Point]) -> dict[str, Any]:
    """The columns of these values."""
    told = list(points)
    if not told:
        return {}
    instants = [(point.at.at - _EPOCH) // _MICROSECOND for point in told]
    since = instants[0] // 1_000_000
    common, like = _details(told[0]), _detailed(told[0])
    apart = {nth: differing for nth, point in enumerate(told) if _detailed(point) != like and (differing := _differing(point, common))}
    columns = {
        "since": since,
        "at": [_short((instant - since * 1_000_000) / 1_000_000) for instant in instants],
        "ids": [point.measurement_id for point in told],
        "values": [_short(point.value) for point in told],
        "entries": [point.entry_id for point in told],
        "all": {name: value for name, value in common.items() if value != _ALIKE[name]},
    }
    return {**columns, "apart": apart} if apart else columns


def unpacked(told: Any) -> Any:
    """The values that those columns are; what has been stored in another form, as it is."""
    if not isinstance(told, dict):
        return told
    ids = told.get("ids", ())
    rows = zip(ids, told.get("at", ()), told.get("values", ()), told.get("entries", [""] * len(ids)), strict=True)
    apart = {int(nth): differing for nth, differing in told.get("apart", {}).items()}
    common = {**_ALIKE, **told.get("all", {})}
    return tuple(
        _point(name, told["since"], at, value, entry, {**common, **apart[nth]} if nth in apart else common)
        for nth, (name, at, value, entry) in enumerate(rows)
    )


Rows = Annotated[tuple[Point, ...], BeforeValidator(unpacked), PlainSerializer(packed)]
"""Values in clinical order, as columns where they are stored."""


def _point(name: str, since: int, at: float, value: float, entry_id: str, details: dict[str, Any]) -> Point:
    instant = _EPOCH + timedelta(seconds=since, microseconds=round(at * 1_000_000))
    return Point(
        measurement_id=name,
        value=float(value),
        unit=details["unit"],
        comparator=details["comparator"],
        preliminary=details["preliminary"],
        at=ClinicalTime(instant.astimezone(_zone(details["offset"])), details["precision"], details["ambiguous"]),
        author=details["author"],
        entry_id=entry_id,
        low=details["low"],
        high=details["high"],
    )


def _details(point: Point) -> dict[str, Any]:
    return {
        "unit": point.unit, "comparator": point.comparator, "preliminary": point.preliminary, "author": point.author,
        "precision": point.at.precision, "ambiguous": point.at.ambiguous,
        "offset": (point.at.at.utcoffset() or timedelta(0)).total_seconds(), "low": point.low, "high": point.high,
    }  # fmt: skip


def _differing(point: Point, common: dict[str, Any]) -> dict[str, Any]:
    details = _details(point)
    return {} if details == common else {name: value for name, value in details.items() if value != common[name]}


def _short(number: float) -> float | int:
    return int(number) if number == int(number) else number


@lru_cache(maxsize=64)
def _zone(offset_s: float) -> timezone:
    return timezone(timedelta(seconds=offset_s))
