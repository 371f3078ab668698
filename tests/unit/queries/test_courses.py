"""A course of a drug, and how large its doses are (DOMAIN D-75, D-81)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.knowledge.site import SiteData
from opencdi.queries.chart import Chart, Stay
from opencdi.queries.condition import Treatment
from opencdi.queries.conditions import signs as signs_of
from opencdi.queries.question import Question
from opencdi.queries.room import rules_path
from opencdi.queries.rule import Quantity, load_rules
from opencdi.queries.told import Act

ZERO = datetime(2026, 5, 4, 8, tzinfo=UTC)
RULE = load_rules(rules_path())[0].model_copy(update={"thresholds": {"dose": Quantity(value=20, unit="mg")}})


def act(hours: float, text: str = "prednisone", **told: Any) -> Act:
    return Act(
        act_id=f"a{hours}", text=text, done=told.pop("done", True), drug=True, at=ClinicalTime(ZERO + timedelta(hours=hours)), **told
    )


def signs(acts: list[Act], **asked: Any) -> list[float]:
    condition = Treatment(kind="treatment", any_of=("steroid",), **asked)
    chart = Chart(Stay(tenant="t", started_at=ZERO), lambda _: (), lambda _: (), lambda _: tuple(acts))
    return [(sign.at - ZERO).total_seconds() / 3600 for sign in signs_of(condition, Question(RULE, SiteData(), chart))]


@pytest.mark.parametrize(
    ("dose", "met"),
    [("20 mg", True), ("19.9 mg", False), ("0.02 g", True), ("60 mg", True), ("2 mL", False), ("", False), ("1 tablet", False)],
)
def test_a_dose_is_held_to_its_limit_in_its_unit(dose: str, met: bool) -> None:
    assert bool(signs([act(0, dose=dose)], dose_at_least="dose")) is met


@pytest.mark.parametrize(
    ("route", "met"), [("IV", True), ("IVPB", True), ("Intravenous", True), ("PO", False), ("", False), ("PIV flush", False)]
)
def test_the_way_is_told_or_it_is_not_known(route: str, met: bool) -> None:
    assert bool(signs([act(0, route=route)], route="iv")) is met


def test_a_name_may_tell_the_way() -> None:
    assert signs([act(0, "methylprednisolone 40 mg iv push")], route="iv")


def test_a_course_is_as_long_as_from_its_first_dose_to_its_last() -> None:
    doses = [act(hours) for hours in (0, 24, 48, 72)]
    assert signs(doses, at_least_h=48) == [48]
    assert signs(doses, at_least_h=48, doses=4) == [72]
    assert signs([act(0), act(24), act(120), act(144)], at_least_h=48) == []


def test_what_was_only_ordered_is_no_course() -> None:
    assert not signs([act(hours, done=False) for hours in (0, 24, 48)], at_least_h=48)
    assert not signs([act(0, done=False)], given=True)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=12, unique=True), st.integers(1, 100))
def test_a_longer_course_is_never_met_before_a_shorter_one(hours: list[int], least: int) -> None:
    acts = [act(hour) for hour in sorted(hours)]
    shorter, longer = signs(acts, at_least_h=least), signs(acts, at_least_h=least + 10)
    assert not longer or shorter[0] <= longer[0]
