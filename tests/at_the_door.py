"""A gateway for tests: on free ports, over a file of its own, and a bus that can be away."""

from collections.abc import Sequence
from pathlib import Path

from opencdi.bus.bus import BusDown
from opencdi.bus.embedded import EmbeddedBus
from opencdi.bus.room import Outgoing
from opencdi.settings import Settings


def settings_in(folder: Path, **more: object) -> Settings:
    """Everything in that folder, each port the next free one."""
    return Settings(home=folder, mllp_port=0, api_port=0, metrics_port=0, partitions=2, **more)


class FailingBus(EmbeddedBus):
    """A bus that cannot store while `down`."""

    down = False

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """Store, or say that it cannot."""
        if self.down:
            raise BusDown("test")
        super().publish(messages)
