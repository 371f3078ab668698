"""Patient and Encounter: who, and which visit."""

from collections.abc import Iterator

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import Sex
from opencdi.events.facts import Coded
from opencdi.intake.fhir.reading import (
    Resource,
    at,
    coded,
    each,
    first,
    identifiers,
    name_of,
    person_in,
    reference_of,
    relative,
    time_in,
    version_time,
)
from opencdi.intake.tables import LINK_BY_FHIR, class_of
from opencdi.intake.time import birth_date
from opencdi.intake.told import Context, Identifier, Link, PatientTold, VisitEvent, VisitTold

_SEX: dict[str, Sex] = {"male": "M", "female": "F"}
_EVENT_BY_STATUS: dict[str, VisitEvent] = {
    "planned": "plan", "arrived": "present", "triaged": "present", "in-progress": "present", "onleave": "present", "on-hold": "present",
    "finished": "discharge",
    "completed": "discharge", "discharged": "discharge", "discontinued": "discharge",
    "cancelled": "cancel-admit", "entered-in-error": "cancel-admit",
}  # fmt: skip
_ON_LEAVE_BY_STATUS = {"onleave": True, "on-hold": True, "in-progress": False}  # R5 says on-hold


def patient_of(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> PatientTold:
    """A Patient; one without any identifier is known by its id at this feed."""
    ids = identifiers(resource) or (Identifier(first(resource, "id"), f"{context.feed}/Patient"),)
    sent = first(resource, "birthDate")
    born = birth_date(sent)
    if sent and born is None:
        problems.append(("BIRTH_DATE_UNREADABLE", "Patient.birthDate"))
    links = tuple(_links(resource, problems))
    if any(link.kind == "lives-on-as" for link in links):
        return PatientTold(ids=ids, links=links)  # who that is, the other one says
    return PatientTold(ids=ids, name=name_of(resource) or None, birth_date=born, sex=_SEX.get(first(resource, "gender")), links=links)


def _links(resource: Resource, problems: list[tuple[str, str]]) -> Iterator[Link]:
    """Records that this one replaces or that replace it; a RelatedPerson is somebody else."""
    for link in each(resource, "link"):
        kind, reference = LINK_BY_FHIR.get(first(link, "type")), reference_of(link, "other")
        number = next(iter(identifiers(link, "other.identifier")), None)
        if kind and (number or reference.startswith(("Patient/", "urn:"))):
            yield Link(kind, reference, number)
        elif kind is None and reference.startswith(("Patient/", "urn:")):
            problems.append(("LINK_IS_NO_MERGE", "Patient.link"))


def visit_mentioned(resource: Resource, context: Context) -> VisitTold | None:
    """The visit that a resource refers to, by reference or by identifier."""
    for path in ("encounter", "context", "context.encounter.0"):
        reference, number = reference_of(resource, path), first(resource, f"{path}.identifier.value")
        if reference.startswith(("Encounter/", "urn:")) or number:
            return VisitTold(
                number=number, facility=first(resource, f"{path}.identifier.system"), aliases=(reference,) if reference else ()
            )
    return None


def event_at(resource: Resource, context: Context) -> ClinicalTime:
    """When this version was told: lastUpdated, else arrival.  When a stay ended is another question, and may be long before."""
    return version_time(resource, context, "meta.lastUpdated")


def _class_told(resource: Resource, context: Context) -> Coded | None:
    """R4's Coding, R5's list of concepts, or words alone.  Several that mean two classes are one code that no table has, "EMER+IMP"."""
    told = [code for concept in each(resource, "class") if (code := _class_in(concept, context)) is not None]
    if words := first(resource, "class"):
        told.append(Coded(code=words))
    meant = {found: code for code in told if (found := class_of(code.code, context.site)) != "unmapped"}
    if len(meant) == 1:
        return next(iter(meant.values()))
    return Coded(code="+".join(code.code for code in told), text=", ".join(filter(None, (code.text for code in told)))) if told else None


def _class_in(concept: Resource, context: Context) -> Coded | None:
    """The coding of it that the site knows, else its first; its words where it has no code."""
    codings = list(each(concept, "coding")) or [concept]
    named = [Coded(code=code, text=first(one, "display") or first(concept, "text")) for one in codings if (code := first(one, "code"))]
    known = next((code for code in named if class_of(code.code, context.site) != "unmapped"), None)
    words = first(concept, "text", "display", "coding.0.display")
    return known or next(iter(named), None) or (Coded(code=words, text=words) if words else None)


def visit_of(resource: Resource, context: Context, aliases: tuple[str, ...], problems: list[tuple[str, str]]) -> VisitTold:
    """An Encounter.  `Encounter.identifier` of the configured system = PV1-19 (DOMAIN F.1)."""
    site = context.site
    numbers = identifiers(resource)
    chosen = next((n for n in numbers if n.authority == site.visit_system), None) if site.visit_system else next(iter(numbers), None)
    class_code = _class_told(resource, context)
    encounter_class = class_of(class_code.code, site) if class_code else None
    if encounter_class == "unmapped":
        problems.append(("CLASS_UNMAPPED", "Encounter.class"))
    going = "admission" if at(resource, "hospitalization") is None else "hospitalization"  # R5's name for it
    disposition = coded(at(resource, f"{going}.dischargeDisposition"))
    source = (disposition.code or disposition.text) if disposition else ""
    if source and source not in site.disposition_by_code:
        problems.append(("DISPOSITION_UNMAPPED", f"Encounter.{going}.dischargeDisposition"))
    reason = coded(at(resource, "reasonCode.0") or at(resource, "reason.0.value.0.concept"))  # R4, R5
    admitted_from = coded(at(resource, f"{going}.admitSource"))
    service = coded(at(resource, "serviceType")) or coded(at(resource, "serviceType.0.concept"))
    status = first(resource, "status")
    attending = next((p for p in each(resource, "participant") if first(p, "type.0.coding.0.code") in ("ATND", "PPRF", "")), None)
    return VisitTold(
        number=chosen.value if chosen else "",
        facility=chosen.authority if chosen else "",
        facility_assumed=False,
        aliases=aliases,
        account=first(resource, "account.0.identifier.value") or relative(first(resource, "account.0.reference")),
        part_of=reference_of(resource, "partOf"),
        event=_EVENT_BY_STATUS.get(status, "snapshot"),
        encounter_class=encounter_class,
        class_source=class_code.code if class_code and encounter_class == "unmapped" else None,
        class_code=class_code,
        location=first(resource, "location.0.location.display", "location.0.location.reference") or None,
        service=(service.code or service.text) if service else None,
        attending=person_in(at(attending, "individual") or at(attending, "actor"), "unknown", context) if attending else None,
        admitting_reason=(reason.text or reason.code) if reason else None,
        admitted_at=time_in(resource, context, "period.start", "actualPeriod.start", problems=problems),
        on_leave=_ON_LEAVE_BY_STATUS.get(status),
        newborn=admitted_from.code == "born" if admitted_from else None,
        discharged_at=time_in(resource, context, "period.end", "actualPeriod.end", problems=problems),
        disposition=site.disposition_by_code.get(source),
        disposition_source=(source or None) if source not in site.disposition_by_code else None,
        disposition_code=disposition.model_copy(update={"code": source}) if disposition and source else None,
    )
