"""An order has one id, whoever tells it and whoever says what was given for it: HL7's ORC-2/3 and FHIR's identifiers (DOMAIN F.1)."""

from collections.abc import Callable
from typing import Any

import pytest

Builder = Callable[..., str]
ABOUT = {"subject": {"identifier": {"system": "MERCY", "value": "100"}}, "encounter": {"identifier": {"system": "MERCY", "value": "V1"}}}
DRUG = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "7393", "display": "Norepinephrine"}]}
PLACER, FILLER = ({"type": {"coding": [{"code": kind}]}, "value": number} for kind, number in (("PLAC", "O1"), ("FILL", "RX9")))


def ordered(message: Builder) -> str:
    return message("RDE^O11", "ORC|NW|O1|RX9||||||20260504090000-0400", "RXE||7393^Norepinephrine^RXNORM|4||mg", at="20260504090000-0400")


def given(message: Builder, visit: str = "V1") -> str:
    rxa = "RXA|0|1|20260504100000-0400||7393^Norepinephrine^RXNORM|4|mg||||||||||||||CP"
    return message("RAS^O17", "ORC|RE|O1|RX9", rxa, at="20260504100000-0400", visit=visit)


def request(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest", "id": "mr1", "status": "active", "intent": "order", **ABOUT, "medicationCodeableConcept": DRUG,
        "authoredOn": "2026-05-04T09:00:00-04:00", "identifier": [FILLER, PLACER], **more,
    }  # fmt: skip


def administration(order: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationAdministration", "id": "ma1", "status": "completed", "subject": ABOUT["subject"], "request": order,
        "medicationCodeableConcept": DRUG, "effectiveDateTime": "2026-05-04T10:00:00-04:00", **more,
    }  # fmt: skip


@pytest.mark.parametrize("order", ["hl7", "fhir"])
@pytest.mark.parametrize("gift", ["hl7", "fhir"])
def test_what_is_given_names_its_order_by_the_orders_own_id(feed, message: Builder, order: str, gift: str) -> None:
    feed.send(message("ADT^A01"))
    feed.send(ordered(message) if order == "hl7" else request())
    feed.send(given(message) if gift == "hl7" else administration({"identifier": {"value": "O1"}}, context=ABOUT["encounter"]))
    (drug,), (dose,) = feed.of("medication_ordered"), feed.of("medication_given")
    assert drug.order_id == dose.order_id


@pytest.mark.parametrize("identifier", [[FILLER, PLACER], []], ids=["by number", "by id alone"])
def test_a_reference_leads_to_the_order_beside_it(feed, message: Builder, identifier: list[dict[str, Any]]) -> None:
    feed.send(message("ADT^A01"))
    both = (administration({"reference": "MedicationRequest/mr1"}), request(identifier=identifier))
    feed.send({"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": one} for one in both]})
    (drug,), (dose,) = feed.of("medication_ordered"), feed.of("medication_given")
    assert drug.order_id == dose.order_id


@pytest.mark.parametrize(
    "order", [{"reference": "MedicationRequest/mr1"}, {"identifier": {"value": "O1"}}, {"identifier": {"value": "RX9"}}]
)
def test_what_names_no_visit_is_the_orders(feed, message: Builder, order: dict[str, Any]) -> None:
    for visit in ("V1", "V2"):  # two are open: only the order tells which is meant
        feed.send(message("ADT^A01", visit=visit))
    feed.send(request())
    ended = feed.send(administration(order))
    assert ended.outcome == "entries"
    (facts,) = [facts for facts in feed.facts.values() if any(fact.kind == "medication_given" for fact in facts)]
    assert any(fact.kind == "medication_ordered" for fact in facts)
