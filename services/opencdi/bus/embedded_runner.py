"""One room on the embedded bus: steps outside the transaction, one short commit a batch."""

from collections import deque
from time import monotonic, sleep
from typing import TYPE_CHECKING

from opencdi.bus.bus import Delivered
from opencdi.bus.room import Room
from opencdi.bus.stepping import Fenced, Stepped, Stepper
from opencdi.bus.stored import AtHand, Sieve, StoredStates, store

if TYPE_CHECKING:
    from opencdi.bus.embedded import EmbeddedBus

_POLL_S = 0.002


class EmbeddedRunner:
    """One room over the file: steps outside the transaction; one short commit a batch."""

    def __init__(self, bus: "EmbeddedBus", room: Room, skip: frozenset[str] = frozenset()) -> None:
        """Take the lease."""
        self.bus, self.room, self.stepper = bus, room, Stepper(room, skip)
        db = bus.db
        with bus.writing("full"):
            db.execute("insert into lease values(?, 1) on conflict(room) do update set epoch = epoch + 1", (room.name,))
            self.epoch: int = db.execute("select epoch from lease where room=?", (room.name,)).fetchone()[0]
        sieve, at_hand = Sieve(), AtHand()
        self.states = {part: StoredStates(db, room.codec, room.name, part, sieve, at_hand) for part in range(bus.partitions)}
        committed = {part: pos for (_, part), pos in bus.positions(room).items()}
        self.next = {part: committed.get(part, 0) for part in range(bus.partitions)}
        self.first = 0

    @property
    def at(self) -> str | None:
        """The entry in hand."""
        return self.stepper.at

    def turn(self, limit: int = 500, timeout_s: float = 0.0) -> int:
        """Step what is there and commit it as one act; waits at most `timeout_s` for something to do."""
        deadline = monotonic() + timeout_s
        while not (batch := self._batch(limit)):
            if monotonic() >= deadline:
                return 0
            sleep(_POLL_S)
        try:
            stepped = self.stepper.batch(self.states, batch)
        except Exception:
            self._stand_down()  # who has been replaced steps over another's states: what comes of it says nothing about the entry
            raise
        self._commit(stepped)
        stepped.settle()
        self.next.update(stepped.reached)
        self.bus.checkpoint()
        return stepped.count

    def _batch(self, limit: int) -> deque[Delivered]:
        """Of each partition that has something its share, beginning with another one each time: none waits for a long one."""
        ends = dict(self.bus.db.execute("select part, pos from ends where topic=?", (self.room.reads.name,)))
        ready = [part for part, position in self.next.items() if ends.get(part, 0) > position]
        self.first += 1
        batch = deque[Delivered]()
        for left in range(len(ready), 0, -1):
            part = ready[(self.first + left) % len(ready)]
            batch += self.bus.read(self.room.reads.name, part, self.next[part], max(1, (limit - len(batch)) // left))
        return batch

    def _commit(self, stepped: Stepped) -> None:
        name, db = self.room.name, self.bus.db
        with self.bus.writing("normal"):
            self._stand_down()
            committed = dict(db.execute("select part, pos from position where room=?", (name,)))
            if any(committed.get(part, 0) != self.next[part] for part in stepped.reached):
                raise Fenced(name)
            self.bus.append(stepped.said)
            store(db, name, stepped.changed)
            db.executemany("insert or replace into position values(?,?,?)", [(name, *place) for place in stepped.reached.items()])

    def _stand_down(self) -> None:
        """`Fenced` if another has taken the room over."""
        if self.bus.db.execute("select epoch from lease where room=?", (self.room.name,)).fetchone() != (self.epoch,):
            raise Fenced(self.room.name)

    def close(self) -> None:
        """Nothing to give back: the lease ends when another takes it."""
