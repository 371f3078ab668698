"""The results of a report and the members of a panel: what the report says of them all each need not say again (R4, hasMember).

As an OBR stands for its OBX: whose they are, of which stay, when and of what they were taken.  A result that the report holds inside
itself, and not beside it, is one all the same.
"""

from collections.abc import Iterator

from opencdi.intake.fhir.reading import Resource, at, each, first, reference_of, relative

_MEMBERS = {"DiagnosticReport": "result", "Observation": "hasMember"}
_TIMES = ("effectiveDateTime", "effectivePeriod", "effectiveInstant")
_WITHDRAWN = ("entered-in-error", "cancelled")
_WHOSE = ("subject", "encounter", "basedOn")


def completed(resources: list[tuple[Resource, tuple[str, ...]]]) -> list[Resource]:
    """The same resources in their order, each result with what its report or panel says; those held inside follow.

    `resources`: each with the references by which others name it.
    """
    over: dict[str, Resource] = {}
    for kind in _MEMBERS:  # a panel's members after the report's panels
        for holder, names in resources:
            if holder["resourceType"] == kind:
                told = _with(holder, next((over[name] for name in names if name in over), None))
                over |= {relative(first(member, "reference")): told for member in each(holder, _MEMBERS[kind])}
    found = [_with(told, next((over[name] for name in names if name in over), None)) for told, names in resources]
    return found + [inner for told in found for inner in _inside(told)]


def _inside(holder: Resource) -> Iterator[Resource]:
    """The results that a report or panel contains: known by their id within it."""
    if holder["resourceType"] not in _MEMBERS:
        return
    for told in each(holder, "contained"):
        if told.get("resourceType") == "Observation":
            inner = {**told, "contained": holder["contained"]}
            if first(holder, "status") in _WITHDRAWN:
                inner["status"] = holder["status"]  # it has no life of its own
            if number := first(told, "id"):
                inner["id"] = f"{first(holder, 'id') or _about(holder)}#{number.removeprefix('#')}"
            yield _with(inner, holder)


def _about(holder: Resource) -> str:
    number = first(holder, "identifier.0.value")
    return number or " ".join((first(holder, "subject.reference"), first(holder, "code.coding.0.code"), first(holder, *_TIMES, "issued")))


def _with(told: Resource, holder: Resource | None) -> Resource:
    """An Observation with what its report or panel says, where it says nothing itself."""
    if holder is None or told["resourceType"] != "Observation" or told is holder:
        return told
    more = {name: holder[name] for name in _WHOSE if name in holder and not told.get(name)}
    if not any(told.get(name) for name in _TIMES):
        more |= {name: holder[name] for name in _TIMES if name in holder}
    if not first(told, "issued", "meta.lastUpdated"):
        more |= {name: holder[name] for name in ("issued", "meta") if name in holder}
    specimens = at(holder, "specimen")
    if not told.get("specimen") and reference_of(holder, "specimen") and not (isinstance(specimens, list) and len(specimens) > 1):
        more["specimen"] = specimens[0] if isinstance(specimens, list) else specimens
    return {**told, **more} if more else told
