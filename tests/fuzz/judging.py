"""What must hold of any message, whatever it is: it is answered once, ends once, stops nobody and tells nothing of the patient."""

import re
from collections import Counter, deque
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from random import Random
from time import process_time

from every_feed import every_feed
from fuzz.mutations import mutated
from opencdi.bus.bus import Delivered, TooLarge
from opencdi.bus.room import Record, State
from opencdi.bus.stepping import Stepper
from opencdi.cli.gate import Refused, at_the_gate
from opencdi.cli.line import line_of
from opencdi.cli.recordings import Recorded
from opencdi.events.audiences import MessageEnded
from opencdi.events.inbound import Inbound
from opencdi.gateway.acks import Code, acknowledgements, conditions_of, sender_of
from opencdi.gateway.fhir import Cut
from opencdi.hospital.message import Message, play
from opencdi.hospital.story import load_stories
from opencdi.testing import DAY_ZERO, default_site

LONGEST_S = 10.0
"""Of process time, for one message in one room: a guard against what never ends, not a measure of speed, on a machine however slow."""
_NAMES = re.compile(rb"FISCHER|HANNAH|RAHMAN|DUARTE|GRANT|NAIR|NAYER|HORAK|ADLER|VOGT|WEISS", re.IGNORECASE)
_WORDS = re.compile(rb"7000\d|700[12]\d|creatinine|pneumonia|hypoxia|diabetes", re.IGNORECASE)
NOW = DAY_ZERO + timedelta(days=6)


@cache
def corpus() -> tuple[Message, ...]:
    """All that our own senders tell."""
    return (*every_feed(), *play(load_stories(), DAY_ZERO))


class Line:
    """The gate and all rooms on memory; `fates` counts how messages ended."""

    def __init__(self) -> None:
        self.rooms = [Stepper(make()) for make in line_of(default_site(), lambda tenant: tenant.encode() * 16).values()]
        self.fates: Counter[str] = Counter()
        self.slowest_s = 0.0
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget all that was told."""
        self.states: dict[str, dict[str, State]] = {room.room.name: {} for room in self.rooms}
        self.nth = 0

    def take(self, kind: str, body: bytes) -> None:
        """Judge one message by all that must hold of it."""
        self.nth += 1
        began = process_time()
        judged = at_the_gate(Recorded("", "fhir" if kind == "fhir" else "hl7v2", body, None))
        if kind == "hl7v2":
            _answered_once(body, "AA" if isinstance(judged, Cut) else judged.ack, judged)
        self._in_time(began)
        if isinstance(judged, Refused):
            assert not re.search(_NAMES.pattern + b"|" + _WORDS.pattern, f"{judged.reason} {judged.where}".encode(), re.IGNORECASE)
            self.fates["refused"] += 1
            return
        ended = [MessageEnded.read(out) for out in self._told(kind, judged)]
        by_parts = judged.kind == "transaction"
        assert len(ended) == (1 if by_parts and judged.parts else len(judged.parts)), "every message ends in exactly one of five ways"
        for one in ended:
            # What a sender calls its own codes is vocabulary: where a name or a number stands there, nobody can know it from one.
            told = one.model_copy(update={"unmapped": ()}).to_json()
            assert not _NAMES.search(told), "an outcome names nobody"
            assert not _WORDS.search(told), "an outcome tells codes and field names only"
            self.fates[one.outcome] += 1

    def _told(self, kind: str, judged: Cut) -> list[bytes]:
        outcomes: list[bytes] = []
        for nth, body in enumerate(judged.parts, 1):
            ce_id, part = f"f{self.nth}", f"{nth}/{len(judged.parts)}" if judged.kind == "transaction" else None
            inbound = Inbound(
                f"{ce_id}.{nth}", "cdi.inbound.fhir" if kind == "fhir" else "cdi.inbound.hl7v2", "t", kind, NOW, body, part=part
            )
            waiting = [Record("cdi.inbound.v1", "t", body, inbound.headers())]
            for room in self.rooms:
                said = [out for record in waiting for out in self._stepped(room, record)]
                outcomes += [out.value for out in said if out.topic.name == "cdi.outcomes.v1"]
                waiting = [
                    Record(out.topic.name, getattr(out.to, "key", None), out.value, out.headers)
                    for out in said
                    if out.topic == room.room.writes[0]
                ]
        return outcomes

    def _stepped(self, room: Stepper, record: Record) -> list[object]:
        began = process_time()
        try:
            stepped = room.batch({0: self.states[room.room.name]}, deque([Delivered(record.topic, 0, 0, record)]))
        except TooLarge:
            raise AssertionError(f"{room.room.name} said or remembers what no record can hold") from None
        stepped.settle()
        self._in_time(began)
        return [out for out, _ in stepped.said]

    def _in_time(self, began: float) -> None:
        self.slowest_s = max(self.slowest_s, took := process_time() - began)
        assert took < LONGEST_S, "no step may last"


def _answered_once(body: bytes, code: Code, judged: Cut | Refused) -> None:
    reason, where = (judged.reason, judged.where) if isinstance(judged, Refused) else ("", "")
    told = acknowledgements(body, code, ack_id="a", at=NOW, reason=reason, where=where)
    assert len(told) == 1 or any(conditions_of(sender_of(body))), "one acknowledgement, unless the sender asks for others (MSH-15, MSH-16)"
    for ack in told:
        lines = ack.split(b"\r")
        assert lines[0].startswith(b"MSH")
        assert lines[1].startswith(b"MSA")


def chunk(seed: int, count: int, told: Sequence[Message] | None = None) -> Line:
    """So many mutated messages into one line; a failure names the seed and the number of the message, by which it comes again."""
    line, dice, messages = Line(), Random(seed), told or corpus()
    for nth in range(count):
        kind, body = mutated(messages, dice)
        try:
            line.take(kind, body)
        except Exception as error:
            error.add_note(f"fuzz seed {seed}, message {nth}: {kind} {body[:3000]!r}")
            raise
    return line
