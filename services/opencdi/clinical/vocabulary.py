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
SUSCEPTIBILITIES = frozenset({"S", "I", "R", "MS", "VS", "SDD"})
"""What a drug does to a germ, where the abnormal flag tells it (OBX-8, HL7 table 0078)."""
# How a baseline was chosen (DOMAIN D.0): "week-before" is the lowest creatinine of those days, and the latest value of all else.
BaselineBasis = Literal["outpatient-median", "week-before", "earlier-stay", "latest"]

# --- questions (DOMAIN §C, B64) -------------------------------------------------------------------------------------
GapType = Literal["missing-diagnosis", "unsupported-diagnosis", "unspecific", "conflicting", "present-on-admission", "sequence"]
QueryState = Literal[
    "candidate", "waiting-for-documents", "draft", "approved", "sent", "viewed", "answered", "answered-awaiting-chart", "validated",
    "closed", "withdrawn", "expired", "escalated", "auto-resolved", "superseded", "dismissed", "addressed-uncertain",
    "addressed-awaiting-signature",
]  # fmt: skip
QueryOrigin = Literal["rule", "specialist", "coder", "verbal"]  # who asks; "verbal": asked in person and recorded
# Why a question was opened, moved, or reads otherwise (DOMAIN B64): the reason, never a patient's words.
QueryCause = Literal[
    # opened, and on its way to the specialist's list
    "INDICATORS_WITHOUT_DOCUMENTATION", "WRITTEN", "SPOKEN", "NO_PROVIDER_NOTE_YET", "DOCUMENTS_SILENT",
    "NO_DOCUMENT_SINCE", "ON_LEAVE", "READY",
    # what people decided
    "APPROVED", "APPROVED_ONCE", "EDITED", "DISMISSED", "MONITORED", "RECHECK_DUE", "READDRESSED", "NOT_FOR_ME", "VIEWED", "ANSWERED",
    "SAID_ALSO", "WITHDRAWN_BY_CDI", "REOPENED",
    # what the site's policy does
    "AUTO_SEND_POLICY", "DELIVERED", "DEFERRED", "DELIVERY_REFUSED", "NO_LEDGER",
    "REMINDER", "PHYSICIAN_ADVISOR", "DEPARTMENT_CHAIR", "ADMINISTRATION", "BILL_NEARS", "BILL_HOLD_OVER", "QUERY_IS_RECORD",
    # what follows from an answer
    "AWAITING_CHART", "ANSWERED_WITHOUT_NEW_DIAGNOSIS",
    # what the record says now
    "DOCUMENTED", "UNCERTAIN_IN_FINAL_STATEMENT", "RULED_OUT", "UNCERTAIN", "AWAITING_SIGNATURE", "RELEASED", "NARROWED",
    "EVIDENCE_CORRECTED", "EVIDENCE_CHANGED", "DEFINITION_CHANGED",
    "NO_LONGER_SO", "SUPPRESSED", "EFFECT_CHANGED", "YIELDS", "NOT_COMPLIANT",
    # what happened to the stay, or to the rule
    "CLASS_CHANGED", "NEWBORN", "AGE", "ATTENDING_CHANGED", "RETROSPECTIVE", "ENCOUNTER_CANCELLED", "SUPERSEDED", "RULE_SUSPENDED",
    "RULE_RESUMED",
]  # fmt: skip
OVER: frozenset[QueryState] = frozenset({"validated", "closed", "withdrawn", "expired", "auto-resolved", "superseded", "dismissed"})
"""States in which nobody is waited for any more."""
DeliveryStatus = Literal["delivered", "refused", "viewed", "deferred"]
DeferredBecause = Literal["budget", "quiet-hours", "bundle"]
Outcome = Literal["entries", "kept_with_patient", "no_effect", "dead_letter", "refused"]
