"""What is not a message about a patient: ticks, decisions, receipts."""

import json
from datetime import UTC, datetime

import pytest

from opencdi.bus.room import EveryPartition, Record
from opencdi.events.entry import read_entry
from opencdi.events.inbound import Inbound
from opencdi.events.pages import TickPage

NOON = datetime(2026, 5, 8, 12, 0, tzinfo=UTC)


def test_a_tick_goes_to_every_partition_with_each_feeds_last_word(feed, message) -> None:
    feed.send(message("ADT^A01"))
    txa = "TXA|1|11506-3^Progress note^LN|TX|20260504100000-0400|||||77^L^S|||D1|||||AU"
    feed.send(message("MDM^T02", txa, "OBX|1|TX|11506-3||Fever.||||||F"))
    inbound = Inbound("tick-1", "cdi.inbound.tick", "t", "clock", NOON, json.dumps({"at": NOON.isoformat()}).encode())
    (said,) = feed.room.step(feed.states, Record("cdi.inbound.v1", "t", inbound.body, inbound.headers()))
    assert said.to == EveryPartition()
    feed.send(inbound.body, kind="cdi.inbound.tick", at=NOON)
    page = feed.entries[-1].page(TickPage)
    assert page is not None
    assert page.at == NOON
    assert set(page.feeds) == {"feed", "feed/documents"}
    first = read_entry(said.value).page(TickPage)
    assert first is not None
    assert first.documents == {"feed/documents": (page.feeds["feed/documents"],)}
    assert page.documents == {}, "it has been told"


def test_a_decision_is_a_fact_about_its_encounter_with_the_gates_time_and_id(feed, message) -> None:
    feed.send(message("ADT^A01"))
    (encounter_id,) = feed.facts
    decision = {
        "kind": "query_answered", "query_id": "q1", "encounter_id": encounter_id, "as_of": "m1", "option_id": "o1",
        "actor": {"staff_id": "77"}, "decision_id": "mine", "decided_at": "2020-01-01T00:00:00Z",
    }  # fmt: skip
    assert feed.send(json.dumps(decision), kind="cdi.inbound.decision", ce_id="gate-9", at=NOON).outcome == "entries"
    fact = feed.of("query_answered")[0]
    assert (fact.decision_id, fact.decided_at) == ("gate-9", NOON)


@pytest.mark.parametrize(
    ("body", "reason"),
    [('{"kind":"query_viewed","query_id":"q","encounter_id":"nowhere","as_of":"a","actor":{}}', "UNKNOWN_ENCOUNTER"), ("{}",
    "UNREADABLE_DECISION"),
     ('{"kind":"query_viewed"}', "UNREADABLE_DECISION"), ("[]", "UNREADABLE_DECISION")],
)  # fmt: skip
def test_a_decision_about_nothing_is_dead_lettered(feed, body: str, reason: str) -> None:
    ended = feed.send(body, kind="cdi.inbound.decision")
    assert (ended.outcome, ended.reason) == ("dead_letter", reason)


def test_a_poisoned_record_has_no_effect_and_ends(feed) -> None:
    assert feed.send("{}", kind="cdi.inbound.poisoned").outcome == "no_effect"


@pytest.mark.parametrize("status", ["delivered", "refused", "viewed", "deferred"])
def test_a_receipt_reaches_its_encounter_once(feed, message, status: str) -> None:
    feed.send(message("ADT^A01"))
    (encounter_id,) = feed.facts
    told = json.dumps({"id": "out-1", "status": status, "encounter_id": encounter_id, "query_id": "q1", "reason": "budget"})
    assert feed.send(told, kind="cdi.inbound.receipt", ce_id="receipt-1").outcome == "entries"
    again = feed.send(told, kind="cdi.inbound.receipt", ce_id="receipt-1")
    assert (again.outcome, again.reason) == ("no_effect", "DUPLICATE")
    (fact,) = feed.of("delivery_receipted")
    assert (fact.receipt_id, fact.query_id, fact.status, fact.reason, fact.source) == ("receipt-1", "q1", status, "budget", "feed")


@pytest.mark.parametrize(
    ("body", "reason", "where"),
    [
        ("{}", "UNREADABLE_RECEIPT", "id"),
        ('{"id":"1","status":"lost","encounter_id":"e","query_id":"q"}', "UNREADABLE_RECEIPT", "status"),
        ('{"id":"1","status":"viewed","encounter_id":"e","query_id":"q"}', "UNKNOWN_ENCOUNTER", "encounter_id"),
    ],
)
def test_a_receipt_about_nothing_is_dead_lettered(feed, body: str, reason: str, where: str) -> None:
    ended = feed.send(body, kind="cdi.inbound.receipt")
    assert (ended.outcome, ended.reason, ended.problems[0].where) == ("dead_letter", reason, where)


def test_unreadable_site_data_is_dead_lettered_by_field(feed) -> None:
    ended = feed.send('{"bill_hold_days":"soon"}', kind="cdi.inbound.site-data")
    assert (ended.outcome, ended.problems[0].where) == ("dead_letter", "bill_hold_days")


def test_states_survive_their_codec(feed, message) -> None:
    feed.send(message("ADT^A01", account="A1"))
    feed.send(message("ORU^R01", "OBR|1||F1|P", "OBX|1|NM|2160-0^C^LN||2.9|mg/dL|||||F", visit="", mrn="300"))
    for key, state in feed.states.items():
        assert feed.room.codec.decode(key, feed.room.codec.encode(key, state)) == state
