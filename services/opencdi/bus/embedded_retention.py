"""What the embedded bus forgets: records older than their topic keeps, and only below the position of every room that reads them.

Age is by the machine's clock at storing, as on Kafka by the broker's: it decides what is kept, never what is said.  An edge worker
keeps its positions to itself: one that has been away for longer than the topic keeps is told so (`OutOfStep`), not passed over.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from opencdi.bus.room import Room
from opencdi.events.topics import LINE, Topic

if TYPE_CHECKING:
    from opencdi.bus.embedded import EmbeddedBus

_AT_ONCE = 500
"""Records a transaction: an acknowledgement may have to wait for it."""


def forget(bus: "EmbeddedBus", topics: Sequence[Topic], rooms: Sequence[Room]) -> int:
    """Delete what may go of these topics; `rooms` are those whose positions count.  How many records went."""
    gone = 0
    for topic in topics:
        readers = [room for room in rooms if room.reads == topic]
        if topic.retention_days is None or (topic in LINE[:-1] and not readers):
            continue  # the legal record; or its reader is at work in another process, which sees to it
        for part in range(bus.partitions):
            read = [bus.positions(room).get((topic.name, part), 0) for room in readers]
            gone += _forget_below(bus, topic, part, min([_first_to_keep(bus, topic, part), *read]))
    return gone


def _first_to_keep(bus: "EmbeddedBus", topic: Topic, part: int) -> int:
    """The first record that is young enough; the last one stays in any case, so that a log's end is always a record's."""
    (young,) = bus.db.execute(
        "select min(pos) from log where topic=? and part=? and at >= datetime('now', ?)",
        (topic.name, part, f"-{topic.retention_days} days"),
    ).fetchone()
    last = bus.ends([topic]).get((topic.name, part), 0) - 1
    return last if young is None else min(young, last)


def _forget_below(bus: "EmbeddedBus", topic: Topic, part: int, position: int) -> int:
    gone = 0
    while True:
        with bus.writing("normal"):
            count: int = bus.db.execute(
                "delete from log where rowid in (select rowid from log where topic=? and part=? and pos<? order by pos limit ?)",
                (topic.name, part, position, _AT_ONCE),
            ).rowcount
        gone += count
        if count < _AT_ONCE:
            return gone
