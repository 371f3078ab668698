"""A stay long over leaves memory (the table of DESIGN §2), and what comes later about it disturbs nobody."""

from datetime import timedelta
from pathlib import Path

from opencdi.cli.playing import tick
from opencdi.events.facts import Person, QueryViewed
from opencdi.hospital.story import Event, Note
from opencdi.testing import DAY_ZERO, TENANT, Ward, story

TOLD = story("sepsis")


def remembered(ward: Ward, room: str) -> set[str]:
    """The kinds of records that this room holds, in all partitions."""
    runner = next(runner for at, runner in zip(ward.line.rooms, ward.line.runners, strict=True) if at.name == room)
    return {key.partition("/")[0] for states in runner.states.values() for key in states}


def test_what_comes_after_a_stay_was_forgotten_is_passed_over(tmp_path: Path) -> None:
    ward = Ward(tmp_path).live([TOLD])
    assert {"note", "line", "stay"} <= remembered(ward, "nlp")
    assert {"note", "today", "stay"} <= remembered(ward, "coding")
    left = DAY_ZERO + TOLD.events[-1].at
    ward.hear([tick(TENANT, left + timedelta(days=34))])
    assert "note" in remembered(ward, "nlp") & remembered(ward, "coding")
    ward.hear([tick(TENANT, left + timedelta(days=35))])
    assert remembered(ward, "nlp") <= {"due", "site"}
    assert remembered(ward, "coding") <= {"due", "site"}

    alert = ward.alerts()[-1]
    before = (ward.alerts(), ward.drgs(), ward.finals())
    note = Note(id="D70103", type="progress", event="T10", text="Severe sepsis with septic shock.")
    ward.live([TOLD.model_copy(update={"events": (Event(at="60 08:00", note=note),)})], until="60 09:00")
    assert ward.outcomes()[-1].reason == "ENCOUNTER_CLOSED"
    viewed = QueryViewed(
        decision_id="d", encounter_id=alert.encounter_id, actor=Person(staff_id="1"), decided_at=ward.now, as_of="", query_id=alert.query_id
    )
    ward.decide(viewed)
    assert (ward.alerts(), ward.drgs(), ward.finals()) == before
    assert remembered(ward, "nlp") | remembered(ward, "coding") <= {"due", "site"}
