"""FHIR: references, transactions, and the same stay told both ways."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from opencdi.events.facts import fact_hash
from opencdi.hospital.fhir import DocumentKind, bundle_of
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


QUANTITY = {"unit": "umol/L", "code": "umol/L"}


@pytest.mark.parametrize(
    ("ranges", "low", "high"),
    [
        ([{"low": {"value": 53, **QUANTITY}, "high": {"value": 97, **QUANTITY}}], 0.6, 1.1),
        ([{"high": {"value": 97, **QUANTITY}}], None, 1.1),
        ([{"text": "53 - 97"}], 0.6, 1.1),
        ([{"text": "53 - 97"}, {"type": {"coding": [{"code": "therapeutic"}]}, "text": "1 - 2"}], 0.6, 1.1),
        ([{"text": "53 - 97"}, {"text": "40 - 80"}], None, None),  # by age or sex: whose is not said
        ([], None, None),
    ],
)
def test_the_range_of_the_laboratory_comes_with_its_result(
    feed, ranges: list[dict[str, Any]], low: float | None, high: float | None
) -> None:
    for resource in (PATIENT, ENCOUNTER, CREATININE | {"referenceRange": ranges}):
        feed.send(resource)
    told = feed.of("measurement_resulted")[0]
    assert (told.usual_low, told.usual_high) == (low and pytest.approx(low, abs=0.01), high and pytest.approx(high, abs=0.01))


def test_two_sets_of_blood_cultures_are_two_specimens(feed) -> None:
    def culture(number: str, specimen: str) -> dict[str, Any]:
        grown = {key: value for key, value in CREATININE.items() if key != "valueQuantity"}
        code = {"coding": [{"system": "http://loinc.org", "code": "600-7"}]}
        germ = {"valueString": "Staphylococcus epidermidis", "specimen": {"reference": f"Specimen/{specimen}"}}
        return grown | {"id": number, "code": code} | germ

    for resource in (PATIENT, ENCOUNTER, culture("o1", "s1"), culture("o2", "s1"), culture("o3", "s2")):
        feed.send(resource)
    first, bottle, second = (told.specimen_id for told in feed.of("measurement_resulted"))
    assert first == bottle != second
    assert "s1" not in str(first)


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


def document(number: str, text: str, at: str = "10:00", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference", "id": number, "status": "current", "docStatus": "final", "subject": {"reference": "Patient/p1"},
        "type": {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]}, "date": f"2026-05-04T{at}:00-04:00",
        "context": {"encounter": [{"reference": "Encounter/e1"}]},
        "content": [{"attachment": {"contentType": "text/plain", "data": b64encode(text.encode()).decode()}}], **more,
    }  # fmt: skip


def related(code: str, number: str) -> dict[str, Any]:
    return {"relatesTo": [{"code": code, "target": {"reference": f"DocumentReference/{number}"}}]}


def test_entered_in_error_withdraws(feed) -> None:
    note = document("d1", "Sepsis.")
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


@pytest.mark.parametrize("numbered", [False, True])
def test_a_replaced_document_stays_one_and_is_found_under_each_of_its_ids(feed, numbered: bool) -> None:
    def named(number: str) -> dict[str, Any]:
        return {"masterIdentifier": {"value": f"DN{number}"}} if numbered else {}

    for resource in (
        PATIENT,
        ENCOUNTER,
        document("d1", "Fever.", **named("1")),
        document("d2", "Fever and chills.", "11:00", **named("2"), **related("replaces", "d1")),
        document("d3", "Fever, chills, rigor.", "12:00", **named("3"), **related("replaces", "d2")),
        document("d4", "Sepsis ruled in.", "13:00", **named("4"), **related("appends", "d2")),
    ):
        feed.send(resource)
    filed = feed.of("note_filed")
    assert [fact.revision for fact in filed] == [1, 2, 3, 1]
    assert {fact.note_id for fact in filed[:3]} == {filed[3].parent_id}


def test_an_addendum_waits_for_what_it_refers_to(feed) -> None:
    numbered = {"masterIdentifier": {"value": "DN1"}}
    told = (
        PATIENT,
        ENCOUNTER,
        document("d4", "Sepsis ruled in.", "13:00", **related("appends", "d1")),
        document("d1", "Fever.", **numbered),
    )
    assert [feed.send(resource).outcome for resource in told][2:] == ["kept_with_patient", "entries"]
    parent, addendum = feed.of("note_filed")
    assert addendum.parent_id == parent.note_id


def test_a_document_from_the_future_is_filed_as_of_when_it_came_and_says_so(feed) -> None:
    feed.send(PATIENT)
    feed.send(ENCOUNTER)
    ended = feed.send(document("d1", "Fever.") | {"date": "2026-06-01T10:00:00-04:00"}, at=datetime(2026, 5, 4, 15, tzinfo=UTC))
    assert ended.outcome == "entries"
    assert ("FUTURE_TIME", "DocumentReference.date") in {(problem.code, problem.where) for problem in ended.problems}
    assert feed.of("note_filed")[0].written_at.at.isoformat() == "2026-05-04T11:00:00-04:00"


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


NOBODYS = {key: value for key, value in CREATININE.items() if key != "subject"}


def test_what_cannot_be_used_in_a_transaction_takes_nothing_from_the_rest_and_is_said(feed) -> None:
    parts = [{"resource": r} for r in (PATIENT, ENCOUNTER, NOBODYS, CREATININE | {"id": "o2"})]
    for nth, part in enumerate(parts, 1):
        ended = feed.send(part, ce_id=f"a.{nth}", part=f"{nth}/4")
    assert (ended.outcome, [(p.code, p.where) for p in ended.problems]) == ("entries", [("NO_PATIENT", "Observation.subject")])
    assert len(feed.of("measurement_resulted")) == 1
    assert not feed.dead


def test_a_transaction_of_which_nothing_can_be_used_is_dead_lettered_whole(feed) -> None:
    feed.send({"resource": NOBODYS}, ce_id="a.1", part="1/2")
    ended = feed.send({"resource": NOBODYS | {"id": "o2"}}, ce_id="a.2", part="2/2")
    assert (ended.outcome, ended.reason) == ("dead_letter", "NO_PATIENT")
    assert not feed.facts
    assert b'"o2"' in feed.dead[0]
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
REPORTED = """
story: reported
about: Imaging and pathology as their departments send them, with a preliminary reading and a correction.
patient: {mrn: "4499001", name: Reyes^Ana, born: "1948-02-03", sex: F}
visit: {number: "V7009901", account: "A7009901", location: 5E^501^A, attending: 1043^Okafor^Daniel}
events:
  - {at: 0 08:00, admit: {trigger: A01, patient_class: I, reason: cough}}
  - {at: 0 08:10, order: {name: Diagnostic imaging study, code: 18748-4, number: O79901}}
  - {at: 0 09:00, report: {number: R79901, type: radiology, status: P, text: "CHEST\\nRight lower lobe opacity."}}
  - {at: 0 11:00, report: {number: R79901, type: radiology, text: "CHEST\\nRight lower lobe consolidation.\\nIMPRESSION: pneumonia.\\n"}}
  - {at: 1 10:00, report: {number: P79901, type: pathology, text: "Lymph node, biopsy:\\nReactive.", by: 1077^Sato^Emi}}
  - {at: 2 10:00, report: {number: P79901, type: pathology, status: C, text: "Lymph node, biopsy:\\nMetastatic adenocarcinoma.", by: 1077^Sato^Emi}}
  - {at: 3 10:00, discharge: {disposition: "01"}}
"""
BOTH_WAYS = [*load_stories(), Story.model_validate(yaml.safe_load(REPORTED))]


@pytest.mark.parametrize("documents", ["DocumentReference", "Composition"])
@pytest.mark.parametrize("story", BOTH_WAYS, ids=lambda story: story.story)
def test_the_same_stay_as_hl7_and_as_fhir_gives_the_same_facts(story: Story, documents: DocumentKind, new_feed: Callable[[], Any]) -> None:
    by_hl7, by_fhir = new_feed(), new_feed()
    for nth, event in enumerate(story.events):
        at = START + event.at
        _, body = message_of(story, event, at, START, f"c{nth}")
        by_hl7.send(body, at=at)
        by_fhir.send(bundle_of(story, event, at, START, documents), kind="cdi.inbound.fhir", at=at)

    def hashes(feed: Any) -> set[str]:
        # This hospital's FHIR pharmacy leaves dose and route out: the facts would differ by what was not told.
        facts = [f.model_copy(update={"dose": None, "route": None}) if f.kind.startswith("medication") else f for f in feed.all]
        return {fact_hash(fact) for fact in facts}

    assert hashes(by_hl7) == hashes(by_fhir)
    assert by_hl7.facts.keys() == by_fhir.facts.keys()
    assert {ended.outcome for ended in by_fhir.ended} == {"entries"}


def labels(*codes: str) -> dict[str, Any]:
    return {"coding": [{"code": code} for code in codes]}


@pytest.mark.parametrize(
    ("told", "label"),
    [
        ({}, None),
        ({"securityLabel": [labels("N")]}, "N"),
        ({"securityLabel": [labels("N"), labels("R", "V")]}, "V"),
        ({"securityLabel": [labels("N")], "meta": {"security": [{"code": "N"}, {"code": "R"}]}}, "R"),
    ],
)
def test_the_highest_of_its_security_labels_is_the_documents(feed, told: dict[str, Any], label: str | None) -> None:
    for resource in (PATIENT, ENCOUNTER, document("d1", "Sepsis.", **told)):
        feed.send(resource)
    (filed,) = feed.of("note_filed")
    assert filed.confidentiality == label
