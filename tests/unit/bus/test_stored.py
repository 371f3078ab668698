"""What a room remembers behaves as a dictionary would, whether it is at hand or only in the table."""

from collections.abc import Iterator
from sqlite3 import Connection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.bus.room import Overlay, RecordCodec, State
from opencdi.bus.stored import Sieve, StoredStates, forget, private_table, store_alone

ROOM = "alder"


class Count(State):
    n: int


CODEC = RecordCodec({"count": Count})


@pytest.fixture
def table() -> Iterator[Connection]:
    db = private_table()
    yield db
    db.close()


def states_in(table: Connection, part: int = 0) -> StoredStates:
    return StoredStates(table, CODEC, ROOM, part, Sieve())


def committed(states: StoredStates, changes: dict[str, int | None]) -> None:
    """As a runner commits: the table first, then memory."""
    overlay = Overlay(states)
    for key, n in changes.items():
        if n is not None:
            overlay[key] = Count(n=n)
        elif key in overlay:
            del overlay[key]
    rows = [(states.place[1], key, None if state is None else CODEC.encode(key, state)) for key, state in overlay.writes()]
    store_alone(states.db, ROOM, rows)
    overlay.settle()


KEYS = st.integers(0, 9).map(lambda n: f"count/{n}")


@given(st.lists(st.dictionaries(KEYS, st.none() | st.integers())), st.booleans())
def test_batch_by_batch_it_is_what_a_dictionary_is(batches: list[dict[str, int | None]], restarted: bool) -> None:
    db = private_table()
    states, paper = states_in(db), dict[str, State]()
    for batch in batches:
        committed(states, batch)
        for key, n in batch.items():
            paper.pop(key, None) if n is None else paper.update({key: Count(n=n)})
        if restarted:
            states = states_in(db)
        assert dict(states) == paper
        assert len(states) == len(paper)
        assert {key: states.get(key) for key in map("count/{}".format, range(10))} == {
            f"count/{n}": paper.get(f"count/{n}") for n in range(10)
        }
    db.close()


def test_memory_holds_a_bounded_number_and_the_table_all(table: Connection) -> None:
    states = states_in(table)
    committed(states, {f"count/{n}": n for n in range(40_000)})
    assert states.recent == {}  # written once, read by nobody
    assert dict(states) == {f"count/{n}": Count(n=n) for n in range(40_000)}
    assert 0 < len(states.recent) <= 32_768
    states.let_go()
    assert states.sieve.at_hand == len(states.recent) == 0
    assert [states[f"count/{n}"] for n in (0, 1, 39_999)] == [Count(n=0), Count(n=1), Count(n=39_999)]
    assert len(states) == 40_000


def test_a_partition_that_is_forgotten_leaves_the_others(table: Connection) -> None:
    one, other = states_in(table, 0), states_in(table, 1)
    committed(one, {"count/1": 1})
    committed(other, {"count/1": 2})
    forget(table, ROOM, {0})
    assert (dict(states_in(table, 0)), dict(states_in(table, 1))) == ({}, {"count/1": Count(n=2)})


@given(st.sets(st.text()))
def test_the_sieve_holds_back_nothing_that_it_was_given(keys: set[str]) -> None:
    sieve = Sieve()
    for key in keys:
        sieve.add(key)
    assert all(map(sieve.lets_through, keys))


def test_the_sieve_holds_back_nearly_every_stranger() -> None:
    sieve = Sieve()
    for n in range(100_000):
        sieve.add(f"count/{n}")
    assert sum(sieve.lets_through(f"count/{n}") for n in range(200_000, 210_000)) < 10
