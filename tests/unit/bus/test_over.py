"""When a room may forget a stay (the table of DESIGN §2)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from opencdi.bus import over
from opencdi.bus.room import RecordCodec, States
from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import DischargeCancelled, EncounterCancelled, EncounterDischarged, EncounterMoved
from opencdi.knowledge.site import KEPT_AFTER_BILL

LEFT = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)
HOLD = 4
DUE = timedelta(days=HOLD) + KEPT_AFTER_BILL
DAY = timedelta(days=1)


def left(states: States, encounter_id: str = "enc", at: datetime = LEFT, told: datetime | None = None) -> None:
    over.ended(states, "t", encounter_id, [EncounterDischarged(at=ClinicalTime(at))], told or at, HOLD)


def forgotten(states: States, now: datetime, hold: int = HOLD) -> list[str]:
    return list(over.forgettable(states, "t", now, hold))


def test_a_stay_is_due_thirty_days_after_its_bill_and_leaves_no_record() -> None:
    states: States = {}
    left(states)
    assert forgotten(states, LEFT + DUE) == []
    assert forgotten(states, LEFT + DUE + DAY) == ["enc"]
    assert forgotten(states, LEFT + DUE + 2 * DAY) == []
    assert states == {}


def test_of_other_tenants_nothing_is_due() -> None:
    states: States = {}
    left(states)
    assert list(over.forgettable(states, "other", LEFT + DUE + DAY, HOLD)) == []


def test_who_is_back_in_bed_is_kept_and_who_left_again_as_long_as_that_says() -> None:
    states: States = {}
    left(states)
    over.ended(states, "t", "enc", [DischargeCancelled(at=ClinicalTime(LEFT + DAY))], LEFT + DAY, HOLD)
    left(states, "other", LEFT)
    left(states, "other", LEFT + 3 * DAY)
    assert forgotten(states, LEFT + DUE + 2 * DAY) == []
    assert forgotten(states, LEFT + DUE + 4 * DAY) == ["other"]
    assert forgotten(states, LEFT + 400 * DAY) == []
    left(states, at=LEFT + 400 * DAY)
    assert forgotten(states, LEFT + 400 * DAY + DUE + DAY) == ["enc"]


def test_a_bill_that_waits_longer_now_keeps_the_stay() -> None:
    states: States = {}
    left(states)
    assert forgotten(states, LEFT + DUE + DAY, HOLD + 10) == []
    assert forgotten(states, LEFT + DUE + 11 * DAY, HOLD + 10) == ["enc"]


def test_what_ended_long_before_it_was_told_is_forgotten_on_the_next_day() -> None:
    states: States = {}
    told = LEFT + 800 * DAY
    left(states, told=told)
    assert forgotten(states, told + timedelta(hours=1)) == []
    assert forgotten(states, told + DAY) == ["enc"]


def test_cancelled_and_moved_stays_are_over_too() -> None:
    states: States = {}
    over.ended(states, "t", "a", [EncounterCancelled(at=ClinicalTime(LEFT))], LEFT, HOLD)
    over.ended(states, "t", "b", [EncounterMoved(into="c", at=ClinicalTime(LEFT))], LEFT, HOLD)
    assert forgotten(states, LEFT + DUE + DAY) == ["a", "b"]


def test_states_survive_their_codec() -> None:
    states: States = {}
    left(states)
    codec = RecordCodec(over.MODELS)
    assert {key: codec.decode(key, codec.encode(key, state)) for key, state in states.items()} == states


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50), st.booleans()), max_size=8),
    st.lists(st.integers(0, 200), max_size=6),
)
def test_one_tick_over_a_gap_forgets_what_many_in_it_would(told: list[tuple[str, int, bool]], ticks: list[int]) -> None:
    one: States = {}
    many: States = {}
    for states in (one, many):
        for encounter_id, day, back in told:
            at = ClinicalTime(LEFT + day * DAY)
            fact = DischargeCancelled(at=at) if back else EncounterDischarged(at=at)
            over.ended(states, "t", encounter_id, [fact], LEFT + 50 * DAY, HOLD)
    gone = [encounter_id for day in sorted(ticks) for encounter_id in forgotten(many, LEFT + (50 + day) * DAY)]
    gone += forgotten(many, LEFT + 250 * DAY)
    assert sorted(gone) == sorted(forgotten(one, LEFT + 250 * DAY))
    assert many == one
