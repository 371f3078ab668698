"""FHIR: references, transactions, and the same stay told both ways."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from opencdi.events.facts import fact_hash
from opencdi.hospital.fhir import bundle_of
from opencdi.hospital.hl7 import message_of
from opencdi.hospital.story import Story, load_stories

PATIENT: dict[str, Any] = {
    "resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1950-01-02", "name": [{"family": "Doe", "given": ["Jane"]}],
    "identifier": [{"type": {"coding": [{"code": "MR"}]}, "system": "MERCY", "value": "100"}],
}  # fmt: skip
ENCOUNTER: dict[str, Any] = {
    "resourceType": "Encounter", "id": "e1", "status": "in-progress", "class": {"code": "IMP"}, "subject": {"reference": "Patient/p1"},
    "identifier": [{"system": "MERCY", "value": "V1"}], "period": {"start": "2026-05-04T08:00:00-04:00"},
}  # fmt: skip
CREATININE: dict[str, Any] = {
    "resourceType": "Observation", "id": "o1", "status": "final", "subject": {"reference": "Patient/p1"},
    "encounter": {"reference": "Encounter/e1"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0", "display": "Creatinine"}]},
    "effectiveDateTime": "2026-05-04T09:00:00-04:00",
    "valueQuantity": {"value": 256, "unit": "umol/L", "code": "umol/L", "system": "http://unitsofmeasure.org"},
}  # fmt: skip


def test_resources_in_order(feed) -> None:
    for resource in (PATIENT, ENCOUNTER, CREATININE):
        feed.send(resource)
    assert feed.kinds() == ["patient_identified", "encounter_updated", "inpatient_ordered", "measurement_resulted"]
    assert feed.of("measurement_resulted")[0].value == pytest.approx(2.8959)


def test_resources_out_of_order_wait_and_are_released(feed) -> None:
    assert feed.send(CREATININE).outcome == "kept_with_patient"
    assert feed.send(ENCOUNTER).outcome == "entries"
    feed.send(PATIENT)
    assert feed.of("measurement_resulted")
    assert feed.of("patient_identified")[-1].mrn == "100"


def test_a_blood_pressure_panel_is_two_measurements(feed) -> None:
    def component(code: str, value: float) -> dict[str, Any]:
        return {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, "valueQuantity": {"value": value, "code": "mm[Hg]"}}

    panel = {key: value for key, value in CREATININE.items() if key != "valueQuantity"} | {
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
        "component": [component("8480-6", 81), component("8462-4", 38)],
    }
    for resource in (PATIENT, ENCOUNTER, panel):
        feed.send(resource)
    assert [(f.analyte, f.value) for f in feed.of("measurement_resulted")] == [("sbp", 81), ("dbp", 38)]


def test_entered_in_error_withdraws(feed) -> None:
    note = {
        "resourceType": "DocumentReference", "id": "d1", "status": "current", "docStatus": "final", "subject": {"reference": "Patient/p1"},
        "type": {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]}, "date": "2026-05-04T10:00:00-04:00",
        "context": {"encounter": [{"reference": "Encounter/e1"}]},
        "content": [{"attachment": {"contentType": "text/plain", "data": b64encode(b"Sepsis.").decode()}}],
    }  # fmt: skip
    for resource in (
        PATIENT,
        ENCOUNTER,
        CREATININE,
        note,
        CREATININE | {"status": "entered-in-error"},
        note | {"status": "entered-in-error"},
    ):
        feed.send(resource)
    assert feed.of("measurement_resulted")[-1].status == "withdrawn"
    assert feed.kinds()[-1] == "note_retracted"


def test_parts_of_transactions_may_interleave_and_apply_as_one(feed) -> None:
    parts = [{"resource": r, "fullUrl": f"urn:uuid:{r['id']}"} for r in (CREATININE, ENCOUNTER, PATIENT)]
    other = {"resource": PATIENT | {"id": "p2", "identifier": [{"value": "200"}]}}
    assert feed.send(parts[0], ce_id="a.1", part="1/3") is None
    assert feed.send(other, ce_id="b.1", part="1/2") is None
    assert feed.send(parts[1], ce_id="a.2", part="2/3") is None
    ended = feed.send(parts[2], ce_id="a.3", part="3/3")
    assert (ended.entry_id, ended.outcome) == ("a", "entries")
    assert "measurement_resulted" in feed.kinds()
    assert not [key for key in feed.states if key.startswith("part/a")]


def test_a_transaction_with_an_unusable_part_is_dead_lettered_whole(feed) -> None:
    feed.send({"resource": PATIENT}, ce_id="a.1", part="1/2")
    nobody = {key: value for key, value in CREATININE.items() if key != "subject"}
    ended = feed.send({"resource": nobody}, ce_id="a.2", part="2/2")
    assert (ended.outcome, ended.reason) == ("dead_letter", "NO_PATIENT")
    assert not feed.facts
    assert b'"Patient"' in feed.dead[0]
    assert not [key for key in feed.states if key.startswith("part/")]


@pytest.mark.parametrize("body", ["[]", "{}", "null", "{", '{"resourceType":7}', '{"resourceType":"Observation"}'])
def test_what_is_no_usable_resource_is_dead_lettered(feed, body: str) -> None:
    assert feed.send(body, kind="cdi.inbound.fhir").outcome == "dead_letter"


def test_a_type_that_is_not_used_has_no_effect(feed) -> None:
    ended = feed.send({"resourceType": "Immunization", "id": "i"})
    assert (ended.outcome, ended.reason) == ("no_effect", "RESOURCE_NOT_USED")


def test_a_lone_surrogate_in_json_does_not_stop_the_room(feed) -> None:
    feed.send(PATIENT)
    feed.send(ENCOUNTER)
    feed.send(
        b'{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p1"},"code":{"text":"a\\ud800b"}}', kind="cdi.inbound.fhir"
    )
    assert feed.ended[-1].outcome == "entries"


START = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
BOTH_WAYS = [story for story in load_stories() if not any(event.order for event in story.events)]


@pytest.mark.parametrize("story", BOTH_WAYS, ids=lambda story: story.story)
def test_the_same_stay_as_hl7_and_as_fhir_gives_the_same_facts(story: Story, new_feed: Callable[[], Any]) -> None:
    by_hl7, by_fhir = new_feed(), new_feed()
    for nth, event in enumerate(story.events):
        at = START + event.at
        _, body = message_of(story, event, at, START, f"c{nth}")
        by_hl7.send(body, at=at)
        by_fhir.send(bundle_of(story, event, at, START), kind="cdi.inbound.fhir", at=at)

    def hashes(feed: Any) -> set[str]:
        # This hospital's FHIR pharmacy leaves dose and route out: the facts would differ by what was not told.
        facts = [f.model_copy(update={"dose": None, "route": None}) if f.kind.startswith("medication") else f for f in feed.all]
        return {fact_hash(fact) for fact in facts}

    assert hashes(by_hl7) == hashes(by_fhir)
    assert by_hl7.facts.keys() == by_fhir.facts.keys()
