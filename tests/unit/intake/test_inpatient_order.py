"""Since when the patient is ordered to be an inpatient, and that it is taken back (DOMAIN F.4)."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

Builder = Callable[..., str]
DAY = "20260504{}00-0400"
ORDER = "ADMIT^Admit to inpatient^L"


@pytest.fixture
def site(site: Any) -> Any:
    """A site whose order to admit has a code."""
    return site.model_copy(update={"inpatient_order_codes": ("ADMIT",)})


@pytest.fixture
def new_feed(site: Any, feed_into: Callable[[Any], Any]) -> Callable[[], Any]:
    from opencdi.intake.room import intake_room

    return lambda: feed_into(intake_room(lambda tenant: tenant.encode() * 16, site))


def adt(message: Builder, trigger: str, hour: str, pv1: str, visit: str = "V1") -> str:
    return message(f"ADT^{trigger}", at=DAY.format(hour), pv1=pv1, visit=visit, account="AL1", control=f"{trigger}{hour}{visit}")


def order(message: Builder, control: str, hour: str, ordered: str, number: str = "O1") -> str:
    segments = (f"ORC|{control}|{number}|||||||{DAY.format(ordered)}", f"OBR|1|{number}||{ORDER}")
    return message("ORM^O01", *segments, at=DAY.format(hour), account="AL1", control=f"{control}{number}{hour}")


def ordered_at(feed: Any) -> tuple[str, str] | None:
    """The last word on it, of all that is said of the stay."""
    said = [fact for fact in feed.all if fact.kind in ("inpatient_ordered", "inpatient_order_cancelled")]
    if not said or said[-1].kind == "inpatient_order_cancelled":
        return None
    return said[-1].basis, f"{said[-1].at.at:%H%M}"


def test_back_to_observation_takes_the_order_back_and_the_next_admission_is_a_new_one(feed, message: Builder) -> None:
    feed.send(adt(message, "A01", "0800", "I"))
    assert ordered_at(feed) == ("first-inpatient-class", "0800")
    feed.send(adt(message, "A07", "1000", "O"))
    assert ordered_at(feed) is None
    feed.send(adt(message, "A06", "1500", "I"))
    assert ordered_at(feed) == ("first-inpatient-class", "1500")


@pytest.mark.parametrize(("told", "left"), [
    ([("A04", "0700", "O", ""), ("A08", "1200", "O", ""), ("A06", "1400", "I", "1000"), ("A08", "1600", "I", "")], "1000"),
    ([("A01", "0700", "I", "0600"), ("A08", "1200", "I", ""), ("A07", "1400", "O", "1000"), ("A08", "1500", "O", "")], None),
    ([("A01", "0700", "I", ""), ("A07", "1000", "O", ""), ("A08", "1200", "O", ""), ("A06", "1400", "I", "1100")], "1100"),
], ids=["late", "back", "again"])  # fmt: skip
def test_what_is_entered_late_stands_and_is_so_since_it_happened(new_feed, message: Builder, told: Any, left: str | None) -> None:
    """EVN-2 orders what is told, EVN-6 says since when it is so (DOMAIN F.2)."""
    for coming in permutations(told):
        feed = new_feed()
        for trigger, hour, pv1, happened in coming:
            at = DAY.format(hour)
            since = f"EVN||{at}||||{DAY.format(happened)}" if happened else f"EVN||{at}"
            feed.send(adt(message, trigger, hour, pv1).replace(f"EVN||{at}", since))
        assert ordered_at(feed) == (left and ("first-inpatient-class", left)), coming


def test_of_classes_in_any_order_of_arrival_the_same_order_to_admit_is_left(new_feed, message: Builder) -> None:
    told = [("A04", "0700", "E"), ("A06", "0800", "I"), ("A07", "1000", "O"), ("A06", "1500", "I")]
    for coming in permutations(told):
        feed = new_feed()
        for one in coming:
            feed.send(adt(message, *one))
        assert ordered_at(feed) == ("first-inpatient-class", "1500")


@pytest.mark.parametrize("left_by", [("A11", "1230", "I"), ("A07", "1230", "O")])
def test_in_whatever_order_it_comes_an_admission_that_is_undone_leaves_no_order(new_feed, message: Builder, left_by: Any) -> None:
    told = [adt(message, "A04", "0800", "E"), adt(message, "A06", "1200", "I"), adt(message, *left_by)]
    for coming in permutations(told):
        feed = new_feed()
        for body in coming:
            feed.send(body)
        assert ordered_at(feed) is None


def test_where_one_visit_of_two_is_cancelled_the_others_order_stands(feed, message: Builder) -> None:
    feed.send(adt(message, "A01", "0800", "I"))
    feed.send(order(message, "NW", "0830", "0805"))
    feed.send(adt(message, "A01", "1200", "I", "V2"))
    feed.send(adt(message, "A11", "1230", "I", "V2"))
    assert ordered_at(feed) == ("order", "0805")


def test_an_order_falls_with_the_class_it_was_for_and_one_that_comes_before_the_class_stands(feed, message: Builder) -> None:
    feed.send(adt(message, "A04", "0700", "E"))
    feed.send(order(message, "NW", "0805", "0800"))
    feed.send(adt(message, "A08", "0810", "E"))  # registration is slow
    feed.send(adt(message, "A06", "0900", "I"))
    assert ordered_at(feed) == ("order", "0800")
    feed.send(adt(message, "A07", "1000", "O"))
    assert ordered_at(feed) is None
    feed.send(order(message, "NW", "1405", "1400", "O2"))
    assert ordered_at(feed) == ("order", "1400")


def test_a_cancelled_order_leaves_the_class_and_a_discontinued_one_stands(new_feed, message: Builder) -> None:
    for control, left in (("CA", ("first-inpatient-class", "0900")), ("DC", ("order", "0800"))):
        told = [order(message, "NW", "0805", "0800"), order(message, control, "1000", "0800")]
        for coming in permutations(told):
            feed = new_feed()
            feed.send(adt(message, "A01", "0900", "I"))
            for body in coming:
                feed.send(body)
            assert ordered_at(feed) == left


def test_the_first_of_two_orders_stands_in_whatever_order_they_come(new_feed, message: Builder) -> None:
    for coming in permutations([order(message, "NW", "0805", "0800"), order(message, "NW", "1005", "1000", "O2")]):
        feed = new_feed()
        feed.send(adt(message, "A01", "0900", "I"))
        for body in coming:
            feed.send(body)
        assert ordered_at(feed) == ("order", "0800")


def test_a_class_that_no_table_knows_takes_nothing_back(feed, message: Builder) -> None:
    feed.send(adt(message, "A01", "0800", "I"))
    feed.send(adt(message, "A08", "0900", "Q"))
    assert ordered_at(feed) == ("first-inpatient-class", "0800")


def open_stays(feed: Any) -> dict[str, bool]:
    """Encounter -> whether a reader of its facts takes it for open: told of since it was cancelled, and not moved."""
    stands: dict[str, bool] = {}
    for encounter_id, facts in feed.facts.items():
        for fact in facts:
            if fact.kind in ("encounter_cancelled", "encounter_moved"):
                stands[encounter_id] = False
            elif fact.kind == "encounter_updated":
                stands[encounter_id] = True
    return stands


def test_a_cancelled_admission_that_is_admitted_anew_is_open_again(feed, message: Builder) -> None:
    feed.send(adt(message, "A01", "0800", "I"))
    feed.send(adt(message, "A11", "0900", "I"))
    assert list(open_stays(feed).values()) == [False]
    assert feed.send(adt(message, "A08", "0830", "I")).outcome == "no_effect"  # told before the cancel, and late
    assert list(open_stays(feed).values()) == [False]
    feed.send(adt(message, "A01", "1000", "I"))
    assert list(open_stays(feed).values()) == [True]
    assert ordered_at(feed) == ("first-inpatient-class", "1000")
    result = ("OBR|1||F1|24323-8^Panel^LN|||20260504110000-0400", "OBX|1|NM|2160-0^Creatinine^LN||1.1|mg/dL|||||F|||20260504110000-0400")
    assert feed.send(message("ORU^R01", *result, visit="", at=DAY.format("1100"))).outcome == "entries", "it is the patient's open stay"
    feed.send(adt(message, "A11", "1200", "I"))
    assert list(open_stays(feed).values()) == [False]


def test_a_snapshot_of_a_cancelled_account_does_not_admit_in_whatever_order_they_come(new_feed, message: Builder) -> None:
    told = [adt(message, "A01", "0800", "I"), adt(message, "A11", "0900", "I"), adt(message, "A08", "1000", "I")]
    for coming in permutations(told):
        feed = new_feed()
        for body in coming:
            feed.send(body)
        assert list(open_stays(feed).values()) == [False]
    for coming in permutations([*told, adt(message, "A01", "1100", "I")]):
        feed = new_feed()
        for body in coming:
            feed.send(body)
        assert list(open_stays(feed).values()) == [True]
        assert ordered_at(feed) == ("first-inpatient-class", "1100")


@pytest.mark.parametrize("real", ["V1", "V2"])
def test_a_stay_that_was_entered_twice_and_cancelled_once_stays_open_when_the_two_are_merged(feed, message: Builder, real: str) -> None:
    for number in ("V1", "V2"):
        feed.send(message("ADT^A01", at=DAY.format("0800"), visit=number, control=f"a{number}"))
    wrong = "V2" if real == "V1" else "V1"
    feed.send(message("ADT^A11", at=DAY.format("0900"), visit=wrong, control="c"))
    feed.send(message("ADT^A42", "MRG|100^^^MERCY^MR||||V2^^^MERCY", at=DAY.format("1000"), visit="V1", control="m"))
    assert sorted(open_stays(feed).values()) == [False, True]
    moved = next(fact for fact in feed.all if fact.kind == "encounter_moved")
    assert open_stays(feed)[moved.into]


def test_who_is_announced_is_not_there_yet_and_the_order_counts_from_the_admission(new_feed, message: Builder) -> None:
    planned, came = adt(message, "A05", "0700", "I"), adt(message, "A01", "1500", "I")
    blood = message("ORU^R01", "OBR|1||F1|P^Panel^L|||20260504100000-0400", "OBX|1|NM|2160-0^C^LN||1.0|mg/dL|||||F", visit="")
    for told in ([planned, came, blood], [came, planned, blood], [came, blood, planned]):
        feed = new_feed()
        for body in told:
            feed.send(body)
        assert ordered_at(feed) == ("first-inpatient-class", "1500")
        assert {fact.encounter_class for fact in feed.of("encounter_updated")} - {None} <= {"preadmit", "inpatient"}
    feed = new_feed()
    feed.send(planned)
    assert feed.send(blood).outcome == "kept_with_patient"  # before anybody came it is no stay's


def test_a_planned_encounter_is_announced_in_fhir_too(feed) -> None:
    planned = {"resourceType": "Encounter", "id": "e", "status": "planned", "class": {"code": "IMP"}, "subject": {"reference": "Patient/p"},
               "identifier": [{"system": "MERCY", "value": "V1"}], "meta": {"lastUpdated": "2026-05-04T07:00:00-04:00"}}  # fmt: skip
    feed.send(planned)
    assert [fact.encounter_class for fact in feed.of("encounter_updated")] == ["preadmit"]
    feed.send({**planned, "status": "in-progress", "meta": {"lastUpdated": "2026-05-04T15:00:00-04:00"}})
    assert ordered_at(feed) == ("first-inpatient-class", "1500")
