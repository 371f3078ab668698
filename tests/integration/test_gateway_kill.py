"""`kill -9` of the front door while senders talk to it: whatever was acknowledged is there."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from on_bus import records_on
from opencdi.events.topics import INBOUND
from opencdi.gateway.frames import END, framed
from opencdi.settings import environment

KILLS = 5


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Engine(threading.Thread):
    """Sends numbered messages one after the other, each until it is acknowledged."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__()
        self.label, self.port = name, port
        self.stop = threading.Event()
        self.acknowledged: list[str] = []

    def run(self) -> None:
        number = 0
        while not self.stop.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                    while not self.stop.is_set():
                        control_id = f"{self.label}-{number}"
                        connection.sendall(framed(f"MSH|^~\\&|A|B|C|D|2026||ADT^A01|{control_id}|P|2.5\r".encode()))
                        answer = b""
                        while not answer.endswith(END):
                            if not (piece := connection.recv(4096)):
                                raise ConnectionError
                            answer += piece
                        if b"MSA|AA|" + control_id.encode() in answer:
                            self.acknowledged.append(control_id)
                            number += 1
            except OSError:
                time.sleep(0.05)


@contextmanager
def door(home: Path, port: int) -> Iterator[Path]:
    log = home / "log"
    told = environment(CDI_HOME=str(home), CDI_MLLP_PORT=str(port), CDI_API_PORT=str(free_port()), CDI_METRICS_PORT="0")
    with log.open("w") as file:
        process = subprocess.Popen([sys.executable, "-m", "opencdi.cli.app", "run", "door"], env=told, stderr=file)
        try:
            yield log
        finally:
            process.terminate()
            assert process.wait(30) == 0


@pytest.mark.chaos
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    dice, port = random.Random(5), free_port()
    engines = [Engine(f"E{n}", port) for n in range(4)]

    def acknowledged() -> int:
        return sum(len(engine.acknowledged) for engine in engines)

    with door(tmp_path, port) as log:
        for engine in engines:
            engine.start()
        try:
            for _ in range(KILLS):
                target, deadline = acknowledged() + dice.randrange(1, 200), time.monotonic() + 30
                while acknowledged() < target:
                    assert time.monotonic() < deadline, log.read_text()
                    time.sleep(0.002)
                os.kill(int(re.findall(r"door started, process (\d+)", log.read_text())[-1]), signal.SIGKILL)
        finally:
            for engine in engines:
                engine.stop.set()
            for engine in engines:
                engine.join(30)
    records = records_on(f"sqlite:///{tmp_path / 'bus.db'}", INBOUND)
    there = {record.value.split(b"|")[9].decode() for record in records if record.value.startswith(b"MSH")}
    assert {control_id for engine in engines for control_id in engine.acknowledged} <= there
    times = [record.header("ce_time") for record in records]
    assert times == sorted(times)
    assert len({record.header("ce_id") for record in records}) == len(records)
