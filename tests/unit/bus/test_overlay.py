"""Changes held back until a batch commits: taken back by the step, settled by the batch."""

from hypothesis import given
from hypothesis import strategies as st

from opencdi.bus.room import Overlay, State


class Told(State):
    """Anything."""

    n: int


CHANGES = st.lists(st.tuples(st.sampled_from("abcd"), st.one_of(st.none(), st.integers(0, 9))), max_size=12)


def change(states: Overlay, changes: list[tuple[str, int | None]]) -> None:
    for key, n in changes:
        if n is not None:
            states[key] = Told(n=n)
        elif key in states:
            del states[key]


@given(CHANGES, CHANGES)
def test_what_a_step_changed_is_taken_back(before: list[tuple[str, int | None]], step: list[tuple[str, int | None]]) -> None:
    base: dict[str, State] = {"a": Told(n=100), "b": Told(n=101)}
    states = Overlay(base)
    change(states, before)
    standing = dict(states)
    states.begin()
    change(states, step)
    states.take_back()
    assert dict(states) == standing
    assert base == {"a": Told(n=100), "b": Told(n=101)}


@given(CHANGES)
def test_a_batch_settles_into_what_it_showed(changes: list[tuple[str, int | None]]) -> None:
    base: dict[str, State] = {"a": Told(n=100), "b": Told(n=101)}
    batch = Overlay(base)
    change(batch, changes)
    shown = dict(batch)
    assert {key: batch.get(key) for key in "abcd"} == {key: shown.get(key) for key in "abcd"}
    batch.settle()
    assert base == shown
