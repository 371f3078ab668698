"""Questions that people ask of their own accord (DOMAIN B68, B75, Q-51): the same gate, the same life, the same topic."""

from datetime import timedelta
from typing import Any

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.events.entry import read_entry
from opencdi.events.pages import FactsPage, QueriesPage
from opencdi.events.people import EvidenceChosen, OptionWritten, Person, QuerySpoken, QueryWritten
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import ENCOUNTER, Chart
from opencdi.queries.case_facts import DAY_1
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES

ROOM = queries_room(SiteData(), RULES)
NURSE = Person(staff_id="9001", name="Dana Whitfield")
STAY = ("d1 09:00 note history-and-physical id=n: hypotension", "d1 10:00 troponin 0.9 ng/mL id=t1")
TROPONIN = EvidenceChosen(
    text="troponin 0.9 ng/mL", source="result", source_id="t1", at=ClinicalTime(DAY_1 + timedelta(hours=10), "minute"), author="laboratory"
)
QUOTE = EvidenceChosen(
    text="“hypotension”", source="H&P", source_id="n@1", at=ClinicalTime(DAY_1 + timedelta(hours=9), "minute"), author="Author",
    quote="hypotension", start=0, end=11,
)  # fmt: skip
BLANK: dict[str, Any] = {
    "condition": "hypotension-cause", "gap_type": "missing-diagnosis", "title": "Clinical clarification",
    "why": "The finding below has no associated diagnosis in the record.",
    "question": "Based on your clinical judgment, please clarify the condition being evaluated or treated, if any.",
    "options": (OptionWritten(text="Other (please specify)", free_text=True), OptionWritten(text="Unable to determine")),
    "evidence": (QUOTE, TROPONIN),
}  # fmt: skip


def chart(*lines: str) -> Chart:
    return Chart.of(ROOM, *lines)


def hand_in(told: Chart, kind: type[QueryWritten | QuerySpoken] = QueryWritten, **fields: Any) -> None:
    about = {"decision_id": f"w{told.said}", "encounter_id": ENCOUNTER, "actor": NURSE, "decided_at": told.now, "as_of": "e1"}
    told.tell(FactsPage(facts=(kind.model_validate({**about, **BLANK, **fields}),)))


def refusals(told: Chart) -> list[str]:
    pages = [read_entry(value).page(QueriesPage) for value in told.passed_on]
    return [one.reason for page in pages if page for one in page.refused]


def states(told: Chart) -> list[str]:
    return [alert.state for alert in told.alerts]


# --- written ------------------------------------------------------------------------------------------------------------------
def test_a_blank_question_is_a_draft_in_her_words_and_goes_through_approval_and_answer() -> None:
    told = chart(*STAY)
    hand_in(told)
    alert = told.alerts[-1]
    assert states(told) == ["candidate", "draft"]
    assert (alert.origin, alert.phase, alert.rule_id, alert.because) == ("specialist", "concurrent", "", "WRITTEN concurrent")
    assert alert.wording is not None
    assert alert.gate is not None
    assert (alert.wording.author, alert.wording.addressed_to.staff_id, alert.gate.compliant) == ("9001", "1001", True)
    told.line("d1 12:00 approve")
    assert [asked.state for asked in told.asked] == ["sent"]
    assert [one.text for one in told.asked[0].wording.indicators] == ["“hypotension”", "troponin 0.9 ng/mL"]
    told.line("d1 13:00 answer answer-2")
    assert states(told)[-2:] == ["answered", "closed"]


@pytest.mark.parametrize("phase", ["retrospective", "pre-bill"])
def test_a_coder_asks_after_discharge(phase: str) -> None:
    told = chart(*STAY, "d2 09:00 discharged")
    hand_in(told, origin="coder", phase=phase)
    assert (told.alerts[-1].origin, told.alerts[-1].phase, told.alerts[-1].state) == ("coder", phase, "draft")
    told.line("d12 09:00 tick")
    assert told.alerts[-1].state == "expired"


def test_from_a_template_with_the_evidence_that_she_chose() -> None:
    told = chart(*KIDNEY[:3])  # nothing was treated: the rule does not ask
    assert told.alerts == []
    creatinine = EvidenceChosen(
        text="creatinine 2.4 mg/dL", source="result", source_id="c2", at=ClinicalTime(DAY_1 + timedelta(hours=30), "minute"), author="lab"
    )
    hand_in(told, template="D-11", condition="acute-kidney-injury", title="", why="", question="", options=(), evidence=(creatinine,))
    alert, rule = told.alerts[-1], next(rule for rule in RULES if rule.id == "D-11")
    assert refusals(told) == []
    assert alert.wording is not None
    assert alert.wording.question == rule.question
    assert {"aki", "other", "undetermined"} <= {option.option_id for option in alert.wording.options}
    told.line("d2 09:00 approve")
    told.line("d2 10:00 answer aki")
    assert states(told)[-1] == "answered-awaiting-chart"
    told.line("d2 11:00 note progress: acute-kidney-injury")
    assert states(told)[-2:] == ["validated", "closed"]


def test_while_hers_is_open_no_rule_asks_about_the_condition_and_hers_stays_as_it_is() -> None:
    told = chart(*STAY)
    hand_in(told, condition="acute-kidney-injury")
    words = told.alerts[-1].wording
    for line in KIDNEY:
        told.line(line)
    assert len({alert.query_id for alert in told.alerts}) == 1
    assert told.alerts[-1].wording == words


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"question": "Please document acute kidney injury."}, "the compliance gate: Q-11"),
        ({"question": "Is a higher-weighted DRG supported?"}, "the compliance gate: "),
        ({"options": BLANK["options"][:1]}, "the compliance gate: Q-13"),
        ({"evidence": ()}, "it shows no indicator"),
        ({"evidence": (QUOTE.model_copy(update={"source_id": "elsewhere@1"}),)}, "an indicator names a note that is not of this encounter"),
        ({"evidence": (QUOTE.model_copy(update={"source_id": "n@2"}),)}, "an indicator names a note that is not of this encounter"),
        ({"template": "D-99"}, "there is no such template"),
        ({"actor": Person(staff_id="1001", role="provider")}, "only CDI and coders ask"),
    ],
)
def test_what_does_not_keep_the_rules_is_refused(fields: dict[str, Any], reason: str) -> None:
    told = chart(*STAY)
    hand_in(told, **fields)
    assert [one[: len(reason)] for one in refusals(told)] == [reason]
    assert told.alerts == []


def test_one_condition_one_question() -> None:
    told = chart(*KIDNEY, *STAY)
    hand_in(told, condition="acute-kidney-injury")
    assert refusals(told) == ["a question on this condition is open"]


def test_after_a_decision_on_the_condition_two_people_approve_it() -> None:
    told = chart(*KIDNEY, "d2 08:00 dismiss", *STAY)
    hand_in(told, condition="acute-kidney-injury")
    told.line("d2 09:00 approve")
    assert told.alerts[-1].because == "APPROVED_ONCE"


@pytest.mark.parametrize("line", ["d1 10:00 troponin 0.01 ng/mL id=t1 corrected", "retract"], ids=["a value no rule reads", "a note"])
def test_evidence_that_is_corrected_withdraws_it(line: str) -> None:
    told = chart(*STAY)
    hand_in(told)
    told.line("d1 12:00 approve")
    told.line(line if line != "retract" else "d1 13:00 note progress id=n r2: dehydration")
    assert (told.alerts[-1].state, told.alerts[-1].cause) == ("withdrawn", "EVIDENCE_CORRECTED")
    assert told.asked[-1].state == "withdrawn"


def test_documentation_of_what_it_asks_for_resolves_it_an_uncertain_word_holds_it() -> None:
    told = chart(*STAY)
    hand_in(told, condition="hypovolemia")
    told.line("d1 12:00 approve")
    told.line("d1 13:00 note progress id=u: possible hypovolemia")
    assert (told.alerts[-1].state, told.alerts[-1].cause) == ("addressed-uncertain", "UNCERTAIN")
    told.line("d1 14:00 retract u")
    assert (told.alerts[-1].state, told.alerts[-1].cause) == ("sent", "RELEASED")
    told.line("d1 15:00 note progress: hypovolemia")
    assert (told.alerts[-1].state, told.alerts[-1].cause) == ("auto-resolved", "DOCUMENTED")


def test_what_it_quotes_of_a_restricted_note_keeps_its_label() -> None:
    told = chart("d1 09:00 note history-and-physical id=n label=R: hypotension", STAY[1])
    hand_in(told)
    assert told.alerts[-1].confidentiality == "R"


def test_put_to_a_consultant_it_goes_to_the_consultant() -> None:
    told = chart(*STAY)
    hand_in(told, addressed_to=Person(staff_id="1003", name="Consultant"))
    told.line("d1 12:00 attending 1002")
    told.line("d1 12:30 approve")
    assert told.asked[-1].wording.addressed_to.staff_id == "1003"


# --- asked in person ------------------------------------------------------------------------------------------------------------
SPOKEN: dict[str, Any] = {
    "asked_by": Person(staff_id="9002", name="Robin Vale"), "addressed_to": Person(staff_id="1001", name="Attending"),
    "spoken_at": DAY_1 + timedelta(hours=11),
}  # fmt: skip


def test_what_was_asked_in_person_is_recorded_with_both_parties_and_its_time() -> None:
    told = chart(*STAY)
    hand_in(told, QuerySpoken, **SPOKEN)
    assert states(told) == ["candidate", "draft", "approved", "sent"]
    page = read_entry(told.passed_on[-1]).page(QueriesPage)
    assert page is not None
    first = page.moved[0]
    assert (first.because, first.actor and first.actor.staff_id) == (f"SPOKEN {SPOKEN['spoken_at'].isoformat()}", "9002")
    assert told.asked[-1].wording.addressed_to.staff_id == "1001"
    assert told.alerts[-1].origin == "verbal"
    told.line("d1 14:00 answer answer-2")
    assert states(told)[-1] == "closed"


def test_with_its_answer_which_is_not_yet_documentation() -> None:
    told = chart(*STAY)
    options = (OptionWritten(text="Hypotension", diagnosis="hypotension"), *BLANK["options"])
    hand_in(told, QuerySpoken, **SPOKEN, options=options, answer=0, answer_text="from the blood pressure tablets")
    assert states(told)[-1] == "answered-awaiting-chart"
    told.line("d1 15:00 note progress: hypotension")
    assert states(told)[-2:] == ["validated", "closed"]


def test_what_was_asked_in_leading_words_is_recorded_with_the_gate_s_report_and_goes_nowhere() -> None:
    told = chart(*STAY)
    hand_in(told, QuerySpoken, **SPOKEN, question="Please document acute kidney injury.")
    alert = told.alerts[-1]
    assert (alert.state, alert.cause) == ("withdrawn", "NOT_COMPLIANT")
    assert alert.gate is not None
    assert "Q-11" in {requirement for requirement, _, _ in alert.gate.violations}
    assert told.asked == []
    assert refusals(told) == []
