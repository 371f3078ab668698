"""Observation: results and vital signs; the components of a panel are results of their own."""

import json

from opencdi.intake.fhir.reading import Resource, at, coded, each, first, own_id, reference_of, relative, time_in, version_time
from opencdi.intake.tables import RESULT_STATUS_BY_FHIR
from opencdi.intake.told import Context, Item
from opencdi.intake.values import OF_THE_CHILD, OTHER_PERSON, measurement

_PEOPLE = ("Patient/", "RelatedPerson/", "BodyStructure/", "Group/")


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


def _of_another(resource: Resource) -> bool:
    """Whether `focus` says that this is about a fetus, a donor or a relative, and not about the patient in whose chart it is."""
    subject = reference_of(resource, "subject")
    for focus in each(resource, "focus"):
        whose = relative(first(focus, "reference"))
        if OF_THE_CHILD.search(first(focus, "display")) or (whose.startswith(_PEOPLE) and whose != subject):
            return True
    return False


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
    of_another = _of_another(resource)
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
        fact = fact.model_copy(update={"problem": OTHER_PERSON}) if of_another else fact
        found.append(Item(fact, ("0" if status == "preliminary" else "1", told_at.sortable)))
    return found
