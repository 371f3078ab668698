"""Visits that nobody discharges: a clinic visit is over with its day, whatever is told of it afterwards (DOMAIN F.1, F.4)."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

Builder = Callable[..., str]


def result(message: Builder, at: str, name: str = "F1") -> str:
    lines = (f"OBR|1||{name}|24323-8^Panel^LN|||{at}", f"OBX|1|NM|2160-0^Creatinine^LN||1.1|mg/dL|||||F|||{at}")
    return message("ORU^R01", *lines, visit="", at=at, control=f"R{name}{at}")


def clinic(message: Builder, at: str, trigger: str = "A04", number: str = "C1", pv1: str = "O") -> str:
    return message(f"ADT^{trigger}", visit=number, pv1=pv1, at=at, control=f"{trigger}{number}{at}")


def classes(feed: Any) -> list[str]:
    """Of every result that is filed, the class of its stay."""
    found = []
    for facts in feed.facts.values():
        told = [fact.encounter_class for fact in facts if fact.kind == "encounter_updated" and fact.encounter_class]
        found += [told[-1] for fact in facts if fact.kind == "measurement_resulted"]
    return found


def test_on_its_day_what_names_no_visit_is_the_clinics_and_by_the_hospitals_clock(feed, message: Builder) -> None:
    feed.send(clinic(message, "20260504080000-0400"))
    assert feed.send(result(message, "20260504233000-0400")).outcome == "entries"  # in London the next day
    assert feed.send(result(message, "20260505003000-0400", "F2")).outcome == "kept_with_patient"
    assert classes(feed) == ["outpatient"]


def test_who_was_in_the_clinic_last_month_and_is_admitted_now_is_in_one_stay(new_feed, message: Builder) -> None:
    told = [
        clinic(message, "20260404080000-0400"), message("ADT^A01", at="20260504080000-0400"), result(message, "20260505090000-0400"),
    ]  # fmt: skip
    for order in permutations(told):
        feed = new_feed()
        for body in order:
            feed.send(body)
        assert classes(feed) == ["inpatient"]


def test_a_visit_that_recurs_is_open_on_each_day_on_which_the_patient_is_registered(new_feed, message: Builder) -> None:
    days = ("20260401", "20260408", "20260415")
    told = [clinic(message, f"{day}080000-0400") for day in days]
    on, between = result(message, "20260408100000-0400"), result(message, "20260410100000-0400", "F2")
    for order in permutations([*told, on, between]):
        feed = new_feed()
        for body in order:
            feed.send(body)
        assert classes(feed) == ["outpatient"], [body[:70] for body in order]


def test_a_snapshot_of_the_account_weeks_later_does_not_bring_the_patient_back(feed, message: Builder) -> None:
    feed.send(clinic(message, "20260404080000-0400"))
    feed.send(clinic(message, "20260420080000-0400", "A08"))
    assert feed.send(result(message, "20260420090000-0400")).outcome == "kept_with_patient"


def test_who_is_kept_after_the_clinic_has_what_waited(feed, message: Builder) -> None:
    feed.send(clinic(message, "20260504080000-0400"))
    assert feed.send(result(message, "20260505090000-0400")).outcome == "kept_with_patient"
    feed.send(clinic(message, "20260504180000-0400", "A06", pv1="I"))
    assert classes(feed) == ["inpatient"]


@pytest.mark.parametrize(("at", "outcome"), [("20260506090000-0400", "entries"), ("20260512090000-0400", "kept_with_patient")])
def test_an_emergency_visit_without_its_end_is_over_after_a_week(feed, message: Builder, at: str, outcome: str) -> None:
    feed.send(clinic(message, "20260504080000-0400", pv1="E"))
    assert feed.send(result(message, at)).outcome == outcome


def test_an_inpatient_stay_never_ends_by_itself(feed, message: Builder) -> None:
    feed.send(message("ADT^A01", at="20250504080000-0400"))
    assert feed.send(result(message, "20260504090000-0400")).outcome == "entries"
