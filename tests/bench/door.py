"""How fast is the front door?  `make bench-door`: everything in one run, beside what a user would take instead; printed, never asserted.

Reading: one ORU of eighteen segments, split and mapped to facts, beside parsers that only split it.  Acknowledgements: sixteen MLLP
connections against the real processes with the rooms at work, on one file and on a real broker (`acks=all`); at a steady pace, the wait
of a sender.  Patients: intake alone, for one tenant that knows very many.  Memory: the door and intake over very many messages.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hl7
from hl7apy.parser import parse_message
from loads import mixed
from processes import acknowledged, memory_mb, one_room_a_process, opencdi, wait_for
from rich.console import Console
from rich.progress import Progress, track
from rich.table import Table

import kafka_broker
from opencdi.bus.bus import open_bus
from opencdi.bus.embedded import EmbeddedBus
from opencdi.cli.line import line_of
from opencdi.cli.memory import settle_memory
from opencdi.cli.playing import line_on, stored
from opencdi.events.inbound import Inbound
from opencdi.events.topics import STATEFUL_ROOMS, TOPICS
from opencdi.intake.hl7v2.mapping import told_by_hl7
from opencdi.intake.hl7v2.message import read_message
from opencdi.intake.told import Context
from opencdi.testing import default_site

CONSOLE = Console(stderr=True)
START = datetime(2026, 5, 4, 12, tzinfo=UTC)
_PANEL = (
    ("2160-0^Creatinine", "1.0", "mg/dL"), ("3094-0^Urea nitrogen", "14", "mg/dL"), ("2951-2^Sodium", "139", "mmol/L"),
    ("2823-3^Potassium", "4.1", "mmol/L"), ("2075-0^Chloride", "103", "mmol/L"), ("2345-7^Glucose", "98", "mg/dL"),
    ("17861-6^Calcium", "9.2", "mg/dL"), ("1751-7^Albumin", "4.0", "g/dL"), ("1975-2^Bilirubin", "0.7", "mg/dL"),
    ("1920-8^AST", "22", "U/L"), ("1742-6^ALT", "19", "U/L"),
)  # fmt: skip


def visit(nth: int, at: datetime, kind: str) -> list[str]:
    """The segments that say who and where: patient and visit `nth`."""
    sent = at.strftime("%Y%m%d%H%M%S+0000")
    return [
        f"MSH|^~\\&|LAB|MERCY|CDI|MERCY|{sent}||{kind}|{kind[:3]}{nth}-{at.timestamp():.0f}|P|2.5.1",
        f"PID|1||{nth:07d}^^^MERCY^MR||BENCH^PATIENT{nth}||19600101|F||||||||||A{nth}",
        f"PV1|1|I|4W^12^A||||0471^OKAFOR^NGOZI||||||||||||V{nth}^^^MERCY{'|' * 25}{sent}",
    ]


def admission(nth: int, at: datetime) -> bytes:
    """An A01."""
    return "\r".join([*visit(nth, at, "ADT^A01"), ""]).encode()


def panel(nth: int, at: datetime, order: int, results: int = len(_PANEL)) -> bytes:
    """An ORU; all eleven results make eighteen segments, two of them comments."""
    taken = at.strftime("%Y%m%d%H%M%S+0000")
    rows = [
        f"OBX|{i}|NM|{code}^LN||{value}|{unit}^{unit}^UCUM|||||F|||{taken}" for i, (code, value, unit) in enumerate(_PANEL[:results], 1)
    ]
    rows.insert(2, "NTE|1||Creatinine by an enzymatic method")
    rows.append("NTE|1||Checked")
    request = [f"ORC|RE|P{order}|F{order}", f"OBR|1|P{order}|F{order}|24323-8^Metabolic panel^LN|||{taken}{'|' * 15}{taken}|||F"]
    return "\r".join([*visit(nth, at, "ORU^R01"), *request, *rows, ""]).encode()


def panels(count: int, patients: int, results: int = len(_PANEL)) -> Iterator[bytes]:
    """Panels of these patients in turn, a second apart."""
    return (panel(nth % patients, START + timedelta(seconds=nth), nth, results) for nth in range(count))


# --- reading ---------------------------------------------------------------------------------------------------------
def reading() -> Iterator[tuple[str, str, str]]:
    """Split and mapped, beside only split."""
    context = Context(b"a key of the bench", default_site(), START + timedelta(days=1), "bench")
    bodies = list(panels(400, 400))
    assert bodies[0].count(b"\r") == 18

    def each(work: Callable[[bytes], object], bodies: list[bytes]) -> float:
        start = time.perf_counter()
        for body in bodies:
            work(body)
        return 1e6 * (time.perf_counter() - start) / len(bodies)

    ours = each(lambda body: told_by_hl7(read_message(body), context), bodies)
    python_hl7 = each(lambda body: hl7.parse(body.decode()), bodies[:100])
    hl7apy = each(lambda body: parse_message(body.decode(), find_groups=False), bodies[:10])
    yield "ORU of 18 segments, split and mapped: ours", f"{ours:,.0f} µs", ""
    yield "  python-hl7, split only", f"{python_hl7:,.0f} µs, {python_hl7 / ours:.1f} × ours", "≥ 2 ×"
    yield "  hl7apy, split only", f"{hl7apy:,.0f} µs, {hl7apy / ours:.0f} × ours", "≥ 40 ×"


# --- acknowledgements ------------------------------------------------------------------------------------------------
@contextmanager
def embedded_line() -> Iterator[int]:
    """All of `opencdi run` on one file; the MLLP port."""
    with tempfile.TemporaryDirectory() as folder, opencdi("run", CDI_HOME=folder) as running:
        wait_for(running.port("CDI_WORKBENCH_PORT"))
        wait_for(running.port("CDI_MLLP_PORT"))
        yield running.port("CDI_MLLP_PORT")


@contextmanager
def kafka_line() -> Iterator[int]:
    """The door and one process a room on a real broker; the MLLP port."""
    with tempfile.TemporaryDirectory() as folder, kafka_broker.broker() as address:
        on = {"CDI_HOME": folder, "CDI_BUS": f"kafka://{address}/bench"}
        with open_bus(on["CDI_BUS"], partitions=4) as bus:
            bus.apply_topics(TOPICS)
        with one_room_a_process(STATEFUL_ROOMS, **on), opencdi("run", "door", **on) as running:
            wait_for(running.port("CDI_MLLP_PORT"))
            yield running.port("CDI_MLLP_PORT")


def acknowledgements(name: str, port: int, wanted: str, count: int) -> Iterator[tuple[str, str, str]]:
    """As fast as sixteen senders can, then at a steady pace."""
    acknowledged([admission(nth, START - timedelta(hours=1)) for nth in range(160)], port, 16)
    rate, p99 = acknowledged(list(panels(count, 160)), port, 16)
    yield f"{name}: acknowledged, 16 connections, rooms at work (p99 {p99:.0f} ms)", f"{rate:,.0f} /s", wanted
    _, p99 = acknowledged(list(panels(4000, 160)), port, 16, rate=200)
    yield f"{name}: a sender's wait at 200/s, p99", f"{p99:,.0f} ms", "< 200 ms"


# --- many patients ---------------------------------------------------------------------------------------------------
def many_patients(patients: int) -> Iterator[tuple[str, str, str]]:
    """Intake alone, on one file: every patient is admitted; results of any of them; all that the synthetic hospital sends."""
    with tempfile.TemporaryDirectory() as folder:
        bus = EmbeddedBus(str(Path(folder) / "bus.db"), partitions=2)
        line = line_on(bus, [line_of(default_site(), lambda tenant: b"a key of the bench")["intake"]()])
        settle_memory()

        def heard(bodies: list[tuple[bytes, datetime]], name: str) -> float:
            took = 0.0
            for at in track(range(0, len(bodies), 1000), name, console=CONSOLE, transient=True):
                some = bodies[at : at + 1000]
                bus.publish(
                    [
                        stored(Inbound(f"{name}{at + i}", "cdi.inbound.hl7v2", "bench", "lab", sent, body))
                        for i, (body, sent) in enumerate(some)
                    ]
                )
                start = time.perf_counter()
                line.drain()
                took += time.perf_counter() - start
            return len(bodies) / took

        admitted = heard([(admission(nth, START), START) for nth in range(patients)], "admitting")
        any_of = random.Random(1)
        later = START + timedelta(hours=2)
        resulted = heard([(panel(any_of.randrange(patients), later, nth), later) for nth in range(10_000)], "results")
        feed = heard([(message.body, message.at) for message in mixed(85)], "feed")  # its ADT, ORU, MDM, ORM, RDE, RAS
        yield f"intake alone: {patients:,} patients admitted", f"{admitted:,.0f} /s", "≥ 1,000"
        yield f"intake alone, {patients:,} patients known: what ten kinds of stays send", f"{feed:,.0f} /s", "≥ 1,000"
        yield f"intake alone, {patients:,} patients known: panels of eleven results", f"{resulted:,.0f} /s", "≥ 1,000"
        line.close()


# --- memory ----------------------------------------------------------------------------------------------------------
def memory(count: int) -> Iterator[tuple[str, str, str]]:
    """Resident memory of the door and of intake, after a tenth of the messages and after all of them."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        running = {name: stack.enter_context(opencdi("run", name, CDI_HOME=folder)) for name in ("door", "intake")}
        port = running["door"].port("CDI_MLLP_PORT")
        wait_for(port)
        acknowledged([admission(nth, START - timedelta(hours=1)) for nth in range(1000)], port, 16)
        early: dict[str, float] = {}
        with Progress(console=CONSOLE, transient=True) as progress:
            task = progress.add_task("memory", total=count)
            tenth = max(1, count // 10)
            messages = panels(count, 1000, results=1)
            for nth in range(10):
                acknowledged([next(messages) for _ in range(tenth)], port, 16)
                progress.advance(task, tenth)
                if nth == 0:
                    early = {name: memory_mb(one.pid) for name, one in running.items()}
        for name, one in running.items():
            yield f"memory of {name} after {tenth:,} and {count:,} messages", f"{early[name]:.0f} and {memory_mb(one.pid):.0f} MB", "flat"


def on_one_file(burst: int) -> Iterator[tuple[str, str, str]]:
    """The whole line on the embedded bus."""
    with embedded_line() as port:
        yield from acknowledgements("one file", port, "≥ 1,500", burst)


def on_kafka(burst: int) -> Iterator[tuple[str, str, str]]:
    """The whole line on a broker."""
    if kafka_broker.can_run():
        with kafka_line() as port:
            yield from acknowledgements("Kafka", port, "≥ 1,000", burst)
    else:
        yield "Kafka", f"needs {kafka_broker.HOW}", "≥ 1,000"


def main() -> None:
    """Measure all of it and print one table."""
    asked = argparse.ArgumentParser(description=__doc__)
    parts = {
        "reading": reading, "file": lambda: on_one_file(args.burst), "kafka": lambda: on_kafka(args.burst),
        "patients": lambda: many_patients(args.patients), "memory": lambda: memory(args.messages),
    }  # fmt: skip
    asked.add_argument("parts", nargs="*", choices=[*parts, []], help="none named: all")
    asked.add_argument("--burst", type=int, default=20_000, help="messages sent as fast as possible")
    asked.add_argument("--patients", type=int, default=100_000, help="patients that intake knows")
    asked.add_argument("--messages", type=int, default=1_000_000, help="messages over which memory is watched")
    args = asked.parse_args()
    table = Table("what", "measured", "wanted", title="the front door")
    for part in args.parts or parts:
        for row in parts[part]():
            CONSOLE.print(*row, sep="  ")
            table.add_row(*row)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
