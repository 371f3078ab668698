"""Discharge reconciliation in the room: one question for each diagnosis, the same whatever order the notes come in (B77, D-55)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencdi.knowledge.site import SiteData
from opencdi.queries.at_discharge import Lines
from opencdi.queries.case_chart import Chart
from opencdi.queries.condition_at_discharge import Dropped
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES

ROOM = queries_room(SiteData(), RULES)
LEFT = "d6 12:00 discharged"


def chart(*lines: str) -> Chart:
    return Chart.of(ROOM, *lines)


def ends(told: Chart) -> dict[str, str]:
    """Question -> where it stands."""
    return {alert.condition: alert.state for alert in told.alerts}


NOTES = (
    "d1 09:00 note history-and-physical id=a: pneumonia; possible pulmonary-embolism; malnutrition",
    "d2 08:00 note progress id=b: pneumonia; possible pulmonary-embolism; malnutrition",
    "d3 08:00 note progress id=c: possible sepsis",
    "d4 08:00 note progress id=d: edema",
    "d5 08:00 note progress id=e: possible sepsis; copied malnutrition",
    "d6 14:00 note discharge-summary id=s: malnutrition; unlikely cellulitis",
    LEFT,
)
OPEN = {
    "dropped/pneumonia": "draft",
    "never-settled/pulmonary-embolism": "draft",
    "never-settled/sepsis": "draft",
    "unlikely-at-discharge/cellulitis": "draft",
}


def test_each_diagnosis_has_its_own_question() -> None:
    told = chart(*NOTES)
    assert ends(told) == OPEN
    assert {alert.wording.why.split("”")[0] for alert in told.alerts if alert.wording} == {
        "“pneumonia", "“pulmonary embolism", "“sepsis", "“cellulitis"
    }  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.permutations(NOTES))
def test_in_whatever_order_they_come(lines: list[str]) -> None:
    still_open = {condition: state for condition, state in ends(chart(*lines)).items() if state != "auto-resolved"}
    assert still_open == OPEN


def test_an_answer_to_one_leaves_the_others() -> None:
    told = chart(*NOTES, "d7 09:00 approve", "d7 10:00 answer undetermined")
    assert sorted(ends(told).values()) == ["closed", "draft", "draft", "draft"]


def test_the_answer_that_no_note_tells_is_asked_about_once_and_settled_by_the_addendum() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:05 answer aki", LEFT, "d6 14:00 note discharge-summary id=s: dehydration")
    assert ends(told) == {"acute-kidney-injury": "answered-awaiting-chart", "answered-not-charted/acute-kidney-injury": "draft"}
    assert told.alerts[-1].wording is not None
    assert told.alerts[-1].wording.documented[0].source == "query response"
    assert told.alerts[-1].wording.documented[0].author == "1001"
    told.line("d6 14:00 note discharge-summary id=s r2: dehydration; acute-kidney-injury")
    assert ends(told) == {"acute-kidney-injury": "closed", "answered-not-charted/acute-kidney-injury": "auto-resolved"}


def test_a_patient_who_comes_back_takes_the_questions_of_the_end_back() -> None:
    told = chart(*NOTES)
    told.line("d6 16:00 not-discharged")
    assert set(ends(told).values()) == {"auto-resolved"}


def test_another_name_is_told_of_a_concept_that_is_looked_for() -> None:
    with pytest.raises(ValueError, match="said_by tells of sepsis"):
        Dropped(kind="dropped", concepts=("pneumonia",), said_by={"sepsis": ("septic-shock",)})


def test_only_what_was_dropped_is_remembered() -> None:
    held = chart(*NOTES).states["lines/case"]
    assert isinstance(held, Lines)
    assert set(held.dropped) == {"pneumonia"}
