"""How much of the line lies unread: what a back-load waits for, so that a live message never waits for it (DOMAIN F.18, DESIGN §1)."""

from opencdi.bus.bus import Bus
from opencdi.bus.room import Room
from opencdi.events.topics import LINE, STATEFUL_ROOMS

_READERS = tuple(Room(name, reads, (), lambda states, record: ()) for name, reads in zip(STATEFUL_ROOMS, LINE, strict=False))
"""Who reads which topic of the line: their positions are asked for, and nothing is stepped."""


def unread(bus: Bus) -> int:
    """Records that some room of the line has not committed yet, all rooms together."""
    ends = bus.ends([room.reads for room in _READERS])
    return sum(
        max(0, end - positions.get(place, 0))
        for room in _READERS
        for positions in (bus.positions(room),)
        for place, end in ends.items()
        if place[0] == room.reads.name
    )
