"""How fast is the line?  `make bench-line`: everything in one run, beside what a user would take instead; printed, never asserted.

Results and mixed admissions go through all five rooms of one process (as `opencdi run rooms` has them); latency is measured at a
steady pace from the moment a message is stored to the moment its DRG change stands on the topic; acknowledgements with eight MLLP
connections against the real three processes.
"""

import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import hl7
from hl7apy.parser import parse_message
from rich.console import Console
from rich.progress import track
from rich.table import Table

from opencdi.cli.playing import stored
from opencdi.events.inbound import Inbound
from opencdi.events.topics import DRG_CHANGES
from opencdi.hospital.message import Message, play
from opencdi.hospital.story import Event, Results, Story, load_stories
from opencdi.intake.hl7v2.message import read_message
from opencdi.testing import DAY_ZERO, Ward, inbound_records

CONSOLE = Console(stderr=True)
PANEL = {"creatinine": 1.0, "bun": 14, "sodium": 139, "potassium": 4.1, "wbc": 9.1, "hemoglobin": 13.2}


def other_patient(story: Story, nth: int) -> Story:
    """The same admission of somebody else."""
    patient = story.patient.model_copy(update={"mrn": f"{story.patient.mrn}{nth:05d}"})
    visit = story.visit.model_copy(update={"number": f"{story.visit.number}{nth:05d}", "account": f"{story.visit.account}{nth:05d}"})
    events = tuple(_renumbered(event, nth) for event in story.events)
    return story.model_copy(update={"patient": patient, "visit": visit, "events": events})


def _renumbered(event: Event, nth: int) -> Event:
    changes: dict[str, object] = {}
    for name, field in (("note", "id"), ("labs", "order"), ("given", "order"), ("ordered", "order"), ("order", "number")):
        told = getattr(event, name)
        if told is not None and getattr(told, field) is not None:
            more = {"parent": f"{told.parent}-{nth}"} if name == "note" and told.parent else {}
            changes[name] = told.model_copy(update={field: f"{getattr(told, field)}-{nth}", **more})
    return event.model_copy(update=changes)


def results(admissions: int, each: int) -> list[Message]:
    """Admissions, then a panel of six results every six hours."""
    base = load_stories()[0]
    stories = []
    for nth in range(admissions):
        admit = Event(at=timedelta(0), admit=base.events[0].admit.model_copy(update={"trigger": "A01", "patient_class": "I"}))
        labs = [
            Event(at=timedelta(hours=6 * (i + 1)), labs=Results(values={**PANEL, "sodium": 136 + i % 5}, order=f"B{nth}-{i}"))
            for i in range(each)
        ]
        stories.append(other_patient(base, nth).model_copy(update={"events": (admit, *labs)}))
    return play(stories, DAY_ZERO)


def mixed(copies: int) -> list[Message]:
    """The demo's admissions, many times over."""
    return play((other_patient(story, nth) for nth in range(copies) for story in load_stories()), DAY_ZERO)


def records(messages: list[Message]) -> list[Inbound]:
    return [record for message in messages for record in inbound_records(message)]


def through(messages: list[Message]) -> float:
    """Messages a second through all rooms."""
    with tempfile.TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        told = [stored(record) for record in records(messages)]
        for i in range(0, len(told), 200):
            ward.bus.publish(told[i : i + 200])
        start = time.perf_counter()
        ward.line.drain()
        return len(messages) / (time.perf_counter() - start)


def latency(messages: list[Message], rate: float) -> list[float]:
    """Milliseconds from stored to its DRG change, at a steady pace; a thread of its own publishes."""
    with tempfile.TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        told = records(messages)
        at: dict[str, float] = {}
        done = threading.Event()

        def publish() -> None:
            from opencdi.bus.embedded import EmbeddedBus

            with EmbeddedBus(ward.bus.path) as bus:
                start = time.perf_counter()
                for nth, record in enumerate(told):
                    time.sleep(max(0.0, start + nth / rate - time.perf_counter()))
                    at[record.ce_id] = time.perf_counter()
                    bus.publish([stored(record)])
            done.set()

        thread = threading.Thread(target=publish)
        thread.start()
        reader = ward.bus.reader([DRG_CHANGES], {})
        found: list[float] = []
        while not done.is_set() or ward.line.drain():
            if not sum(runner.turn() for runner in ward.line.runners):
                time.sleep(0.001)
            for delivered in reader.poll(timeout_s=0):
                cause = re.split(r"[.-]", delivered.record.header("ce_id") or "")[0]
                if cause in at:
                    found.append(1000 * (time.perf_counter() - at[cause]))
        thread.join()
        reader.close()
        return sorted(found)


def acknowledgements(messages: list[Message], connections: int) -> tuple[float, float]:
    """Acknowledgements a second over MLLP while the rooms work, and the 99th percentile in milliseconds."""
    import socket

    from opencdi.gateway.frames import END, framed
    from opencdi.settings import environment

    with tempfile.TemporaryDirectory() as folder:
        ports = [_free_port() for _ in range(3)]
        told = environment(
            CDI_HOME=folder,
            CDI_MLLP_PORT=str(ports[0]),
            CDI_API_PORT=str(ports[1]),
            CDI_WORKBENCH_PORT=str(ports[2]),
            CDI_METRICS_PORT="0",
            CDI_LOG_LEVEL="WARNING",
        )
        line = subprocess.Popen([sys.executable, "-m", "opencdi.cli.app", "run"], env=told)
        try:
            _wait_for(ports[0])
            waits: list[float] = []

            def send(mine: list[Message]) -> None:
                with socket.create_connection(("127.0.0.1", ports[0])) as connection:
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
        finally:
            line.terminate()
            line.wait(20)


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait_for(port: int) -> None:
    import socket

    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nobody listens on {port}")


def microseconds(work: Callable[[], object], times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        work()
    return 1e6 * (time.perf_counter() - start) / times


def rows() -> Iterator[tuple[str, str, str]]:
    """What was measured, the figure, the goal."""
    panels = results(125, 40)
    yield "results through all rooms", f"{through(panels):,.0f} /s", "≥ 1,000 (goal 2,000)"
    yield "mixed admissions with notes", f"{through(mixed(20)):,.0f} /s", "≥ 300"
    found = latency(mixed(4), 20)
    yield "message to DRG change at 20/s, p95", f"{found[int(0.95 * len(found))]:,.0f} ms", "< 100 ms"
    rate, p99 = acknowledgements(panels, 8)
    yield f"acknowledgements, 8 connections, rooms at work (p99 {p99:.0f} ms)", f"{rate:,.0f} /s", "≥ 1,000"
    oru = panels[-1].body
    text = oru.decode()
    yield "one ORU of six results split: ours", f"{microseconds(lambda: read_message(oru), 2000):,.0f} µs", ""
    yield "  python-hl7", f"{microseconds(lambda: hl7.parse(text), 200):,.0f} µs", ""
    yield "  hl7apy", f"{microseconds(lambda: parse_message(text, find_groups=False), 10):,.0f} µs", ""


def main() -> None:
    """Measure all of it and print one table."""
    table = Table("what", "measured", "wanted", title="the embedded line")
    for row in track(rows(), "measuring", total=7, console=CONSOLE, transient=True):
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
