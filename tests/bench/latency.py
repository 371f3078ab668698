"""From a message stored to its DRG change read, at a steady pace."""

import re
import threading
import time
from collections.abc import Callable

from opencdi.bus.bus import Bus
from opencdi.cli.playing import stored
from opencdi.events.inbound import Inbound
from opencdi.events.topics import DRG_CHANGES

_PATIENCE_S = 15.0  # after the last message: what has not come by then is lost, and the count says so


def latencies(open_bus: Callable[[], Bus], messages: list[Inbound], rate: float, idle: Callable[[], bool]) -> list[float]:
    """Milliseconds, ascending.  A thread publishes; `idle` works a little on the line and says whether there was nothing to do."""
    stored_at: dict[str, float] = {}
    published = threading.Event()

    def publish() -> None:
        with open_bus() as bus:
            start = time.perf_counter()
            for nth, message in enumerate(messages):
                time.sleep(max(0.0, start + nth / rate - time.perf_counter()))
                stored_at[message.ce_id] = time.perf_counter()
                bus.publish([stored(message)])
        published.set()

    thread = threading.Thread(target=publish)
    found: list[float] = []
    with open_bus() as bus:
        reader = bus.reader([DRG_CHANGES], bus.ends([DRG_CHANGES]))
        thread.start()
        quiet_since = time.perf_counter()
        while not published.is_set() or time.perf_counter() - quiet_since < _PATIENCE_S:
            got = reader.poll(timeout_s=0.001)
            for delivered in got:
                cause = re.split(r"[.-]", delivered.record.header("ce_id") or "")[0]
                if cause in stored_at:
                    found.append(1000 * (time.perf_counter() - stored_at[cause]))
            if got or not idle():
                quiet_since = time.perf_counter()
            elif published.is_set() and idle is not never_idle:
                break
        reader.close()
    thread.join()
    return sorted(found)


def never_idle() -> bool:
    """For rooms that work in processes of their own."""
    return True


def percentile(values: list[float], share: float) -> float:
    """Of ascending values."""
    return values[min(len(values) - 1, int(share * len(values)))]
