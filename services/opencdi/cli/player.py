"""The demo's hospital: sends the stories' messages over real sockets, in the order of the clock, and waits for every answer."""

import socket
import subprocess
import threading
import time
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
import typer
from rich.console import Console
from rich.progress import track

from opencdi.gateway.frames import END, framed
from opencdi.hospital.message import Message, play
from opencdi.hospital.story import load_stories
from opencdi.settings import Settings


class Player:
    """Sends the stories' messages in the order of the clock, each over its own feed, and waits for each answer."""

    def __init__(self, settings: Settings, line: "subprocess.Popen[bytes]", start: datetime) -> None:
        """All shipped stories, from that first day on; `line` is the process whose end ends the play."""
        self.settings, self.line, self.start = settings, line, start
        self.messages = play(load_stories(), start)
        self.sent = 0
        self.now = start
        self.lock = threading.Lock()
        self.connections: dict[str, socket.socket] = {}

    def wait_for_the_door(self) -> None:
        """Until the gateway and the workbench answer."""
        for port in (self.settings.api_port, self.settings.workbench_port):
            deadline = time.monotonic() + 60
            while True:
                try:
                    httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2)
                    break
                except httpx.TransportError:
                    if self.line.poll() is not None or time.monotonic() > deadline:
                        raise typer.Exit(1) from None
                    time.sleep(0.1)
        self.now = max(self.now, self._clock_of_the_gate())
        self.sent = sum(1 for message in self.messages if message.at < self.now)

    def play_until(self, until: datetime, *, quick: bool) -> None:
        """Send what is due up to that instant, and leave the clock there."""
        with self.lock:
            due = [message for message in self.messages[self.sent :] if message.at <= until]
            for message in track(
                due, "playing admissions", console=Console(stderr=True), transient=True, disable=not quick or len(due) < 5
            ):
                self._it_is(message.at)
                self._send(message)
                self.sent += 1
            self._it_is(until)

    def next_day(self) -> None:
        """On to tomorrow, 10:00."""
        tomorrow = (self.now + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
        self.play_until(tomorrow, quick=False)

    def go_on(self) -> None:
        """At real pace from here."""
        while self.line.poll() is None:
            time.sleep(5)
            with self.lock:
                due = self.now + timedelta(seconds=5)
            self.play_until(due, quick=False)

    def _clock_of_the_gate(self) -> datetime:
        answer = httpx.post(f"http://127.0.0.1:{self.settings.api_port}/demo/clock", json={"at": self.start.isoformat()}, timeout=10)
        return datetime.fromisoformat(answer.json()["now"]) if answer.status_code == 409 else self.start

    def _it_is(self, at: datetime) -> None:
        if at > self.now:
            httpx.post(f"http://127.0.0.1:{self.settings.api_port}/demo/clock", json={"at": at.isoformat()}, timeout=30)
            self.now = at

    def _send(self, message: Message) -> None:
        if message.feed == "fhir":
            httpx.post(f"http://127.0.0.1:{self.settings.api_port}/fhir", content=message.body, timeout=30).raise_for_status()
            return
        connection = self.connections.get(message.feed)
        if connection is None:
            connection = self.connections[message.feed] = socket.create_connection(("127.0.0.1", self.settings.mllp_port), timeout=30)
        connection.sendall(framed(message.body))
        answer = b""
        while not answer.endswith(END):
            piece = connection.recv(4096)
            if not piece:
                raise ConnectionError("the gateway closed the connection")
            answer += piece
        if b"|AA|" not in answer:
            raise RuntimeError(f"a message of story {message.story} was not accepted")


class Control(BaseHTTPRequestHandler):
    """What the workbench's "next day" button calls; loopback only."""

    player: Player

    def do_POST(self) -> None:
        """`/next-day`, and nothing else."""
        if self.path == "/next-day":
            self.player.next_day()
            self.send_response(204)
        else:
            self.send_response(404)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""
