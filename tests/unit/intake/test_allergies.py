"""Allergies as facts of the chart: AL1 in snapshots, IAM with its actions, AllergyIntolerance (DOMAIN E.1, F.4)."""

from typing import Any

import pytest

from opencdi.events.facts import AllergyListed, Coded, fact_hash

PENICILLIN = "7980^Penicillin^RXNORM"
AL1 = f"AL1|1|DA|{PENICILLIN}|SV|Hives~Wheezing|20100301"


def iam(action: str = "A", status: str = "", number: str = "A77") -> str:
    return f"IAM|1|DA|{PENICILLIN}|SV|Hives~Wheezing|{action}|{number}||||20100301||||||{status}"


def test_a_snapshot_tells_an_allergy_once(feed, message) -> None:
    feed.send(message("ADT^A01", AL1))
    (fact,) = feed.of("allergy_listed")
    assert (fact.code, fact.category, fact.severity) == (Coded(code="7980", system="RXNORM", text="Penicillin"), "drug", "severe")
    assert (fact.reactions, fact.status, fact.none_known) == (("Hives", "Wheezing"), "active", False)
    assert fact.at.at.date().isoformat() == "2010-03-01"
    for hour in range(9, 19):
        ended = feed.send(message("ADT^A08", AL1, at=f"202605041{hour % 10}0000-0400"))
        assert ended.outcome == "no_effect"
    feed.send(message("ADT^A08", at="20260504200000-0400"))  # a list without it says nothing of it
    assert len(feed.of("allergy_listed")) == 1
    feed.send(message("ADT^A08", AL1.replace("SV", "MO"), at="20260504210000-0400"))
    assert feed.of("allergy_listed")[-1].severity == "moderate"


@pytest.mark.parametrize(
    ("first", "then", "standing"),
    [(iam(), iam("D"), "withdrawn"), (iam(), iam("U", "E^Erroneous"), "withdrawn"), (iam(), iam("U", "I"), "inactive"), (iam(number=""), iam("D", number=""), "withdrawn")],
)  # fmt: skip
def test_an_action_or_a_status_takes_it_back(feed, message, first: str, then: str, standing: str) -> None:
    feed.send(message("ADT^A01"))
    feed.send(message("ADT^A60", first, at="20260504090000-0400"))
    feed.send(message("ADT^A60", then, at="20260504100000-0400"))
    told, changed = feed.of("allergy_listed")
    assert (told.status, changed.status, told.allergy_id == changed.allergy_id) == ("active", standing, True)


def test_an_older_word_that_comes_late_does_not_bring_it_back(feed, message) -> None:
    feed.send(message("ADT^A01"))
    feed.send(message("ADT^A60", iam("D"), at="20260504100000-0400"))
    assert feed.send(message("ADT^A60", iam(), at="20260504090000-0400")).reason == "SUPERSEDED"


@pytest.mark.parametrize(
    ("code", "none", "category"),
    [
        ("716186003^No known allergy^SCT", True, None), ("409137002^No known drug allergy^SCT", True, "drug"), ("NKA^No Known Allergies", True, None),
        ("NKDA", True, "drug"), ("X^No known medication allergies^L", True, "drug"), ("X^No Known Food Allergies^L", True, "food"),
        ("P^Penicillin allergy^L", False, "drug"), ("NKANOL^Nkanol^L", False, "drug"),
    ],
)  # fmt: skip
def test_that_none_is_known_is_told_as_such(feed, message, code: str, none: bool, category: str | None) -> None:
    feed.send(message("ADT^A01", f"AL1|1|DA|{code}"))
    (fact,) = feed.of("allergy_listed")
    assert (fact.none_known, fact.category) == (none, category)


def test_an_allergy_before_the_stay_is_known_waits_for_it(feed, message) -> None:
    assert feed.send(message("ADT^A31", AL1, visit="")).outcome == "kept_with_patient"
    feed.send(message("ADT^A01", at="20260504070000-0400"))
    assert len(feed.of("allergy_listed")) == 1


PATIENT = {"resourceType": "Patient", "id": "p", "identifier": [{"system": "MERCY", "value": "100", "type": {"coding": [{"code": "MR"}]}}]}
STAY = {"resourceType": "Encounter", "id": "e", "status": "in-progress", "class": {"code": "IMP"}, "subject": {"reference": "Patient/p"},
        "period": {"start": "2026-05-04T08:00:00-04:00"}}  # fmt: skip
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def allergy(**told: Any) -> dict[str, Any]:
    """The same penicillin."""
    return {
        "resourceType": "AllergyIntolerance", "id": "a", "patient": {"reference": "Patient/p"}, "category": ["medication"],
        "clinicalStatus": {"coding": [{"code": "active"}]}, "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"system": RXNORM, "code": "7980", "display": "Penicillin"}]}, "onsetDateTime": "2010-03-01",
        "reaction": [{"severity": "severe", "manifestation": [{"text": "Hives"}, {"text": "Wheezing"}]}], **told,
    }  # fmt: skip


def test_both_standards_tell_the_same_allergy(new_feed, message) -> None:
    said: list[AllergyListed] = []
    for bodies in ((message("ADT^A01", AL1),), (message("ADT^A01"), message("ADT^A60", iam())), (PATIENT, STAY, allergy())):
        feed = new_feed()
        for body in bodies:
            feed.send(body)
        said += feed.of("allergy_listed")
    assert len({fact_hash(fact) for fact in said}) == 1
    assert len(said) == 3


@pytest.mark.parametrize(
    ("told", "standing"),
    [
        ({"verificationStatus": {"coding": [{"code": "entered-in-error"}]}, "code": None}, "withdrawn"),
        ({"verificationStatus": {"coding": [{"code": "refuted"}]}}, "withdrawn"), ({"clinicalStatus": {"coding": [{"code": "resolved"}]}}, "inactive"),
    ],
)  # fmt: skip
def test_a_resource_takes_itself_back(feed, told: dict[str, Any], standing: str) -> None:
    for resource in (PATIENT, STAY, allergy(), allergy(**told)):
        feed.send(resource)
    assert [fact.status for fact in feed.of("allergy_listed")] == ["active", standing]


def test_that_none_is_known_is_the_same_word_in_both(new_feed, message) -> None:
    said = []
    none = {"code": {"coding": [{"system": "http://snomed.info/sct", "code": "716186003", "display": "No known allergy"}]}}
    for bodies in (
        (message("ADT^A01", "AL1|1||716186003^No known allergy^SCT"),),
        (PATIENT, STAY, allergy(reaction=[], onsetDateTime=None, **none)),
    ):
        feed = new_feed()
        for body in bodies:
            feed.send(body)
        said += feed.of("allergy_listed")
    assert [fact.none_known for fact in said] == [True, True]
    assert fact_hash(said[0]) == fact_hash(said[1])


def test_one_without_a_substance_is_a_dead_letter(feed) -> None:
    ended = feed.send(allergy(code=None, reaction=[]))
    assert (ended.outcome, ended.reason) == ("dead_letter", "NO_CODE")
