"""A publisher beside the rooms, who remembers what was acknowledged."""

import random
from itertools import count
from time import monotonic, sleep

from contract.small_rooms import TICK, Verdict, given, small_line
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
        feed.on_for(0.05)
