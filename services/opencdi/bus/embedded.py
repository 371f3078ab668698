"""The embedded bus: one SQLite file is the log, the positions and the states; one short transaction is one batch of steps.

Several processes share the file (gateway, rooms, workbench), each with its own connection.  Positions are allotted in SQL inside
the write transaction; steps run *outside* it, so that an acknowledgement never waits for a slow note.  A room's lease and
position are compared and set at commit: a process that was stopped, replaced and continued commits nothing (`Fenced`).

WAL with `synchronous=FULL` for `publish`, because an AA follows it; a room's commit may be lost with the power, together with
everything after it, and is then made again from the same input.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self

from pydantic_core import from_json, to_json

from opencdi.bus.bus import (
    PARTITIONS,
    BusDown,
    Delivered,
    OtherPartitions,
    Place,
    partitions_for,
    refuse_too_large,
)
from opencdi.bus.embedded_reader import EmbeddedReader
from opencdi.bus.embedded_retention import forget
from opencdi.bus.embedded_runner import EmbeddedRunner
from opencdi.bus.room import Key, Outgoing, Record, Room
from opencdi.bus.stored import SCHEMA
from opencdi.events.entry import Headers
from opencdi.events.topics import Topic

_PRIMARY = 0xFF
"""Of SQLite's error codes, what is told of the error itself; above it stands why."""
_SCHEMA = """
create table if not exists bus(name text primary key, value integer) without rowid;
create table if not exists log(topic text, part integer, pos integer, key text, value blob, headers blob,
  at text default current_timestamp);
create unique index if not exists log_place on log(topic, part, pos);
create table if not exists ends(topic text, part integer, pos integer, primary key(topic, part)) without rowid;
create table if not exists lease(room text primary key, epoch integer) without rowid;
create table if not exists position(room text, part integer, pos integer, primary key(room, part)) without rowid;
"""
_PAGE_BYTES = 4096  # a patient's records lie in many places: of larger pages most of what is written is others'
_WAL_FOLD_BYTES = 64 * 1024 * 1024  # folded back less often, a page that many commits rewrote is copied once
_WAL_LIMIT_BYTES = 68 * 1024 * 1024  # the checkpoint that a busy reader put off is tried again from here on
_BUSY_MS = 30_000
_RETRY_S = 0.001


def _pack(headers: Headers) -> bytes:
    return to_json([(name, value.decode("latin-1")) for name, value in headers]) if headers else b""


def _unpack(packed: bytes | None) -> Headers:
    return tuple((name, value.encode("latin-1")) for name, value in from_json(packed)) if packed else ()


class EmbeddedBus:
    """A bus in one file.  Not for sharing between threads: each opens its own."""

    def __init__(self, path: str, *, partitions: int | None = None) -> None:
        """Open or make the file, readable by its owner alone (it holds a hospital's messages)."""
        self.path, self.patience_s = path, _BUSY_MS / 1000
        file = Path(path)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.execute(f"pragma busy_timeout={_BUSY_MS}")
        self.db.execute(f"pragma page_size={_PAGE_BYTES}")  # of a new file
        fold = _WAL_FOLD_BYTES // self.db.execute("pragma page_size").fetchone()[0]
        self._asked_until_had("pragma journal_mode=wal")  # of a new file that several open at once: SQLite says busy without waiting
        for pragma in ("synchronous=full", "cache_size=-65536", f"wal_autocheckpoint={fold}"):
            self.db.execute(f"pragma {pragma}")
        self.db.executescript(_SCHEMA + SCHEMA)
        self.db.execute("insert or ignore into bus values('partitions', ?)", (partitions or PARTITIONS,))
        self.partitions: int = self.db.execute("select value from bus where name='partitions'").fetchone()[0]
        self._wanted = partitions or self.partitions

    @contextmanager
    def writing(self, synchronous: str) -> Any:
        """A write transaction, committed at the end of the block; `BusDown` when the file cannot be had."""
        self.db.execute(f"pragma synchronous={synchronous}")
        self._begin()
        try:
            yield
            self.db.execute("commit")
        except BaseException as error:
            if self.db.in_transaction:
                self.db.execute("rollback")
            if isinstance(error, sqlite3.OperationalError):
                raise BusDown(error.sqlite_errorname) from None
            raise

    def _begin(self) -> None:
        self._asked_until_had("begin immediate")

    def _asked_until_had(self, what: str) -> None:
        """Ask for the file every millisecond: SQLite's own waiting backs off to 100 ms, and starves beside two busy writers."""
        deadline = monotonic() + self.patience_s
        self.db.execute("pragma busy_timeout=0")
        try:
            while True:
                try:
                    self.db.execute(what)
                    return
                except sqlite3.OperationalError as error:
                    busy = error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_BUSY  # also while another recovers the file
                    if not busy or monotonic() > deadline:
                        raise BusDown(error.sqlite_errorname) from None
                sleep(_RETRY_S)
        finally:
            self.db.execute(f"pragma busy_timeout={_BUSY_MS}")

    def append(self, messages: Iterable[tuple[Outgoing, int]]) -> None:
        """Inside a write transaction: allot positions and store."""
        by_place: dict[Place, list[Outgoing]] = {}
        for message, same in messages:
            refuse_too_large(message.topic.name, message.value)
            for part in partitions_for(message, same, self.partitions):
                by_place.setdefault((message.topic.name, part), []).append(message)
        for (topic, part), told in by_place.items():
            row = self.db.execute("select pos from ends where topic=? and part=?", (topic, part)).fetchone()
            first = row[0] if row else 0
            self.db.executemany(
                "insert into log(topic, part, pos, key, value, headers) values(?,?,?,?,?,?)",
                [
                    (topic, part, first + i, m.to.key if isinstance(m.to, Key) else None, m.value, _pack(m.headers))
                    for i, m in enumerate(told)
                ],
            )
            self.db.execute("insert or replace into ends values(?,?,?)", (topic, part, first + len(told)))

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """Durably stored (synchronous=FULL), in order, when this returns."""
        with self.writing("full"):
            self.append((message, 0) for message in messages)

    def read(self, topic: str, part: int, position: int, limit: int) -> list[Delivered]:
        """At most `limit` records from there on: fetched at once, so that no reader pins the WAL while it thinks."""
        rows = self.db.execute(
            "select pos, key, value, headers from log where topic=? and part=? and pos>=? order by pos limit ?",
            (topic, part, position, limit),
        ).fetchall()
        return [Delivered(topic, part, pos, Record(topic, key, value, _unpack(headers))) for pos, key, value, headers in rows]

    def apply_topics(self, topics: Sequence[Topic]) -> None:
        """Topics need no making here; only the number of partitions is fixed with the file: `OtherPartitions`."""
        if self._wanted != self.partitions:
            raise OtherPartitions(
                f"{self.path} has {self.partitions} partitions, not {self._wanted}: rebuild it from inbound to change that"
            )

    def ends(self, topics: Sequence[Topic]) -> dict[Place, int]:
        """For each partition the position after the last record."""
        names = {topic.name for topic in topics}
        return {(t, p): pos for t, p, pos in self.db.execute("select topic, part, pos from ends") if t in names}

    def positions(self, room: Room) -> dict[Place, int]:
        """How far the room has committed."""
        rows = self.db.execute("select part, pos from position where room=?", (room.name,))
        return {(room.reads.name, part): pos for part, pos in rows}

    def reader(self, topics: Sequence[Topic], positions: Mapping[Place, int]) -> EmbeddedReader:
        """A reader with a connection of its own."""
        return EmbeddedReader(EmbeddedBus(self.path), topics, positions)

    def runner(self, room: Room, *, slot: str = "0", skip: frozenset[str] = frozenset()) -> EmbeddedRunner:
        """Take the room over; whoever had it is fenced.  Rooms of one process may share this bus's connection."""
        return EmbeddedRunner(self, room, skip)

    def forget(self, topics: Sequence[Topic], rooms: Sequence[Room]) -> int:
        """Delete what is older than its topic keeps and has been read; how many records."""
        return forget(self, topics, rooms)

    def checkpoint(self) -> None:
        """Fold the WAL back if it has outgrown its bound; a reader in the way means: try again later."""
        wal = Path(f"{self.path}-wal")
        if wal.exists() and wal.stat().st_size > _WAL_LIMIT_BYTES:
            self.db.execute("pragma busy_timeout=0")  # the room has other things to do than wait for a reader
            self.db.execute("pragma wal_checkpoint(truncate)").fetchone()
            self.db.execute(f"pragma busy_timeout={_BUSY_MS}")

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    def __enter__(self) -> Self:
        """Closes at the end of the block."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close."""
        self.close()
