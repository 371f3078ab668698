"""An answer about what is documented already is no documentation either: the chart is to show it (DOMAIN F.9, Q-53)."""

import pytest

from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES

ROOM = queries_room(SiteData(), RULES)
IN_THE_RECORD = queries_room(SiteData(query_is_record=True), RULES)
TWO_OPINIONS = ("d1 09:00 note progress by=1001: pneumonia", "d2 09:00 note consult by=3003: ruled-out pneumonia")
TWO_TYPES = (
    "d1 09:00 note progress by=1001: heart-failure[type=systolic,acuity=acute]",
    "d2 09:00 note consult by=3003: heart-failure[type=diastolic,acuity=acute]",
)
ONSET = ("d3 09:00 note progress: pneumonia", "d3 09:01 coded J189 pneumonia undetermined")
SYMPTOM = (
    "d1 09:00 note history-and-physical: chest-pain",
    "d1 10:00 hs-troponin-t 210 ng/L usual=0-19",
    "d2 10:00 note progress: chest-pain",
    "d2 10:01 coded principal R079 chest-pain",
)
TIE = (
    "d1 09:00 note history-and-physical: heart-failure[type=systolic,acuity=acute]; pneumonia",
    "d2 10:00 note progress: heart-failure; pneumonia",
    "d2 10:01 coded principal tied J189 pneumonia; tied I5021 heart-failure",
)
SUPPORT = (
    "d1 06:00 creatinine 1.1 mg/dL",
    "d1 09:00 note history-and-physical: acute-kidney-injury",
    "d2 06:00 creatinine 1.2 mg/dL",
    "d3 06:00 creatinine 1.1 mg/dL",
)
STORIES = {
    "two opinions": (TWO_OPINIONS, "ruled-out", ("d4 09:00 note progress by=1001: ruled-out pneumonia",)),
    "it was there and has resolved": (TWO_OPINIONS, "resolved", ("d4 09:00 note progress by=1001: pneumonia[resolved=yes]",)),
    "two descriptions": (TWO_TYPES, "one", ("d4 09:00 note progress by=1001: heart-failure[type=diastolic,acuity=acute]",)),
    "onset": (ONSET, "at-admission", ("d4 09:00 note progress: pneumonia[poa=yes]", "d4 09:01 coded J189 pneumonia Y")),
    "onset later": (ONSET, "later", ("d4 09:00 note progress: pneumonia[poa=no]", "d4 09:01 coded J189 pneumonia N")),
    "cause of a symptom": (SYMPTOM, "cause", ("d4 09:00 note progress: nstemi", "d4 09:01 coded principal I214 nstemi; flagged R079 chest-pain")),
    "circumstances": (TIE, "one", ("d4 09:00 note progress: pneumonia", "d4 09:01 coded principal J189 pneumonia; I5021 heart-failure")),
    "support": (SUPPORT, "ruled-out", ("d4 09:00 note progress: ruled-out acute-kidney-injury",)),
}  # fmt: skip


def asked(lines: tuple[str, ...], answer: str, *charted: str, room: object = ROOM) -> Chart:
    """Approved by the two whom a validation needs, and answered."""
    told = Chart.of(room, *lines, "d3 12:00 approve")
    if told.alerts[-1].state == "draft":
        told.line("d3 12:30 approve by 9002")
    assert told.alerts[-1].state == "sent"
    for line in (f"d3 13:00 answer {answer}", *charted):
        told.line(line)
    return told


@pytest.mark.parametrize("story", STORIES)
def test_until_a_note_says_it_the_answer_awaits_the_chart(story: str) -> None:
    lines, answer, charted = STORIES[story]
    told = asked(lines, answer)
    assert (told.alerts[-1].state, told.alerts[-1].cause) == ("answered-awaiting-chart", "AWAITING_CHART")
    assert told.asked[-1].answer_option == answer
    for line in charted:
        told.line(line)
    of_it = [alert for alert in told.alerts if alert.query_id == told.asked[-1].wording.query_id]
    assert [(alert.state, alert.cause) for alert in of_it[-2:]] == [("validated", "DOCUMENTED"), ("closed", "DOCUMENTED")]


@pytest.mark.parametrize("story", STORIES)
def test_where_the_question_is_part_of_the_record_it_closes_at_once(story: str) -> None:
    lines, answer, _ = STORIES[story]
    told = asked(lines, answer, room=IN_THE_RECORD)
    assert [(alert.state, alert.cause) for alert in told.alerts[-2:]] == [("validated", "QUERY_IS_RECORD"), ("closed", "QUERY_IS_RECORD")]


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("room", [ROOM, IN_THE_RECORD], ids=["chart", "record"])
def test_that_nobody_can_tell_leaves_nothing_to_document(story: str, room: object) -> None:
    lines, _, _ = STORIES[story]
    told = asked(lines, "undetermined", room=room)
    assert (told.alerts[-1].state, told.alerts[-1].cause) == ("closed", "ANSWERED_WITHOUT_NEW_DIAGNOSIS")


def test_a_new_diagnosis_that_the_physician_does_not_see_leaves_nothing_to_document() -> None:
    told = Chart.of(ROOM, *KIDNEY, "d2 08:00 approve", "d2 09:00 answer dehydration")
    assert told.alerts[-1].cause == "ANSWERED_WITHOUT_NEW_DIAGNOSIS"


def test_what_the_chart_said_before_the_answer_is_read_is_enough() -> None:
    """The note of the morning comes after the answer of noon that it had made needless."""
    told = asked(ONSET, "at-admission", "d3 11:00 note progress: pneumonia[poa=yes]", "d3 11:01 coded J189 pneumonia Y")
    assert told.alerts[-1].state == "closed"


def test_an_answer_that_nobody_charts_is_asked_about_no_more_and_ends_with_the_stay() -> None:
    told = asked(ONSET, "at-admission", "d6 12:00 discharged", "d6 14:00 note discharge-summary: pneumonia")
    assert [alert.state for alert in told.alerts if alert.condition.startswith("onset")][-1] == "answered-awaiting-chart"
    told.line("d60 12:00 tick")
    assert told.alerts[-1].cause == "BILL_HOLD_OVER"


def test_an_answer_in_the_physicians_own_words_awaits_the_chart_too() -> None:
    assert asked(ONSET, "other").alerts[-1].state == "answered-awaiting-chart"
