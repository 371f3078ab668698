"""How often a physician is interrupted: a budget, quiet hours, what goes together; by severity, time left and age, never by money."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.knowledge.delivery_policy import DeliveryPolicy
from opencdi.outbound.ledger import Act, Handed, Waiting, acts

HERE = ZoneInfo("America/New_York")
NOON = datetime(2026, 5, 6, 16, tzinfo=UTC)  # 12:00 in the hospital
AT_ONCE = DeliveryPolicy(bundle_minutes=0)
MIDNIGHT = datetime(2026, 5, 7, 4, tzinfo=UTC)


def ask(query_id: str, *, on: str = "e1", to: str = "dr", urgency: int = 2, ago_h: float = 2, leaves_h: float | None = None) -> Waiting:
    return Waiting(query_id, on, to, urgency, NOON - timedelta(hours=ago_h), None if leaves_h is None else NOON + timedelta(hours=leaves_h))


def had(query_id: str, *, on: str = "e1", to: str = "dr", ago_h: float = 2, is_open: bool = True) -> Handed:
    return Handed(query_id, on, to, NOON - timedelta(hours=ago_h), is_open)


def decide(*waiting: Waiting, handed: tuple[Handed, ...] = (), policy: DeliveryPolicy = AT_ONCE, now: datetime = NOON) -> tuple[Act, ...]:
    return acts(waiting, handed, policy, HERE, now)


def delivered(told: tuple[Act, ...]) -> list[str]:
    return [act.question.query_id for act in told if act.status == "delivered"]


def deferred(told: tuple[Act, ...]) -> dict[str, tuple[object, object]]:
    return {act.question.query_id: (act.because, act.until) for act in told if act.status == "deferred"}


def test_all_that_is_asked_about_one_patient_goes_together() -> None:
    assert delivered(decide(ask("a"), ask("b"), ask("c", on="e2"))) == ["a", "b", "c"]


def test_a_second_time_in_a_day_about_the_same_patient_waits_for_tomorrow_and_another_patient_does_not() -> None:
    told = decide(ask("a"), ask("b", on="e2"), handed=(had("before", is_open=False),))
    assert delivered(told) == ["b"]
    assert deferred(told) == {"a": ("budget", MIDNIGHT)}


def test_yesterday_by_the_hospitals_clock_is_no_more_of_todays_budget() -> None:
    assert delivered(decide(ask("a"), handed=(had("before", ago_h=12.1),))) == ["a"]
    assert delivered(decide(ask("a"), handed=(had("before", ago_h=11.9),))) == []


def test_a_site_may_allow_more() -> None:
    twice = DeliveryPolicy(times_a_day=2, bundle_minutes=0)
    assert delivered(decide(ask("a"), handed=(had("x"),), policy=twice)) == ["a"]
    assert delivered(decide(ask("a"), handed=(had("x"), had("y")), policy=twice)) == ["a"]  # these two went together: once
    assert delivered(decide(ask("a"), handed=(had("x"), had("y", ago_h=1)), policy=twice)) == []


def test_who_has_six_open_gets_the_most_severe_when_he_has_answered_one() -> None:
    six = tuple(had(f"h{n}", on=f"o{n}", ago_h=30) for n in range(6))
    waiting = (ask("mild", on="m", urgency=1), ask("grave", on="g", urgency=3))
    assert deferred(decide(*waiting, handed=six)) == {"mild": ("budget", None), "grave": ("budget", None)}
    five = (*six[1:], had("h0", on="o0", ago_h=30, is_open=False))
    assert delivered(decide(*waiting, handed=five)) == ["grave"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ask("z", on="x", urgency=3, ago_h=1), ask("a", urgency=2, ago_h=9, leaves_h=1)),  # severity before all
        (ask("z", on="x", leaves_h=4), ask("a", leaves_h=40)),  # then who leaves sooner
        (ask("z", on="x", leaves_h=400), ask("a", ago_h=9)),  # known before unknown
        (ask("z", on="x", ago_h=9), ask("a", ago_h=2)),  # then the older
    ],
)
def test_one_place_goes_to_the_more_severe_then_to_who_leaves_sooner_then_to_the_older(first: Waiting, second: Waiting) -> None:
    one_place = DeliveryPolicy(open_at_most=1, bundle_minutes=0)
    assert delivered(decide(second, first, policy=one_place)) == [first.query_id]


def test_the_first_question_waits_for_others_on_the_patient_unless_the_patient_leaves_meanwhile() -> None:
    hour = DeliveryPolicy()
    told = decide(ask("a", ago_h=0.5), ask("b", ago_h=0.1), policy=hour)
    assert deferred(told) == dict.fromkeys("ab", ("bundle", NOON + timedelta(minutes=30)))
    assert delivered(decide(ask("a", ago_h=1), ask("b", ago_h=0.1), policy=hour)) == ["a", "b"]  # whoever came later goes along
    assert delivered(decide(ask("a", ago_h=0.5, leaves_h=0.4), policy=hour)) == ["a"]


@pytest.mark.parametrize(
    ("quiet", "at_h", "until_h"),
    [
        ((time(22), time(6)), 10.5, 18),  # 22:30 -> 06:00
        ((time(22), time(6)), 13, 18),  # 01:00
        ((time(22), time(6)), 18, None),  # 06:00
        ((time(12), time(13)), 0.5, 1),
        ((time(12), time(13)), 1, None),
    ],
)
def test_quiet_hours_are_the_hospitals(quiet: tuple[time, time], at_h: float, until_h: float | None) -> None:
    policy = DeliveryPolicy(bundle_minutes=0, quiet_from=quiet[0], quiet_until=quiet[1])
    told = decide(ask("a"), policy=policy, now=NOON + timedelta(hours=at_h))
    expected = {} if until_h is None else {"a": ("quiet-hours", NOON + timedelta(hours=until_h))}
    assert deferred(told) == expected


@pytest.mark.parametrize("hours", [{"quiet_from": time(22)}, {"quiet_until": time(6)}, {"quiet_from": time(6), "quiet_until": time(6)}])
def test_quiet_hours_without_an_end_are_refused(hours: dict[str, time]) -> None:
    with pytest.raises(ValueError, match="quiet hours"):
        DeliveryPolicy.model_validate(hours)


# --- laws ---------------------------------------------------------------------------------------------------------------
NAMES = st.sampled_from(["dr-a", "dr-b", "dr-c"])
STAYS = st.sampled_from(["e1", "e2", "e3"])
TIMES = st.floats(-72, 72).map(lambda hours: NOON + timedelta(hours=hours))
WAITING = st.lists(
    st.builds(Waiting, st.uuids().map(str), STAYS, NAMES, st.integers(1, 3), TIMES, st.none() | TIMES), unique_by=lambda one: one.query_id
)
HANDED = st.lists(st.builds(Handed, st.uuids().map(str), STAYS, NAMES, TIMES, st.booleans()), max_size=12)
POLICY = st.builds(
    DeliveryPolicy, times_a_day=st.integers(1, 3), open_at_most=st.integers(1, 6), bundle_minutes=st.integers(0, 240),
    quiet_from=st.just(time(22)), quiet_until=st.just(time(6)),
) | st.builds(DeliveryPolicy, open_at_most=st.integers(1, 6), bundle_minutes=st.integers(0, 240))  # fmt: skip


@given(WAITING, HANDED, POLICY, TIMES, st.randoms())
def test_none_is_lost_none_comes_twice_and_no_order_of_arrival_matters(
    waiting: list[Waiting], handed: list[Handed], policy: DeliveryPolicy, now: datetime, chance: object
) -> None:
    told = acts(waiting, handed, policy, HERE, now)
    assert sorted(act.question.query_id for act in told) == sorted(one.query_id for one in waiting)
    assert all((act.because is None) == (act.status == "delivered") for act in told)
    assert all(act.until is None or act.until > now for act in told)  # who waits for an hour waits for one to come
    shuffled = list(waiting)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert acts(shuffled, handed, policy, HERE, now) == told


@given(WAITING, HANDED, POLICY, TIMES)
def test_nobody_gets_more_than_the_budget(waiting: list[Waiting], handed: list[Handed], policy: DeliveryPolicy, now: datetime) -> None:
    told = acts(waiting, handed, policy, HERE, now)
    for staff_id in {one.staff_id for one in waiting}:
        new = [act for act in told if act.question.staff_id == staff_id and act.status == "delivered"]
        had_open = sum(one.is_open for one in handed if one.staff_id == staff_id)
        assert len(new) <= max(0, policy.open_at_most - had_open)
        for left_out in (act for act in told if act.question.staff_id == staff_id and act.because == "budget" and act.until is None):
            assert not any(
                act.question.rank > left_out.question.rank and act.question.encounter_id == left_out.question.encounter_id for act in new
            )
