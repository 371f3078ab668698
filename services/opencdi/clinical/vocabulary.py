"""Closed vocabularies of the record.  A new value is a new contract version (DESIGN §3)."""

from typing import Literal

Sex = Literal["M", "F", "U"]
# PV1-2 and PV1-18 by site table (DOMAIN F.4).  Only "inpatient" is grouped to an MS-DRG.
EncounterClass = Literal[
    "preadmit",
    "emergency",
    "observation",
    "inpatient",
    "outpatient",
    "newborn",
    "psychiatric",
    "rehabilitation",
    "hospice",
    "swing",
    "unmapped",
]
Poa = Literal["Y", "N", "U", "W", "1", "undetermined"]
Severity = Literal["MCC", "CC", "NON_CC", "NONE"]

SiteTable = Literal["class_by_code", "disposition_by_code", "note_type_by_code", "author_role_by_code", "loinc_by_local_code"]

# --- documents (DOMAIN B20, F.6) ------------------------------------------------------------------------------------
NoteType = Literal[
    "history-and-physical", "progress", "consult", "operative", "anesthesia", "nursing", "dietitian", "wound-care", "radiology",
    "pathology", "discharge-summary", "emergency", "query-response", "query", "procedure", "therapy", "social-work", "laboratory", "other",
]  # fmt: skip
AuthorRole = Literal["provider", "student", "scribe", "nurse", "dietitian", "therapist", "pharmacist", "social-worker", "system", "unknown"]
Authentication = Literal["authenticated", "unsigned", "needs-cosignature", "cancelled"]

# --- what a note says (DESIGN §6) -----------------------------------------------------------------------------------
FindingKind = Literal["diagnosis", "symptom", "procedure", "device", "organism", "anatomy", "medication", "finding"]
Assertion = Literal["present", "absent", "possible"]
Temporality = Literal["current", "historical", "hypothetical"]
Active = Literal["yes", "no", "unknown"]
Certainty = Literal["certain", "probable", "possible", "unlikely", "ruled-out"]
Experiencer = Literal["patient", "other"]
SectionKind = Literal[
    "chief-complaint", "history-of-present-illness", "past-medical-history", "past-surgical-history", "family-history", "social-history",
    "review-of-systems", "allergies", "medications", "vital-signs", "physical-exam", "laboratory", "imaging", "findings", "impression",
    "assessment-and-plan", "assessment", "plan", "hospital-course", "discharge-diagnoses", "discharge-instructions", "procedures",
    "nutrition", "addendum", "attestation", "header", "other",
]  # fmt: skip

# --- results (DOMAIN F.5) -------------------------------------------------------------------------------------------
ResultStatus = Literal["preliminary", "final", "corrected", "withdrawn"]
# How a baseline was chosen (DOMAIN D.0): "week-before" is the lowest creatinine of those days, and the latest value of all else.
BaselineBasis = Literal["outpatient-median", "week-before", "earlier-stay", "latest"]

# --- questions (DOMAIN §C, B64) -------------------------------------------------------------------------------------
GapType = Literal["missing-diagnosis", "unsupported-diagnosis", "unspecific", "conflicting", "present-on-admission", "sequence"]
QueryState = Literal[
    "candidate", "waiting-for-documents", "draft", "approved", "sent", "viewed", "answered", "answered-awaiting-chart", "validated",
    "closed", "withdrawn", "expired", "escalated", "auto-resolved", "superseded", "dismissed", "addressed-uncertain",
    "addressed-awaiting-signature",
]  # fmt: skip
DeliveryStatus = Literal["delivered", "refused", "viewed", "deferred"]
DeferredBecause = Literal["budget", "quiet-hours", "bundle"]
Outcome = Literal["entries", "kept_with_patient", "no_effect", "dead_letter", "refused"]
