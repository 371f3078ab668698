"""A code system is the same one however a sender writes its name (HL7 table 0396, OIDs, plain names).  Synthetic."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    "system", ["I10", "I10C", "ICD10", "ICD-10", "ICD-10-CM", "ICD10-CM", "icd10", "ICD 10 CM", "2.16.840.1.113883.6.90"]
)
def test_a_diagnosis_is_coded_in_icd_10_by_any_of_its_names(feed: Any, message: Callable[..., str], system: str) -> None:
    feed.send(message("ADT^A01", f"DG1|1||J18.9^Pneumonia, unspecified organism^{system}||20260504|A"))
    feed.send(message("ADT^A08", f"DG1|1|{system}|I50.23|Acute on chronic systolic heart failure|20260504|W", at="20260504090000-0400"))
    assert [(told.code.code, told.code.system) for told in feed.of("diagnosis_listed")] == [("J189", "I10"), ("I5023", "I10")]


@pytest.mark.parametrize(
    ("sent", "system"),
    [("44970^Appendectomy^CPT4", "CPT"), ("44970^Appendectomy^CPT-4", "CPT"), ("0DTJ4ZZ^Resection^I10PCS", "I10P"), ("47.01^Appendectomy^ICD9", "I9"),
     ("80146002^Appendectomy^SNOMED CT", "SCT"), ("APPY^Appendectomy^HOUSE-1", "HOUSE-1"), ("APPY^Appendectomy", "L")],
)  # fmt: skip
def test_a_procedures_code_system(feed: Any, message: Callable[..., str], sent: str, system: str) -> None:
    feed.send(message("ADT^A01", f"PR1|1||{sent}||20260504"))
    assert [told.code.system for told in feed.of("procedure_recorded")] == [system]


def test_an_allergens_system_is_what_fhir_calls_it(feed: Any, message: Callable[..., str]) -> None:
    feed.send(message("ADT^A01", "AL1|1|DA|7980^Penicillin G^RxNorm|SV|Hives"))
    assert [told.code.system for told in feed.of("allergy_listed")] == ["RXNORM"]
