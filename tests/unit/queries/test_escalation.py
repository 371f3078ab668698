"""Nobody answers: who hears of it, when, and each once (DOMAIN Q-54, B73, F.15)."""

from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from opencdi.bus.room import Room
from opencdi.events.audiences import QueryAlert
from opencdi.knowledge.delivery_policy import DeliveryPolicy
from opencdi.knowledge.escalation_policy import EscalationPolicy
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.ladder import CAUSE_BY_ROLE
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES
from unit.queries.sites import comes_down
from unit.queries.test_sendings import delivered


def rungs(*hours: int, to: str = "physician physician-advisor department-chair administration") -> list[dict[str, Any]]:
    return [{"after_hours": after, "to": role} for after, role in zip(hours, to.split(), strict=False)]


POLICY = {"by_severity": {3: rungs(2, 6, 12, 24), 2: rungs(8, 24, 48, 60), 1: rungs(24, 72)}, "before_bill_drop_hours": 12}
SITE = SiteData.model_validate({"escalation": POLICY})
KIDNEY_SENT = (*KIDNEY, "d2 08:00 approve")  # severity 2
SEPSIS_SENT = (
    "d1 08:00 temperature 39.2 Cel",
    "d1 08:05 heart-rate 124 /min",
    "d1 08:20 lactate 4.4 mmol/L",
    "d1 08:30 wbc 19.1 10*3/uL",
    "d1 08:40 ordered blood culture",
    "d1 09:00 given ceftriaxone 2 g IV",
    "d1 09:30 note history-and-physical: urinary-tract-infection",
    "d1 12:00 approve",
)  # severity 3


TWO_RULES = tuple(rule for rule in RULES if rule.condition in ("acute-kidney-injury", "sepsis"))


@cache
def room(site: str) -> Room:
    return queries_room(SiteData.model_validate_json(site), TWO_RULES)


def chart(*lines: str, site: SiteData = SITE) -> Chart:
    return Chart.of(room(site.model_dump_json()), *lines)


def pressed(chart: Chart) -> list[QueryAlert]:
    return [one for one in chart.alerts if one.cause in CAUSE_BY_ROLE.values()]


def told(chart: Chart) -> list[tuple[str, str]]:
    """Who heard, on which day and hour."""
    return [(f"d{one.at.day} {one.at:%H:%M}", one.because) for one in pressed(chart)]


def test_without_a_policy_all_are_reminded_alike() -> None:
    mild, grave = chart(*KIDNEY_SENT, "d9 08:00 tick", site=SiteData()), chart(*SEPSIS_SENT, "d9 08:00 tick", site=SiteData())
    for one in (mild, grave):
        assert [because for _, because in told(one)] == ["REMINDER 24 h", "PHYSICIAN_ADVISOR 48 h", "DEPARTMENT_CHAIR 72 h"]
    assert mild.alerts[-1].escalated_to == "department-chair"


def test_the_graver_the_sooner_and_to_the_roles_that_the_site_names() -> None:
    grave = chart(*SEPSIS_SENT, "d9 08:00 tick")
    assert grave.alerts[-1].weighing is not None
    assert grave.alerts[-1].weighing.severity == 3
    assert told(grave) == [
        ("d1 14:00", "REMINDER 2 h"),
        ("d1 18:00", "PHYSICIAN_ADVISOR 6 h"),
        ("d2 00:00", "DEPARTMENT_CHAIR 12 h"),
        ("d2 12:00", "ADMINISTRATION 24 h"),
    ]
    assert [one.escalated_to for one in grave.alerts if one.state == "escalated"] == [
        "physician", "physician-advisor", "department-chair", "administration",
    ]  # fmt: skip
    assert told(chart(*KIDNEY_SENT, "d9 08:00 tick"))[:2] == [("d2 16:00", "REMINDER 8 h"), ("d3 08:00", "PHYSICIAN_ADVISOR 24 h")]


def test_each_rung_is_told_once_however_often_the_clock_strikes() -> None:
    often = chart(*KIDNEY_SENT, *(f"d{day} {hour:02}:00 tick" for day in range(2, 7) for hour in (9, 15, 21)))
    assert told(often) == told(chart(*KIDNEY_SENT, "d9 08:00 tick"))


def test_the_last_rung_is_told_before_the_bill_drops_and_what_would_come_after_it_is_passed_over() -> None:
    left = chart(*KIDNEY_SENT, "d2 12:00 discharged", "d9 08:00 tick", site=SITE.model_copy(update={"bill_hold_days": 1}))
    assert told(left) == [("d2 16:00", "REMINDER 8 h"), ("d3 00:00", "ADMINISTRATION 16 h, before the bill drops")]
    assert (left.alerts[-1].state, left.alerts[-1].cause) == ("expired", "BILL_HOLD_OVER")


def test_a_question_asked_shortly_before_the_bill_drops_leaves_its_physician_half_of_the_time() -> None:
    site = SITE.model_copy(update={"bill_hold_days": 1})
    late = chart(*KIDNEY, "d2 12:00 discharged", "d3 04:00 approve", "d9 08:00 tick", site=site)
    assert told(late) == [("d3 08:00", "ADMINISTRATION 4 h, before the bill drops")]


def test_a_patient_who_comes_back_has_the_whole_ladder_again() -> None:
    back = chart(*KIDNEY_SENT, "d2 12:00 discharged", "d2 13:00 not-discharged", "d9 08:00 tick", site=SITE.model_copy(update={"bill_hold_days": 1}))  # fmt: skip
    assert [because for _, because in told(back)] == [
        "REMINDER 8 h",
        "PHYSICIAN_ADVISOR 24 h",
        "DEPARTMENT_CHAIR 48 h",
        "ADMINISTRATION 60 h",
    ]


def test_whoever_answered_is_not_pressed_and_a_ladder_begins_anew_with_what_is_asked_anew() -> None:
    answered = chart(*KIDNEY_SENT, "d2 20:00 tick", "d2 21:00 answer aki", "d9 08:00 tick")
    assert told(answered) == [("d2 16:00", "REMINDER 8 h")]
    again = chart(*KIDNEY_SENT, "d2 20:00 tick", "d2 21:00 note progress: acute-kidney-injury", "d2 22:00 reopen", "d2 23:00 approve")
    assert again.alerts[-1].escalated_to is None
    again.line("d9 08:00 tick")
    assert [because for _, because in told(again)] == [
        "REMINDER 8 h", "REMINDER 8 h", "PHYSICIAN_ADVISOR 24 h", "DEPARTMENT_CHAIR 48 h", "ADMINISTRATION 60 h"
    ]  # fmt: skip


def test_from_physician_to_physician_the_ladder_goes_on() -> None:
    moved = chart(*KIDNEY_SENT, "d2 20:00 tick", "d2 21:00 attending 1002", "d9 08:00 tick")
    assert [because for _, because in told(moved)] == ["REMINDER 8 h", "PHYSICIAN_ADVISOR 24 h", "DEPARTMENT_CHAIR 48 h", "ADMINISTRATION 60 h"]  # fmt: skip


def test_with_a_ledger_it_counts_from_when_it_was_handed_over_or_opened() -> None:
    site = SITE.model_copy(update={"delivery": DeliveryPolicy()})
    for status in ("delivered", "viewed"):
        held = chart(*KIDNEY_SENT, "d3 09:00 tick", site=site)
        assert told(held) == []
        delivered(held, when="d3 10", status=status)
        held.line("d3 19:00 tick")
        assert told(held) == [("d3 18:00", "REMINDER 8 h")]


# --- another policy while a question is out -----------------------------------------------------------------------------------
def test_a_site_that_shortens_its_reminders_ends_the_ladder_where_nobody_is_left() -> None:
    out = chart(*KIDNEY_SENT, "d4 09:00 tick", site=SiteData())
    assert len(told(out)) == 2
    comes_down(out, SiteData(revision=2, reminder_hours=(24,)))
    out.line("d9 08:00 tick")
    assert [because for _, because in told(out)] == ["REMINDER 24 h", "PHYSICIAN_ADVISOR 48 h"]


def test_a_policy_that_comes_while_a_question_is_out_tells_the_highest_that_is_overdue_and_goes_on() -> None:
    out = chart(*KIDNEY_SENT, "d3 12:00 tick", site=SiteData(reminder_hours=(100,)))
    out.now += timedelta(hours=1)  # 29 hours after it was sent
    comes_down(out, SITE.model_copy(update={"revision": 2}))
    out.line("d9 08:00 tick")
    assert told(out) == [("d3 13:00", "PHYSICIAN_ADVISOR 24 h"), ("d4 08:00", "DEPARTMENT_CHAIR 48 h"), ("d4 20:00", "ADMINISTRATION 60 h")]


# --- the policy -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({3: None}, "no ladder for severity 3"),
        ({2: []}, "at least 1 item"),
        ({2: rungs(8, 8)}, "goes up"),
        ({2: rungs(24, 8)}, "goes up"),
        ({2: rungs(8, 24, to="department-chair physician")}, "goes up"),
        ({3: rungs(9, 12)}, "the physician hears later of severity 3 than of severity 2"),
        ({4: rungs(1)}, "less than or equal to 3"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(changed: dict[int, Any], why: str) -> None:
    ladders = {severity: told for severity, told in {**POLICY["by_severity"], **changed}.items() if told is not None}  # type: ignore[dict-item]
    with pytest.raises(ValidationError, match=why):
        EscalationPolicy.model_validate({**POLICY, "by_severity": ladders})


def test_two_reminders_before_anybody_else_hears_are_a_ladder() -> None:
    twice = rungs(8, 16, 24, to="physician physician physician-advisor")
    site = SiteData.model_validate({"escalation": {**POLICY, "by_severity": {**POLICY["by_severity"], 2: twice}}})  # type: ignore[dict-item]
    out = chart(*KIDNEY_SENT, "d9 08:00 tick", site=site)
    assert [one.cause for one in pressed(out)] == ["REMINDER", "REMINDER", "PHYSICIAN_ADVISOR"]


def test_site_data_with_a_policy_come_down_the_line_as_they_are() -> None:
    assert SiteData.model_validate_json(SITE.model_dump_json()) == SITE


HAPPENS = st.lists(
    st.sampled_from(["tick", "attending 1002", "attending 1001", "view", "discharged", "not-discharged", "note progress: possible acute-kidney-injury"]),
    max_size=10,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(HAPPENS, st.integers(1, 6), st.booleans())
def test_whatever_happens_the_ladder_goes_up_each_rung_once_and_ends_before_the_bill(happens: list[str], hours: int, often: bool) -> None:
    out, clock = chart(*KIDNEY_SENT), 8
    for one in happens:
        clock += hours
        out.line(f"d{2 + clock // 24} {clock % 24:02}:00 {one}")
        if often and one != "tick":
            out.line(f"d{2 + clock // 24} {clock % 24:02}:30 tick")
    out.line("d20 08:00 tick")
    roles = [one.escalated_to for one in pressed(out)]
    assert roles == [role for role in CAUSE_BY_ROLE if role in roles]
    if (last := out.alerts[-1]).cause == "BILL_HOLD_OVER":
        assert all(one.at < last.at for one in pressed(out))
