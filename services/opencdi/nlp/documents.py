"""Whose words count (DOMAIN B20, F.6): only an authenticated provider document satisfies, codes or answers.

The message tells kind, author and signature; where it does not, the text's own title, signature and headings do (`documents.yaml`, read in
`signatures.py`), and last the kind of note.  A student's or a scribe's words count once a physician attests under them.
"""

from opencdi.clinical.vocabulary import Authentication, AuthorRole, NoteType
from opencdi.knowledge.note_names import note_type_by_name
from opencdi.nlp.headings import Headings
from opencdi.nlp.sections import kind_told_by_headings
from opencdi.nlp.signatures import Signatures, titles_of

_PROVIDER_NOTES: frozenset[NoteType] = frozenset(
    {"history-and-physical", "progress", "consult", "operative", "anesthesia", "discharge-summary", "emergency", "procedure"}
)
"""Kinds of note that a treating provider writes.  Not radiology, pathology or laboratory: their reader does not treat the patient."""
_NEVER: frozenset[NoteType] = frozenset(
    {"nursing", "dietitian", "wound-care", "radiology", "pathology", "therapy", "social-work", "laboratory", "query", "query-response"}
)
_NOT_THEIR_OWN: frozenset[AuthorRole] = frozenset({"student", "scribe"})
"""Their words wait for a physician's."""


def type_of(told: NoteType, title: str, text: str, headings: Headings) -> NoteType:
    """The kind of note: as the message told, else as its title names it, else as headings that stand in no other kind tell."""
    if told != "other":
        return told
    named = (note_type_by_name(words) for words in titles_of(title, text))
    return next((kind for kind in named if kind is not None), None) or kind_told_by_headings(text, headings) or "other"


def role_of(told: AuthorRole, note_type: NoteType, text: str, signatures: Signatures, title: str = "") -> AuthorRole:
    """The author's role: as the message told, else as the note is signed, else as it is titled, else as its kind implies.

    Who says that he is a student or a scribe is one, whoever signed beside him.
    """
    if told != "unknown":
        return told
    signed, titled = signatures.of_authors(text), signatures.titled(titles_of(title, text))
    if signatures.scribed(text):
        return "scribe"
    for role in (*signed, titled):
        if role in _NOT_THEIR_OWN:
            return role
    return next(iter(signed), None) or titled or signatures.by_note_type.get(note_type, "unknown")


def authentication_of(told: Authentication, text: str, signatures: Signatures, *, assumed: bool) -> Authentication:
    """Whether it is signed: as the message told; where that was only assumed, a text that calls itself a draft is none."""
    return "unsigned" if assumed and told == "authenticated" and signatures.says_unsigned(text) else told


def attested(role: AuthorRole, text: str, signatures: Signatures) -> bool:
    """Whether a physician made a student's or a scribe's words his own: he saw the patient or did the work, and verified it."""
    return role in _NOT_THEIR_OWN and signatures.attests(text)


def counts(authentication: Authentication, role: AuthorRole, note_type: NoteType, *, query_echo: bool, attested: bool = False) -> bool:
    """Whether this document's words may satisfy, code or answer."""
    if authentication != "authenticated" or query_echo or note_type in _NEVER:
        return False
    return role == "provider" or (role == "unknown" and note_type in _PROVIDER_NOTES) or (role in _NOT_THEIR_OWN and attested)
