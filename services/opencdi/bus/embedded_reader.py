"""Reading an embedded bus from given positions: for edge workers and replay."""

from collections.abc import Mapping, Sequence
from time import monotonic, sleep
from typing import TYPE_CHECKING

from opencdi.bus.bus import Delivered, OutOfStep, Place
from opencdi.events.topics import Topic

if TYPE_CHECKING:
    from opencdi.bus.embedded import EmbeddedBus


class EmbeddedReader:
    """Reads several topics at its own positions, in short reads."""

    def __init__(self, bus: "EmbeddedBus", topics: Sequence[Topic], positions: Mapping[Place, int]) -> None:
        """Start at these positions; absent ones at the beginning."""
        self.bus = bus
        self.next = {(t.name, p): positions.get((t.name, p), 0) for t in topics for p in range(bus.partitions)}

    def poll(self, limit: int = 500, timeout_s: float = 0.5) -> list[Delivered]:
        """The next records of any partition; waits at most `timeout_s` for one."""
        deadline = monotonic() + timeout_s
        while True:
            ready = {(t, p): end for t, p, end in self.bus.db.execute("select topic, part, pos from ends")}
            told: list[Delivered] = []
            for place, position in self.next.items():
                if len(told) >= limit:
                    break
                if ready.get(place, 0) > position and (batch := self.bus.read(*place, position, limit - len(told))):
                    if position and batch[0].position > position:
                        raise OutOfStep(f"the reader's position in {place[0]}/{place[1]} is no longer kept: rebuild what it feeds")
                    told += batch
                    self.next[place] = batch[-1].position + 1
            if told or monotonic() >= deadline:
                return told
            sleep(min(0.02, timeout_s))

    def close(self) -> None:
        """Let go of the connection."""
        self.bus.close()
