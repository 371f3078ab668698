"""An entry that queries or finalize cannot step themselves holds questions and sets as any other, until a second try mends it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from by_hand.shorthand import ANALYST
from opencdi.bus.room import Key, Outgoing, Record
from opencdi.events.audiences import FinalCodeSet
from opencdi.events.entry import Entry, headers_of, read_entry
from opencdi.events.inbound import Inbound
from opencdi.events.pages import FactsPage
from opencdi.events.topics import CHART, CODING, QUERIES, Topic, dead_letters
from opencdi.gateway.again import send_again
from opencdi.testing import TENANT, Ward, story


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    return Ward(tmp_path)


def records(ward: Ward, topic: Topic) -> list[Record]:
    reader, found = ward.bus.reader([topic], {}), []
    while batch := reader.poll(limit=100_000, timeout_s=0):
        found += [delivered.record for delivered in batch]
    reader.close()
    return found


def spoil(ward: Ward, topic: Topic, which: Callable[[Entry], bool]) -> str:
    """An entry of the line comes to a room with a page that it cannot read; returns its id."""
    entry = next(entry for record in records(ward, topic) if (entry := read_entry(record.value)).envelope.encounter_id and which(entry))
    spoilt = Entry(entry.envelope, tuple(b'{"facts":[{"kind":"encounter_updated"}]}' for _ in entry.envelope.pages))
    headers = headers_of(spoilt, event_type="cdi.test.entry", source="test")
    ward.bus.publish([Outgoing(topic, Key(entry.envelope.encounter_id or ""), spoilt.encode(), headers)])
    ward.line.drain()
    return entry.envelope.entry_id


def last(ward: Ward) -> FinalCodeSet:
    return max(ward.finals(), key=lambda final: final.nth)


def with_note(entry: Entry) -> bool:
    return entry.has("findings")


def test_an_entry_that_queries_cannot_step_holds_questions_until_it_is_mended(ward: Ward) -> None:
    told = story("malnutrition")
    ward.live([told], until="1 09:00")
    spoil(ward, CODING, with_note)
    ward.live([told], until="2 12:00")
    assert ward.alerts() == []  # the dietitian's finding asks, once what could not be read has been
    (letter,) = records(ward, dead_letters("queries"))
    send_again(ward.bus, letter, ANALYST)
    ward.line.drain()
    assert ward.states() == {"malnutrition": "draft"}


def test_an_entry_that_finalize_cannot_step_is_waited_for_until_it_is_mended(ward: Ward) -> None:
    told = story("pneumonia")
    ward.live([told])
    assert last(ward).waiting_for == ()
    spoil(ward, QUERIES, with_note)
    assert last(ward).waiting_for == ("an entry that finalize could not read",)
    (letter,) = records(ward, dead_letters("finalize"))
    send_again(ward.bus, letter, ANALYST)
    ward.line.drain()
    assert last(ward).waiting_for == ()


def creatinine(ward: Ward, value: float, status: str) -> None:
    """An Observation as the other system sends it: its subject by reference only."""
    told = story("aki-fhir")
    observation = {
        "resourceType": "Observation", "id": "L99", "status": status, "issued": ward.now.isoformat(),
        "subject": {"reference": f"Patient/p{told.patient.mrn}"}, "encounter": {"reference": f"Encounter/e{told.visit.number}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]}, "effectiveDateTime": "2026-05-05T10:00:00-04:00",
        "valueQuantity": {"value": value, "unit": "mg/dL", "code": "mg/dL"},
    }  # fmt: skip
    body = json.dumps(observation).encode()
    ward.hear([Inbound(f"lab{value}", "cdi.inbound.fhir", TENANT, "fhir", ward.now, body)])


def test_a_second_try_of_which_nothing_stands_any_more_mends_too(ward: Ward) -> None:
    told = story("aki-fhir")
    ward.live([told], until="1 12:00")
    creatinine(ward, 1.2, "final")
    entry_id = spoil(ward, CODING, lambda entry: entry.envelope.entry_id.startswith("lab1.2"))
    ward.live([told], until="1 13:00")
    creatinine(ward, 1.1, "corrected")
    ward.live([told], until="3 10:00")
    assert ward.alerts() == []
    (letter,) = records(ward, dead_letters("queries"))
    again = send_again(ward.bus, letter, ANALYST)
    ward.line.drain()
    back = next(read_entry(record.value) for record in records(ward, CHART) if (record.header("ce_id") or "").startswith(again))
    page = back.page(FactsPage)
    assert (back.envelope.replays, page and page.facts) == (entry_id, ())  # the correction stands, and was read
    assert ward.states() == {"acute-kidney-injury": "draft"}
