"""FHIR that names what it is about by an identifier: conditional references, and creates that must overwrite nothing."""

from typing import Any

import pytest

from unit.intake.test_fhir import CREATININE, ENCOUNTER, PATIENT

OTHER = {**PATIENT, "id": "p2", "identifier": [{"system": "MERCY", "value": "200"}], "name": [{"family": "Roe"}]}
OTHERS = {**ENCOUNTER, "id": "e2", "subject": {"reference": "Patient/p2"}, "identifier": [{"system": "MERCY", "value": "V2"}]}


def only_new(resource: dict[str, Any]) -> dict[str, Any]:
    number = resource["identifier"][0]
    request = {"method": "POST", "url": resource["resourceType"], "ifNoneExist": f"identifier={number['system']}|{number['value']}"}
    return {"resource": resource, "request": request}


def test_a_conditional_reference_leads_to_the_one_with_that_identifier(feed) -> None:
    for resource in (PATIENT, ENCOUNTER, OTHER, OTHERS):
        feed.send(resource)
    for nth, visit in (("200", "V2"), ("100", "V1")):
        about = {
            "subject": {"reference": f"Patient?identifier=MERCY%7C{nth}"},
            "encounter": {"reference": f"Encounter?identifier=MERCY|{visit}"},
        }
        feed.send({**CREATININE, "id": nth, **about, "valueQuantity": {"value": int(nth), "code": "mg/dL"}})
    told = {
        next(fact.mrn for fact in facts if fact.kind == "patient_identified"): [
            fact.value for fact in facts if fact.kind == "measurement_resulted"
        ]
        for facts in feed.facts.values()
    }
    assert told == {"100": [100], "200": [200]}


@pytest.mark.parametrize("first", ["told", "conditional"])
def test_a_conditional_create_overwrites_nothing_whichever_comes_first(feed, first: str) -> None:
    stale = {**PATIENT, "name": [{"family": "Maiden"}], "birthDate": "1951-01-01"}
    pair = [PATIENT, only_new(stale)]
    for sent in pair if first == "told" else pair[::-1]:
        feed.send(sent)
    feed.send(ENCOUNTER)
    identified = feed.of("patient_identified")[-1]
    assert (identified.name, identified.birth_date) == ("Jane Doe", "1950-01-02")


def test_a_conditional_create_of_what_is_not_known_creates(feed) -> None:
    numbered = {**CREATININE, "identifier": [{"system": "LAB", "value": "R1"}]}
    changed = {**numbered, "valueQuantity": {**CREATININE["valueQuantity"], "value": 999}}
    for sent in (only_new(PATIENT), only_new(ENCOUNTER), only_new(numbered), only_new(changed)):
        feed.send(sent)
    assert [fact.value for fact in feed.of("measurement_resulted")][:1] == [pytest.approx(2.8959)]
    feed.send({**changed, "issued": "2026-05-04T10:00:00-04:00"})
    assert feed.of("measurement_resulted")[-1].value > 10
    feed.send(only_new(numbered))
    assert feed.of("measurement_resulted")[-1].value > 10


def test_what_was_deleted_at_the_sender_is_a_dead_letter_by_that_name(feed) -> None:
    ended = feed.send({"request": {"method": "DELETE", "url": "Observation/o1"}})
    assert (ended.outcome, ended.reason) == ("dead_letter", "DELETED_AT_THE_SENDER")
