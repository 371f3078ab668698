"""Ticks: once a minute every tenant is told "it is now T", because nobody behind the gate has a clock (DESIGN §1)."""

import asyncio
import logging

from opencdi.bus.bus import BusDown
from opencdi.events.inbound import Inbound, Tick
from opencdi.gateway.store import Gate

log = logging.getLogger(__name__)


async def tick(gate: Gate, tenant: str) -> None:
    """One tick, durable when this returns."""
    stamp = gate.stamp(tenant)
    body = Tick(at=stamp.received_at).to_json()
    await gate.store(Inbound(stamp.ce_id, "cdi.inbound.tick", tenant, "gateway", stamp.received_at, body))


async def ticking(gate: Gate, tenants: tuple[str, ...], every_s: float) -> None:
    """A tick for each tenant at once, then every `every_s` seconds.  While the bus is down none is due: one tick covers the gap."""
    while True:
        for tenant in tenants:
            try:
                await tick(gate, tenant)
            except BusDown:
                log.warning("no tick: bus down")
        await asyncio.sleep(every_s)
