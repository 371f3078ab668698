"""A report or a result that is cancelled is withdrawn, by ORU and by FHIR alike, in whatever order the words come (DOMAIN F.5, E.1)."""

from base64 import b64encode
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from opencdi.events.facts import fact_hash

Builder = Callable[..., str]
FILM = "18748-4^Diagnostic imaging study^LN"
COMMENT = "88^Comment^L"
LONG = "Right lower lobe consolidation. " * 8


def report(message: Builder, status: str, hour: int, text: str = "Pneumonia.", service: str = FILM, **more: str) -> str:
    at = f"20260504{hour}0000-0400"
    obr = f"OBR|1||R1|{service}|||20260504090000-0400|||||||||||||||{at}|||{more.get('order', status)}"
    kind = more.get("kind", "TX")
    lines = () if kind == "none" else (f"OBX|1|{kind}|{service}||{text}||||||{status}",)
    return message("ORU^R01", obr, *lines, at=at, control=f"{status}{hour}{len(text)}{kind}")


def standing(feed: Any) -> list[tuple[str, str]]:
    """The words that stand: of documents, and of results in words."""
    told: dict[str, tuple[str, str]] = {}
    for fact in feed.all:
        if fact.kind == "note_filed":
            told[fact.note_id] = ("note", feed.texts[fact.note_id])
        elif fact.kind == "note_retracted":
            told.pop(fact.note_id, None)
        elif fact.kind == "measurement_resulted":
            told[fact.measurement_id] = (fact.status, fact.text)
    return sorted(words for words in told.values() if words[0] != "withdrawn")


@pytest.mark.parametrize("status", ["D", "W", "X"])
@pytest.mark.parametrize(
    ("text", "kind"), [("Pneumonia.", "TX"), ("", "TX"), ("Cancelled.", "FT"), ("", ""), ("", "none")], ids=str
)  # fmt: skip
def test_a_report_that_is_cancelled_is_retracted_and_stands_again_when_it_is_reported_again(
    new_feed, message: Builder, status: str, text: str, kind: str
) -> None:
    final, cancelled, again = report(message, "F", 10), report(message, status, 11, text, kind=kind), report(message, "F", 12, "Opacity.")
    for told, stands in (((final, cancelled), []), ((final, cancelled, again), [("note", "Opacity.")])):
        for order in permutations(told):
            feed = new_feed()
            feed.send(message("ADT^A01"))
            for body in (*order, *order[:1]):
                feed.send(body)
            assert standing(feed) == stands
            assert {fact.authentication for fact in feed.of("note_filed")} <= {"authenticated"}


@pytest.mark.parametrize(("first", "last"), [(LONG, "Cancelled."), ("Trace.", "Cancelled."), (LONG, "")])
def test_words_without_a_kind_of_document_are_withdrawn_whatever_they_were_told_as(
    new_feed, message: Builder, first: str, last: str
) -> None:
    told = [report(message, "F", 10, first, COMMENT), report(message, "X", 11, last, COMMENT)]
    for order in permutations(told):
        feed = new_feed()
        feed.send(message("ADT^A01"))
        for body in order:
            feed.send(body)
        assert standing(feed) == []


def test_a_line_that_is_withdrawn_is_no_part_of_the_report(feed, message: Builder) -> None:
    lines = (f"OBX|1|TX|{FILM}||CHEST||||||F", f"OBX|2|TX|{FILM}||Pneumothorax.||||||D", f"OBX|3|TX|{FILM}||Pneumonia.||||||F")
    feed.send(message("ORU^R01", f"OBR|1||R1|{FILM}|||20260504090000-0400", *lines))
    assert standing(feed) == [("note", "CHEST\nPneumonia.")]


@pytest.mark.parametrize("status", ["P", "I", "O"])
def test_a_report_that_is_not_final_is_signed_by_nobody(feed, message: Builder, status: str) -> None:
    feed.send(message("ADT^A01"))
    feed.send(report(message, status, 10))
    assert [note.authentication for note in feed.of("note_filed")] == ["unsigned"]


STAY = {
    "resourceType": "Encounter", "id": "e1", "status": "in-progress", "class": {"code": "IMP"}, "subject": {"reference": "Patient/p1"},
    "identifier": [{"system": "MERCY", "value": "V1"}], "period": {"start": "2026-05-04T08:00:00-04:00"},
}  # fmt: skip
ABOUT = {"subject": {"reference": "Patient/p1"}, "encounter": {"reference": "Encounter/e1"}}


def fhir_report(status: str, hour: int, text: str, code: str) -> dict[str, Any]:
    coding = {"code": code.split("^")[0], "display": code.split("^")[1]} | ({"system": "http://loinc.org"} if code == FILM else {})
    form = [{"contentType": "text/plain", "data": b64encode(text.encode()).decode()}] if text else []
    return {
        "resourceType": "DiagnosticReport", "id": "r1", "identifier": [{"value": "R1"}], "status": status, "code": {"coding": [coding]},
        **ABOUT, "effectiveDateTime": "2026-05-04T09:00:00-04:00", "issued": f"2026-05-04T{hour}:00:00-04:00", "presentedForm": form,
    }  # fmt: skip


@pytest.mark.parametrize("service", [FILM, COMMENT])
@pytest.mark.parametrize("text", [LONG, "Trace.", ""], ids=["long", "short", "empty"])
@pytest.mark.parametrize(("by_hl7", "by_fhir"), [("W", "entered-in-error"), ("X", "cancelled")])
def test_an_oru_and_a_diagnostic_report_withdraw_alike(
    new_feed, message: Builder, service: str, text: str, by_hl7: str, by_fhir: str
) -> None:
    one, other = new_feed(), new_feed()
    one.send(message("ADT^A01"))
    other.send(STAY)
    for status, fhir_status, hour, words in (("F", "final", 10, LONG), (by_hl7, by_fhir, 11, text)):
        one.send(report(message, status, hour, words.strip(), service))
        other.send(fhir_report(fhir_status, hour, words.strip(), service))
    kinds = ("note_filed", "note_retracted")
    assert {fact_hash(f) for k in kinds for f in one.of(k)} == {fact_hash(f) for k in kinds for f in other.of(k)}
    assert standing(one) == standing(other) == []


@pytest.mark.parametrize(("by_hl7", "by_fhir"), [("D", "entered-in-error"), ("W", "entered-in-error"), ("X", "cancelled")])
@pytest.mark.parametrize("value", ["2.9", ""])
def test_a_result_is_withdrawn_alike(new_feed, message: Builder, by_hl7: str, by_fhir: str, value: str) -> None:
    one, other = new_feed(), new_feed()
    one.send(message("ADT^A01"))
    other.send(STAY)
    for status, fhir_status, hour, sent in (("F", "final", 10, "2.9"), (by_hl7, by_fhir, 11, value)):
        at = f"20260504{hour}0000-0400"
        obr = f"OBR|1||F1|24323-8^Panel^LN|||20260504090000-0400|||||||||||||||{at}|||{status}"
        one.send(message("ORU^R01", obr, f"OBX|1|NM|2160-0^Creatinine^LN||{sent}|mg/dL|||||{status}", at=at))
        told: dict[str, Any] = {
            "resourceType": "Observation", "id": "o1", "status": fhir_status, **ABOUT, "issued": f"2026-05-04T{hour}:00:00-04:00",
            "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0", "display": "Creatinine"}]},
            "effectiveDateTime": "2026-05-04T09:00:00-04:00",
            **({"valueQuantity": {"value": 2.9, "code": "mg/dL"}} if sent else {}),
        }  # fmt: skip
        other.send(told)
    results = [[fact_hash(fact) for fact in feed.of("measurement_resulted")] for feed in (one, other)]
    assert len(results[0]) == 2
    assert one.of("measurement_resulted")[-1].status == "withdrawn"
    assert results[0] == results[1]
