"""What rooms remember lies in a table; in memory stands what was used last, decoded.

So a room's memory does not grow with the hospital, and a room that starts need not read all that it knows.  On the embedded bus the
table is in the bus's own file; on Kafka it is a private one, which the changelog fills.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

from opencdi.bus.bus import BusDown
from opencdi.bus.room import Codec, State

SCHEMA = "create table if not exists state(room text, part integer, key text, value blob, primary key(room, part, key)) without rowid"
_IN_MEMORY = 32_768
"""Records of a room: a stay that is being worked on has some dozens."""
_KEYS = "select key from state where room=? and part=? and key>=? and key<? order by key limit 1000"
_RECORDS = "select key, value from state where room=? and part=? and key>=? and key<? order by key limit 1000"
_AFTER_ALL = "\U0010ffff"
_SIEVE_BYTES = 4 * 1024 * 1024
_SIEVE_PLACES = 8 * _SIEVE_BYTES - 1
Changed = Iterable[tuple[int, str, bytes | None]]
"""Partition, key, encoded state (None: forgotten); each key once."""


class _AtTheTable:
    """A full or failing disk is the world's doing, never the entry's in hand: `BusDown`."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _: object, error: object, __: object) -> None:
        """Whose doing it was."""
        if isinstance(error, sqlite3.OperationalError):
            raise BusDown(error.sqlite_errorname) from None


_AT_THE_TABLE = _AtTheTable()  # several times a message: a class, since a generator costs as much as the reading


def private_table() -> sqlite3.Connection:
    """A table of this process alone, which holds PHI: it grows onto disk when it outgrows its cache, and ends with its connection.

    SQLite makes the file in TMPDIR (else /var/tmp, /tmp), for its owner alone, and takes its name away at once.
    """
    db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for pragma in ("page_size=16384", "journal_mode=off", "synchronous=off", "cache_size=-65536"):
        db.execute(f"pragma {pragma}")
    db.execute(SCHEMA)
    return db


def store(db: sqlite3.Connection, room: str, changed: Changed) -> None:
    """Write states down; inside the transaction of the caller."""
    rows = list(changed)
    kept = [(room, *row) for row in rows if row[2] is not None]
    db.executemany("insert into state values(?,?,?,?) on conflict do update set value = excluded.value", kept)
    db.executemany("delete from state where room=? and part=? and key=?", [(room, *row[:2]) for row in rows if row[2] is None])


def store_alone(db: sqlite3.Connection, room: str, changed: Changed) -> None:
    """Write states down, in a transaction of their own.  Raises `BusDown` where the disk takes no more: start again from the changelog."""
    with _AT_THE_TABLE:
        db.execute("begin")
        store(db, room, changed)
        db.execute("commit")


def forget(db: sqlite3.Connection, room: str, parts: Iterable[int]) -> None:
    """Nothing is known of these partitions."""
    with _AT_THE_TABLE:
        db.executemany("delete from state where room=? and part=?", [(room, part) for part in parts])


class Sieve:
    """Which keys are surely not in the table (a Bloom filter): most lookups of a step find nothing, and need not ask the table.

    One for all partitions of a room.
    """

    __slots__ = ("bits",)

    def __init__(self) -> None:
        """Lets nothing through yet; of two million keys one stranger in eighty."""
        self.bits = bytearray(_SIEVE_BYTES)

    def add(self, key: str) -> None:
        """From now on this key comes through."""
        told = hash(key)
        for place in (told & _SIEVE_PLACES, told >> 25 & _SIEVE_PLACES):
            self.bits[place >> 3] |= 1 << (place & 7)

    def lets_through(self, key: str) -> bool:
        """False: it was never added."""
        bits, told = self.bits, hash(key)
        one, other = told & _SIEVE_PLACES, told >> 25 & _SIEVE_PLACES
        return bool(bits[one >> 3] >> (one & 7) & bits[other >> 3] >> (other & 7) & 1)


@dataclass(slots=True)
class AtHand:
    """How many records of a room stand in memory, decoded: of all its partitions together."""

    records: int = 0


class StoredStates(MutableMapping[str, State]):
    """The states of one partition of a room, as last committed.

    Whoever commits writes the table (`store`) and then tells here what has changed.
    """

    def __init__(self, db: sqlite3.Connection, codec: Codec, room: str, part: int, sieve: Sieve, at_hand: AtHand) -> None:
        """Only the names of what is there are read."""
        self.db, self.codec, self.place, self.sieve, self.at_hand = db, codec, (room, part), sieve, at_hand
        self.recent: dict[str, State] = {}
        for key in self:
            sieve.add(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The state under that key, or the default: most lookups of a step find nothing."""
        recent = self.recent
        if (state := recent.get(key)) is not None:
            return state
        if not self.sieve.lets_through(key):
            return default
        rows = self._read("select value from state where room=? and part=? and key=?", key)
        if not rows:
            return default
        state = recent[key] = self.codec.decode(key, rows[0][0])
        self.at_hand.records += 1
        if self.at_hand.records > _IN_MEMORY:
            del self[next(iter(recent))]  # what came to hand the longest ago
        return state

    def __getitem__(self, key: str) -> State:
        """The state under that key."""
        if (state := self.get(key)) is None:
            raise KeyError(key)
        return state  # type: ignore[no-any-return]  # `get` is of Any, for its default

    def __setitem__(self, key: str, state: State) -> None:
        """It stands in the table.  What nobody has read yet comes to hand when somebody does: most results are written once."""
        self.sieve.add(key)
        if key in self.recent:
            self.recent[key] = state

    def __delitem__(self, key: str) -> None:
        """It no longer stands in the table, or need not be at hand."""
        if self.recent.pop(key, None) is not None:
            self.at_hand.records -= 1

    def let_go(self) -> None:
        """Another has this partition now: nothing of it need be at hand."""
        self.at_hand.records -= len(self.recent)
        self.recent = {}

    def __iter__(self) -> Iterator[str]:
        """All keys of the table."""
        return self.under("")

    def under(self, prefix: str, naming: Collection[str] = ()) -> Iterator[str]:
        """The keys that begin so, in order; of these only such whose record has one of the words `naming` as a string of its JSON.

        They are read as they are asked for, a few at a time: what is changed meanwhile is found or not, and nothing is left out for it.
        """
        words, start = frozenset(word.encode() for word in naming), prefix
        while rows := self._read(_RECORDS if words else _KEYS, start, prefix + _AFTER_ALL):
            yield from (row[0] for row in rows if not words or not words.isdisjoint(row[1].split(b'"')))
            start = rows[-1][0] + "\x00"

    def __len__(self) -> int:
        """How many there are."""
        return int(self._read("select count(*) from state where room=? and part=?")[0][0])

    def _read(self, asked: str, *told: str) -> list[Any]:
        with _AT_THE_TABLE:
            return self.db.execute(asked, (*self.place, *told)).fetchall()
