"""Who answers for a result: OBX-16, and Observation.performer where that is a person (DOMAIN C, Q-02)."""

from typing import Any

import pytest

from opencdi.events.facts import fact_hash

AT = "20260504090000-0400"
RUIZ = {"resourceType": "Practitioner", "id": "d7", "identifier": [{"value": "77"}], "name": [{"family": "Ruiz", "given": ["Ana"]}]}
BY_NUMBER = {"identifier": {"value": "77"}, "display": "Ana Ruiz"}
LABORATORY = {"reference": "Organization/o1", "display": "Mercy Laboratory"}


def observation(*performer: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": "o1", "status": "final", "subject": {"identifier": {"system": "MERCY", "value": "100"}},
        "encounter": {"identifier": {"system": "MERCY", "value": "V1"}}, "effectiveDateTime": "2026-05-04T09:00:00-04:00",
        "issued": "2026-05-04T09:00:00-04:00", "valueQuantity": {"value": 2.9, "code": "mg/dL"}, "performer": [*performer],
        "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0", "display": "Creatinine"}]}, **more,
    }  # fmt: skip


@pytest.mark.parametrize(("obx_16", "performer", "name"), [
    ("77^Ruiz^Ana", [BY_NUMBER], "Ana Ruiz"), ("77^Ruiz^Ana~78^Lee^Jo", [LABORATORY, BY_NUMBER], "Ana Ruiz"),
    ("77^Ruiz^Ana", [{"reference": "Practitioner/d7"}], "Ana Ruiz"), ("", [LABORATORY], None), ("", [{"type": "Organization"}], None),
    ("", [], None), ('""', [], None),
])  # fmt: skip
def test_hl7_and_fhir_name_the_same_person(new_feed, message, obx_16: str, performer: list[dict[str, Any]], name: str | None) -> None:
    by_hl7 = message(
        "ORU^R01", f"OBR|1||F1|2160-0^Creatinine^LN|||{AT}", f"OBX|1|NM|2160-0^Creatinine^LN||2.9|mg/dL|||||F||||LAB1|{obx_16}", at=AT
    )
    said = []
    for told in ([by_hl7], [RUIZ, observation(*performer)]):
        feed = new_feed()
        for body in (message("ADT^A01"), *told):
            feed.send(body)
        (fact,) = feed.of("measurement_resulted")
        assert (fact.performer.name if fact.performer else None) == name
        said.append(fact_hash(fact))
    assert said[0] == said[1]


def test_a_result_in_words_says_it_too(new_feed, message) -> None:
    by_hl7 = message(
        "ORU^R01", f"OBR|1||F2|600-7^Blood culture^LN|||{AT}", "OBX|1|TX|600-7^Blood culture^LN||No growth||||||F|||||77^Ruiz^Ana", at=AT
    )
    by_fhir = {
        "resourceType": "DiagnosticReport", "id": "r2", "status": "final", "issued": "2026-05-04T09:00:00-04:00",
        "subject": {"identifier": {"system": "MERCY", "value": "100"}}, "encounter": {"identifier": {"system": "MERCY", "value": "V1"}},
        "effectiveDateTime": "2026-05-04T09:00:00-04:00", "performer": [LABORATORY, BY_NUMBER], "conclusion": "No growth",
        "code": {"coding": [{"system": "http://loinc.org", "code": "600-7", "display": "Blood culture"}]},
    }  # fmt: skip
    for told in (by_hl7, by_fhir):
        feed = new_feed()
        feed.send(message("ADT^A01"))
        feed.send(told)
        assert [(fact.text, fact.performer.staff_id) for fact in feed.of("measurement_resulted")] == [("No growth", "77")]
