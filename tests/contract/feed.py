"""A publisher beside the rooms, who remembers what was acknowledged; and rooms that are killed beside it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from time import monotonic, sleep
from typing import Any

from contract.processes import Processes
from contract.small_rooms import NAMES, TICK, Verdict, given, small_line
from opencdi.bus.bus import Bus
from opencdi.bus.room import Outgoing

KEYS = [f"k{n}" for n in range(24)]
FLAWLESS = Verdict()


class Feed:
    """A publisher beside the rooms."""

    def __init__(self, bus: Bus, dice: random.Random) -> None:
        self.bus, self.dice, self.sent, self.numbers = bus, dice, list[Outgoing](), {key: count() for key in KEYS}

    def some(self) -> None:
        """A few records of a few keys, and at times a tick; stored when this returns."""
        batch = [given(key, next(self.numbers[key])) for key in self.dice.choices(KEYS, k=self.dice.randint(1, 12))]
        if self.dice.random() < 0.1:
            batch.append(TICK)
        self.bus.publish(batch)
        self.sent += batch

    def on_for(self, seconds: float) -> None:
        """Go on for so long."""
        until = monotonic() + seconds
        while monotonic() < until:
            self.some()
            sleep(0.004)


def moved(bus: Bus) -> int:
    """How much the last room has committed."""
    return sum(bus.positions(small_line()[-1]).values())


def await_progress(bus: Bus, feed: Feed, beyond: int, within_s: float = 30) -> None:
    deadline = monotonic() + within_s
    while moved(bus) <= beyond:
        assert monotonic() < deadline, "the line stands still"
        feed.on_for(0.01)


@dataclass(frozen=True)
class Kill:
    """Whether the process had committed anything; seconds from the kill before to its first commit, where that was awaited."""

    at_work: bool
    recovery_s: float | None = None


def kills(
    number: int, bus: Bus, spec: dict[str, Any], processes: Processes, feed: Feed, dice: random.Random, *, life_s: float, awaited: int
) -> Iterator[Kill]:
    """Three rooms in one process, killed again and again at random moments while records come in.

    Of so many kills (`awaited`) one waits until the process has got to work: else we might only ever kill what has not begun.
    """
    killed_at = monotonic()
    for n in range(1, number + 1):
        pid = processes.start(spec, rooms=NAMES, limit=dice.choice((1, 5, 50)))
        before, recovery_s = moved(bus), None  # now, not before the start: what a dead process left open is settled by its successor
        if n % awaited == 0:
            await_progress(bus, feed, before)
            recovery_s = monotonic() - killed_at
        feed.on_for(dice.uniform(0.1, 1) * life_s)
        at_work = moved(bus) > before
        killed_at = monotonic()
        processes.kill(pid)
        yield Kill(at_work, recovery_s)
