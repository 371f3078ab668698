"""What a CDI specialist does with a question besides asking it (DOMAIN E.2), and what two people or a written policy are needed for."""

from datetime import date

import pytest

from opencdi.events.entry import read_entry
from opencdi.events.pages import QueriesPage
from opencdi.knowledge.site import AutoSend, SiteData
from opencdi.queries.case_chart import Chart
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES, sent_by_policy

ROOM = queries_room(SiteData(), RULES)
SENT = (*KIDNEY, "d2 08:00 approve")
RESOLVED = (*KIDNEY, "d2 08:00 note progress id=a: acute-kidney-injury")
DOUBT = ("d1 09:00 note history-and-physical: malnutrition[severity=severe]", "d1 13:00 note dietitian dietitian: poor-oral-intake")


def chart(*lines: str, site: SiteData | None = None) -> Chart:
    return Chart.of(queries_room(site, RULES) if site else ROOM, *lines)


def refusals(told: Chart) -> list[str]:
    pages = [read_entry(value).page(QueriesPage) for value in told.passed_on]
    return [one.reason for page in pages if page for one in page.refused]


def standing(told: Chart) -> tuple[str, str]:
    return told.alerts[-1].state, told.alerts[-1].because


# --- later ------------------------------------------------------------------------------------------------------------------
def test_a_draft_that_is_put_off_comes_back_on_its_day_whenever_the_tick_comes() -> None:
    told = chart(*KIDNEY, "d2 08:00 monitor 2 d")
    assert standing(told) == ("draft", "MONITORED")
    due = told.alerts[-1].recheck_at
    assert due is not None
    told.line("d3 08:00 tick")
    assert standing(told) == ("draft", "MONITORED")
    told.line("d9 08:00 tick")
    assert standing(told) == ("draft", "RECHECK_DUE")
    assert told.alerts[-1].at == due
    assert told.alerts[-1].recheck_at is None
    told.line("d9 09:00 approve")  # in the words that the list shows
    assert standing(told) == ("sent", "APPROVED")


def test_put_off_again_it_comes_back_once() -> None:
    told = chart(*KIDNEY, "d2 08:00 monitor 1 d", "d2 09:00 monitor 3 d", "d9 08:00 tick")
    assert [alert.cause for alert in told.alerts].count("RECHECK_DUE") == 1


def test_what_was_resolved_meanwhile_does_not_come_back() -> None:
    assert (
        standing(chart(*KIDNEY, "d2 08:00 monitor 1 d", "d2 09:00 note progress: acute-kidney-injury", "d9 08:00 tick"))[1] == "DOCUMENTED"
    )


@pytest.mark.parametrize("days", ["-1", "0", "32"])
def test_the_day_lies_ahead_and_within_a_month(days: str) -> None:
    assert refusals(chart(*KIDNEY, f"d2 08:00 monitor {days} d")) == ["the day on which it comes back lies ahead, and within a month"]


# --- not any more -------------------------------------------------------------------------------------------------------------
def test_what_a_physician_has_can_be_taken_back_and_is_not_asked_again_on_the_same() -> None:
    told = chart(*SENT, "d2 09:00 take-back")
    assert standing(told) == ("withdrawn", "WITHDRAWN_BY_CDI other")
    assert told.asked[-1].state == "withdrawn"
    told.line("d8 09:00 creatinine 2.5 mg/dL")
    assert standing(told) == ("withdrawn", "WITHDRAWN_BY_CDI other")


@pytest.mark.parametrize(("lines", "state"), [(KIDNEY, "draft"), ((*SENT, "d2 08:30 answer aki"), "answered-awaiting-chart")])
def test_what_no_physician_has_cannot_be_taken_back(lines: tuple[str, ...], state: str) -> None:
    assert refusals(chart(*lines, "d2 09:00 take-back")) == [f"only what a physician has can be taken back; it is {state}"]


# --- after all ----------------------------------------------------------------------------------------------------------------
def test_what_was_resolved_by_itself_can_be_opened_again_and_only_other_documentation_resolves_it() -> None:
    told = chart(*RESOLVED, "d2 09:00 reopen")
    assert standing(told) == ("draft", "REOPENED")
    told.line("d2 10:00 creatinine 2.5 mg/dL")  # the rule looks again; the note that a specialist has read is still there
    assert told.alerts[-1].state == "draft"
    told.line("d3 10:00 note progress id=b: acute-kidney-injury")
    assert standing(told) == ("auto-resolved", "DOCUMENTED")


def test_what_is_opened_again_is_asked_through_approval_like_any_other() -> None:
    told = chart(*SENT, "d2 09:00 note progress: acute-kidney-injury", "d2 10:00 reopen")
    assert [asked.state for asked in told.asked] == ["sent", "auto-resolved"]
    told.line("d2 11:00 approve")
    assert [asked.state for asked in told.asked] == ["sent", "auto-resolved", "sent"]
    told.line("d2 12:00 answer undetermined")
    assert told.alerts[-1].state == "closed"


@pytest.mark.parametrize("lines", [(), ("d2 11:00 approve",)])
def test_what_was_opened_again_ends_with_its_evidence(lines: tuple[str, ...]) -> None:
    told = chart(*RESOLVED, "d2 10:00 reopen", *lines, "d2 06:00 creatinine 1.0 mg/dL id=c2 corrected")
    assert standing(told) == ("withdrawn", "EVIDENCE_CORRECTED")


HEARTS = ("d1 09:00 note history-and-physical id=h: heart-failure", "d1 10:00 given furosemide 40 mg IV",
          "d1 14:00 note radiology id=e: number ejection-fraction 30 %",
          "d2 08:00 note progress id=a: heart-failure[acuity=acute,type=systolic]", "d2 10:00 reopen")  # fmt: skip


@pytest.mark.parametrize("lines", [(), ("d2 11:00 approve",)])
def test_a_new_revision_of_a_note_that_it_cites_and_that_says_the_same_takes_nothing_back(lines: tuple[str, ...]) -> None:
    told = chart(*HEARTS, *lines)
    before = told.alerts[-1].state
    assert told.alerts[-1].wording is not None
    assert any(one.source_id == "h@1" for one in (*told.alerts[-1].wording.indicators, *told.alerts[-1].wording.documented))
    told.line("d1 09:00 note history-and-physical id=h r2: heart-failure; dehydration")
    assert told.alerts[-1].state == before
    told.line("d1 14:00 note radiology id=e r2: number ejection-fraction 30 %; edema")
    assert told.alerts[-1].state == before


@pytest.mark.parametrize(
    "revised",
    [
        "d1 09:00 note history-and-physical id=h r3: dehydration",
        "d1 09:00 note history-and-physical id=h r3: no heart-failure",
        "d1 14:00 note radiology id=e r2: number ejection-fraction 60 %",
        "d2 12:00 retract e",
    ],
)
def test_one_that_says_otherwise_does(revised: str) -> None:
    told = chart(*HEARTS, "d1 09:00 note history-and-physical id=h r2: heart-failure; dehydration", revised)
    assert standing(told) == ("withdrawn", "EVIDENCE_CORRECTED")


def test_reminders_of_what_is_asked_again_count_from_when_it_was_sent_again() -> None:
    told = chart(*SENT, "d2 09:00 note progress: acute-kidney-injury", "d2 10:00 reopen", "d3 06:00 approve", "d9 08:00 tick")
    pressed = [(f"d{alert.at.day} {alert.at:%H:%M}", alert.cause) for alert in told.alerts if alert.state == "escalated"]
    assert pressed == [("d4 06:00", "REMINDER"), ("d5 06:00", "PHYSICIAN_ADVISOR"), ("d6 06:00", "DEPARTMENT_CHAIR")]


@pytest.mark.parametrize("line", ["dismiss", "approve", "note progress: dialysis"])
def test_what_ended_otherwise_stays_so(line: str) -> None:
    told = chart(*KIDNEY, f"d2 08:00 {line}", "d2 09:00 reopen")
    assert refusals(told)[0].startswith("only what was resolved by itself can be opened again")


def test_nothing_is_opened_again_on_a_stay_that_is_no_more() -> None:
    assert refusals(chart(*RESOLVED, "d2 09:00 cancelled", "d2 10:00 reopen")) == ["nothing is asked on this encounter now"]


# --- two people, or a written policy --------------------------------------------------------------------------------------------
def test_a_validation_is_approved_by_two_people() -> None:
    told = chart(*DOUBT, "d1 15:00 approve")
    assert standing(told) == ("draft", "APPROVED_ONCE")
    assert told.alerts[-1].approved_by is not None
    assert told.asked == []
    told.line("d1 16:00 approve")
    assert refusals(told) == ["a second person must approve it too"]
    told.line("d1 17:00 approve by 9002")
    assert standing(told) == ("sent", "APPROVED")


def test_words_that_change_between_are_approved_anew() -> None:
    told = chart(*DOUBT, "d1 15:00 approve", "d1 16:00 edit title: Clinical clarification", "d1 17:00 approve by 9002")
    assert standing(told) == ("draft", "APPROVED_ONCE")
    assert told.asked == []


def test_a_site_may_let_one_person_approve_a_validation() -> None:
    assert standing(chart(*DOUBT, "d1 15:00 approve", site=SiteData(second_review=())))[0] == "sent"


def test_to_ask_again_after_a_decision_takes_two_people() -> None:
    told = chart(*KIDNEY, "d2 08:00 dismiss", "d3 09:00 note progress: oliguria", "d6 09:00 note progress: oliguria", "d6 10:00 approve")
    assert standing(told) == ("draft", "APPROVED_ONCE")
    told.line("d6 11:00 approve by 9002")
    assert standing(told) == ("sent", "APPROVED")


def test_a_policy_sends_the_revision_that_was_approved_from_that_day_on() -> None:
    (policy,) = sent_by_policy("D-11")
    assert standing(chart(*KIDNEY, site=SiteData(auto_send_rules=(policy,)))) == ("sent", "AUTO_SEND_POLICY")
    for other in ({"revision": policy.revision + 1}, {"approved_on": date(2026, 5, 3)}, {"rule_id": "D-01"}, {"says": ""}):
        site = SiteData(auto_send_rules=(policy.model_copy(update=other),))
        assert standing(chart(*KIDNEY, site=site)) == ("draft", "READY")


def test_no_policy_sends_a_validation_or_asks_again() -> None:
    site = SiteData(auto_send_rules=(*sent_by_policy("D-51"), *sent_by_policy("D-11")), second_review=())
    assert standing(chart(*DOUBT, site=site)) == ("draft", "READY")
    again = chart(
        *KIDNEY, "d2 08:00 answer undetermined", "d3 09:00 note progress: oliguria", "d6 09:00 note progress: oliguria", site=site
    )
    assert standing(again) == ("draft", "READY")


def test_a_rule_s_id_alone_is_no_policy() -> None:
    assert SiteData.model_validate({"auto_send_rules": ["D-11"]}).auto_send_rules == ()
    with pytest.raises(ValueError, match="approved_by"):
        SiteData.model_validate({"auto_send_rules": [{"rule_id": "D-11", "revision": 1, "approved_by": "", "approved_on": "2026-01-01"}]})
    assert AutoSend.model_fields.keys() == {"rule_id", "revision", "says", "adopted", "limits", "approved_by", "approved_on"}
