"""Whose words count (DOMAIN F.6)."""

import pytest

from opencdi.clinical.vocabulary import Authentication, AuthorRole, NoteType
from opencdi.nlp.documents import counts, role_of


@pytest.mark.parametrize(
    ("authentication", "role", "note_type", "expected"),
    [
        ("authenticated", "provider", "progress", True),
        ("authenticated", "unknown", "discharge-summary", True),
        ("authenticated", "unknown", "other", False),
        ("unsigned", "provider", "progress", False),
        ("needs-cosignature", "provider", "progress", False),
        ("authenticated", "student", "progress", False),
        ("authenticated", "scribe", "progress", False),
        ("authenticated", "dietitian", "dietitian", False),
        ("authenticated", "unknown", "nursing", False),
        ("authenticated", "provider", "radiology", False),
        ("authenticated", "provider", "query", False),
    ],
)
def test_only_authenticated_provider_documents_count(
    authentication: Authentication, role: AuthorRole, note_type: NoteType, expected: bool
) -> None:
    assert counts(authentication, role, note_type, query_echo=False) is expected


def test_our_own_question_never_counts() -> None:
    assert counts("authenticated", "provider", "progress", query_echo=True) is False


@pytest.mark.parametrize(
    ("told", "note_type", "text", "expected"),
    [
        ("provider", "progress", "Jane Doe, MS4, medical student", "provider"),  # the message knows better than the text
        ("unknown", "progress", "... Jane Doe, medical student", "student"),
        ("unknown", "progress", "Scribed by J. Doe for Dr. Roe, MD", "scribe"),
        ("unknown", "other", "Severe malnutrition. J. Doe, RD", "dietitian"),
        ("unknown", "nursing", "slept well", "nurse"),
        ("unknown", "progress", "AKI. J. Doe, MD", "provider"),
        ("unknown", "progress", "AKI", "unknown"),
    ],
)
def test_the_role_comes_from_the_message_then_the_signature_then_the_kind(
    told: AuthorRole, note_type: NoteType, text: str, expected: str
) -> None:
    assert role_of(told, note_type, text) == expected
