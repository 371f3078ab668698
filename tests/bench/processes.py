"""The real processes of `opencdi run`, for benches."""

import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from opencdi.gateway.frames import END, framed
from opencdi.settings import environment


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Running:
    """A started `opencdi …`: its process, which supervises the others, and its settings."""

    pid: int
    settings: dict[str, str]

    def port(self, name: str) -> int:
        """The port that this setting names."""
        return int(self.settings[name])


@contextmanager
def opencdi(*args: str, **settings: str) -> Iterator[Running]:
    """`opencdi …` under these settings for as long as the block lasts, on ports of its own."""
    ports = {name: str(free_port()) for name in ("CDI_MLLP_PORT", "CDI_API_PORT", "CDI_WORKBENCH_PORT")}
    told = {**ports, "CDI_METRICS_PORT": "0", "CDI_LOG_LEVEL": "WARNING", **settings}
    process = subprocess.Popen([sys.executable, "-m", "opencdi.cli.app", *args], env=environment(**told))
    try:
        yield Running(process.pid, told)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def one_room_a_process(rooms: tuple[str, ...], **settings: str) -> Iterator[None]:
    """Each of these rooms in a process of its own."""
    with ExitStack() as stack:
        for room in rooms:
            stack.enter_context(opencdi("run", room, **settings))
        yield


def wait_for(port: int) -> None:
    """Until somebody listens."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nobody listens on {port}")


def memory_mb(pid: int) -> float:
    """Resident memory of this process and all that it started (Linux)."""
    own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(memory_mb(int(child)) for child in children)


def acknowledged(bodies: list[bytes], port: int, connections: int, rate: float | None = None) -> tuple[float, float]:
    """Acknowledgements a second over so many MLLP connections, and the 99th percentile of a sender's wait in milliseconds.

    `rate`: messages a second of all senders together, each sent when its time has come or as soon after as its connection is free, and
    its wait counted from that time; None: as fast as they can.
    """
    waits: list[float] = []
    start = time.perf_counter()

    def send(mine: list[tuple[int, bytes]]) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            for nth, body in mine:
                due = start + nth / rate if rate else time.perf_counter()
                time.sleep(max(0.0, due - time.perf_counter()))
                connection.sendall(framed(body))
                answer = b""
                while not answer.endswith(END):
                    answer += connection.recv(4096)
                waits.append(1000 * (time.perf_counter() - due))

    numbered = list(enumerate(bodies))
    threads = [threading.Thread(target=send, args=(numbered[i::connections],)) for i in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(bodies) / (time.perf_counter() - start), statistics.quantiles(waits, n=100)[98]
