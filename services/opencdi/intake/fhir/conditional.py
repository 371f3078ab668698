"""What names a resource by its identifier instead of its id: conditional references and conditional creates (R4, 3.1.0.5)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from opencdi.clinical.time import ClinicalTime
from opencdi.intake.told import Told

_LONG_AGO = ClinicalTime(datetime(1900, 1, 1, tzinfo=UTC))


def with_logical_references(value: Any) -> None:
    """ "Patient?identifier=system|value" becomes the identifier that it names, in place: without it all patients would be "Patient"."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict):
            told = inner.get("reference")
            if isinstance(told, str) and "?" in told and "identifier" not in inner:
                inner["identifier"] = _identifier(told)
                del inner["reference"]
            waiting.extend(inner.values())
        elif isinstance(inner, list):
            waiting.extend(inner)


def _identifier(reference: str) -> dict[str, str]:
    asked = dict(parse_qsl(reference.partition("?")[2])).get("identifier", "")
    system, bar, value = asked.rpartition("|")
    return {"system": system, "value": value} if bar else {"value": value}


def as_if_first(told: Told) -> Told:
    """A resource that is to be there, and to change nothing where it is: whatever else was or will be told of it is newer."""
    if told.visit is not None and told.visit.event != "mention":
        return replace(told, at=told.visit.admitted_at or told.at)
    return replace(told, at=_LONG_AGO, items=tuple(item._replace(order=("",)) for item in told.items))
