"""A physician answered, and no note tells it: pressing on the day before the bill drops, and not before (DOMAIN B77, F.9, F.15)."""

import pytest

from opencdi.events.entry import read_entry
from opencdi.events.pages import QueriesPage
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES
from unit.queries.sites import comes_down

RULES_HERE = tuple(rule for rule in RULES if rule.id in ("D-11", "D-55a"))
ROOM = queries_room(SiteData(), RULES_HERE)
ANSWERED = (*KIDNEY, "d2 08:00 approve", "d2 09:05 answer aki", "d6 12:00 discharged")  # the bill drops on d10 12:00
SUMMARY = "d6 14:00 note discharge-summary id=s: dehydration"
QUESTION = "answered-not-charted/acute-kidney-injury"


def chart(*lines: str, site: SiteData | None = None) -> Chart:
    return Chart.of(queries_room(site, RULES_HERE) if site else ROOM, *lines)


def story(told: Chart) -> list[tuple[str, str, str]]:
    """What became of the question about the answer: when, where it stands, why."""
    return [(f"d{one.at.day} {one.at:%H:%M}", one.state, one.cause) for one in told.alerts if one.condition == QUESTION]


def test_without_a_summary_it_is_asked_on_the_day_before_the_bill_whenever_the_tick_comes() -> None:
    assert story(chart(*ANSWERED, "d9 11:59 tick")) == []
    on_time, late = chart(*ANSWERED, "d9 12:00 tick"), chart(*ANSWERED, "d9 23:00 tick")
    assert story(on_time) == [
        ("d9 12:00", "candidate", "INDICATORS_WITHOUT_DOCUMENTATION"),
        ("d9 12:00", "draft", "READY"),
    ]
    assert story(late) == story(on_time)
    assert on_time.alerts[-1].wording is not None
    assert on_time.alerts[-1].wording.documented[0].source == "query response"


def test_it_ranks_by_the_little_time_that_is_left() -> None:
    (alert,) = [one for one in chart(*ANSWERED, "d9 12:00 tick").alerts if one.condition == QUESTION and one.state == "draft"]
    assert alert.priority_terms["time left"] == 16.0


def test_what_is_asked_about_it_already_is_told_to_cdi_again_once() -> None:
    told = chart(*ANSWERED, SUMMARY, "d9 12:00 tick", "d9 18:00 tick")
    assert [cause for _, _, cause in story(told)].count("BILL_NEARS") == 1
    page = next(page for raw in reversed(told.passed_on) if (page := read_entry(raw).page(QueriesPage)) and page.changed)
    assert [(one.cause, one.condition) for one in page.changed] == [("BILL_NEARS", QUESTION)]
    comes_down(told, SiteData(revision=2))
    told.line("d9 20:00 tick")
    assert [cause for _, _, cause in story(told)].count("BILL_NEARS") == 1


def test_a_note_that_tells_it_ends_both() -> None:
    told = chart(*ANSWERED, "d9 12:00 tick", "d9 15:00 note discharge-summary: acute-kidney-injury")
    assert {one.condition: one.state for one in told.alerts} == {"acute-kidney-injury": "closed", QUESTION: "auto-resolved"}


def test_what_the_bill_left_behind_expires_with_it() -> None:
    assert story(chart(*ANSWERED, "d9 12:00 tick", "d10 12:00 tick"))[-1] == ("d10 12:00", "expired", "BILL_HOLD_OVER")


def test_an_answer_of_the_last_day_is_not_asked_about_the_minute_after() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d6 12:00 discharged", "d9 12:00 tick", "d9 15:00 answer aki", SUMMARY, "d9 18:00 tick")
    assert story(told) == []


@pytest.mark.parametrize(
    ("site", "due"),
    [
        (SiteData(bill_hold_days=6), "d11 12:00"),
        (SiteData(answers_due_hours=48), "d8 12:00"),
        (SiteData(bill_hold_days=0), "d6 12:00"),  # no bill hold: as soon as the patient has left
    ],
)
def test_the_day_is_the_sites(site: SiteData, due: str) -> None:
    told = chart(*ANSWERED, "d30 12:00 tick", site=site)
    assert story(told)[0][0] == due


def test_a_longer_bill_hold_or_a_patient_who_comes_back_takes_the_hurry_away() -> None:
    told = chart(*ANSWERED, "d7 12:00 tick")
    comes_down(told, SiteData(revision=2, bill_hold_days=10))
    told.line("d9 12:00 tick")
    assert story(told) == []
    told.line("d15 12:00 tick")
    assert story(told)[-1] == ("d15 12:00", "draft", "READY")
    told.line("d15 13:00 not-discharged")
    assert story(told)[-1][1] == "auto-resolved"
