"""What waits for a decision comes first; then the published priority; and the order is reproducible."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import QueryState
from opencdi.events.audiences import QueryAlert
from opencdi.events.contract import MadeBy
from opencdi.events.weighing import Weighing
from opencdi.store.encounters import Header, OnWorklist
from opencdi.workbench.rank import days_in, ranked
from opencdi.workbench.words import terms

NOW = datetime(2026, 5, 6, 14, tzinfo=UTC)
HERE = ZoneInfo("America/New_York")


def alert(encounter_id: str, state: QueryState, priority: float) -> QueryAlert:
    return QueryAlert(
        tenant="t", query_id=f"q-{encounter_id}-{state}", encounter_id=encounter_id, condition="sepsis", rule_id="D-01", rule_revision=1,
        gap_type="missing-diagnosis", definition_id="d", state=state, cause="READY", why_now="", at=NOW, as_of="e",
        made_by=MadeBy(room="r", software="s"), priority=priority,
    )  # fmt: skip


def row(encounter_id: str, *alerts: QueryAlert) -> OnWorklist:
    header = Header(encounter_id=encounter_id, tenant="t", admitted_at=ClinicalTime(NOW - timedelta(days=1)))
    return OnWorklist(header, None, None, alerts, 0)


def test_drafts_first_then_priority() -> None:
    rows = [
        row("high-but-sent", alert("high-but-sent", "sent", 90)),
        row("low-draft", alert("low-draft", "draft", 10)),
        row("nothing"),
        row("settled", alert("settled", "auto-resolved", 99)),
        row("high-draft", alert("high-draft", "draft", 40)),
    ]
    expected = ["high-draft", "low-draft", "high-but-sent", "nothing", "settled"]
    for seed in range(20):
        Random(seed).shuffle(rows)
        assert [one.row.header.encounter_id for one in ranked(rows, NOW, HERE)] == expected


def test_a_draft_ranks_its_encounter_even_beside_a_higher_question_already_asked() -> None:
    (one,) = ranked([row("e", alert("e", "sent", 80), alert("e", "draft", 20))], NOW, HERE)
    assert (one.drafts, one.top and one.top.state) == (1, "draft")


def test_days_are_midnights_in_the_hospital_and_stop_at_discharge() -> None:
    for admitted in ("2026-05-04T23:50:00-04:00", "2026-05-05T03:50:00+00:00"):
        header = Header(encounter_id="e", tenant="t", admitted_at=ClinicalTime(datetime.fromisoformat(admitted)))
        assert days_in(header, datetime.fromisoformat("2026-05-05T04:30:00+00:00"), HERE) == 1
        assert days_in(header, datetime.fromisoformat("2026-05-05T03:55:00+00:00"), HERE) == 0
        gone = header.model_copy(update={"discharged_at": ClinicalTime(datetime.fromisoformat("2026-05-06T09:00:00-04:00"))})
        assert days_in(gone, NOW + timedelta(days=30), HERE) == 2
        assert days_in(header, None, HERE) is None


@pytest.mark.parametrize(
    ("ordered_h", "expected", "shown"), [(5, None, (True, False)), (25, "2026-05-06", (False, True)), (25, "2026-05-07", (False, False))]
)
def test_a_first_review_and_a_last_chance_are_said(ordered_h: int, expected: str | None, shown: tuple[bool, bool]) -> None:
    told = row("e")
    leaving = ClinicalTime(datetime.fromisoformat(f"{expected}T00:00:00+00:00"), "day") if expected else None
    update = {"ordered_at": ClinicalTime(NOW - timedelta(hours=ordered_h)), "expected_discharge_at": leaving}
    (one,) = ranked([replace(told, header=told.header.model_copy(update=update))], NOW, HERE)
    assert (one.is_new, one.leaves_today) == shown


def weighing(**told: object) -> Weighing:
    return Weighing.model_validate({"severity": 2, "evidence": 2, "opened_at": NOW - timedelta(days=2), **told})


def test_the_priority_is_of_this_hour_and_not_of_the_wording() -> None:
    early = alert("e", "sent", 0).model_copy(update={"query_id": "early", "weighing": weighing(opened_at=NOW - timedelta(days=3))})
    late = alert("e", "sent", 0).model_copy(update={"query_id": "late", "weighing": weighing(opened_at=NOW)})
    (one,) = ranked([row("e", late, early)], NOW, HERE)
    assert [(question.query_id, question.priority_terms["age"]) for question in one.questions] == [("early", 6.0), ("late", 0.0)]
    (unknown,) = ranked([row("e", late)], None, HERE)
    assert unknown.questions == (late,)


def test_whoever_leaves_first_by_what_the_chart_expects_now_is_asked_about_first() -> None:
    told = row("e", alert("e", "draft", 0).model_copy(update={"weighing": weighing(leaves_at=NOW + timedelta(days=4))}))
    tomorrow = told.header.model_copy(update={"expected_discharge_at": ClinicalTime(NOW + timedelta(hours=12))})
    shown = [ranked([row], NOW, HERE)[0].questions[0].priority_terms["time left"] for row in (told, replace(told, header=tomorrow))]
    assert shown == [4.0, 18.0]


def test_an_alert_that_does_not_say_what_it_was_weighed_by_stands_as_it_was_told() -> None:
    old = alert("e", "sent", 32.0).model_dump(mode="json") | {"priority_terms": ["severity 20", "effect, absolute 12"]}
    old = QueryAlert.read(json.dumps(old))
    assert old.priority_terms == {"severity": 20.0, "effect, absolute": 12.0}
    (one,) = ranked([row("e", old)], NOW, HERE)
    assert one.questions == (old,)
    assert terms(old.priority_terms) == "severity 20 + effect, absolute 12"
