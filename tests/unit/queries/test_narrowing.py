"""Documentation that answers half of a question: the rest is asked, in words that pass the gate again (DOMAIN B66)."""

import pytest

from opencdi.events.entry import read_entry
from opencdi.events.pages import QueriesPage
from opencdi.knowledge.site import SiteData
from opencdi.queries import gate, narrowing
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room
from unit.queries.kidney import RULES

ROOM = queries_room(SiteData(), RULES)
HEART = (
    "d1 09:00 note history-and-physical: heart-failure",
    "d1 10:00 given furosemide 40 mg IV",
    "d1 14:00 note radiology: number ejection-fraction 30 %",
)
SENT = (*HEART, "d1 16:00 approve")
TYPE = "d2 09:00 note progress id=t: heart-failure[type=systolic]"
ACUITY = "d2 09:00 note consult id=a: heart-failure[acuity=acute]"


def chart(*lines: str) -> Chart:
    return Chart.of(ROOM, *lines)


def options(told: Chart) -> set[str]:
    return {option.option_id for option in told.asked[-1].wording.options}


def test_with_the_acuity_told_the_type_alone_is_asked_for() -> None:
    told = chart(*SENT, ACUITY)
    asked = told.asked[-1]
    assert (asked.state, told.alerts[-1].because) == ("sent", "NARROWED type")
    assert asked.wording.question == "Based on your clinical judgment, please clarify the type of heart failure, if known."
    assert options(told) == {"acute-systolic", "other", "not-significant", "undetermined"}
    assert asked.gate.compliant
    assert asked.gate.text_hash == asked.wording.text_hash() != told.asked[0].gate.text_hash


def test_with_the_type_told_the_acuity_alone_is_asked_for() -> None:
    told = chart(*SENT, TYPE)
    assert told.alerts[-1].because == "NARROWED acuity"
    assert options(told) >= {"acute-systolic", "acute-on-chronic-systolic", "chronic-systolic"}
    assert "acuity" in told.asked[-1].wording.question
    assert "type" not in told.asked[-1].wording.question


def test_a_question_is_narrowed_once_and_resolved_by_the_other_half() -> None:
    told = chart(*SENT, TYPE)
    before = len(told.asked)
    told.line("d2 12:00 note progress: heart-failure[type=systolic]")
    assert len(told.asked) == before
    told.line(ACUITY.replace("d2 09", "d3 09"))
    assert (told.alerts[-1].state, told.alerts[-1].cause) == ("auto-resolved", "DOCUMENTED")


def test_it_is_a_fact_on_the_page() -> None:
    page = read_entry(chart(*SENT, TYPE).passed_on[-1]).page(QueriesPage)
    assert page is not None
    (change,) = page.changed
    assert (change.because, change.state) == ("NARROWED acuity", "sent")
    assert page.moved == ()


def test_an_answer_to_the_whole_question_is_stale_then_and_kept() -> None:
    told = chart(*SENT, TYPE)
    wide = told.asked[0]
    told.alerts[-1] = told.alerts[-1].model_copy(update={"as_of": wide.as_of})  # a page that was opened before
    told.line("d2 10:00 answer acute-systolic")
    assert [one.why for one in told.alerts[-1].also_said] == ["stale"]
    told.line("d2 11:00 answer acute-systolic")
    assert told.alerts[-1].state == "answered-awaiting-chart"


def test_a_specialist_s_own_words_stay_and_the_answers_are_fewer() -> None:
    told = chart(*HEART, "d1 15:00 edit question: Please clarify this condition in your clinical judgment.", "d1 16:00 approve", ACUITY)
    assert told.asked[-1].wording.question == "Please clarify this condition in your clinical judgment."
    assert "chronic-systolic" not in options(told)


@pytest.mark.parametrize(
    "line", ["d2 09:00 note nursing nurse: heart-failure[type=systolic]", "d2 09:00 note progress unsigned: heart-failure[type=systolic]"]
)
def test_only_a_provider_s_signed_words_narrow_it(line: str) -> None:
    told = chart(*SENT, line)
    assert not any(alert.cause == "NARROWED" for alert in told.alerts)


def test_a_type_that_no_answer_names_takes_no_answer_away() -> None:
    told = chart(*SENT, "d2 09:00 note progress: heart-failure[type=high-output]")
    assert options(told) >= {"acute-systolic", "chronic-systolic"}


def test_what_is_left_and_does_not_pass_the_gate_is_withdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    told = chart(*SENT)

    def stricter(wording: object, effect: object = ()) -> object:
        raise gate.NotCompliant(gate.inspect(wording))  # type: ignore[arg-type]

    monkeypatch.setattr(narrowing.gate, "passed", stricter)
    told.line(TYPE)
    assert (told.alerts[-1].state, told.alerts[-1].cause) == ("withdrawn", "NOT_COMPLIANT")
