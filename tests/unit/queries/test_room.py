"""The life of a question in the room: approval, answer, chart, corrections, silence, time."""

from datetime import datetime, timedelta

import pytest

from opencdi.bus.room import Key, Outgoing
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import OVER
from opencdi.events.audiences import QueryAlert
from opencdi.events.contract import MadeBy
from opencdi.events.entry import read_entry
from opencdi.events.facts import Coded, MeasurementResulted, OrderPlaced
from opencdi.events.ids import derived_id
from opencdi.events.pages import Claim, CodingPage, FactsPage, FailedPage, QueriesPage, SitePage
from opencdi.events.people import Person, QueryAnswered, QueryApproved, QueryDismissed, QueryEdited
from opencdi.events.problems import Unusable
from opencdi.events.topics import QUERIES
from opencdi.knowledge.site import SiteData
from opencdi.queries.case_chart import TENANT, Chart, approval_of
from opencdi.queries.case_facts import DAY_1
from opencdi.queries.room import queries_room
from unit.queries.kidney import KIDNEY, RULES, sent_by_policy
from unit.queries.sites import adopted, comes_down


def chart(*lines: str, site: SiteData | None = None, **begin: object) -> Chart:
    return Chart.of(queries_room(site or SiteData(), RULES), *lines, **begin)


def states(told: Chart) -> list[str]:
    return [alert.state for alert in told.alerts]


def refusals(told: Chart) -> list[str]:
    pages = [read_entry(value).page(QueriesPage) for value in told.passed_on]
    return [refused.reason for page in pages if page for refused in page.refused]


def approval(alert: QueryAlert, **told: str) -> QueryApproved:
    return approval_of(alert, decision_id="d", actor=Person(staff_id="9"), decided_at=DAY_1, **told)


def test_nothing_reaches_a_physician_without_approval() -> None:
    told = chart(*KIDNEY)
    assert states(told) == ["candidate", "draft"]
    assert told.asked == []
    told.line("d2 08:00 approve")
    assert [asked.state for asked in told.asked] == ["sent"]
    assert told.asked[0].wording.addressed_to.staff_id == "1001"
    assert b"weight" not in told.asked[0].to_json()
    assert b"N179" not in told.asked[0].to_json()


def test_an_answer_is_not_yet_documentation() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:00 view", "d2 09:05 answer aki")
    assert states(told)[-1] == "answered-awaiting-chart"
    assert told.asked[-1].answer_option == "aki"
    told.line("d2 15:00 note progress: acute-kidney-injury")
    assert states(told)[-2:] == ["validated", "closed"]


def test_a_site_may_make_the_query_part_of_the_record() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:05 answer aki", site=SiteData(query_is_record=True))
    assert states(told)[-3:] == ["answered", "validated", "closed"]


def test_undetermined_ends_it_and_the_same_indicators_never_ask_again() -> None:
    told = chart(
        *KIDNEY, "d2 08:00 approve", "d2 09:05 answer undetermined", "d6 06:00 creatinine 2.6 mg/dL", "d6 07:00 given normal saline 1000 mL"
    )
    assert states(told)[-1] == "closed"
    told.line("d6 09:00 ordered renal ultrasound")
    assert states(told)[-1] == "closed"


def test_after_a_dismissal_and_its_cooldown_only_a_new_kind_of_indicator_asks_again() -> None:
    told = chart(*KIDNEY, "d2 08:00 dismiss", "d3 09:00 note progress: oliguria")
    assert states(told)[-1] == "dismissed"
    told.line("d6 09:00 note progress id=o: oliguria")
    assert states(told)[-1] == "draft"
    assert told.alerts[-1].query_id != told.alerts[0].query_id


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("d2 09:00 approve", "only a draft can be approved"),
        ("d2 09:00 dismiss", "only a draft can be dismissed"),
        ("d2 09:00 answer no-such-option", "no such option"),
    ],
)
def test_what_cannot_be_done_is_refused_visibly(line: str, reason: str) -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", line)
    assert any(reason in refused for refused in refusals(told))
    assert states(told)[-1] == "sent"


def test_a_stale_approval_is_refused() -> None:
    told = chart(*KIDNEY)
    shown = told.alerts[-1]
    told.line("d2 07:30 creatinine 2.2 mg/dL id=c2 corrected".replace("07:30", "06:00"))
    assert told.alerts[-1].cause == "EVIDENCE_CHANGED"
    told.tell(FactsPage(facts=(approval(shown),)))
    assert refusals(told) == ["the question has changed since it was shown"]


def test_an_approval_that_names_no_alert_of_these_words_is_refused() -> None:
    told = chart(*KIDNEY)
    for as_of in ("e1/0", "e3/0", "e99/0", "garbage", ""):
        told.tell(FactsPage(facts=(approval(told.alerts[-1], as_of=as_of),)))
    assert refusals(told) == ["the question has changed since it was shown"] * 5
    assert told.asked == []
    told.tell(FactsPage(facts=(approval(told.alerts[-1]),)))
    assert states(told)[-1] == "sent"


@pytest.mark.parametrize("decision", [QueryDismissed, QueryEdited])
def test_a_dismissal_and_an_edit_name_it_too(decision: type[QueryDismissed | QueryEdited]) -> None:
    told = chart(*KIDNEY)
    words = {"reason": "other", "title": "Clinical clarification"}
    about = approval(told.alerts[-1], as_of="garbage").model_dump(exclude={"kind", "shown_text"})
    told.tell(FactsPage(facts=(decision(**about, **{name: text for name, text in words.items() if name in decision.model_fields}),)))
    assert refusals(told) == ["the question has changed since it was shown"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("", "it does not carry the words that were shown"),
        (" \n", "it does not carry the words that were shown"),
        ("Please clarify.", "the question has changed since it was shown"),
    ],
)
def test_an_approval_carries_the_words_that_were_shown(words: str, reason: str) -> None:
    told = chart(*KIDNEY)
    told.tell(FactsPage(facts=(approval(told.alerts[-1], shown_text=words),)))
    assert refusals(told) == [reason]
    assert told.asked == []


def test_how_the_words_were_wrapped_on_the_way_says_nothing() -> None:
    told = chart(*KIDNEY)
    wrapped = approval(told.alerts[-1]).shown_text.replace("\n", "\r\n   ")
    told.tell(FactsPage(facts=(approval(told.alerts[-1], shown_text=wrapped),)))
    assert states(told)[-1] == "sent"


def test_without_an_attending_the_gate_does_not_open() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", attending="")
    assert told.alerts[-1].gate is not None
    assert not told.alerts[-1].gate.compliant
    assert refusals(told) == ["the compliance gate: Q-01"]


def test_a_sent_question_whose_evidence_is_corrected_is_withdrawn_and_asked_anew_with_what_stands() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 06:00 creatinine 1.9 mg/dL id=c2 corrected")
    assert states(told)[-3:] == ["withdrawn", "candidate", "draft"]
    assert told.asked[-1].state == "withdrawn"
    assert len({alert.query_id for alert in told.alerts}) == 2


@pytest.mark.parametrize(
    ("line", "state", "cause"),
    [
        ("d2 09:00 cancelled", "withdrawn", "ENCOUNTER_CANCELLED"),
        ("d2 09:00 moved", "superseded", "SUPERSEDED"),
        ("d2 09:00 class observation", "withdrawn", "CLASS_CHANGED observation"),
        ("d2 09:00 note progress: comfort-care", "withdrawn", "SUPPRESSED comfort-care"),
    ],
)
def test_the_stay_itself_ends_a_question(line: str, state: str, cause: str) -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", line)
    assert (told.alerts[-1].state, told.alerts[-1].because) == (state, cause)
    assert told.asked[-1].state == state


def test_an_unsigned_note_holds_a_sent_question_and_its_retraction_releases_it() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:00 note progress unsigned id=n9: acute-kidney-injury")
    assert states(told)[-1] == "addressed-awaiting-signature"
    told.line("d2 10:00 retract n9")
    assert states(told)[-1] == "sent"
    told.line("d2 11:00 note progress unsigned id=n8: acute-kidney-injury")
    told.line("d2 12:00 note progress id=n8: acute-kidney-injury")
    assert states(told)[-1] == "auto-resolved"
    assert told.alerts[-1].satisfied_by[0].quote == "acute kidney injury"


def test_nothing_is_opened_or_sent_while_an_entry_is_unread_and_a_second_try_mends_it() -> None:
    told = chart(*KIDNEY, "d2 07:00 failed", "d2 08:00 approve")
    assert refusals(told) == ["an entry of this encounter has not been read"]
    fresh = chart("d1 08:00 failed", *KIDNEY)
    assert fresh.alerts == []
    fresh.tell(FailedPage(room="nlp", reason="AGAIN"), replays="e2/0")  # unread still, but no longer twice
    assert fresh.alerts == []
    fresh.tell(FactsPage(facts=()), replays=f"e{fresh.said}")
    assert states(fresh) == ["candidate", "draft"]


def test_a_candidate_waits_for_the_first_providers_note() -> None:
    told = chart(KIDNEY[0], *KIDNEY[2:])
    assert states(told) == ["candidate", "waiting-for-documents"]
    told.line("d2 07:00 note nursing nurse: edema")
    assert states(told)[-1] == "waiting-for-documents"
    told.line("d2 08:00 note progress: edema")
    assert states(told)[-1] == "draft"


def reminded(*ticks: str) -> list[tuple[str, str, datetime]]:
    told = chart(*KIDNEY, "d2 08:00 approve", *ticks)
    return [(alert.state, alert.because, alert.at) for alert in told.alerts if alert.state == "escalated"]


def test_reminders_and_escalation_at_their_due_times_whenever_the_tick_comes() -> None:
    once = reminded("d6 12:00 tick")
    assert [cause for _, cause, _ in once] == ["REMINDER 24 h", "PHYSICIAN_ADVISOR 48 h", "DEPARTMENT_CHAIR 72 h"]
    assert [at - once[0][2] for _, _, at in once] == [timedelta(0), timedelta(hours=24), timedelta(hours=48)]
    often = reminded(*[f"d{day} {hour:02}:00 tick" for day in range(2, 6) for hour in range(9, 24)], "d6 12:00 tick")
    assert often == once  # one tick over a gap does what many in it do


def test_an_answered_question_is_not_pressed() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:05 answer aki", "d6 12:00 tick")
    assert "escalated" not in states(told)


def test_site_data_sets_a_threshold_and_open_stays_are_looked_at_again() -> None:
    told = chart(
        "d1 08:00 note history-and-physical: cellulitis",
        "d1 09:00 creatinine 1.0 mg/dL",
        "d2 08:00 creatinine 1.2 mg/dL",
        "d2 09:00 ordered renal ultrasound",
    )
    assert told.alerts == []
    comes_down(told, SiteData(definitions=adopted("KDIGO-2012", D_11__delta=(0.2, "mg/dL"))))
    assert states(told) == ["candidate", "draft"]


SEPSIS = ("d1 08:00 wbc 18.2 10*3/uL", "d1 08:00 heart-rate 118 /min", "d1 08:50 ordered blood culture",
          "d1 09:20 given ceftriaxone 1 g IV",
          "d1 12:10 note history-and-physical: pneumonia")  # fmt: skip


def test_sepsis_three_asks_only_with_organ_dysfunction() -> None:
    site = SiteData(definitions=adopted("SEPSIS-SITE", "sepsis-3"))
    assert chart(*SEPSIS, site=site).alerts == []
    told = chart(*SEPSIS, "d1 10:00 creatinine 2.2 mg/dL", site=site)
    alert = next(alert for alert in told.alerts if alert.condition == "sepsis")
    assert set(alert.met) == {"sepsis-2", "sepsis-3"}
    assert b"sepsis-3" not in (alert.wording.to_json().lower() if alert.wording else b"")
    assert chart(*SEPSIS).alerts[-1].met == ("sepsis-2",)


def claim_page(severity_swapped: bool) -> CodingPage:
    secondary = (("N179", "Y"),) if severity_swapped else ()
    claim = Claim(
        age=70, sex="F", discharge_status="01", admit_date="2026-05-01", version="43.1", principal=("N390", "Y"), secondary=secondary
    )
    return CodingPage(as_of="e", made_by=MadeBy(room="coding", software="t"), codes=(), claim=claim)


def test_the_effect_is_internal_and_what_the_physician_sees_does_not_depend_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = chart(*SEPSIS)
    assert plain.alerts[-1].effect == ()
    wordings = set()
    for sign in (1.0, -1.0, 0.0):
        monkeypatch.setattr("opencdi.queries.effect.weight_delta", lambda after, before, year, s=sign: 0.9 * s)
        told = chart("d1 07:00 note emergency: fever")
        told.tell(claim_page(False))
        for line in SEPSIS:
            told.line(line)
        effect = next(one for one in told.alerts[-1].effect if one.concept == "sepsis")
        assert effect.weight_delta == 0.9 * sign
        assert told.alerts[-1].wording is not None
        wordings.add(told.alerts[-1].wording.model_copy(update={"created_at": DAY_1}).to_json())
    assert len(wordings) == 1


def test_sepsis_present_on_admission_would_be_sequenced_first() -> None:
    told = chart()
    told.tell(claim_page(False))
    for line in SEPSIS:
        told.line(line)
    effect = next(one for one in told.alerts[-1].effect if one.concept == "sepsis")
    assert effect.code == "A419"
    assert effect.drg == "872"
    assert effect.weight_delta is not None


def test_replay_gives_the_same_bytes() -> None:
    def said(told: Chart) -> list[bytes]:
        return [*told.passed_on, *(alert.to_json() for alert in told.alerts), *(asked.to_json() for asked in told.asked)]

    lines = (*KIDNEY, "d2 08:00 approve", "d2 09:05 answer aki", "d6 12:00 tick")
    assert said(chart(*lines)) == said(chart(*lines))


def test_states_come_back_from_their_bytes() -> None:
    told = chart(*SEPSIS, *KIDNEY[2:], "d2 08:00 approve", "d3 09:00 tick mdm/documents")
    told.tell(claim_page(False))
    for key, state in told.states.items():
        assert told.room.codec.decode(key, told.room.codec.encode(key, state)) == state


def test_an_entry_that_no_rule_reads_is_passed_on_as_the_bytes_it_came_in() -> None:
    told = chart(*KIDNEY)
    before = dict(told.states)
    chloride = MeasurementResulted(
        measurement_id="k",
        analyte="chloride",
        code=Coded(code="2823-3"),
        value=4.0,
        unit="mmol/L",
        status="final",
        taken_at=ClinicalTime(DAY_1),
    )
    out = told.tell(FactsPage(facts=(chloride,), patient_id="p"))
    assert told.states == before
    assert [message.topic for message in out] == [QUERIES]
    assert read_entry(out[0].value).envelope.pages == ("facts",)


def test_an_unknown_kind_of_entry_is_carried_on() -> None:
    told = chart()
    out = told.tell(FactsPage(), kind="of-another-year")
    assert len(out) == 1
    assert isinstance(out[0], Outgoing)
    assert out[0].to == Key("case")


def test_two_stays_shuffled_change_neither() -> None:
    room = queries_room(SiteData(), RULES)
    one, two = Chart(room, "one"), Chart(room, "two")
    one.states = two.states
    one.begin()
    two.begin()
    for a, b in zip(KIDNEY, SEPSIS, strict=False):
        one.line(a)
        two.line(b)
    two.line(SEPSIS[-1])
    assert states(one) == ["candidate", "draft"]
    assert states(two)[-1] == "draft"


def test_a_question_over_is_over() -> None:
    told = chart(
        *KIDNEY, "d2 09:00 note progress: acute-kidney-injury", "d3 06:00 creatinine 3.0 mg/dL", "d3 07:00 given normal saline 1000 mL"
    )
    assert [state for state in states(told) if state in OVER] == ["auto-resolved"]


# --- a person's words, and the gate again -----------------------------------------------------------------------------
def test_a_draft_may_be_worded_anew_and_keeps_those_words_while_the_evidence_moves_on() -> None:
    told = chart(*KIDNEY, "d2 07:00 edit question: What condition, if any, do these findings represent?")
    assert told.alerts[-1].cause == "EDITED"
    told.line("d2 07:30 note nursing nurse: oliguria")
    wording = told.alerts[-1].wording
    assert told.alerts[-1].cause == "EVIDENCE_CHANGED"
    assert wording is not None
    assert wording.question == "What condition, if any, do these findings represent?"
    assert wording.author == "9001"
    assert any("oliguria" in one.text for one in wording.indicators)
    told.line("d2 08:00 approve")
    assert told.asked[-1].wording.question == wording.question


@pytest.mark.parametrize(
    ("edit", "requirement"),
    [
        ("question: Please document acute kidney injury.", "Q-11"),
        ("title: A\u200bKI", "Q-10"),
        ("why: An M.C.C. depends on it.", "Q-30"),
        ("option aki: Acute kidney injury 💰", "Q-30"),
        ("option aki: Dehydration", "Q-12"),
        ("option other: Nothing", "Q-13"),
        ("option none-such: Anything", "no such option"),
    ],
)
def test_an_edit_that_the_gate_rejects_changes_nothing_and_says_why(edit: str, requirement: str) -> None:
    told = chart(*KIDNEY)
    before = told.alerts[-1].wording
    told.line(f"d2 07:00 edit {edit}")
    assert requirement in refusals(told)[-1]
    told.line("d2 08:00 approve")
    assert told.asked[-1].wording == before


def test_what_was_sent_cannot_be_edited() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:00 edit title: Clinical clarification")
    assert refusals(told)[-1] == "only a draft can be edited; it is sent"


# --- answers ------------------------------------------------------------------------------------------------------------
def test_only_a_provider_answers() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve")
    answer = QueryAnswered(
        decision_id="d", encounter_id="case", actor=Person(staff_id="7", role="nurse"), decided_at=DAY_1, as_of=told.alerts[-1].as_of,
        query_id=told.alerts[-1].query_id, option_id="aki",
    )  # fmt: skip
    told.tell(FactsPage(facts=(answer,)))
    assert refusals(told) == ["only a provider can answer; the actor is a nurse"]
    assert states(told)[-1] == "sent"


ANSWERED = (*KIDNEY, "d2 08:00 approve", "d2 09:05 answer aki")


def test_an_answer_whose_evidence_is_taken_back_is_flagged_and_stays() -> None:
    told = chart(*ANSWERED)
    asked = len(told.asked)
    told.line("d2 06:00 creatinine 1.1 mg/dL id=c2 corrected")
    flag = told.alerts[-1]
    assert (flag.from_state, flag.state, flag.cause) == ("answered-awaiting-chart", "answered-awaiting-chart", "EVIDENCE_CORRECTED")
    assert flag.wording is not None
    assert not any("2.4" in one.text for one in flag.wording.indicators)
    assert any("lactated ringers" in one.text.lower() for one in flag.wording.indicators)
    assert "2.4" not in flag.why_now
    assert flag.met == ()
    assert len(told.asked) == asked  # what was asked and answered is not asked otherwise now
    alerts = len(told.alerts)
    told.line("d2 07:00 creatinine 1.0 mg/dL id=c3")
    told.line("d2 06:00 creatinine 1.2 mg/dL id=c2 corrected")
    assert len(told.alerts) == alerts  # once: of c2 nothing stands any more
    told.line("d2 15:00 note progress: acute-kidney-injury")
    assert states(told)[-2:] == ["validated", "closed"]
    assert "2.4" in " ".join(one.text for one in told.asked[-1].wording.indicators)


def test_an_answer_whose_evidence_reads_otherwise_now_shows_cdi_what_it_reads() -> None:
    told = chart(*ANSWERED, "d2 06:00 creatinine 2.2 mg/dL id=c2 corrected")
    flag = told.alerts[-1]
    assert flag.cause == "EVIDENCE_CORRECTED"
    assert flag.wording is not None
    texts = " ".join(one.text for one in flag.wording.indicators)
    assert "2.2" in texts
    assert "2.4" not in texts


@pytest.mark.parametrize("line", ["d2 09:30 creatinine 1.0 mg/dL id=c7", "d2 06:00 creatinine 2.4 mg/dL id=c2 corrected"])
def test_an_answer_whose_evidence_stands_is_not_flagged(line: str) -> None:
    told = chart(*ANSWERED)
    alerts = len(told.alerts)
    told.line(line)
    assert len(told.alerts) == alerts


def test_an_answer_that_the_chart_has_said_meanwhile_is_closed_at_once() -> None:
    told = chart("d1 08:00 note history-and-physical: chronic-kidney-disease", *KIDNEY, "d2 08:00 approve", "d2 09:00 answer ckd")
    assert states(told)[-3:] == ["answered-awaiting-chart", "validated", "closed"]


def test_an_answer_is_validated_only_by_as_much_as_was_asked() -> None:
    told = chart(
        "d1 15:00 note history-and-physical: bowel-obstruction",
        "d2 10:30 note dietitian dietitian: malnutrition [severity=severe]",
        "d2 12:00 prescribed oral nutrition supplement 237 mL",
        "d2 13:00 approve",
        "d2 14:00 answer severe",
        "d2 15:00 note progress: malnutrition",
    )
    assert states(told)[-1] == "answered-awaiting-chart"
    told.line("d3 15:00 note progress: malnutrition [severity=severe]")
    assert states(told)[-1] == "closed"


def test_a_late_answer_to_a_question_that_is_over_is_refused_visibly() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:00 note progress: acute-kidney-injury", "d2 10:00 answer undetermined")
    assert refusals(told) == ["it cannot be answered; it is auto-resolved"]


# --- no query until yes (Q-55) ------------------------------------------------------------------------------------------
def test_a_new_kind_that_is_taken_back_takes_its_question_with_it() -> None:
    told = chart(*KIDNEY, "d2 08:00 dismiss", "d3 09:00 note progress id=o: oliguria", "d6 09:00 note progress: oliguria")
    assert states(told)[-1] == "draft"
    told.line("d6 10:00 retract o")
    assert (states(told)[-1], told.alerts[-1].cause) == ("withdrawn", "EVIDENCE_CORRECTED")
    told.line("d7 06:00 creatinine 2.6 mg/dL")
    assert states(told)[-1] == "withdrawn"  # the dismissal still stands, two questions later


def test_a_new_episode_with_new_kinds_of_indicators_may_be_asked_about_with_those() -> None:
    told = chart(*SEPSIS, "d1 13:00 approve", "d1 14:00 answer localized")
    later = ("d9 08:00 temperature 39.4 Cel", "d9 08:00 respiratory-rate 30 /min", "d9 08:30 ordered blood culture",
             "d9 09:00 given meropenem 1 g IV", "d9 09:30 lactate 4.4 mmol/L", "d9 10:00 note progress: pneumonia")  # fmt: skip
    for line in later:
        told.line(line)
    wording = told.alerts[-1].wording
    assert states(told)[-1] == "draft"
    assert wording is not None
    assert {"lactate 4.4 mmol/L", "temperature 39.4 °C"} <= {one.text for one in wording.indicators}
    assert "WBC 18.2 ×10³/µL" not in {one.text for one in wording.indicators}


def test_the_physicians_no_is_never_asked_again_on_the_same_kinds() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:00 answer not-significant")
    for day in range(3, 12):
        told.line(f"d{day} 06:00 creatinine {1.5 + day / 5:.1f} mg/dL")
        told.line(f"d{day} 07:00 given normal saline 1000 mL")
    assert states(told)[-1] == "closed"


# --- what holds, and what does not ---------------------------------------------------------------------------------------
def test_an_unsigned_denial_holds_the_question_too() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:00 note progress unsigned id=n: no acute-kidney-injury")
    assert states(told)[-1] == "addressed-awaiting-signature"
    told.line("d2 10:00 note progress id=n r2: no acute-kidney-injury")
    assert (states(told)[-1], told.alerts[-1].cause) == ("auto-resolved", "RULED_OUT")


def test_a_student_s_note_that_a_physician_attested_holds_until_it_is_signed() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:00 note progress student attested unsigned id=n: acute-kidney-injury")
    assert states(told)[-1] == "addressed-awaiting-signature"
    told.line("d2 10:00 note progress student attested id=n r2: acute-kidney-injury")
    assert states(told)[-1] == "auto-resolved"


@pytest.mark.parametrize("role", ["student", "scribe", "nurse", "dietitian"])
def test_nobody_elses_unsigned_or_signed_words_hold_or_resolve(role: str) -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", f"d2 09:00 note progress {role} unsigned: acute-kidney-injury")
    told.line(f"d2 10:00 note progress {role}: acute-kidney-injury")
    assert states(told)[-1] == "sent"


def test_uncertain_holds_during_the_stay_and_resolves_in_the_final_statement() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:00 note progress: possible acute-kidney-injury")
    assert states(told)[-1] == "addressed-uncertain"
    told.line("d4 10:00 note discharge-summary: possible acute-kidney-injury")
    assert (states(told)[-1], told.alerts[-1].cause) == ("auto-resolved", "UNCERTAIN_IN_FINAL_STATEMENT")


def test_our_own_words_in_a_note_change_nothing() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve")
    before = len(told.alerts)
    told.line("d2 09:00 note progress echo: acute-kidney-injury")
    told.line("d2 09:30 note query-response echo: no acute-kidney-injury")
    assert len(told.alerts) == before


def test_a_preliminary_value_withdraws_nothing() -> None:
    lines = (*KIDNEY[:2], "d2 06:00 creatinine 2.4 mg/dL id=c2 preliminary", KIDNEY[3], "d2 06:00 creatinine 1.0 mg/dL id=c2 preliminary")
    assert states(chart(*lines))[-1] == "draft"
    assert states(chart(*lines, "d2 06:00 creatinine 1.0 mg/dL id=c2"))[-1] == "draft"  # nothing was taken back: it was never final
    assert states(chart(*lines[:-1], "d2 06:00 creatinine 1.0 mg/dL id=c2"))[-1] == "withdrawn"


def test_corrected_contrary_evidence_withdraws_a_sent_question_too() -> None:
    told = chart(*KIDNEY, "d2 07:00 creatinine 1.1 mg/dL id=c9", "d2 08:00 approve")
    assert told.asked[-1].wording.contrary
    told.line("d2 07:00 creatinine 2.3 mg/dL id=c9 corrected")
    assert states(told)[-3:] == ["withdrawn", "candidate", "draft"]
    assert told.alerts[-1].wording is not None
    assert told.alerts[-1].wording.no_contrary_evidence_found


# --- a stay that was two ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("stay", "nth"), [("first", "1"), ("second", "3")])
def test_a_decision_under_any_id_that_the_stay_had_reaches_its_question(stay: str, nth: str) -> None:
    told = chart(*KIDNEY)
    draft = told.alerts[-1]
    told.tell(FactsPage(patient_id="p", moved_from=("first", "second")))
    there = draft.model_copy(update={"query_id": derived_id(TENANT, stay, draft.condition, nth)})
    told.tell(FactsPage(facts=(approval(there),), moved_from=("second", "first")))
    assert states(told)[-1] == "sent"
    assert told.alerts[-1].query_id == draft.query_id
    assert refusals(told) == []


def test_a_decision_about_a_stay_that_is_no_part_of_this_one_is_refused() -> None:
    told = chart(*KIDNEY)
    there = told.alerts[-1].model_copy(update={"query_id": derived_id(TENANT, "elsewhere", told.alerts[-1].condition, "1")})
    told.tell(FactsPage(facts=(approval(there),)))
    assert refusals(told) == ["no such question on this encounter"]


def told_again(told: Chart, draft: QueryAlert) -> None:
    there = draft.model_copy(update={"query_id": derived_id(TENANT, "first", draft.condition, "1")})
    told.tell(FactsPage(facts=(approval(there),), moved_from=("first",)))


def test_what_was_approved_there_is_sent_when_nothing_is_unread_any_more() -> None:
    told = chart(*KIDNEY, "d2 07:00 failed")
    told_again(told, told.alerts[-1])
    told.line("d2 08:00 creatinine 2.3 mg/dL")
    assert told.asked == []
    assert refusals(told) == []
    told.tell(FactsPage(), replays="e6/0")
    assert [asked.state for asked in told.asked] == ["sent"]
    assert not any(key.startswith("decided/") for key in told.states)


def test_what_was_approved_there_is_sent_when_its_question_is_held_no_more() -> None:
    told = chart(*KIDNEY, "d2 07:00 note progress id=n: possible acute-kidney-injury")
    assert states(told)[-1] == "addressed-uncertain"
    told_again(told, told.alerts[-1])
    assert told.asked == []
    told.line("d2 09:00 retract n")
    assert [asked.state for asked in told.asked] == ["sent"]


def test_what_was_approved_there_is_sent_when_documents_are_heard_again() -> None:
    told = chart(KIDNEY[0], *KIDNEY[2:])
    assert states(told)[-1] == "waiting-for-documents"
    told_again(told, told.alerts[-1])
    told.line(KIDNEY[1])
    assert [asked.state for asked in told.asked] == ["sent"]


def test_what_was_approved_there_asks_nothing_that_comes_up_here_later() -> None:
    asked = chart(*KIDNEY).alerts[-1]
    told = chart(*KIDNEY[:2], "d2 05:00 failed")
    told_again(told, asked)
    told.tell(FactsPage(), replays="e4/0")
    for line in KIDNEY[2:]:
        told.line(line)
    assert states(told)[-1] == "draft"


# --- after discharge ------------------------------------------------------------------------------------------------------
def test_after_discharge_a_question_goes_on_in_retrospect() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d4 15:00 discharged")
    assert (states(told)[-1], told.alerts[-1].cause) == ("sent", "RETROSPECTIVE")
    told.line("d5 10:00 answer aki")
    told.line("d5 12:00 note discharge-summary: acute-kidney-injury")
    assert states(told)[-1] == "closed"


def test_a_late_result_after_discharge_still_asks() -> None:
    told = chart(*KIDNEY[:2], KIDNEY[3], "d4 15:00 discharged", KIDNEY[2])
    assert states(told)[-1] == "draft"


# --- words ------------------------------------------------------------------------------------------------------------------
def test_what_stands_under_documented_is_not_said_twice() -> None:
    told = chart(*SEPSIS)
    wording = told.alerts[-1].wording
    assert wording is not None
    assert [one.text for one in wording.documented] == ["“pneumonia”"]
    assert "“pneumonia”" not in [one.text for one in wording.indicators]


def test_a_cancellation_that_names_the_order_only_by_its_id_takes_it_back() -> None:
    told = chart("d1 08:50 ordered blood culture id=o1", SEPSIS[0], SEPSIS[1], *SEPSIS[3:])
    assert states(told)[-1] == "draft"
    cancelled = OrderPlaced(order_id="o1", code=Coded(code=""), status="cancelled", ordered_at=ClinicalTime(DAY_1))
    told.tell(FactsPage(facts=(cancelled,)))
    assert (states(told)[-1], told.alerts[-1].cause) == ("withdrawn", "EVIDENCE_CORRECTED")


# --- several gaps together (internal) ----------------------------------------------------------------------------------------
def test_beside_another_open_gap_an_answer_adds_only_what_it_adds() -> None:
    told = chart("d1 07:00 note emergency: fever")
    told.tell(claim_page(False))
    for line in SEPSIS:
        told.line(line)
    alone = {one.concept: one for one in told.alerts[-1].effect}
    assert alone["sepsis"].with_other_gaps is None
    for line in KIDNEY[1:]:
        told.line(line)
    told.line(KIDNEY[0])
    effects = {alert.condition: {one.option_id: one for one in alert.effect} for alert in told.alerts}
    kidney, sepsis = effects["acute-kidney-injury"]["aki"], effects["sepsis"]["sepsis"]
    # N39.0 -> A41.9 with it is 872 (DOMAIN D-01); N17.9 (a CC) adds nothing to 872, and nothing to 690 (no CC tier).
    assert (kidney.weight_delta, kidney.with_other_gaps) == (0.0, 0.0)
    assert sepsis.with_other_gaps == sepsis.weight_delta == alone["sepsis"].weight_delta
    told.line("d2 09:00 note progress: sepsis")
    last = next(alert for alert in reversed(told.alerts) if alert.condition == "acute-kidney-injury")
    assert last.cause == "EFFECT_CHANGED"
    assert last.effect[0].with_other_gaps is None


@pytest.mark.parametrize("nth", [-2, -1])  # the page of before, and that of after
def test_a_changed_effect_makes_no_approval_stale(nth: int) -> None:
    told = chart(*KIDNEY)
    told.tell(claim_page(False))
    assert told.alerts[-1].cause == "EFFECT_CHANGED"
    assert told.alerts[-1].as_of != told.alerts[-2].as_of
    told.tell(FactsPage(facts=(approval(told.alerts[nth]),)))
    assert states(told)[-1] == "sent"


def test_an_approval_of_words_that_a_changed_effect_told_again_is_stale_once_they_change() -> None:
    told = chart(*KIDNEY)
    told.tell(claim_page(False))
    shown = told.alerts[-1]
    told.line("d2 06:00 creatinine 2.2 mg/dL id=c2 corrected")
    assert told.alerts[-1].cause == "EVIDENCE_CHANGED"
    for alert, refused in ((shown, ["the question has changed since it was shown"]), (told.alerts[-1], [])):
        before = len(refusals(told))
        told.tell(FactsPage(facts=(approval(alert),)))
        assert refusals(told)[before:] == refused
    assert states(told)[-1] == "sent"


# --- policies and corners ----------------------------------------------------------------------------------------------------
def test_only_a_sites_policy_sends_without_a_person() -> None:
    told = chart(*KIDNEY, site=SiteData(auto_send_rules=sent_by_policy("D-11")))
    assert states(told) == ["candidate", "draft", "approved", "sent"]
    assert chart(*KIDNEY, site=SiteData(auto_send_rules=sent_by_policy("D-11")), attending="").asked == []  # and never past the gate


def test_a_note_that_waits_for_its_signature_holds_from_the_start_and_releases_to_the_list() -> None:
    told = chart(*KIDNEY[:2], "d2 05:00 note progress unsigned id=n: acute-kidney-injury", *KIDNEY[2:])
    assert states(told) == ["candidate", "addressed-awaiting-signature"]
    told.line("d2 09:00 retract n")
    assert states(told)[-1] == "draft"
    told.line("d2 09:30 approve")
    assert told.asked[-1].state == "sent"


def test_a_held_question_presses_nobody() -> None:
    told = chart(*KIDNEY, "d2 08:00 approve", "d2 09:00 note progress: possible acute-kidney-injury", "d6 12:00 tick")
    assert states(told)[-1] == "addressed-uncertain"
    assert "escalated" not in states(told)


def test_two_rules_on_one_condition_ask_one_question() -> None:
    kidney = next(rule for rule in RULES if rule.id == "D-11")
    twin = kidney.model_copy(update={"id": "D-111"})
    told = Chart(queries_room(SiteData(), (kidney, twin)))
    told.begin()
    for line in (*KIDNEY, "d2 09:00 note progress: oliguria"):
        told.line(line)
    assert {alert.query_id for alert in told.alerts} == {told.alerts[0].query_id}
    assert {alert.rule_id for alert in told.alerts} == {"D-11"}


@pytest.mark.parametrize(("option", "words", "reason"), [(None, " ", "an answer needs an option or words"), (None, "AKI", "")])
def test_an_answer_says_something(option: str | None, words: str, reason: str) -> None:
    told = chart(*KIDNEY, "d2 08:00 approve")
    answer = QueryAnswered(
        decision_id="d", encounter_id="case", actor=Person(staff_id="1001", role="provider"), decided_at=DAY_1, as_of=told.alerts[-1].as_of,
        query_id=told.alerts[-1].query_id, option_id=option, free_text=words,
    )  # fmt: skip
    told.tell(FactsPage(facts=(answer,)))
    assert refusals(told) == ([reason] if reason else [])


def test_a_decision_about_no_question_of_this_stay_is_refused() -> None:
    told = chart("d1 09:00 approve")
    assert refusals(told) == ["no such question on this encounter"]


@pytest.mark.parametrize(("kind", "reason"), [("tick", "NO_TICK"), ("site-data", "NO_SITE_DATA")])
def test_an_entry_without_its_page_is_unusable(kind: str, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        chart().tell(FactsPage(), kind=kind)


def test_site_data_that_cannot_be_read_is_unusable() -> None:
    with pytest.raises(Unusable, match="SITE_DATA_INVALID"):
        chart().tell(SitePage(site={"reminder_hours": "soon"}), kind="site-data")
