"""The real processes of `opencdi run`, for benches."""

import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from opencdi.gateway.frames import END, framed
from opencdi.hospital.message import Message
from opencdi.settings import environment


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def opencdi(*args: str, **settings: str) -> Iterator[dict[str, str]]:
    """`opencdi …` under these settings for as long as the block lasts; its settings, ports included."""
    ports = {name: str(free_port()) for name in ("CDI_MLLP_PORT", "CDI_API_PORT", "CDI_WORKBENCH_PORT")}
    told = {**ports, "CDI_METRICS_PORT": "0", "CDI_LOG_LEVEL": "WARNING", **settings}
    process = subprocess.Popen([sys.executable, "-m", "opencdi.cli.app", *args], env=environment(**told))
    try:
        yield told
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


def acknowledged(messages: list[Message], port: int, connections: int) -> tuple[float, float]:
    """Acknowledgements a second over so many MLLP connections, and the 99th percentile of a sender's wait in milliseconds."""
    waits: list[float] = []

    def send(mine: list[Message]) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            for message in mine:
                start = time.perf_counter()
                connection.sendall(framed(message.body))
                answer = b""
                while not answer.endswith(END):
                    answer += connection.recv(4096)
                waits.append(1000 * (time.perf_counter() - start))

    threads = [threading.Thread(target=send, args=(messages[i::connections],)) for i in range(connections)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(messages) / (time.perf_counter() - start), statistics.quantiles(waits, n=100)[98]
