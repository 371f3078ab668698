"""What `opencdi replay` plays: files as the gate would have stored them, or the `inbound` of another bus as it lies there."""

import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from opencdi.bus.lying import everything
from opencdi.bus.room import Key, Outgoing
from opencdi.cli.at_bus import bus_at, stop
from opencdi.cli.gate import Refused
from opencdi.cli.inputs import UNREADABLE, files_in, name_of, reason
from opencdi.cli.playing import inbound_of, stored, tick
from opencdi.cli.recordings import Recorded, in_time, recorded_in
from opencdi.events.inbound import EntryPoisoned, Inbound, read_inbound
from opencdi.events.topics import INBOUND
from opencdi.gateway.poison import alarm_told
from opencdi.intake.time import zone_named
from opencdi.knowledge.site import SiteData


@dataclass
class Recording:
    """What is played: as the gate stored or would store it, what it refused, and the entries that rooms had to leave out."""

    messages: list[Outgoing] = field(default_factory=list)
    tenants: dict[str, datetime] = field(default_factory=dict)  # and when each was first heard
    refused: Counter[str] = field(default_factory=Counter)
    unreadable: bool = False
    skips: dict[str, frozenset[str]] = field(default_factory=dict)

    def tell_first(self, told: SiteData) -> None:
        """`SiteDataChanged` before everything else, for each tenant."""
        body = told.model_dump_json().encode()
        self.messages[:0] = [
            stored(Inbound(f"site-data-{tenant}", "cdi.inbound.site-data", tenant, "replay", first, body))
            for tenant, first in self.tenants.items()
        ]

    def refuse(self, message: Recorded, refusal: Refused) -> None:
        """Count it and say so."""
        self.refused["refused"] += 1
        print(f"{message.where}: {refusal.ack} {refusal.reason} {refusal.where}".rstrip(), file=sys.stderr)


def from_files(sources: list[str], tenant: str, site: SiteData, until: datetime | None) -> Recording:
    """The messages of these files in time, with the ticks between them; a file that cannot be read is said and left out."""
    told = Recording()
    files = []
    for file in files_in(Path(source) for source in sources):
        try:
            files.append(list(recorded_in(file, zone_named(site.timezone))))
        except UNREADABLE as error:
            told.unreadable = True
            print(f"{name_of(file)}: {reason(error)}", file=sys.stderr)
    last: datetime | None = None
    for message in inbound_of(in_time(files), tenant, told.refuse):
        if until is None or message.received_at <= until:
            told.tenants.setdefault(tenant, message.received_at)
            told.messages.append(stored(message))
            last = message.received_at
    if until is not None and last is not None and last < until:
        told.messages.append(stored(tick(tenant, until)))  # what was due by then has happened
    return told


def from_bus(sources: list[str], tenant: str, until: datetime | None) -> Recording:
    """The `inbound` of another bus as it lies there, and what made its rooms stop (DESIGN §2)."""
    if len(sources) != 1:
        stop("a bus is replayed by itself: name one bus URL, or files and folders")
    told = Recording()
    with bus_at(sources[0]) as bus:
        found = [delivered.record for delivered in everything(bus, [INBOUND])]
    for record in found:
        message = read_inbound(record.value, record.headers)
        if message.type == "cdi.inbound.poisoned":
            poisoned = EntryPoisoned.read(message.body)
            told.skips[poisoned.room] = told.skips.get(poisoned.room, frozenset()) | {poisoned.entry_id}
        if (until is None or message.received_at <= until) and tenant in ("", message.tenant):
            told.tenants.setdefault(message.tenant, message.received_at)
            told.messages.append(Outgoing(INBOUND, Key(message.tenant), record.value, record.headers))
            if message.type == "cdi.inbound.poisoned":
                told.messages.append(alarm_told(message))  # so that `opencdi run` on the new bus leaves it out too
    return told
