"""What waits for a decision comes first; then the published priority; and the order is reproducible."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import QueryState
from opencdi.events.audiences import QueryAlert
from opencdi.events.contract import MadeBy
from opencdi.store.encounters import Header, OnWorklist
from opencdi.workbench.rank import days_in, ranked

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


def test_the_days_of_the_priority_are_todays_and_not_those_of_the_wording() -> None:
    told = {"priority": 32.0, "priority_terms": ("severity 20", "days in hospital 10", "kinds of indicators 2")}
    asked_late = alert("e", "sent", 0).model_copy(update=told | {"query_id": "late"})
    told = {"priority": 23.0, "priority_terms": ("severity 20", "days in hospital 0", "kinds of indicators 3")}
    asked_early = alert("e", "sent", 0).model_copy(update=told | {"query_id": "early"})
    (one,) = ranked([row("e", asked_late, asked_early)], NOW, HERE)  # on day 1
    assert [(question.query_id, question.priority) for question in one.questions] == [("early", 25.0), ("late", 24.0)]
    assert one.top is not None
    assert one.top.priority_terms == ("severity 20", "days in hospital 2", "kinds of indicators 3")
    (unknown,) = ranked([row("e", asked_late)], None, HERE)
    assert unknown.questions == (asked_late,)
