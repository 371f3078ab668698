"""Other people's messages: nothing crashes, each ends in one of five ways, the counts add up (public data, never committed)."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opencdi.bus.room import Overlay, Record
from opencdi.bus.stepping import Stepper
from opencdi.cli.inputs import files_in
from opencdi.cli.recordings import in_time, recorded_in
from opencdi.events.audiences import MessageEnded
from opencdi.events.hl7_structure import structural_refusal
from opencdi.events.inbound import Inbound, InboundType
from opencdi.intake.hl7v2.message import decoded, read_message
from opencdi.intake.room import intake_room
from opencdi.knowledge.site import load_site
from opencdi.settings import rules_dir
from senders import printed

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [pytest.mark.public_data, pytest.mark.skipif(not DATA.is_dir(), reason="public data are not on this machine")]


def outcomes(bodies: Iterator[tuple[bytes, datetime]], kind: InboundType) -> Counter[str]:
    intake, states = Stepper(intake_room(lambda _: b"k" * 32, load_site(rules_dir() / "sites" / "default.yaml"))), Overlay({})
    counts: Counter[str] = Counter()
    for nth, (body, at) in enumerate(bodies):
        if kind == "cdi.inbound.hl7v2" and structural_refusal(body):
            counts["refused"] += 1
            continue
        inbound = Inbound(f"m{nth}", kind, "t", "feed", at, body)
        said = intake.step(states, Record("cdi.inbound.v1", "t", body, inbound.headers()))
        (ended,) = [MessageEnded.read(out.value) for out in said if out.topic.name == "cdi.outcomes.v1"]
        assert ended.entries == sum(out.topic.name == "cdi.chart.v1" for out in said)
        counts[ended.outcome] += 1
    return counts


def test_messages_of_open_projects() -> None:
    lines = gzip.decompress((DATA / "hl7v2" / "messages.ndjson.gz").read_bytes()).splitlines()
    now = datetime(2026, 5, 2, tzinfo=UTC)
    counts = outcomes(((json.loads(line)["message_latin1"].encode("latin-1"), now) for line in lines), "cdi.inbound.hl7v2")
    assert counts.total() == len(lines) == 1473
    assert counts["entries"] >= 450
    assert counts["refused"] <= 10


def test_splitting_messages_of_open_projects_loses_nothing() -> None:
    whole = 0
    lines = gzip.decompress((DATA / "hl7v2" / "messages.ndjson.gz").read_bytes()).splitlines()
    for body in (json.loads(line)["message_latin1"].encode("latin-1") for line in lines):
        if structural_refusal(body) is None:
            told = read_message(body)
            sent = [line for line in re.split(r"[\r\n]+", decoded(body, told.header).strip("\x0b\x1c\ufeff \t\r\n")) if line]
            whole += printed(told).replace("\n", "\r") == "\r".join(sent)
    assert whole >= 1400


@pytest.mark.parametrize(("folder", "least"), [("synthea", 28), ("mimic-iv-demo-fhir", 50_000)])  # synthea: a transaction a patient
def test_fhir_recordings(folder: str, least: int) -> None:
    recorded = in_time(list(recorded_in(file)) for file in files_in([DATA / folder]))

    def bodies() -> Iterator[tuple[bytes, datetime]]:
        latest = datetime(1900, 1, 1, tzinfo=UTC)
        for one in recorded:
            latest = max(latest, one.at or latest)
            yield one.body, latest

    counts = outcomes(bodies(), "cdi.inbound.fhir")
    assert counts.total() == len(recorded)
    assert counts["entries"] >= least
    assert counts["dead_letter"] == 0
