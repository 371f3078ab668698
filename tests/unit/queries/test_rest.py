"""After a question its condition rests (Q-55): the same evidence asks no more, whoever or whatever ended it, and a value that flaps
asks once more at most."""

import pytest

from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES

ROOM = queries_room(SiteData(), RULES)


def chart(*lines: str) -> Chart:
    return Chart.of(ROOM, *lines)


def opened(told: Chart) -> int:
    return len({alert.query_id for alert in told.alerts if alert.condition == "acute-kidney-injury"})


def flapping(times: int, *, every_h: int = 6, day: int = 3) -> list[str]:
    """A creatinine that the laboratory corrects down and up again."""
    hours = [day * 24 + n * every_h for n in range(times)]
    values = ["1.0", "2.4"] * times
    told = (
        (f"d{at // 24} {at % 24:02}:00 tick", f"d2 06:00 creatinine {value} mg/dL id=c2 corrected")
        for at, value in zip(hours, values, strict=False)
    )
    return [line for both in told for line in both]


@pytest.mark.parametrize("sent", [(), ("d2 08:00 approve",)], ids=["draft", "sent"])
def test_a_value_that_flaps_within_the_rest_asks_once(sent: tuple[str, ...]) -> None:
    assert opened(chart(*KIDNEY, *sent, *flapping(8))) == 1


def test_a_value_that_flaps_for_weeks_asks_twice_at_most() -> None:
    told = chart(*KIDNEY, *flapping(14, every_h=80))
    assert opened(told) == 2
    assert told.alerts[-1].because == "EVIDENCE_CORRECTED"


def test_a_true_value_after_a_wrong_one_is_asked_about_when_the_rest_is_over() -> None:
    wrong = chart(*KIDNEY, "d2 09:00 creatinine 1.0 mg/dL id=c2 corrected")
    wrong.line("d3 06:00 creatinine 2.6 mg/dL id=c3")
    assert wrong.alerts[-1].state == "withdrawn"
    wrong.line("d3 07:00 given lactated ringers 1000 mL")
    wrong.line("d5 10:00 tick")
    assert wrong.alerts[-1].state == "withdrawn"
    wrong.line("d5 11:00 creatinine 2.7 mg/dL id=c4")
    assert wrong.alerts[-1].state == "draft"


def test_documentation_that_is_retracted_leaves_the_question_as_open_as_it_was_and_does_so_once() -> None:
    told = chart(*KIDNEY, "d2 08:00 note progress id=a: acute-kidney-injury", "d2 09:00 retract a")
    assert (opened(told), told.alerts[-1].state) == (2, "draft")
    for nth in range(3):
        told.line(f"d2 1{nth}:00 note progress id=b{nth}: acute-kidney-injury")
        told.line(f"d2 1{nth}:30 retract b{nth}")
    assert (opened(told), told.alerts[-1].state) == (2, "auto-resolved")
    told.line("d3 09:00 note progress: oliguria")  # a new kind of evidence
    assert opened(told) == 2
    told.line("d6 09:00 note progress: oliguria")  # and after the rest
    assert (opened(told), told.alerts[-1].state) == (3, "draft")


def test_what_a_provider_ruled_out_stays_so_though_the_note_is_retracted() -> None:
    told = chart(*KIDNEY, "d2 08:00 note progress id=a: ruled-out acute-kidney-injury", "d2 09:00 retract a", *flapping(4, day=6))
    assert opened(told) == 1


def test_a_diagnosis_that_gains_and_loses_its_support_is_doubted_once() -> None:
    lines = ["d1 09:00 note history-and-physical: malnutrition[severity=severe]", "d1 13:00 note dietitian dietitian: poor-oral-intake"]
    for day in range(2, 16, 4):
        lines += [f"d{day} 13:00 note dietitian dietitian id=n{day}: muscle-wasting", f"d{day + 3} 14:00 retract n{day}"]
    told = chart(*lines)
    doubted = {alert.query_id for alert in told.alerts if alert.condition == "malnutrition-support"}
    assert len(doubted) == 1


@pytest.mark.parametrize("line", ["class observation", "class inpatient"])
def test_a_class_that_comes_and_goes_settles_nothing(line: str) -> None:
    told = chart(*KIDNEY, "d2 09:00 class observation", "d2 10:00 class inpatient", f"d2 11:00 {line}")
    assert told.alerts[-1].state == {"class observation": "withdrawn", "class inpatient": "draft"}[line]
