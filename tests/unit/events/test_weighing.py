"""The specialist's list is one published sum (DOMAIN B74, F.14): every term a number, none of them able to hide a question."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.events.weighing import Weighing, sum_of, terms_of

NOW = datetime(2026, 5, 6, 14, tzinfo=UTC)
DAYS = st.floats(-3, 40).map(lambda days: NOW + timedelta(days=days))
TOLD = st.builds(
    Weighing,
    severity=st.integers(1, 3),
    evidence=st.integers(0, 12),
    opened_at=DAYS,
    leaves_at=st.none() | DAYS,
    yield_so_far=st.none() | st.floats(0, 1),
)
CHANGES = st.none() | st.floats(-5, 5)


def of(change: float | None = 0.0, **told: object) -> dict[str, float]:
    usual = {"severity": 2, "evidence": 2, "opened_at": NOW - timedelta(days=1), "leaves_at": NOW + timedelta(days=1), "yield_so_far": 0.6}
    return terms_of(Weighing.model_validate(usual | told), change, NOW)


def test_the_sum_is_the_sum_of_what_is_shown() -> None:
    told = of(0.4689)
    assert told == {"severity": 20.0, "effect": 9.4, "time left": 16.0, "evidence": 5.0, "age": 2.0, "yield": 6.0}
    assert sum_of(told) == 58.4


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (of(severity=3), of(severity=2)),
        (of(0.5), of(0.2)),
        (of(-0.5), of(0.2)),  # by its size, whichever way: a question that would lower the weight ranks as one that raises it
        (of(leaves_at=NOW + timedelta(hours=4)), of(leaves_at=NOW + timedelta(days=3))),
        (of(evidence=3), of(evidence=1)),
        (of(opened_at=NOW - timedelta(days=4)), of(opened_at=NOW)),
        (of(yield_so_far=0.9), of(yield_so_far=0.1)),
        (of(None), of(0.0)),  # an effect that is not known is not none
        (of(leaves_at=None), of(leaves_at=NOW + timedelta(days=9))),
        (of(yield_so_far=None), of(yield_so_far=0.0)),
    ],
)
def test_each_term_alone_moves_the_sum(more: dict[str, float], less: dict[str, float]) -> None:
    assert sum_of(more) > sum_of(less)


def test_what_is_not_known_is_said_and_not_taken_for_nothing() -> None:
    assert of(None, leaves_at=None, yield_so_far=None).keys() >= {"effect not known", "time left not known", "yield not known"}


@given(TOLD, CHANGES, st.floats(-40, 40))
def test_laws(told: Weighing, change: float | None, later: float) -> None:
    terms = terms_of(told, change, NOW)
    assert len(terms) == 6
    assert all(value >= 0 for value in terms.values())
    assert 10 <= sum_of(terms) <= 120  # nothing is hidden: the least is there too
    assert terms == terms_of(told, None if change is None else -change, NOW)
    if later >= 0:  # a question that waits never sinks
        assert sum_of(terms_of(told, change, NOW + timedelta(days=later))) >= sum_of(terms)


@given(TOLD)
def test_of_two_that_differ_in_effect_alone_none_ranks_last(told: Weighing) -> None:
    none, unknown, some = (sum_of(terms_of(told, change, NOW)) for change in (0.0, None, 1.0))
    assert none < unknown < some
