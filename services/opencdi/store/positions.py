"""How far the projection has read, and who may write it: one writer, whose rows and positions are one transaction (DESIGN §2)."""

import secrets
from collections.abc import Mapping

from sqlalchemy import Connection, Engine, delete, select, update

from opencdi.store.batch import Batch
from opencdi.store.tables import KEPT_THROUGH_REBUILD, METADATA, POSITION, PROJECTION


class Overtaken(Exception):
    """Another process writes the projection now; what this one was doing has not been committed."""


def take_over(engine: Engine, *, bus: str, ends: Mapping[tuple[str, int], int]) -> tuple[int, dict[tuple[str, int], int]]:
    """Become the writer: the epoch under which to write, and the positions to read on from.

    A projection of another bus, or one that has read further than this bus reaches (its file was replaced), is emptied and
    rebuilt: nothing in it is first-hand but the list of decisions sent.
    """
    with engine.begin() as connection:
        known = connection.execute(update(PROJECTION).values(epoch=PROJECTION.c.epoch + 1).returning(PROJECTION)).mappings().first()
        positions = {(row.topic, row.part): row.next for row in connection.execute(select(POSITION))}
        if known is not None and known["bus"] == bus and all(ends.get(place, 0) >= position for place, position in positions.items()):
            return known["epoch"], positions
        empty(connection)
        epoch = known["epoch"] if known is not None else 1
        batch = Batch(connection)
        batch.put(PROJECTION, {"id": 1, "epoch": epoch, "seq": 0, "bus": bus, "edition": secrets.token_hex(4)})
        batch.write()
        return epoch, {}


def empty(connection: Connection) -> None:
    """Forget all that can be read again from the bus."""
    for table in METADATA.sorted_tables:
        if table not in KEPT_THROUGH_REBUILD:
            connection.execute(delete(table))


def next_seq(connection: Connection, epoch: int) -> int:
    """Begin a batch: its number.  The transaction's first statement: a second writer waits here, and then learns that it is one."""
    mine = update(PROJECTION).where(PROJECTION.c.epoch == epoch).values(seq=PROJECTION.c.seq + 1).returning(PROJECTION.c.seq)
    seq: int | None = connection.execute(mine).scalar()
    if seq is None:
        raise Overtaken
    return seq


def move_on(batch: Batch, positions: Mapping[tuple[str, int], int]) -> None:
    """Positions travel with the rows of the batch."""
    for (topic, part), position in positions.items():
        batch.put(POSITION, {"topic": topic, "part": part, "next": position})
