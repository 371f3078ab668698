"""What the gate writes first came first: on a tenant's partition no time is earlier than the one before it (DESIGN §1, §3)."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from opencdi.bus.bus import open_bus
from opencdi.bus.embedded import EmbeddedBus
from opencdi.bus.room import Outgoing
from opencdi.events.inbound import Inbound, read_inbound
from opencdi.events.topics import INBOUND
from opencdi.gateway.clock import WallClock
from opencdi.gateway.store import Gate
from opencdi.metrics import GatewayMetrics

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class SlowBus(EmbeddedBus):
    """A bus that stores nothing until it is told to."""

    began, go_on = threading.Event(), threading.Event()

    def publish(self, messages: Sequence[Outgoing]) -> None:
        self.began.set()
        self.go_on.wait(30)
        super().publish(messages)


async def test_a_back_load_that_live_messages_overtake_is_stamped_when_its_turn_comes(tmp_path: Path) -> None:
    path, opened = str(tmp_path / "bus.db"), asyncio.Event()
    gate = Gate(lambda: SlowBus(path, partitions=2), WallClock(), GatewayMetrics(CollectorRegistry()))
    running = asyncio.create_task(gate.run(("t",), opened))
    await opened.wait()

    async def send(name: str, *, backload: bool = False) -> None:
        stamp = gate.stamp("t")
        await gate.store(Inbound(name, "cdi.inbound.hl7v2", "t", "feed", stamp.received_at, b"MSH", backload=backload))

    told = [asyncio.create_task(send("first"))]
    assert await asyncio.to_thread(SlowBus.began.wait, 30)
    for name, backload in (("history", True), ("live", False), ("more history", True), ("and live", False)):
        told.append(asyncio.create_task(send(name, backload=backload)))
        await asyncio.sleep(0.01)
    SlowBus.go_on.set()
    await asyncio.gather(*told)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    with open_bus(f"sqlite:///{path}") as bus:
        reader = bus.reader([INBOUND], {})
        messages = [read_inbound(delivered.record.value, delivered.record.headers) for delivered in reader.poll(timeout_s=0)]
        reader.close()
    assert [message.ce_id for message in messages] == ["first", "live", "and live", "history", "more history"]
    assert [message.received_at for message in messages] == sorted(message.received_at for message in messages)


def test_tenants_are_told_the_time_in_the_same_order_in_every_process(tmp_path: Path) -> None:
    script = (
        "from opencdi.gateway.door import tenants_of; from opencdi.gateway.tokens import Caller; "
        "print(tenants_of('mercy', [Caller(tenant=t, feed='f') for t in ('grace', 'hope', 'mercy', 'st-john')]))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": str(seed), "PYTHONPATH": ":".join(sys.path)}, capture_output=True
        ).stdout
        for seed in (1, 2, 3)
    }
    assert said == {b"('grace', 'hope', 'mercy', 'st-john')\n"}
