"""The staff master file and Practitioner(Role) tell whose words a document's are, where it does not say (DOMAIN F.6, E.1)."""

from typing import Any

import pytest

from opencdi.events.facts import NoteFiled, fact_hash

ROLE = "http://terminology.hl7.org/CodeSystem/practitioner-role"


def master_file(*segments: str, at: str = "20260501080000-0400", event: str = "MAD") -> str:
    """MFN^M02 about one person."""
    head = f"MSH|^~\\&|HR|MERCY|CDI|MERCY|{at}||MFN^M02|{at}{event}|P|2.5.1\rMFI|PRA^Practitioner^HL70175||UPD|||NE\rMFE|{event}|||77|CE"
    return "\r".join((head, *segments))


STF = "STF|77|77^^^MERCY~1234567893^^^NPI|ROE^ANNA|{kind}"


def note(message: Any, author: str = "77^ROE^ANNA", number: str = "D1", kind: str = "PR") -> str:
    """A signed progress note."""
    return message(
        "MDM^T02", f"TXA|1|{kind}|TX|20260504100000-0400|||||{author}|||{number}|||||AU", f"OBX|1|TX|||{number} AKI.||||||F", control=number
    )


def author_of(feed: Any) -> tuple[str, str]:
    """Staff id and role of the author of the newest note."""
    author = feed.of("note_filed")[-1].author
    return author.staff_id, author.role


@pytest.mark.parametrize(
    ("segments", "role"),
    [
        ((STF.format(kind="Registered Nurse"),), "nurse"), ((STF.format(kind=""), "PRA|77||MD"), "provider"),
        ((STF.format(kind=""), "PRA|77||163W00000X^Registered Nurse^NUCC"), "nurse"), ((STF.format(kind=""), "PRA|77||||207RC0000X&Cardiology"), "provider"),
        ((STF.format(kind=""), "PRA|77||MD^Physician~390200000X^Student"), "student"), ((STF.format(kind="") + "||||||||||||||Medical Student",), "student"),
        ((STF.format(kind="Parking"),), "unknown"),  # nothing that the site's table knows: nlp looks who signed
        ((STF.format(kind="").replace("ANNA", "ANNA^^^^RD"),), "dietitian"),
    ],
)  # fmt: skip
def test_the_master_file_says_whose_words_a_note_is(feed, message, segments: tuple[str, ...], role: str) -> None:
    ended = feed.send(master_file(*segments))
    assert (ended.outcome, ended.reason) == ("no_effect", "STAFF_NOTED")
    feed.send(message("ADT^A01"))
    feed.send(note(message))
    assert author_of(feed) == ("77", role)
    feed.send(note(message, "1234567893^ROE^ANNA", "D2"))
    assert author_of(feed) == ("1234567893", role)


def test_what_the_document_says_wins_and_another_is_not_meant(feed, message) -> None:
    feed.send(master_file(STF.format(kind="RN")))
    feed.send(message("ADT^A01"))
    feed.send(note(message, "77^ROE^ANNA^^^^MD"))
    assert author_of(feed) == ("77", "provider")
    feed.send(note(message, "78^ROE^ANNA", "D2"))
    assert author_of(feed) == ("78", "unknown")


def test_a_later_word_stands_an_older_one_changes_nothing_and_who_is_deleted_is_unknown(feed, message) -> None:
    feed.send(message("ADT^A01"))
    feed.send(master_file(STF.format(kind="STUDENT"), at="20260502080000-0400"))
    assert feed.send(master_file(STF.format(kind="MD"), at="20260501080000-0400")).reason == "SUPERSEDED"
    feed.send(note(message))
    assert author_of(feed)[1] == "student"
    feed.send(master_file(STF.format(kind="MD"), at="20260503080000-0400"))
    feed.send(note(message, number="D2"))
    assert author_of(feed)[1] == "provider"
    feed.send(master_file(STF.format(kind=""), at="20260504080000-0400", event="MDL"))
    feed.send(note(message, number="D3", kind="NOTE"))
    assert author_of(feed)[1] == "unknown"


def practitioner(**told: Any) -> dict[str, Any]:
    return {"resourceType": "Practitioner", "id": "p7", "identifier": [{"system": "NPI", "value": "1234567893"}],
            "name": [{"family": "ROE", "given": ["ANNA"]}], **told}  # fmt: skip


def role(code: str, **told: Any) -> dict[str, Any]:
    return {"resourceType": "PractitionerRole", "id": "r7", "practitioner": {"reference": "Practitioner/p7"},
            "code": [{"coding": [{"system": ROLE, "code": code}]}], **told}  # fmt: skip


def document(author: dict[str, Any], **told: Any) -> dict[str, Any]:
    return {"resourceType": "DocumentReference", "id": "d", "status": "current", "docStatus": "final", "subject": {"reference": "Patient/p"},
            "context": {"encounter": [{"reference": "Encounter/e"}]}, "date": "2026-05-04T10:00:00-04:00", "author": [author],
            "type": {"coding": [{"system": "L", "code": "PR"}]}, "content": [{"attachment": {"data": "RDEgQUtJLg=="}}], **told}  # fmt: skip


PATIENT = {"resourceType": "Patient", "id": "p"}
STAY = {"resourceType": "Encounter", "id": "e", "status": "in-progress", "class": {"code": "IMP"}, "subject": {"reference": "Patient/p"},
        "period": {"start": "2026-05-04T08:00:00-04:00"}}  # fmt: skip


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["person first", "role first"])
@pytest.mark.parametrize(
    "author", [{"reference": "Practitioner/p7"}, {"reference": "PractitionerRole/r7"}, {"identifier": {"value": "1234567893"}}]
)
def test_practitioner_and_role_in_messages_of_their_own(feed, author: dict[str, Any], order: tuple[int, int]) -> None:
    told = (practitioner(), role("nurse"))
    for nth in order:
        assert feed.send(told[nth]).reason == "STAFF_NOTED"
    for resource in (PATIENT, STAY, document(author)):
        feed.send(resource)
    assert author_of(feed) == ("1234567893", "nurse")


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ([practitioner(qualification=[{"code": {"coding": [{"code": "RN"}]}}])], "nurse"), ([practitioner(), role("doctor")], "provider"),
        ([practitioner(qualification=[{"code": {"text": "MD"}}]), role("x") | {"code": [{"text": "Medical Student"}]}], "student"),
        ([practitioner(name=[{"text": "Anna Roe", "suffix": ["RD"]}])], "dietitian"), ([practitioner()], "unknown"),
    ],
)  # fmt: skip
def test_who_comes_with_the_document_is_known_from_there(feed, beside: list[dict[str, Any]], expected: str) -> None:
    resources = [PATIENT, STAY, *beside, document({"reference": "Practitioner/p7"})]
    feed.send({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": told} for told in resources]})
    assert author_of(feed) == ("1234567893", expected)


def test_a_person_inside_the_document_is_known_from_there(feed) -> None:
    inside = [practitioner(), role("nurse", practitioner={"reference": "#p7"})]
    for resource in (PATIENT, STAY, document({"reference": "#r7"}, contained=inside)):
        feed.send(resource)
    assert author_of(feed) == ("1234567893", "nurse")


def test_both_standards_tell_the_same_author(new_feed, message) -> None:
    filed: list[NoteFiled] = []
    feed = new_feed()
    for body in (message("ADT^A01"), master_file(STF.format(kind="RN")), note(message, "1234567893^ROE^ANNA", kind="PR^Progress^L")):
        feed.send(body)
    filed += feed.of("note_filed")
    feed = new_feed()
    kind = {"coding": [{"system": "", "code": "PR", "display": "Progress"}]}
    for resource in (PATIENT, STAY, practitioner(), role("nurse"), document({"reference": "Practitioner/p7"}, type=kind)):
        feed.send(resource)
    filed += feed.of("note_filed")
    assert fact_hash(filed[0]) == fact_hash(filed[1])
