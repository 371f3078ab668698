"""Who is forgotten when (the table of DESIGN §2)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from opencdi.bus.room import Record
from opencdi.bus.stepping import Stepper
from opencdi.events.audiences import MessageEnded
from opencdi.events.inbound import Inbound

LEFT = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)  # as discharged below
DUE = timedelta(days=4 + 30)  # bill hold, and thirty days
Builder = Callable[..., str]


def tick(feed, at: datetime) -> None:
    feed.send(json.dumps({"at": at.isoformat()}), kind="cdi.inbound.tick", at=at)


def a_stay(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", account="A1"))
    txa = "TXA|1|11506-3^^LN|TX|20260504100000-0400|||||77^L^S|||D1|||||AU"
    feed.send(message("MDM^T02", txa, "OBX|1|TX|11506-3||Fever.||||||F", account="A1"))
    feed.send(message("ORU^R01", "OBR|1||F1|24323-8^P^LN", "OBX|1|NM|2160-0^C^LN||2.9|mg/dL|||||F", account="A1"))
    feed.send(message("ADT^A03", at="20260506080000-0400", account="A1"))


def test_a_closed_stay_leaves_memory_thirty_days_after_its_bill(feed, message: Builder) -> None:
    a_stay(feed, message)
    tick(feed, LEFT + DUE - timedelta(days=1))
    assert any(key.startswith("document/") for key in feed.states)
    tick(feed, LEFT + DUE + timedelta(days=1))
    kinds = {key.partition("/")[0] for key in feed.states if not key.startswith(("seen/", "days/"))}
    assert kinds == {"person", "visit", "encounter", "past", "due", "due-day", "feeds"}
    late = message("ORU^R01", "OBR|1||F1|24323-8^P^LN", "OBX|1|NM|2160-0^C^LN||1.1|mg/dL|||||C", at="20260701080000-0400", account="A1")
    ended = feed.send(late, at=LEFT + timedelta(days=60))
    assert (ended.outcome, ended.reason) == ("no_effect", "ENCOUNTER_CLOSED")
    renamed = message("ADT^A08", at="20260702080000-0400", account="A1", pv1="E").replace("DOE^JANE", "ROE^JANE")
    assert feed.send(renamed, at=LEFT + timedelta(days=61)).reason == "ENCOUNTER_CLOSED"
    # The number may be given to a new stay meanwhile.
    new = message("ADT^A01", "PV2|||||||||", at="20261006080000-0400").replace(
        "V1^^^MERCY", "V1^^^MERCY" + "|" * 25 + "20261006080000-0400"
    )
    assert feed.send(new, at=LEFT + timedelta(days=150)).outcome == "entries"
    assert len(feed.facts) == 2


def test_an_addendum_whose_document_never_came_is_forgotten_with_its_stay(feed, message: Builder) -> None:
    a_stay(feed, message)
    txa = "TXA|1|11506-3^^LN|TX|20260504110000-0400|||||77^L^S|||D2|D0||||AU"
    assert feed.send(message("MDM^T06", txa, "OBX|1|TX|11506-3||Afebrile.||||||F", account="A1")).outcome == "kept_with_patient"
    tick(feed, LEFT + DUE + timedelta(days=1))
    assert not any(key.startswith("waiting/") for key in feed.states)


def test_a_stay_that_is_open_or_of_another_patient_stays(feed, message: Builder) -> None:
    a_stay(feed, message)
    feed.send(message("ADT^A01", mrn="200", visit="V9"))
    tick(feed, LEFT + timedelta(days=400))
    told = feed.send(message("ADT^A08", mrn="200", visit="V9", pv1="E", at="20260509080000-0400"), at=LEFT + timedelta(days=400))
    assert told.outcome == "entries"


def test_one_tick_over_a_gap_forgets_what_many_would(new_feed, message: Builder) -> None:
    one, many = new_feed(), new_feed()
    for feed in (one, many):
        a_stay(feed, message)
    until = LEFT + DUE + timedelta(hours=5)
    at = LEFT
    while (at := at + timedelta(hours=7)) < until:
        tick(many, at)
    tick(many, until)
    tick(one, until)
    assert one.states == many.states


def test_a_cancelled_stay_is_forgotten_too(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", account="A1"))
    feed.send(message("ADT^A11", at="20260504090000-0400", account="A1"))
    tick(feed, LEFT + timedelta(days=60))
    assert not any(key.startswith("story/") for key in feed.states)


def test_the_same_message_is_a_duplicate_for_thirty_days(feed, message: Builder) -> None:
    body = message("ADT^A01")
    first = datetime(2026, 5, 4, 14, tzinfo=UTC)
    feed.send(body, at=first)
    assert feed.send(body, at=first + timedelta(days=30)).reason == "DUPLICATE"
    assert feed.send(body, at=first + timedelta(days=31)).reason != "DUPLICATE"


def test_what_ended_long_before_it_was_told_is_forgotten_on_the_next_day(feed, message: Builder) -> None:
    tick(feed, LEFT + timedelta(days=800))
    a_stay_at = LEFT + timedelta(days=800, hours=1)
    feed.send(message("ADT^A01", account="A1"), at=a_stay_at, backload=True)
    feed.send(message("ADT^A03", at="20260506080000-0400", account="A1"), at=a_stay_at, backload=True)
    assert any(key.startswith("story/") for key in feed.states)
    tick(feed, LEFT + timedelta(days=801))
    assert not any(key.startswith("story/") for key in feed.states)


def test_a_stay_that_was_discharged_again_is_kept_as_long_as_its_last_discharge_says(feed, message: Builder) -> None:
    a_stay(feed, message)
    feed.send(message("ADT^A13", at="20260506090000-0400", account="A1"))
    feed.send(message("ADT^A03", at="20260507080000-0400", account="A1"))
    tick(feed, LEFT + DUE + timedelta(days=1))
    assert any(key.startswith("story/") for key in feed.states)
    tick(feed, LEFT + DUE + timedelta(days=2))
    assert not any(key.startswith("story/") for key in feed.states)


def test_a_transaction_whose_part_never_comes_is_laid_aside_after_a_day(feed) -> None:
    for n in range(50):
        feed.send({"resource": {"resourceType": "Patient", "id": f"p{n}"}}, ce_id=f"a{n}.1", part="1/3", at=LEFT)
    feed.send({"resource": {"resourceType": "Patient", "id": "theirs"}}, ce_id="b.1", part="1/2", at=LEFT, tenant="other")
    tick(feed, LEFT + timedelta(hours=24))
    assert feed.ended == []
    feed.send({"resource": {"resourceType": "Patient", "id": "new"}}, ce_id="c.1", part="1/2", at=LEFT + timedelta(hours=25))
    body = json.dumps({"at": (LEFT + timedelta(hours=26)).isoformat()}).encode()
    inbound = Inbound("t", "cdi.inbound.tick", "t", "tick", LEFT + timedelta(hours=26), body)
    said = Stepper(feed.room).step(feed.states, Record("cdi.inbound.v1", "t", body, inbound.headers()))
    ended = [MessageEnded.read(out.value) for out in said if out.topic.name == "cdi.outcomes.v1"]
    assert {(one.entry_id, one.outcome, one.reason) for one in ended} == {(f"a{n}", "dead_letter", "PARTS_MISSING") for n in range(50)}
    letters = [out for out in said if out.topic.name == "cdi.dead.intake.v1"]
    assert len(letters) == 50
    assert b'"p0"' in letters[0].value
    assert sorted(key for key in feed.states if key.startswith("part")) == ["part/b/1", "part/c/1", "parts/b", "parts/c"]
