"""What a room remembers behaves as a dictionary would, whether it is at hand or only in the table."""

from collections.abc import Iterator
from sqlite3 import Connection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.bus.bus import BusDown
from opencdi.bus.room import Overlay, RecordCodec, State, under
from opencdi.bus.stored import AtHand, Sieve, StoredStates, forget, private_table, store_alone

ROOM = "alder"


class Count(State):
    n: int


class Lead(State):
    to: str


CODEC = RecordCodec({"count": Count, "lead": Lead, "leads": Count})


@pytest.fixture
def table() -> Iterator[Connection]:
    db = private_table()
    yield db
    db.close()


def states_in(table: Connection, part: int = 0) -> StoredStates:
    return StoredStates(table, CODEC, ROOM, part, Sieve(), AtHand())


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
    assert states.at_hand.records == len(states.recent) == 0
    assert [states[f"count/{n}"] for n in (0, 1, 39_999)] == [Count(n=0), Count(n=1), Count(n=39_999)]
    assert len(states) == 40_000


def test_what_lies_in_the_table_goes_onto_disk(table: Connection) -> None:
    pages, page_bytes = (table.execute(f"pragma {name}").fetchone()[0] for name in ("cache_spill", "page_size"))
    assert pages * page_bytes <= 64 * 1024 * 1024


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


def test_keys_are_found_by_how_they_begin_and_by_what_their_records_name(table: Connection) -> None:
    states = states_in(table)
    leads = {f"lead/{n}": Lead(to=f"e{n % 3}") for n in range(2500)}
    overlay = Overlay(states)
    overlay.update({**leads, "count/1": Count(n=1), "leads": Count(n=2)})
    assert set(under(overlay, "lead/")) == leads.keys()  # before the commit
    store_alone(table, ROOM, [(0, key, state.__pydantic_serializer__.to_json(state)) for key, state in overlay.items()])
    overlay.settle()
    assert list(under(states, "lead/")) == sorted(leads)
    assert set(under(states, "lead/", {"e1"})) == {key for key, lead in leads.items() if lead.to == "e1"}
    later = Overlay(states)
    del later["lead/1"]
    later["lead/0"], later["lead/new"] = Lead(to="e1"), Lead(to="e1")
    found = set(under(later, "lead/", {"e1"}))
    assert found == {key for key, lead in later.items() if isinstance(lead, Lead) and lead.to == "e1"}
    assert list(under(states, "nothing/")) == []


def test_a_search_goes_on_over_what_it_takes_away(table: Connection) -> None:
    states = states_in(table)
    committed(states, {f"count/{n}": n for n in range(3000)})
    seen = 0
    for key in states:
        store_alone(table, ROOM, [(0, key, None)])
        seen += 1
    assert (seen, len(states)) == (3000, 0)


def test_a_disk_that_fails_is_the_worlds_doing(table: Connection) -> None:
    """Not the fault of the entry in hand, which would be passed over after two such ends of the process."""
    states = states_in(table)
    committed(states, {f"count/{n}": n for n in range(5000)})
    table.execute(f"pragma max_page_count={table.execute('pragma page_count').fetchone()[0]}")
    with pytest.raises(BusDown, match="SQLITE_FULL"):
        store_alone(table, ROOM, [(0, f"count/new{n}", bytes(1000)) for n in range(1000)])
    gone = states_in(private_table())
    gone.sieve.add("count/1")
    gone.db.execute("drop table state")
    for ask in (lambda: gone.get("count/1"), lambda: list(gone), lambda: len(gone), lambda: forget(gone.db, ROOM, {0})):
        with pytest.raises(BusDown):
            ask()
