"""What stands on a list: diagnoses, procedures, allergies.  Lists may indicate and never satisfy (DOMAIN F.6)."""

from typing import Literal

from opencdi.clinical.time import ClinicalTime
from opencdi.events.contract import Contract


class Coded(Contract):
    """A code as sent, with its system ("LN", "I10", "L" for local …) and the sender's own words for it."""

    code: str
    system: str = "L"
    text: str = ""


class DiagnosisListed(Contract):
    """A diagnosis on a list (DG1, problem list, billing Condition).  It may indicate; it never satisfies (DOMAIN F.6)."""

    kind: Literal["diagnosis_listed"] = "diagnosis_listed"
    listing_id: str
    code: Coded
    role: Literal["admitting", "working", "final", "problem", "billing"]
    status: Literal["active", "resolved", "withdrawn"] = "active"
    poa: str | None = None
    at: ClinicalTime


class ProcedureRecorded(Contract):
    """A procedure on a list (PR1, Procedure).  `until`: when it ended, where that is told (a ventilator's hours)."""

    kind: Literal["procedure_recorded"] = "procedure_recorded"
    procedure_id: str
    code: Coded
    status: Literal["done", "withdrawn"] = "done"
    at: ClinicalTime
    until: ClinicalTime | None = None


class AllergyListed(Contract):
    """An allergy or intolerance, or the word that there is none (AL1, IAM, AllergyIntolerance).

    `code` is the substance; where `none_known`, what is not known of ("no known drug allergies": `category` "drug").
    """

    kind: Literal["allergy_listed"] = "allergy_listed"
    allergy_id: str
    code: Coded
    none_known: bool = False
    category: Literal["drug", "food", "environment", "other"] | None = None
    severity: Literal["mild", "moderate", "severe"] | None = None
    reactions: tuple[str, ...] = ()
    status: Literal["active", "inactive", "withdrawn"] = "active"
    at: ClinicalTime | None = None  # since when, as far as it is told
