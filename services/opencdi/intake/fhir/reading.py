"""Reading FHIR data types out of plain dictionaries: tolerant, because what hospitals send is rarely what validates."""

from collections.abc import Iterator
from typing import Any

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import AuthorRole
from opencdi.events.facts import Coded
from opencdi.events.ids import keyed_hash
from opencdi.events.people import Person
from opencdi.intake.hl7v2.message import clean
from opencdi.intake.tables import SYSTEM_BY_OID, role_of
from opencdi.intake.time import claims_future, fhir_time
from opencdi.intake.told import Context, Identifier

Resource = dict[str, Any]
_NO_PERSON = frozenset({"SS", "SSN", "DL", "DLN", "PPN", "http://hl7.org/fhir/sid/us-ssn", "urn:oid:2.16.840.1.113883.4.1"})
"""Types (HL7 table 0203) and systems of numbers that are no hospital's."""
_NAME_USES = ("official", "usual", "", "temp", "anonymous", "maiden", "nickname", "old")
_SYSTEMS = {
    "http://loinc.org": "LN", "http://hl7.org/fhir/sid/icd-10-cm": "I10", "http://hl7.org/fhir/sid/icd-9-cm": "I9",
    "http://snomed.info/sct": "SCT", "http://www.nlm.nih.gov/research/umls/rxnorm": "RXNORM", "": "L",
    "urn:iso:std:iso:11073:10101": "MDC",
    "http://www.cms.gov/Medicare/Coding/ICD10": "I10P", "http://hl7.org/fhir/sid/icd-10-pcs": "I10P",
    **{f"urn:oid:{oid}": name for oid, name in SYSTEM_BY_OID.items()},
    "http://www.ama-assn.org/go/cpt": "CPT", "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets": "HCPCS",
}  # fmt: skip


def at(value: Any, path: str) -> Any:
    """What stands at "a.b.0.c"; None if anything on the way is missing or of another shape.

    A list where one is due means its first, and one where a list is due that one: R3, R4 and R5 differ in little else.
    """
    for name in path.split("."):
        if name.isdigit():
            if isinstance(value, list):
                value = value[int(name)] if int(name) < len(value) else None
            elif name != "0":
                return None
            continue
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def first(value: Any, *paths: str) -> str:
    """The first of these paths that holds text or a number, as clean text; "" if none does."""
    for path in paths:
        found = at(value, path)
        if isinstance(found, str) and found.strip():
            return clean(found.strip())
        if isinstance(found, int | float) and not isinstance(found, bool):
            return str(found)
    return ""


def each(value: Any, path: str) -> Iterator[Resource]:
    """The objects of the list at that path (a lone object counts as a list of one)."""
    found = at(value, path)
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, dict):
            yield item


def time_in(resource: Resource, context: Context, *paths: str, problems: list[tuple[str, str]] | None = None) -> ClinicalTime | None:
    """The first of these paths that is a time; one that is filled and cannot be read is noted among the problems."""
    for path in paths:
        text = at(resource, path)
        if isinstance(text, str) and (found := fhir_time(text, context.facility)):
            return found
        if text is not None and problems is not None:
            problems.append(("UNREADABLE_TIME", f"{first(resource, 'resourceType')}.{path}"))
    return None


def version_time(resource: Resource, context: Context, *paths: str) -> ClinicalTime:
    """When this version was told; arrival where it is not said, or lies ahead: nothing may count as newer than what truly comes later."""
    found = time_in(resource, context, *paths)
    return found if found is not None and not claims_future(found, context.received_at) else context.arrived_at


def system_of(url: str) -> str:
    """Our short name of a code system; local systems keep their URL."""
    if (known := _SYSTEMS.get(url)) is not None:
        return known
    short = url.lower().replace("-", "")
    if "icd10" in short:
        return "I10P" if "icd10pcs" in short or "procedure" in short else "I10"
    return "I9" if "icd9" in short else url


def coded(concept: Any, *preferred: str) -> Coded | None:
    """CodeableConcept: its coding of the first of these systems that is there (LOINC unless told), else the first, ICD-9 last; None if it
    says nothing."""
    codings = [(system_of(first(coding, "system")), coding) for coding in each(concept, "coding") if first(coding, "code")]
    order = (*(preferred or ("LN",)), *(system for system, _ in codings if system != "I9"), "I9")
    chosen = min(codings, key=lambda told: order.index(told[0]))[1] if codings else None
    text = first(concept, "text") if chosen is None else first(chosen, "display") or first(concept, "text")
    if chosen is None:
        return Coded(code="", text=text) if text else None
    system = system_of(first(chosen, "system"))
    code = first(chosen, "code")
    return Coded(code=code.replace(".", "").upper() if system in ("I10", "I10P", "I9") else code, system=system, text=text)


def identifiers(resource: Resource, path: str = "identifier") -> tuple[Identifier, ...]:
    """Identifiers, the medical record number first, an old one last; social security and licence numbers identify nobody here."""
    found: list[tuple[int, Identifier]] = []
    for identifier in each(resource, path):
        value, system = first(identifier, "value"), first(identifier, "system")
        kinds = {first(coding, "code").upper() for coding in each(identifier, "type.coding")}
        if value and not kinds & _NO_PERSON and system not in _NO_PERSON:
            rank = 2 if first(identifier, "use") == "old" else 0 if kinds & {"MR", "MRN"} else 1
            found.append((rank, Identifier(value, system)))
    return tuple(identifier for _, identifier in sorted(found, key=lambda ranked: ranked[0]))


def person_in(value: Any, role: AuthorRole, context: Context) -> Person | None:
    """A Reference to staff: identifier and display, else what came beside it about that one; the reference itself where nothing is told."""
    reference = first(value, "reference")
    known = context.staff.get(relative(reference)) or context.known_staff(relative(reference)) or Person()
    staff_id, name = first(value, "identifier.value") or known.staff_id, first(value, "display") or known.name
    if not staff_id and not name:
        staff_id = reference
    return Person(staff_id=staff_id, name=name, role=role) if staff_id or name else None


def performer_in(resource: Resource, context: Context) -> Person | None:
    """Who answers for a result: the first of `performer` that is a person, as OBX-16 is; a laboratory is none."""
    for told in each(resource, "performer"):
        reference = relative(first(told, "reference"))
        kind = first(told, "type") or reference.partition("/")[0]
        if kind in ("", "Practitioner", "PractitionerRole") or reference in context.staff:
            return person_in(told, "unknown", context)
    return None


def author_in(value: Any, context: Context) -> Person | None:
    """Who wrote a document, with the role that the same message tells, else as the hospital's staff are known."""
    person = person_in(value, "unknown", context)
    if person is None:
        return None
    told = context.staff.get(relative(first(value, "reference")))
    role = told.role if told is not None and told.role != "unknown" else role_of("", person.staff_id, context)
    return person.model_copy(update={"role": role})


def name_of(resource: Resource) -> str:
    """The official HumanName, else the first that is in use: given and family, else its text."""
    names = sorted(each(resource, "name"), key=lambda name: (bool(first(name, "period.end")), _rank_of_use(first(name, "use"))))
    name = names[0] if names else {}
    given = at(name, "given")
    told = [part for part in (given if isinstance(given, list) else [given]) if isinstance(part, str)]
    return clean(" ".join([*told, first(name, "family")]).strip()) or first(name, "text")


def _rank_of_use(use: str) -> int:
    return _NAME_USES.index(use) if use in _NAME_USES else 2


def reference_of(resource: Resource, *paths: str) -> str:
    """The reference at the first of these paths, "Patient/1", without a server's address or a version."""
    for path in paths:
        text = first(resource, f"{path}.reference")
        if text:
            return relative(text)
    return ""


def aliases_of(resource: Resource, url: str) -> tuple[str, ...]:
    """The references under which others name this resource."""
    number = resource.get("id")
    named = (f"{resource['resourceType']}/{number}", f"urn:uuid:{number}") if isinstance(number, str) else ()
    # Inside a Bundle a resource is referred to by its fullUrl, "urn:uuid:" and its id, which a recording may have dropped.
    return tuple(dict.fromkeys((*named, *((relative(url),) if url else ()))))


def relative(reference: str) -> str:
    """ "https://server/fhir/Patient/1/_history/2" -> "Patient/1"; a urn stays."""
    if reference.startswith("urn:"):
        return reference
    parts = reference.split("/_history/", 1)[0].split("?", 1)[0].split("/")
    return "/".join(parts[-2:])


def has_own_id(resource: Resource) -> bool:
    """Whether it is known by more than what it says."""
    return bool(identifiers(resource) or identifiers(resource, "masterIdentifier") or first(resource, "id"))


def own_id(resource: Resource, context: Context, kind: str, *extra: str) -> str:
    """The keyed id of what this resource states: its first identifier, else its id at this feed, else what it is about."""
    identifier = next(iter(identifiers(resource)), None) or next(iter(identifiers(resource, "masterIdentifier")), None)
    if identifier is not None:
        return keyed_hash(context.key, kind, identifier.value, *extra)
    if number := first(resource, "id"):
        return keyed_hash(context.key, kind, context.feed, number, *extra)
    about = (first(resource, "subject.reference", "patient.reference"), first(resource, "code.coding.0.code", "code.text"))
    when = first(resource, "effectiveDateTime", "authoredOn", "recordedDate", "date", "issued")
    return keyed_hash(context.key, kind, "of", *about, when, *extra)
