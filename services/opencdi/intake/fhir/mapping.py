"""One FHIR resource, or one entry of a Bundle, to what it tells: the table of resource types."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from opencdi.events.problems import Unusable
from opencdi.intake.fhir.conditional import as_if_first, with_logical_references
from opencdi.intake.fhir.documents import document_of
from opencdi.intake.fhir.lists import allergy_of, condition_of, medication_administration_of, medication_request_of
from opencdi.intake.fhir.observations import observations_of
from opencdi.intake.fhir.orders import procedure_of, service_request_of
from opencdi.intake.fhir.reading import Resource, aliases_of, at, each, first, identifiers, reference_of
from opencdi.intake.fhir.reports import report_of
from opencdi.intake.fhir.staff import TYPES as STAFF
from opencdi.intake.fhir.staff import staff_in, staff_inside, staff_of
from opencdi.intake.fhir.visits import event_at, patient_of, visit_mentioned, visit_of
from opencdi.intake.told import Context, Item, PatientTold, Told

_ITEMS: dict[str, Callable[[Resource, Context, list[tuple[str, str]]], list[Item]]] = {
    "Observation": observations_of,
    "DocumentReference": document_of,
    "Composition": document_of,
    "DiagnosticReport": report_of,
    "ServiceRequest": service_request_of,
    "Procedure": procedure_of,
    "Condition": condition_of,
    "AllergyIntolerance": allergy_of,
    "MedicationRequest": medication_request_of,
    "MedicationAdministration": medication_administration_of,
}
# Why a resource that is mapped says nothing this time; else NO_RESULT: it only names its members, or has no value yet.
_NOTHING_SAID = {
    "DocumentReference": "SUPERSEDED", "DiagnosticReport": "NO_TEXT", "ServiceRequest": "NOT_AN_ORDER", "Procedure": "NOT_DONE",
}  # fmt: skip
_ORDER = {"Patient": 0, "Encounter": 1}
_REFERRED = frozenset({"Specimen", "Binary", "MedicationRequest", "ServiceRequest"})
"""Types that a resource which refers to them is read with, where they come beside it."""


class Sent(NamedTuple):
    """A resource, its fullUrl, and whether it is only meant where none is known under its identifier (`ifNoneExist`)."""

    resource: Resource
    url: str
    only_new: bool


def resources_in(body: bytes) -> list[Sent]:
    """The resource in a body with what its entry says; those of a whole Bundle where one arrives.  Raises `Unusable` for what is none."""
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Unusable("NOT_JSON") from None
    if not isinstance(value, dict):
        raise Unusable("NOT_A_RESOURCE")
    if b"?identifier=" in body:
        with_logical_references(value)
    if value.get("resourceType") == "Bundle":
        return [_entry(entry) for entry in each(value, "entry")]
    return [_entry(value)]


def _entry(value: Resource) -> Sent:
    if "resourceType" in value or "resource" not in value:
        resource, url = value, ""
    else:
        resource, url = value["resource"], first(value, "fullUrl")
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        deleted = first(value, "request.method") == "DELETE"
        raise Unusable("DELETED_AT_THE_SENDER", "request.method") if deleted else Unusable("NOT_A_RESOURCE", "resourceType")
    return Sent(resource, url, bool(first(value, "request.ifNoneExist")))


def versioned(resources: list[Sent]) -> bool:
    """Whether each says which version it is: only then is a byte-identical one a duplicate and not a return to an earlier state."""
    return all(first(sent.resource, "meta.lastUpdated", "meta.versionId") for sent in resources)


def told_by_fhir(resources: list[Sent], context: Context) -> list[Told]:
    """What the resources tell, patients and encounters first, so that what refers to them finds them."""
    ranked = sorted(resources, key=lambda sent: _ORDER.get(sent.resource["resourceType"], 2))
    named = [(sent.resource, sent.url) for sent in resources]
    staff, beside = staff_in(named, context.site), _beside(named)
    tells: list[Told] = []
    for resource, url, only_new in ranked:
        inside = replace(context, staff=staff | staff_inside(resource, context.site), beside=beside | _contained(resource))
        told = _told(resource, url, inside)
        tells.append(as_if_first(told) if only_new else told)
    return tells


def _beside(resources: list[tuple[Resource, str]]) -> dict[str, Resource]:
    return {alias: told for told, url in resources if told["resourceType"] in _REFERRED for alias in aliases_of(told, url)}


def _contained(resource: Resource) -> dict[str, Resource]:
    return {f"#{first(told, 'id')}": told for told in each(resource, "contained") if told.get("resourceType") in _REFERRED}


def _told(resource: Resource, url: str, context: Context) -> Told:
    kind = resource["resourceType"]
    problems: list[tuple[str, str]] = []
    when = event_at(resource, context)
    aliases = aliases_of(resource, url)
    if kind == "Patient":
        if not identifiers(resource) and not isinstance(resource.get("id"), str):
            raise Unusable("NO_PATIENT", "Patient.identifier")
        told = patient_of(resource, context, problems)
        return Told(kind, when, patient=told, patient_aliases=aliases, problems=tuple(problems))
    if kind in STAFF:
        return Told(kind, when, staff=(staff_of(resource, url, context),))
    if kind != "Encounter" and kind not in _ITEMS:
        return Told(kind, when, unused="RESOURCE_NOT_USED")
    subject = reference_of(resource, "subject", "patient")
    number = identifiers(resource, "subject.identifier") if at(resource, "subject.identifier") else ()
    if not subject and not number:
        raise Unusable("NO_PATIENT", f"{kind}.subject")
    patient = PatientTold(ids=number) if number else None
    if kind == "Encounter":
        visit = visit_of(resource, context, aliases, problems)
        return Told(kind, when, patient=patient, patient_reference=subject, visit=visit, problems=tuple(problems))
    items = _ITEMS[kind](resource, context, problems)
    if not items and not problems:
        return Told(kind, when, unused=_NOTHING_SAID.get(kind, "NO_RESULT"))
    orders = tuple(number for item in items for number in item.orders)
    return Told(
        kind, when, patient=patient, patient_reference=subject, visit=visit_mentioned(resource, context), items=tuple(items),
        orders=orders, problems=tuple(dict.fromkeys(problems)),
    )  # fmt: skip
