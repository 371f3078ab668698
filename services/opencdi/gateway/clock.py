"""The only clock of the house (DESIGN §1): what time it is at the gate.  Everything behind it is told the time."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol

from opencdi.bus.bus import Bus, Place
from opencdi.bus.lying import everything
from opencdi.bus.murmur2 import partition_of
from opencdi.events.inbound import read_inbound
from opencdi.events.topics import INBOUND

_LOOK_BACK = 1000  # records: tenants may share a partition


class Clock(Protocol):
    """Tells the time; a test brings its own."""

    def now(self) -> datetime:
        """The instant, with its zone."""


class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)


class DemoClock:
    """A clock that starts where it is told, runs at real pace, and can be moved forward: a stay of four days in a minute."""

    def __init__(self, at: datetime) -> None:
        """Start at that instant (one without a zone is UTC)."""
        self.set(at)

    def set(self, at: datetime) -> None:
        """It is now `at`."""
        self._at = at if at.tzinfo else at.replace(tzinfo=UTC)
        self._since = monotonic()

    def now(self) -> datetime:
        """Where it was set, and the real time since."""
        return self._at + timedelta(seconds=monotonic() - self._since)


def last_received(bus: Bus, tenant: str) -> datetime | None:
    """The `received_at` of the last message on the tenant's partition of `inbound`; None before the first.

    Tenants that share the partition count as well: later than needed is as good, earlier would break the promise.
    """
    mine: Place = (INBOUND.name, partition_of(tenant, bus.partitions))
    ends = bus.ends([INBOUND])
    end = ends.get(mine, 0)
    if not end:
        return None
    start = {**ends, mine: max(0, end - _LOOK_BACK)}
    lately = (told.record for told in everything(bus, [INBOUND], start) if (told.topic, told.partition) == mine)
    return max((read_inbound(b"", record.headers).received_at for record in lately), default=None)
