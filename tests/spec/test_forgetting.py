"""After discharge: the bill is held, what is open expires with it, and a month later the line has forgotten the stay (DESIGN §2)."""

from datetime import timedelta
from pathlib import Path

import pytest

from opencdi.cli.playing import tick
from opencdi.events.audiences import QueryAlert
from opencdi.events.people import Person, QueryDismissed
from opencdi.testing import TENANT, Ward, story

LATER = timedelta(days=1)


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    return Ward(tmp_path)


def days_pass(ward: Ward, days: int) -> None:
    for _ in range(days):
        ward.hear([tick(TENANT, ward.now + LATER)])


def remembered(ward: Ward, room: str, encounter_id: str) -> set[str]:
    (runner,) = [runner for one, runner in zip(ward.line.rooms, ward.line.runners, strict=True) if one.name == room]
    return {key for states in runner.states.values() for key in states if key.split("/")[1] == encounter_id}


def drafted(ward: Ward) -> QueryAlert:
    """A stay of which a draft is open when the patient leaves."""
    told = story("malnutrition")
    events = tuple(event for event in told.events if event.note is None or event.note.id != "D70305")  # the note that answers is missing
    ward.live([told.model_copy(update={"events": events})])
    alert = ward.alerts()[-1]
    assert (alert.state, alert.cause) == ("draft", "RETROSPECTIVE")
    return alert


def test_what_is_open_expires_before_the_set_is_held(ward: Ward) -> None:
    drafted(ward)
    assert ward.finals()[-1].open_questions != ()
    days_pass(ward, 6)
    assert (ward.alerts()[-1].state, ward.alerts()[-1].cause) == ("expired", "BILL_HOLD_OVER")
    held = max(ward.finals(), key=lambda final: final.nth)
    assert (held.status, held.open_questions) == ("held", ())


def test_queries_and_finalize_forget_with_intake(ward: Ward) -> None:
    alert = drafted(ward)
    days_pass(ward, 33)
    assert remembered(ward, "queries", alert.encounter_id)
    days_pass(ward, 4)
    left = remembered(ward, "intake", alert.encounter_id)
    assert {key.partition("/")[0] for key in left} == {"encounter", "past"}  # that it was, and what may be a later stay's baseline
    assert remembered(ward, "queries", alert.encounter_id) == set()
    dismissal = QueryDismissed(
        decision_id="late", encounter_id=alert.encounter_id, actor=Person(staff_id="cdi-1"), decided_at=ward.now, as_of=alert.as_of,
        query_id=alert.query_id, reason="other",
    )  # fmt: skip
    ward.decide(dismissal)
    assert [refused.reason for page in ward.moves() for refused in page.refused] == ["no such question on this encounter"]
    assert remembered(ward, "queries", alert.encounter_id) == set()
    assert remembered(ward, "finalize", alert.encounter_id)  # nobody has attested it yet
    days_pass(ward, 335)
    assert remembered(ward, "finalize", alert.encounter_id) == set()
