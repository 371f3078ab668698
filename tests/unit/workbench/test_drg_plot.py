"""The DRG's steps lie inside the picture, in their order, and today's is always named."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from by_hand.shorthand import drg
from by_hand.telling import DAY_0, MADE_BY
from opencdi.events.audiences import DrgCause, DrgChanged
from opencdi.workbench.drg_plot import HEIGHT, LABEL, WIDTH, drg_plot


def changes(told: list[tuple[int, float | None]]) -> list[DrgChanged]:
    at = DAY_0
    found = []
    for nth, (hours, weight) in enumerate(told, 1):
        at += timedelta(hours=hours)
        after = drg(f"{300 + nth}", "A TITLE", weight, 2.0, "NONE") if weight is not None else None
        found.append(
            DrgChanged(
                tenant="demo", encounter_id="e", at=at, as_of="x", made_by=MADE_BY, after=after, cause=DrgCause(entry_id="x"), nth=nth
            )
        )
    return found


def test_one_drg_is_no_picture() -> None:
    assert drg_plot([], DAY_0) is None
    assert drg_plot(changes([(1, 0.7)]), DAY_0 + timedelta(days=2)) is None


def test_a_higher_weight_stands_higher_and_a_drg_that_went_away_is_a_gap() -> None:
    plot = drg_plot(changes([(1, 0.7), (5, 1.9), (5, None), (5, 0.9)]), DAY_0 + timedelta(days=2))
    assert plot is not None
    low, high, back = plot.steps
    assert high.y < back.y < low.y
    assert plot.path.count("M") == 2
    assert (plot.low, plot.high) == (0.7, 1.9)


@given(st.lists(st.tuples(st.integers(0, 60), st.floats(0.3, 25)), min_size=2, max_size=12), st.integers(0, 200))
def test_everything_lies_inside_and_no_two_labels_meet(told: list[tuple[int, float]], later: int) -> None:
    history = changes([(hours, weight) for hours, weight in told])
    plot = drg_plot(list(reversed(history)), history[-1].at + timedelta(hours=later))
    assert plot is not None
    assert [step.x for step in plot.steps] == sorted(step.x for step in plot.steps)
    assert all(0 <= step.x <= step.end <= WIDTH and 0 < step.y < HEIGHT for step in plot.steps)
    labelled = [step.x for step in plot.steps if step.label]
    assert plot.steps[-1].label
    assert all(right - left >= LABEL for left, right in pairwise(labelled))
