"""Whose words count (DOMAIN B20, F.6): only an authenticated provider document satisfies, codes or answers."""

import re
from collections.abc import Mapping

from opencdi.clinical.vocabulary import Authentication, AuthorRole, NoteType

_PROVIDER_NOTES: frozenset[NoteType] = frozenset(
    {"history-and-physical", "progress", "consult", "operative", "anesthesia", "discharge-summary", "emergency", "procedure"}
)
"""Kinds of note that a treating provider writes.  Not radiology, pathology or laboratory: their reader does not treat the patient."""
_NEVER: frozenset[NoteType] = frozenset(
    {"nursing", "dietitian", "wound-care", "radiology", "pathology", "therapy", "social-work", "laboratory", "query", "query-response"}
)
_ROLE_BY_NOTE_TYPE: Mapping[NoteType, AuthorRole] = {
    "nursing": "nurse", "wound-care": "nurse", "dietitian": "dietitian", "therapy": "therapist", "social-work": "social-worker",
}  # fmt: skip
_SIGNED_AS: tuple[tuple[re.Pattern[str], AuthorRole], ...] = (
    (re.compile(r"\b(?:medical student|student doctor|MS[34]|MS-[34]|sub-?intern)\b"), "student"),
    (re.compile(r"\b(?:scribe|scribed by)\b", re.IGNORECASE), "scribe"),
    (re.compile(r",[ ]?(?:RD|RDN|LDN|registered dietitian)\b"), "dietitian"),
    (re.compile(r",[ ]?(?:RN|BSN|LPN)\b"), "nurse"),
    (re.compile(r",[ ]?(?:MD|DO|NP|PA-C|PA|APRN|CRNP)\b"), "provider"),
)
_SIGNATURE = 250
"""A signature stands within this many characters of the end."""


def role_of(told: AuthorRole, note_type: NoteType, text: str) -> AuthorRole:
    """The author's role: as the message told, else as the note is signed, else as its kind of note implies."""
    if told != "unknown":
        return told
    tail = text[-_SIGNATURE:]
    for pattern, role in _SIGNED_AS:
        if pattern.search(tail):
            return role
    return _ROLE_BY_NOTE_TYPE.get(note_type, "unknown")


def counts(authentication: Authentication, role: AuthorRole, note_type: NoteType, *, query_echo: bool) -> bool:
    """Whether this document's words may satisfy, code or answer."""
    if authentication != "authenticated" or query_echo or note_type in _NEVER:
        return False
    return role == "provider" or (role == "unknown" and note_type in _PROVIDER_NOTES)
