"""Every code of HL7 table 0085 (OBX-11) and 0123 (OBR-25), and FHIR's Observation.status: the same fact both ways (DOMAIN F.5)."""

from collections.abc import Callable
from typing import Any

import pytest

from opencdi.events.facts import fact_hash

Builder = Callable[..., str]
AT = "20260504090000-0400"


def by_hl7(message: Builder, of_result: str, of_order: str = "") -> str:
    obr = f"OBR|1||F1|2160-0^Creatinine^LN|||{AT}|||||||||||||||{AT}|||{of_order}"
    return message("ORU^R01", obr, f"OBX|1|NM|2160-0^Creatinine^LN||2.9|mg/dL|||||{of_result}", at=AT)


def by_fhir(status: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": "o1", "status": status, "subject": {"identifier": {"system": "MERCY", "value": "100"}},
        "encounter": {"identifier": {"system": "MERCY", "value": "V1"}}, "effectiveDateTime": "2026-05-04T09:00:00-04:00",
        "issued": "2026-05-04T09:00:00-04:00", "valueQuantity": {"value": 2.9, "code": "mg/dL"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0", "display": "Creatinine"}]},
    }  # fmt: skip


@pytest.mark.parametrize(("obx_11", "status", "meant"), [
    ("P", "preliminary", "preliminary"), ("R", "preliminary", "preliminary"), ("S", "preliminary", "preliminary"),
    ("F", "final", "final"), ("U", "final", "final"), ("V", "final", "final"), ("", "final", "final"),
    ("A", "amended", "corrected"), ("B", "amended", "corrected"), ("C", "corrected", "corrected"),
    ("D", "entered-in-error", "withdrawn"), ("W", "entered-in-error", "withdrawn"), ("X", "cancelled", "withdrawn"),
    ("I", "registered", None), ("O", "registered", None), ("N", "registered", None),
    ("?", "unknown", "preliminary"), ("?", "no status", "preliminary"),
])  # fmt: skip
def test_hl7_and_fhir_tell_one_status(new_feed, message: Builder, obx_11: str, status: str, meant: str | None) -> None:
    said = []
    for body in (by_hl7(message, obx_11), by_fhir(status)):
        feed = new_feed()
        feed.send(message("ADT^A01"))
        ended = feed.send(body)
        said.append([(fact.status, fact_hash(fact)) for fact in feed.of("measurement_resulted")])
        assert ("RESULT_STATUS_UNKNOWN" in [problem.code for problem in ended.problems]) == (obx_11 == "?")
    assert said[0] == said[1]
    assert [status for status, _ in said[0]] == ([meant] if meant else [])


@pytest.mark.parametrize(("obr_25", "meant"), [
    ("A", "preliminary"), ("P", "preliminary"), ("R", "preliminary"), ("M", "preliminary"), ("C", "corrected"), ("F", "final"),
    ("X", "withdrawn"), ("I", None), ("N", None), ("O", None), ("S", None), ("Y", None), ("Z", None),
])  # fmt: skip
def test_the_orders_status_stands_in_for_the_results(feed, message: Builder, obr_25: str, meant: str | None) -> None:
    """HL7 table 0123: A is "some results available", no amendment; S is scheduled, no partial result."""
    feed.send(message("ADT^A01"))
    feed.send(by_hl7(message, "", obr_25))
    assert [fact.status for fact in feed.of("measurement_resulted")] == ([meant] if meant else [])


def test_the_results_own_status_counts(feed, message: Builder) -> None:
    feed.send(message("ADT^A01"))
    feed.send(by_hl7(message, "F", "A"))
    assert [fact.status for fact in feed.of("measurement_resulted")] == ["final"]
