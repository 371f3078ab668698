"""What a tenant sent at about an instant, found on `inbound` without reading it from its beginning: received times never decrease."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from opencdi.bus.bus import Bus, Place
from opencdi.bus.lying import everything, first_from
from opencdi.bus.murmur2 import partition_of
from opencdi.bus.room import Record
from opencdi.events.inbound import read_inbound
from opencdi.events.topics import INBOUND

_CLOCKS_DIFFER = timedelta(minutes=1)
"""Between the gateways of one hospital; and so long, at most, the parts of one transaction are stored after each other."""


def received_from(bus: Bus, tenant: str, at: datetime) -> Iterator[Record]:
    """The tenant's records from shortly before that instant on, then all of them from the beginning: whoever looks for one stops at it.

    Only a bus into which recordings of several times were played needs the second reading, and what is no longer there.
    """
    mine: Place = (INBOUND.name, partition_of(tenant, bus.partitions))
    ends = bus.ends([INBOUND])
    for start in dict.fromkeys((_position(bus, mine, ends.get(mine, 0), at - _CLOCKS_DIFFER), 0)):
        for delivered in everything(bus, [INBOUND], {**ends, mine: start}):
            record = delivered.record
            if start and _received_at(record) > at + _CLOCKS_DIFFER:
                break
            if record.header("tenant") == tenant:
                yield record


def _position(bus: Bus, place: Place, end: int, at: datetime) -> int:
    """Where the first record stands that was received at that instant or later, by halves: some twenty records of a million are read."""
    low, high = 0, end
    while low < high:
        middle = (low + high) // 2
        told = first_from(bus, INBOUND, place[1], middle)
        if told is not None and _received_at(told.record) >= at:
            high = middle
        else:  # told earlier, or no longer kept
            low = middle + 1
    return low


def _received_at(record: Record) -> datetime:
    return read_inbound(b"", record.headers).received_at
