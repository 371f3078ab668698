"""Observation: results and vital signs; the components of a panel are results of their own."""

import json

from opencdi.intake.fhir.reading import Resource, at, coded, each, first, own_id, time_in, version_time
from opencdi.intake.tables import RESULT_STATUS_BY_FHIR
from opencdi.intake.told import Context, Item
from opencdi.intake.values import measurement


def _value(holder: Resource) -> tuple[str, str] | None:
    """Value and unit as sent; None where there is none."""
    quantity = at(holder, "valueQuantity")
    if isinstance(quantity, dict) and isinstance(number := quantity.get("value"), int | float):
        return first(quantity, "comparator") + (number if isinstance(number, str) else json.dumps(number)), first(quantity, "code", "unit")
    concept = coded(at(holder, "valueCodeableConcept"))
    words = (concept.text or concept.code) if concept else first(holder, "valueString", "valueInteger", "valueDateTime")
    if not words and isinstance(at(holder, "valueBoolean"), bool):
        words = str(holder["valueBoolean"]).lower()
    return (words, "") if words else None


def observations_of(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> list[Item]:
    """The results in one Observation; none for a status that has no result yet, or a panel that only names its members."""
    status = RESULT_STATUS_BY_FHIR.get(first(resource, "status"))
    if status is None:
        return []
    told_at = version_time(resource, context, "issued", "meta.lastUpdated")
    taken_at = (
        time_in(resource, context, "effectiveDateTime", "effectivePeriod.start", "effectiveInstant", "issued", problems=problems) or told_at
    )
    specimen = first(resource, "specimen.display") or None
    found: list[Item] = []
    for holder in (resource, *each(resource, "component")):
        code, value = coded(at(holder, "code")), _value(holder)
        if code is None or (value is None and status != "withdrawn"):
            continue
        if value is None and any(True for _ in each(resource, "component")) and holder is resource:
            continue
        sent, unit = value or ("", "")
        extra = () if holder is resource else (code.code or code.text,)
        fact = measurement(
            context,
            measurement_id=own_id(resource, context, "observation", *extra),
            code=code,
            sent=sent,
            unit=unit,
            status=status,
            taken_at=taken_at,
            abnormal=first(holder, "interpretation.0.coding.0.code", "interpretation.coding.0.code") or None,
            specimen=specimen,
            comment=first(resource, "note.0.text"),
        )
        found.append(Item(fact, ("0" if status == "preliminary" else "1", told_at.sortable)))
    return found
