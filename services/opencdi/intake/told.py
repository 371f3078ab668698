"""What one message tells, before anyone has settled which encounter it is about.

HL7 v2 and FHIR are mapped to this; from here on nobody knows which of the two it was.  Identifiers of persons stand in here as sent
and leave the room only as keyed hashes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, NamedTuple

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import AuthorRole, EncounterClass, Sex
from opencdi.events.facts import Coded, Fact
from opencdi.events.people import Person
from opencdi.intake.time import bedside, zone_named
from opencdi.knowledge.site import SiteData


@dataclass(frozen=True, slots=True)
class Context:
    """What a mapping may look at beside the message: all of it given, nothing of it read from a clock or a file."""

    key: bytes
    site: SiteData
    received_at: datetime
    feed: str
    tenant: str = ""
    backload: bool = False  # history sent afterwards: baselines only (DOMAIN F.18)
    staff: Mapping[str, Person] = field(default_factory=dict)  # FHIR: reference -> who that is, as far as the same message says
    known_staff: Callable[[str], Person | None] = lambda _: None  # number or reference -> who earlier messages said that is
    beside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # FHIR: reference -> the Specimen or Binary that came with it

    @property
    def facility(self) -> tzinfo:
        """The zone of the facility's wall clock."""
        return zone_named(self.site.timezone)

    @property
    def arrived_at(self) -> ClinicalTime:
        """When it came to the gate, by the facility's clock: what stands where nothing else is told."""
        return ClinicalTime(bedside(self.received_at.astimezone(UTC), self.facility))

    def of_feed(self, feed: str) -> "Context":
        """The same for what that feed told: references are each feed's own."""
        return self if feed == self.feed else replace(self, feed=feed)


@dataclass(frozen=True, slots=True)
class StaffTold:
    """STF and PRA, Practitioner or PractitionerRole.  `references`: FHIR, as this feed means that person."""

    numbers: tuple[str, ...]
    references: tuple[str, ...] = ()
    name: str = ""
    role: AuthorRole = "unknown"
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier as sent: the number, and who assigned it."""

    value: str
    authority: str = ""


LinkKind = Literal["lives-on-as", "was"]


@dataclass(frozen=True, slots=True)
class Link:
    """Patient.link: this patient lives on as the other, or was the other too.  Named by reference or by identifier."""

    kind: LinkKind
    reference: str = ""
    other: Identifier | None = None


@dataclass(frozen=True, slots=True)
class PatientTold:
    """PID or Patient.  `ids`: all under which a later message may name this patient, the medical record number first."""

    ids: tuple[Identifier, ...]
    name: str | None = None
    birth_date: str | None = None
    sex: Sex | None = None
    links: tuple[Link, ...] | None = None  # None: says nothing of links; else all that there are


VisitEvent = Literal["snapshot", "plan", "admit", "present", "discharge", "cancel-admit", "cancel-discharge", "mention"]


@dataclass(frozen=True, slots=True)
class VisitTold:
    """PV1 or Encounter.  None: not told (changes nothing); "" : deleted (DOMAIN F.4)."""

    number: str = ""
    facility: str = ""
    facility_assumed: bool = True
    aliases: tuple[str, ...] = ()  # FHIR ids under which resources refer to this visit
    account: str = ""
    part_of: str = ""  # the alias of the visit that this one is part of
    event: VisitEvent = "mention"
    encounter_class: EncounterClass | None = None
    class_source: str | None = None
    class_code: Coded | None = None  # as sent: what stands in PV1-2 or, with a kind of patient, "PV1-2/PV1-18"
    location: str | None = None
    service: str | None = None
    attending: Person | None = None
    admitting_reason: str | None = None
    admitted_at: ClinicalTime | None = None
    expected_discharge_at: ClinicalTime | None = None
    on_leave: bool | None = None
    newborn: bool | None = None
    discharged_at: ClinicalTime | None = None
    disposition: str | None = None
    disposition_source: str | None = None
    disposition_code: Coded | None = None


Merged = Literal["patient", "account", "visit", "account-to-patient", "visit-to-account"]


@dataclass(frozen=True, slots=True)
class Merge:
    """A40, A41, A42: `old` lives on as `new`.  A44: account `old`, from now on `new`, is this patient's; A45: visit `old` is part of
    account `new`."""

    what: Merged
    old: Identifier
    new: Identifier
    of: Identifier | None = None  # whose it was


class Item(NamedTuple):
    """One fact, with what settles its place: the time it happened, its version's order, the order numbers that lead to its visit."""

    fact: Fact
    order: tuple[str, ...]  # comparable: status rank and version time as ISO; a lower one arriving later is ignored
    orders: tuple[str, ...] = ()
    text: str | None = None
    also: tuple[str, ...] = ()  # further ids under which this document is named from now on: a replacement brings its own
    undated: bool = False  # a line of a list whose date is only when it was told
    of_stay: bool = False  # named by what it says and no more: in another stay it is another line


@dataclass(frozen=True, slots=True)
class Told:
    """All that one message tells."""

    message_type: str
    at: ClinicalTime  # when it was told (EVN-2, else MSH-7, lastUpdated, arrival): what orders versions (DOMAIN F.2)
    event_at: ClinicalTime | None = None  # when that happened (EVN-6), where that is another time
    patient: PatientTold | None = None
    patient_reference: str = ""  # FHIR: the alias by which the subject is named
    patient_aliases: tuple[str, ...] = ()  # FHIR: under which this Patient will be referred to
    visit: VisitTold | None = None
    items: tuple[Item, ...] = ()
    merge: Merge | None = None
    parted: PatientTold | None = None  # A37: another patient than this one
    orders: tuple[str, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    staff: tuple[StaffTold, ...] = ()
    unused: str | None = None  # why a well-formed message is not used at all (-> no effect)

    @property
    def happened(self) -> ClinicalTime:
        """When what is told of the visit happened, as far as is known: it may be entered long after."""
        return self.event_at or self.at


@dataclass(slots=True)
class Findings:
    """Collects items and problems while a message is mapped."""

    items: list[Item] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
