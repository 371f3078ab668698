"""Facts: what the hospital told us, in the past tense (topic `cdi.chart.v1`); what people decided is in `people`.

Subjects are ids that intake derived.  Clinical times carry zone and precision (DOMAIN F.2); quantities carry UCUM units.
`fact_hash` covers what was said and not who carried it, so the same fact told over HL7 and over FHIR has the same hash.
"""

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import AwareDatetime, Discriminator, Field, Tag

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import Authentication, DeferredBecause, DeliveryStatus, EncounterClass, NoteType, ResultStatus, Sex
from opencdi.events.baselines import BaselineCarried
from opencdi.events.contract import Contract, Unknown, kind_of
from opencdi.events.ids import derived_id
from opencdi.events.lists import AllergyListed as AllergyListed
from opencdi.events.lists import Coded as Coded
from opencdi.events.lists import DiagnosisListed as DiagnosisListed
from opencdi.events.lists import ProcedureRecorded as ProcedureRecorded
from opencdi.events.people import DECISIONS, Decided, Person


class PatientIdentified(Contract):
    """Who the patient is.  The only fact that holds a name or an MRN, for the people who may see them."""

    kind: Literal["patient_identified"] = "patient_identified"
    patient_id: str
    mrn: str
    name: str = ""
    birth_date: str | None = None  # ISO date, possibly partial
    sex: Sex = "U"


class EncounterUpdated(Contract):
    """A visit as the latest snapshot states it.  None: not told.  Only what changed is sent."""

    kind: Literal["encounter_updated"] = "encounter_updated"
    visit_id: str
    encounter_class: EncounterClass | None = None
    class_source: str | None = None  # the sender's own code, for the unmapped queue
    location: str | None = None
    service: str | None = None
    attending: Person | None = None
    admitting_reason: str | None = None
    admitted_at: ClinicalTime | None = None
    expected_discharge_at: ClinicalTime | None = None
    on_leave: bool | None = None  # away on a leave of absence (A21 to A22): the stay goes on, and nobody writes about it
    newborn: bool | None = None  # born here: the patient is the child, whatever account it is on (DOMAIN F.1)
    at: ClinicalTime


class InpatientOrdered(Contract):
    """The order to admit as an inpatient: POA is judged against this instant, never against PV1-44 (DOMAIN F.4)."""

    kind: Literal["inpatient_ordered"] = "inpatient_ordered"
    at: ClinicalTime
    basis: Literal["order", "first-inpatient-class"]


class InpatientOrderCancelled(Contract):
    """No order to admit stands any more: cancelled, or the stay went back to observation (A07) or was cancelled (DOMAIN F.4)."""

    kind: Literal["inpatient_order_cancelled"] = "inpatient_order_cancelled"
    at: ClinicalTime


class EncounterDischarged(Contract):
    """The patient left.  `disposition` is the UB-04 patient status ("01" home …), None where unmapped or not yet told."""

    kind: Literal["encounter_discharged"] = "encounter_discharged"
    at: ClinicalTime
    disposition: str | None = None
    disposition_source: str | None = None


class DischargeCancelled(Contract):
    """A13: the patient is still here."""

    kind: Literal["discharge_cancelled"] = "discharge_cancelled"
    at: ClinicalTime


class EncounterCancelled(Contract):
    """A11: the admission never happened; everything asked about it is withdrawn."""

    kind: Literal["encounter_cancelled"] = "encounter_cancelled"
    at: ClinicalTime


class EncounterMoved(Contract):
    """This encounter's facts now live on another one (merge or late link); what was asked here is superseded."""

    kind: Literal["encounter_moved"] = "encounter_moved"
    into: str
    at: ClinicalTime


class MeasurementResulted(Contract):
    """One result or vital sign.  The same `measurement_id` again is a newer version of the same result (DOMAIN F.5).

    `analyte` is our slug ("creatinine"), None while the code is unmapped.  `value` is in `unit` (UCUM) after conversion; the sender's
    value and unit are kept beside it.  `comparator` holds "<" or ">" of a result outside the measuring range.
    """

    kind: Literal["measurement_resulted"] = "measurement_resulted"
    measurement_id: str
    analyte: str | None = None
    code: Coded
    value: float | None = None
    unit: str | None = None
    comparator: Literal["<", ">", "<=", ">="] | None = None
    text: str | None = None
    sent_value: str | None = None
    sent_unit: str | None = None
    abnormal: str | None = None
    status: ResultStatus
    taken_at: ClinicalTime
    performer: Person | None = None
    specimen: str | None = None
    specimen_id: str | None = None  # of what is no number, and of susceptibilities: which of several specimens of a kind
    flaws: tuple[str, ...] | None = None  # what was wrong with the specimen, whether or not it spoils this analyte (DOMAIN B13)
    sent_range: str | None = None  # as sent (OBX-7)
    usual_low: float | None = None  # the same in `unit`; None on the side on which it has no end
    usual_high: float | None = None
    method: str | None = None  # as sent (OBX-17): at the bedside or in the laboratory
    problem: str | None = None  # quarantined: why this value must not be used ("HEMOLYZED", "FUTURE_TIME", "UNIT_UNKNOWN")


class NoteFiled(Contract):
    """A document or a new version of one.  Its text travels in the `texts` page of the chart topic under `note_id`/`revision`.

    An addendum has its parent's id in `parent_id` and is a note of its own; a replacement has the same `note_id` and the next
    `revision`.  `authentication_assumed` says that the sender did not tell and the site's default was taken (DOMAIN F.6).
    """

    kind: Literal["note_filed"] = "note_filed"
    note_id: str
    revision: int = 1
    note_type: NoteType
    type_code: Coded | None = None
    title: str = ""
    author: Person | None = None
    written_at: ClinicalTime
    authentication: Authentication
    authentication_assumed: bool = False
    authenticated_at: ClinicalTime | None = None
    relation: Literal["new", "addendum", "replacement"] = "new"
    parent_id: str | None = None
    text_hash: str
    length: int
    confidentiality: str | None = None


class NoteStatusChanged(Contract):
    """The same text, now signed (or no longer): T03/T04, or a resend whose only change is the status."""

    kind: Literal["note_status_changed"] = "note_status_changed"
    note_id: str
    revision: int
    authentication: Authentication
    at: ClinicalTime


class NoteRetracted(Contract):
    """T11 or `entered-in-error`: all that this document said is withdrawn."""

    kind: Literal["note_retracted"] = "note_retracted"
    note_id: str
    at: ClinicalTime


class NoteProvenanceAdded(Contract):
    """The same document came from another system too: one note, two provenances (DOMAIN B04, F.5).  `source` is that feed's name."""

    kind: Literal["note_provenance_added"] = "note_provenance_added"
    note_id: str
    source: str
    at: ClinicalTime


class OrderPlaced(Contract):
    """An order that is not a drug: culture, imaging, consult, diet, admission."""

    kind: Literal["order_placed"] = "order_placed"
    order_id: str
    code: Coded
    status: Literal["active", "completed", "cancelled"]
    ordered_at: ClinicalTime
    reason: str | None = None
    by: Person | None = None


class MedicationOrdered(Contract):
    """A drug ordered: not yet given."""

    kind: Literal["medication_ordered"] = "medication_ordered"
    order_id: str
    drug: Coded
    dose: str | None = None
    route: str | None = None
    status: Literal["active", "completed", "cancelled"]
    ordered_at: ClinicalTime


class MedicationGiven(Contract):
    """A drug given (RAS, MedicationAdministration): given is not ordered."""

    kind: Literal["medication_given"] = "medication_given"
    administration_id: str
    order_id: str | None = None
    drug: Coded
    dose: str | None = None
    route: str | None = None
    status: Literal["given", "not-given", "withdrawn"]
    given_at: ClinicalTime


class ProblemNoticed(Contract):
    """Something an interface analyst must see: a reason code and the field's name, never the value."""

    kind: Literal["problem_noticed"] = "problem_noticed"
    code: str
    where: str = ""


class DeliveryReceipted(Contract):
    """What became of handing a question to another system: it re-enters by the gateway (DESIGN §2).  `receipt_id`: its ce_id."""

    kind: Literal["delivery_receipted"] = "delivery_receipted"
    receipt_id: str
    query_id: str
    status: DeliveryStatus
    addressed_to: str = ""  # the staff id to whom it was handed; "": not told
    sending: AwareDatetime | None = None  # which sending of it (`Delivery.sending`); None: not told
    until: AwareDatetime | None = None  # of a deferral: not before then; None: when a place is free
    because: DeferredBecause | None = None
    reason: str = ""
    source: str
    at: ClinicalTime


FACTS: tuple[type[Contract], ...] = (
    PatientIdentified, EncounterUpdated, InpatientOrdered, InpatientOrderCancelled, EncounterDischarged, DischargeCancelled,
    EncounterCancelled, EncounterMoved, BaselineCarried,
    MeasurementResulted, NoteFiled, NoteStatusChanged, NoteRetracted, NoteProvenanceAdded, OrderPlaced, MedicationOrdered, MedicationGiven,
    DiagnosisListed, ProcedureRecorded, AllergyListed, ProblemNoticed, DeliveryReceipted, *DECISIONS,
)  # fmt: skip
FACT_KINDS: frozenset[str] = frozenset(str(fact.model_fields["kind"].default) for fact in FACTS)

Fact = (
    PatientIdentified | EncounterUpdated | InpatientOrdered | InpatientOrderCancelled | EncounterDischarged | DischargeCancelled
    | EncounterCancelled | EncounterMoved | BaselineCarried
    | MeasurementResulted | NoteFiled | NoteStatusChanged | NoteRetracted | NoteProvenanceAdded | OrderPlaced | MedicationOrdered
    | MedicationGiven | DiagnosisListed | ProcedureRecorded | AllergyListed | ProblemNoticed | DeliveryReceipted | Decided
)  # fmt: skip
KnownFact = Annotated[Fact, Field(discriminator="kind")]
"""Fast: the kind picks the model.  A page with a kind that this release does not know is read by `AnyFact` instead."""


def _tag(value: Any) -> str:
    return kind_of(value, FACT_KINDS)


if TYPE_CHECKING:
    AnyFact = Fact | Unknown
else:
    AnyFact = Annotated[
        Union[(*(Annotated[fact, Tag(fact.model_fields["kind"].default)] for fact in FACTS), Annotated[Unknown, Tag("unknown")])],
        Discriminator(_tag),
    ]


# R4's DocumentReference has no field for the instant of signing, and the sender's own code says nothing that the mapped one does not.
# HL7 tells a specimen's flaw beside any result made of it.  PR1 has no end of a procedure.
_TOLD_BY_ONE_STANDARD = frozenset({"authenticated_at", "class_source", "disposition_source", "flaws", "until"})
_TOLD_BY_VALUE = frozenset({"sent_value"})  # JSON knows no "2.90"


def fact_hash(fact: Contract) -> str:
    """What was said, whoever said it: covers all but source, ids and arrival, so HL7 and FHIR of one stay hash alike (DOMAIN B03)."""
    told = fact.model_dump(mode="json", exclude_none=True)
    times = {name: at.sortable for name in told if isinstance(at := getattr(fact, name), ClinicalTime)}  # by whatever clock it was told
    for name, instant in times.items():
        told[name]["at"] = instant
    left_out = _TOLD_BY_ONE_STANDARD | _TOLD_BY_VALUE if "value" in told else _TOLD_BY_ONE_STANDARD
    meant = {name: value for name, value in told.items() if not name.endswith("_id") and name not in left_out}
    return derived_id(json.dumps(meant, sort_keys=True))
