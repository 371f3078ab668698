"""Practitioner and PractitionerRole: who wrote what, in the same message and for those that follow (DOMAIN F.6)."""

from opencdi.clinical.vocabulary import AuthorRole
from opencdi.events.people import Person
from opencdi.intake.fhir.reading import Resource, aliases_of, each, first, identifiers, name_of, reference_of
from opencdi.intake.tables import role_by_words
from opencdi.intake.told import Context, StaffTold
from opencdi.knowledge.site import SiteData

TYPES = frozenset({"Practitioner", "PractitionerRole"})


def staff_in(resources: list[tuple[Resource, str]], site: SiteData) -> dict[str, Person]:
    """Practitioners and their roles by every reference that may name them."""
    staff = {alias: _practitioner(told, site) for told, url in resources if _is(told, "Practitioner") for alias in aliases_of(told, url)}
    for told, url in resources:
        whose = reference_of(told, "practitioner") if _is(told, "PractitionerRole") else ""
        if (person := staff.get(whose)) is not None:
            role = _role(told, site)
            person = person if role == "unknown" else person.model_copy(update={"role": role})
            staff |= dict.fromkeys((*aliases_of(told, url), whose), person)
    return staff


def staff_inside(resource: Resource, site: SiteData) -> dict[str, Person]:
    """The same of those contained in a resource."""
    contained = [(told, "") for told in each(resource, "contained") if _is(told, "Practitioner") or _is(told, "PractitionerRole")]
    named = [({**told, "id": f"#{first(told, 'id')}"}, "") for told, _ in contained]
    people = {told["id"]: _practitioner(told, site) for told, _ in named if _is(told, "Practitioner")}
    for told, _ in named:
        if _is(told, "PractitionerRole") and (person := people.get(first(told, "practitioner.reference"))) is not None:
            role = _role(told, site)
            people[told["id"]] = person if role == "unknown" else person.model_copy(update={"role": role})
    return people


def staff_of(resource: Resource, url: str, context: Context) -> StaffTold:
    """What the resource says of one person, under all names by which others will mean him or her."""
    if _is(resource, "Practitioner"):
        person = _practitioner(resource, context.site)
        numbers = tuple(number.value for number in identifiers(resource))
        return StaffTold(numbers, aliases_of(resource, url), person.name, person.role)
    number, whose = first(resource, "practitioner.identifier.value"), reference_of(resource, "practitioner")
    references = tuple(filter(None, (whose, *aliases_of(resource, url))))
    return StaffTold((number,) if number else (), references, first(resource, "practitioner.display"), _role(resource, context.site))


def _is(resource: Resource, kind: str) -> bool:
    return resource.get("resourceType") == kind


def _practitioner(resource: Resource, site: SiteData) -> Person:
    number = next(iter(identifiers(resource)), None)
    return Person(staff_id=number.value if number else "", name=name_of(resource), role=_role(resource, site))


def _role(resource: Resource, site: SiteData) -> AuthorRole:
    """By qualifications, or by codes and specialties, or by what stands behind the name."""
    qualified = (code for told in each(resource, "qualification") for code in each(told, "code"))
    concepts = [*each(resource, "code"), *each(resource, "specialty"), *qualified]
    codings = [coding for concept in concepts for coding in each(concept, "coding")]
    words = [first(coding, name) for coding in codings for name in ("code", "display")]
    suffixes = [first(name, path) for name in each(resource, "name") for path in ("suffix.0", "suffix.1")]
    return role_by_words([*words, *(first(concept, "text") for concept in concepts), *suffixes], site)
