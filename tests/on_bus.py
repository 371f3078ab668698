"""What tests read from a bus, and how they wait for it."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from opencdi.bus.bus import open_bus
from opencdi.bus.lying import everything
from opencdi.bus.room import Record
from opencdi.events.topics import INBOUND, Topic

T = TypeVar("T")


def records_on(url: str, topic: Topic) -> list[Record]:
    """What lies on a topic now."""
    with open_bus(url) as bus:
        return [delivered.record for delivered in everything(bus, [topic])]


def inbound_on(url: str, kind: str) -> list[Record]:
    """What the gate has stored of one kind ("hl7v2", "decision")."""
    return [record for record in records_on(url, INBOUND) if record.header("ce_type") == f"cdi.inbound.{kind}"]


def until(what: Callable[[], T], within_s: float = 30, *, pause_s: float = 0) -> T:
    """Wait for a fact."""
    deadline = monotonic() + within_s
    while not (told := what()):
        assert monotonic() < deadline, "it did not come about"
        sleep(pause_s)
    return told
