"""The closed lists of the line in the words of the people who read them (pure)."""

from typing import Literal

from opencdi.clinical.vocabulary import GapType, Outcome, QueryCause, QueryState, SiteTable
from opencdi.events.answers import Standing

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

WITHDRAWALS: dict[str, str] = {
    "asked-otherwise": "It is asked otherwise",
    "not-needed": "It is not needed any more",
    "asked-in-error": "It was asked in error",
    "other": "Other",
}
"""Why a specialist takes a question back."""

PASSED_ON: dict[str, str] = {"provider-changed": "another provider knows better", "covering": "a colleague covers"}
"""Why a specialist puts a question to somebody else."""

PHASES: dict[str, str] = {"concurrent": "during the stay", "retrospective": "after discharge", "pre-bill": "before the bill"}
"""When a question of one's own is asked."""

CAUSES: dict[QueryCause, str] = {
    "INDICATORS_WITHOUT_DOCUMENTATION": "indicators came, nothing documents them",
    "WRITTEN": "written by hand",
    "SPOKEN": "asked in person",
    "NO_PROVIDER_NOTE_YET": "no provider's note has been read yet",
    "DOCUMENTS_SILENT": "the documents feed has been silent",
    "NO_DOCUMENT_SINCE": "no document has come in since then",
    "ON_LEAVE": "the patient is on leave",
    "READY": "a provider's note has been read, nothing in it answers",
    "APPROVED": "approved",
    "APPROVED_ONCE": "approved by one; a second person approves it too",
    "DELIVERED": "handed over to its physician",
    "DEFERRED": "waits with the ledger",
    "DELIVERY_REFUSED": "it could not be handed over",
    "NO_LEDGER": "handed over: this hospital keeps no ledger any more",
    "EDITED": "worded anew",
    "DISMISSED": "not to be asked",
    "MONITORED": "put off, to be looked at again",
    "RECHECK_DUE": "to be looked at again now",
    "READDRESSED": "goes to somebody else ({})",
    "NOT_FOR_ME": "the physician says that it is not for them",
    "VIEWED": "opened",
    "ANSWERED": "answered",
    "SAID_ALSO": "an answer came that does not count by itself",
    "WITHDRAWN_BY_CDI": "taken back ({})",
    "REOPENED": "opened again by hand",
    "AUTO_SEND_POLICY": "sent by policy of this site",
    "REMINDER": "no answer yet: reminder after {}",
    "PHYSICIAN_ADVISOR": "no answer yet: physician advisor after {}",
    "DEPARTMENT_CHAIR": "no answer yet: department chair after {}",
    "ADMINISTRATION": "no answer yet: administration after {}",
    "BILL_NEARS": "the bill is about to drop, and no note tells the answer",
    "BILL_HOLD_OVER": "the bill hold is over",
    "QUERY_IS_RECORD": "the answer is part of the record here",
    "AWAITING_CHART": "an answer is not yet documentation",
    "ANSWERED_WITHOUT_NEW_DIAGNOSIS": "answered without a new diagnosis",
    "DOCUMENTED": "a provider's note documents it",
    "UNCERTAIN_IN_FINAL_STATEMENT": "the final statement names it as uncertain, and so it is coded",
    "RULED_OUT": "a provider's note rules it out",
    "UNCERTAIN": "a provider's note names it as uncertain",
    "AWAITING_SIGNATURE": "a note that awaits its signature names it",
    "RELEASED": "what held it is gone",
    "NARROWED": "a note tells part of it; the rest is asked ({})",
    "EVIDENCE_CORRECTED": "the evidence was corrected",
    "EVIDENCE_CHANGED": "there is other evidence",
    "NO_LONGER_SO": "the record is no longer unclear",
    "SUPPRESSED": "the record says why not: {}",
    "EFFECT_CHANGED": "an answer would do something else to the DRG",
    "YIELDS": "a more specific question is asked instead ({})",
    "NOT_COMPLIANT": "the words do not pass the compliance gate",
    "DEFINITION_CHANGED": "this hospital's definition or limits are others now",
    "CLASS_CHANGED": "the class of the stay changed",
    "NEWBORN": "the patient is a newborn",
    "AGE": "the patient's age ({})",
    "ATTENDING_CHANGED": "the attending physician changed",
    "RETROSPECTIVE": "the patient has left; it is asked in retrospect",
    "ENCOUNTER_CANCELLED": "the admission was cancelled",
    "SUPERSEDED": "the stay was merged into another",
    "RULE_SUSPENDED": "its rule could not be judged on this stay; nothing is sent until it can",
    "RULE_RESUMED": "its rule is judged again",
}
"""Why a question moved or reads otherwise; {} is the detail."""

ANSWERS_KEPT: dict[Standing, str] = {
    "held": "not the one who was asked, but of the care team",
    "stale": "to other words than the question has now",
    "after-another": "after another answer",
    "too-late": "after the question was over",
}
"""Why an answer did not count."""

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
