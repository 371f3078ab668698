"""The closed lists of the line in the words of the people who read them (pure)."""

from typing import Literal

from opencdi.clinical.vocabulary import GapType, Outcome, QueryState, SiteTable

Tone = Literal["act", "wait", "good", "quiet"]

STATES: dict[QueryState, tuple[str, Tone]] = {
    "candidate": ("candidate", "quiet"),
    "waiting-for-documents": ("waiting for documents", "quiet"),
    "draft": ("to approve", "act"),
    "approved": ("approved", "wait"),
    "sent": ("with physician", "wait"),
    "viewed": ("opened by physician", "wait"),
    "answered": ("answered", "good"),
    "answered-awaiting-chart": ("answered, awaiting chart", "wait"),
    "validated": ("validated", "good"),
    "closed": ("closed", "quiet"),
    "withdrawn": ("withdrawn", "quiet"),
    "expired": ("expired", "quiet"),
    "escalated": ("escalated", "act"),
    "auto-resolved": ("resolved by documentation", "good"),
    "superseded": ("superseded", "quiet"),
    "dismissed": ("dismissed", "quiet"),
    "addressed-uncertain": ("addressed, uncertain", "wait"),
    "addressed-awaiting-signature": ("addressed, awaiting signature", "wait"),
}
OVER: frozenset[QueryState] = frozenset({"validated", "closed", "withdrawn", "expired", "auto-resolved", "superseded", "dismissed"})
"""States in which nobody is waited for any more."""

ASKED: dict[QueryState, tuple[str, Tone]] = {
    "sent": ("new", "act"),
    "viewed": ("opened", "wait"),
    "escalated": ("overdue", "act"),
    "answered": ("answered", "good"),
    "answered-awaiting-chart": ("answered, awaiting your note", "wait"),
    "addressed-uncertain": ("in your note, uncertain", "wait"),
    "addressed-awaiting-signature": ("in a note, awaiting signature", "wait"),
    "validated": ("documented", "good"),
    "closed": ("settled", "good"),
    "auto-resolved": ("documented", "good"),
    "withdrawn": ("no longer needed", "quiet"),
    "superseded": ("no longer needed", "quiet"),
}
"""The same for the physician, where it is another word."""

GAPS: dict[GapType, str] = {
    "missing-diagnosis": "indicators without a diagnosis",
    "unsupported-diagnosis": "a diagnosis without indicators",
    "unspecific": "a diagnosis that is not specific enough",
    "conflicting": "conflicting documentation",
    "present-on-admission": "present on admission, or not",
    "sequence": "which diagnosis comes first",
}
"""What is missing (DOMAIN B60)."""

DISMISSALS: dict[str, str] = {
    "insufficient-evidence": "Insufficient evidence",
    "already-documented": "Already documented",
    "handled-by-query": "Handled by another query",
    "integral": "Integral to another condition",
    "coding-guidance": "Coding guidance prohibits",
    "tuning": "Rule needs tuning",
    "other": "Other",
}
"""The closed list of DOMAIN E.2."""

CAUSES: dict[str, str] = {
    "INDICATORS_WITHOUT_DOCUMENTATION": "indicators came, nothing documents them",
    "READY": "a provider's note has been read, nothing in it answers",
    "NO_PROVIDER_NOTE_YET": "no provider's note has been read yet",
    "DOCUMENTS_SILENT": "the documents feed has been silent",
    "ON_LEAVE": "the patient is on leave",
    "APPROVED": "approved",
    "DELIVERED": "handed over to its physician",
    "DEFERRED": "waits with the ledger",
    "DELIVERY_REFUSED": "it could not be handed over",
    "NO_LEDGER": "handed over: this hospital keeps no ledger any more",
    "AUTO_SEND_POLICY": "sent by policy of this site",
    "EDITED": "worded anew",
    "VIEWED": "opened",
    "ANSWERED": "answered",
    "AWAITING_CHART": "an answer is not yet documentation",
    "ANSWERED_WITHOUT_NEW_DIAGNOSIS": "answered without a new diagnosis",
    "QUERY_IS_RECORD": "the answer is part of the record here",
    "DOCUMENTED": "a provider's note documents it",
    "EVIDENCE_CORRECTED": "the evidence was corrected",
    "DEFINITION_CHANGED": "this hospital's definition or limits are others now",
    "CLASS_CHANGED": "the class of the stay changed",
    "ENCOUNTER_CANCELLED": "the admission was cancelled",
    "SUPERSEDED": "the stay was merged into another",
    "RELEASED": "what held it is gone",
    "RULE_SUSPENDED": "its rule could not be judged on this stay; nothing is sent until it can",
    "RULE_RESUMED": "its rule is judged again",
    "ATTENDING_CHANGED": "the attending physician changed",
    "BILL_HOLD_OVER": "the bill hold is over",
}
"""Why a question moved; what is in no list is said in its own words."""

OUTCOMES: dict[Outcome, str] = {
    "entries": "on a chart",
    "kept_with_patient": "kept with the patient until the stay is known",
    "no_effect": "no effect",
    "dead_letter": "set aside as unusable",
    "refused": "refused at the gate",
}
"""The five ways in which a message ends (DESIGN §1)."""

DISPOSITIONS: dict[str, str] = {
    "01": "home", "02": "another hospital", "03": "skilled nursing facility", "04": "intermediate care", "05": "cancer center",
    "06": "home with home health", "07": "left against advice", "09": "admitted here", "20": "died", "21": "law enforcement",
    "30": "still a patient", "40": "died at home", "41": "died in a facility", "42": "died, place unknown", "43": "federal hospital",
    "50": "hospice at home", "51": "hospice facility", "61": "swing bed", "62": "inpatient rehabilitation", "63": "long-term care hospital",
    "64": "Medicaid nursing facility", "65": "psychiatric hospital", "66": "critical access hospital", "70": "another facility",
}  # fmt: skip
"""UB-04 patient status."""

DEFERRED: dict[str | None, str] = {
    "budget": "its physician has been asked enough", "quiet-hours": "quiet hours", "bundle": "others on this patient may come",
    None: "no reason was told",
}  # fmt: skip
"""Why a question waits with the ledger."""

LIMITS: dict[str, str] = {
    "above": "above", "at_least": "at least", "below": "below", "at_most": "at most", "by": "by at least", "times": "at least times",
    "from_level": "from above",
}  # fmt: skip
"""How a value crossed a limit of a rule."""

SITE_TABLES: dict[SiteTable, str] = {
    "class_by_code": "patient class",
    "disposition_by_code": "discharge disposition",
    "note_type_by_code": "kind of document",
    "author_role_by_code": "author's role",
    "loinc_by_local_code": "result",
}
"""What a code of a sender tells, by the table of the site data that gives it a meaning."""

REFUSALS: dict[str, str] = {"UNKNOWN_ENCOUNTER": "this stay is not known to the line", "UNREADABLE_DECISION": "the line could not read it"}
"""Why a decision never reached the room of questions."""
