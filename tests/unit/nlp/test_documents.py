"""Whose words count (DOMAIN F.6)."""

import pytest

from opencdi.clinical.vocabulary import Authentication, AuthorRole, NoteType
from opencdi.nlp.documents import attested, authentication_of, counts, role_of, type_of
from opencdi.nlp.heading_table import load_headings
from opencdi.nlp.signatures import load_signatures
from opencdi.settings import rules_dir

SIGNATURES = load_signatures(rules_dir() / "nlp")
HEADINGS = load_headings(rules_dir() / "nlp")


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
        ("unknown", "progress", "AKI", "provider"),  # the last word is the kind's
        ("unknown", "other", "AKI", "unknown"),
        ("unknown", "progress", "Pt resting, A&Ox3. J. Doe RN", "nurse"),
        ("unknown", "progress", "AKI. d/w J. Doe, RN\nJ. Roe, MD", "provider"),
        ("unknown", "progress", "AKI. Plan discussed with J. Doe, RN.", "provider"),  # nobody signs here: by the kind
        ("unknown", "progress", "Fell in BR.\nProvider notified: J. Roe, MD\nJ. Doe, RN", "nurse"),
        ("unknown", "progress", "AKI.\nPer Jane Doe, RN", "provider"),
        ("unknown", "progress", "Will check INR, PT", "provider"),
        ("unknown", "progress", "CHF.\nJ. Doe, RN, MSN, FNP-BC", "provider"),
        ("unknown", "progress", "MEDICAL STUDENT PROGRESS NOTE\nAKI\nJ. Roe, MD", "student"),
        ("unknown", "progress", "AKI\nJ. Doe, MS3\nAttending: J. Roe, MD", "student"),
        ("unknown", "progress", "Author: Jane Doe, RD 11/22/26\nweight loss", "dietitian"),
        ("unknown", "progress", "Electronically signed by Jane Roe, MD on 11/22/26 at 0810", "provider"),
        ("unknown", "progress", "Severe malnutrition.\nJ. Doe, RD\nCosigned by: J. Roe, MD", "dietitian"),
        ("unknown", "progress", "NURSING PROGRESS NOTE 11/22\nturned q2h", "nurse"),
        ("unknown", "progress", "Nurse Practitioner Progress Note\nAKI", "provider"),
        ("unknown", "consult", "Nutrition Consult\nBMI 16", "dietitian"),
        ("unknown", "progress", "Admitted from nursing home for evaluation", "provider"),
    ],
)
def test_the_role_comes_from_the_message_then_the_signature_then_the_kind(
    told: AuthorRole, note_type: NoteType, text: str, expected: str
) -> None:
    assert role_of(told, note_type, text, SIGNATURES) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AKI.\nJ. Doe, MS4\nI saw and examined the patient and agree with the student's findings and plan.\nJ. Roe, MD", True),
        ("J. Doe, MS4\nAttending: I personally performed the exam, verified the history above. Jane Roe, MD", True),
        ("AKI.\nI saw and examined the patient.\nJ. Doe, MS4", False),  # the student's own word
        ("AKI.\nJ. Doe, MS4\nI agree with the above.\nJ. Roe, MD", False),  # he has not seen the patient
        ("AKI.\nJ. Doe, MS4\nI have not seen and examined the patient but agree. J. Roe, MD", False),
        ("AKI.\nJ. Doe, MS4\nAttending attestation pending", False),
    ],
)
def test_a_student_s_words_become_the_physician_s_who_attests(text: str, expected: bool) -> None:
    role = role_of("unknown", "progress", text, SIGNATURES)
    assert role == "student"
    assert attested(role, text, SIGNATURES) is expected
    assert counts("authenticated", role, "progress", query_echo=False, attested=attested(role, text, SIGNATURES)) is expected
    assert counts("unsigned", role, "progress", query_echo=False, attested=True) is False


def test_a_scribed_note_is_the_physician_s_who_says_so() -> None:
    scribed = "CAP.\nScribed by J. Doe for Dr. Roe"
    assert role_of("unknown", "emergency", scribed, SIGNATURES) == "scribe"
    assert not attested("scribe", scribed, SIGNATURES)
    text = scribed + "\nI personally performed the services described, and the record is accurate. J. Roe, MD"
    assert attested("scribe", text, SIGNATURES)


def test_a_nurse_s_words_are_nobody_else_s() -> None:
    text = "I saw and examined the patient and agree. J. Roe, MD"
    assert not attested("nurse", text, SIGNATURES)


@pytest.mark.parametrize(
    ("text", "assumed", "expected"),
    [
        ("*** DRAFT - NOT SIGNED ***\nAKI", True, "unsigned"),
        ("AKI\nSignature pending", True, "unsigned"),
        ("AKI\nSignature pending", False, "authenticated"),  # the message knows better
        ("He signed a draft of his living will, which was explained to him and to his family at length today.", True, "authenticated"),
    ],
)
def test_a_draft_is_not_signed(text: str, assumed: bool, expected: str) -> None:
    assert authentication_of("authenticated", text, SIGNATURES, assumed=assumed) == expected


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("", "DISCHARGE SUMMARY 11/22/2026\nSepsis", "discharge-summary"),
        ("Cardiology Consult Note", "AFib", "consult"),
        ("Document", "INDICATION: r/o PE\nTECHNIQUE: helical\nFINDINGS: none\nIMPRESSION: no PE", "radiology"),
        ("", "PREOPERATIVE DIAGNOSIS: gallstones\nPOSTOPERATIVE DIAGNOSIS: same", "operative"),
        ("", "He got a copy of his discharge summary.", "other"),
    ],
)
def test_a_kind_that_nobody_told_is_told_by_the_title_or_the_headings(title: str, text: str, expected: str) -> None:
    assert type_of("other", title, text, HEADINGS) == expected
    assert type_of("nursing", title, text, HEADINGS) == "nursing"
