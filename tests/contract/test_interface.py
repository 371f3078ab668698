"""The interface specification is what the code does, all of it, and the committed one is that (DOMAIN E.1)."""

import ast
import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from typer.testing import CliRunner

from opencdi.cli.app import app
from opencdi.cli.interface.document import document
from opencdi.cli.interface.fields import changeable
from opencdi.cli.interface.samples import Sample, Samples
from opencdi.events.facts import FACT_KINDS
from opencdi.events.people import DECISIONS
from opencdi.events.problems import Unusable
from opencdi.intake import fhir, hl7v2, tables
from opencdi.intake.fhir import mapping
from opencdi.intake.fhir.mapping import Sent, told_by_fhir
from opencdi.intake.hl7v2.mapping import told_by_hl7
from opencdi.intake.hl7v2.message import Message, read_message
from opencdi.settings import data_root

FOLDER = data_root() / "schemas" / "interface"
SAMPLES = Samples()
LONGEST = 60


@pytest.fixture(scope="module")
def rows() -> dict[str, str]:
    """Field -> what the document says it becomes and decides."""
    found = re.findall(r"^\| `([A-Z][A-Za-z0-9]*[-.][\w.]+)` \| (.*) \|$", document(), re.MULTILINE)
    return dict(found)


class Watched(list[Any]):
    """A segment, or the fields of MSH, longer than any sender's; which fields are asked for is noted."""

    def __init__(self, name: str, fields: list[str], asked: set[str], first: int) -> None:
        super().__init__([*fields, *[""] * (LONGEST - len(fields))])
        self.name, self.asked, self.first = name, asked, first

    def __getitem__(self, nth: Any) -> Any:
        if isinstance(nth, int) and nth + self.first > 0:
            self.asked.add(f"{self.name}-{nth + self.first}")
        return super().__getitem__(nth)


class Element(dict[str, Any]):
    """A JSON object; which of its elements are asked for is noted."""

    def __init__(self, value: dict[str, Any], path: str, asked: set[str]) -> None:
        super().__init__({name: watched(inner, within(path, name), asked) for name, inner in value.items()})
        self.path, self.asked = path, asked

    def get(self, name: str, otherwise: Any = None) -> Any:
        if not name.isdigit() and name != "resourceType":  # a place in a list, where there is none
            self.asked.add(within(self.path, name))
        return super().get(name, otherwise)


def within(path: str, name: str) -> str:
    """A section inside a section is a section."""
    return path if name == "section" and path.endswith(".section") else f"{path}.{name}"


def watched(value: Any, path: str, asked: set[str]) -> Any:
    if isinstance(value, dict):
        return Element(value, path, asked)
    return [watched(inner, path, asked) for inner in value] if isinstance(value, list) else value


def bodies(sample: Sample) -> Iterator[bytes]:
    """The message, and each time one of its values is missing: what stands in for that is read then."""
    yield sample.body
    for _, _, changed in changeable(sample):
        yield changed(None)


def fields_read(sample: Sample) -> set[str]:
    asked: set[str] = set()
    for body in bodies(sample):
        message = read_message(body)
        header = replace(message.header, fields=Watched("MSH", list(message.header.fields), asked, 1))  # type: ignore[arg-type]
        segments = tuple(Watched(segment[0], segment, asked, 0) for segment in message.segments)
        with suppress(Unusable):
            told_by_hl7(Message(header, segments), SAMPLES.context(sample, SAMPLES.site))
    return asked


def elements_read(sample: Sample) -> set[str]:
    asked: set[str] = set()
    for body in bodies(sample):
        told = json.loads(body)
        resources = [entry["resource"] for entry in told["entry"]] if told["resourceType"] == "Bundle" else [told]
        with suppress(Unusable):
            told_by_fhir(
                [Sent(watched(one, one["resourceType"], asked), "", False) for one in resources], SAMPLES.context(sample, SAMPLES.site)
            )
    return asked


def test_the_committed_document_is_the_printed_one() -> None:
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == document(), "run `opencdi interface`"


def test_every_field_that_is_read_is_in_the_document(rows: dict[str, str]) -> None:
    read = {name for sample in SAMPLES if not sample.fhir for name in fields_read(sample)}
    assert len(read) > 90
    shown = {name.partition(".")[0] for name in rows}
    assert sorted(read - shown) == [], "a sample must fill it, so that what it becomes is seen"


def elements_filled(sample: Sample) -> set[str]:
    return {name for name, _, _ in changeable(sample)}


def test_every_element_that_is_read_is_in_the_document(rows: dict[str, str]) -> None:
    """What all resources have is read by one function, so one resource proves it; what is filled and does nothing is proven too."""
    read = {name for sample in SAMPLES if sample.fhir for name in elements_read(sample)}
    known = {*rows, *(name for sample in SAMPLES if sample.fhir for name in elements_filled(sample))}
    paths = {name.partition(".")[2] for name in known}
    proven = {path[: end.start()] for path in paths for end in re.finditer(r"\.|\Z", path)}
    assert sorted(name for name in read if name.partition(".")[2] not in proven) == [], "a sample must fill it"


READERS = frozenset({
    "at", "changed", "code", "coded", "component", "degree", "each", "first", "happened", "identifiers", "listed", "parts", "person", "person_in",
    "raw", "reference_of", "repetitions", "time", "time_in", "time_of_action",
})  # fmt: skip


def lines_that_read(file: Path) -> set[int]:
    """Where a mapping reads a field; the type of a resource, which problems name, is none, nor is what a Bundle says of its entries."""
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    named = [(call, getattr(call.func, "id", getattr(call.func, "attr", ""))) for call in calls]
    return {call.lineno for call, name in named if name in READERS and not re.search(r"'(resourceType'|request\.)", ast.unparse(call))}


def test_the_samples_come_by_every_place_where_a_field_is_read() -> None:
    """Else a field could be read, and the document would not know it."""
    files = [file for package in (fhir, hl7v2) for file in Path(package.__path__[0]).glob("*.py")]
    unread = {str(file): lines_that_read(file) for file in files}
    assert sum(map(len, unread.values())) > 200

    def trace(frame: FrameType, _event: str, _arg: Any) -> Any:
        lines = unread.get(frame.f_code.co_filename)
        if lines:
            lines.discard(frame.f_lineno)
        return trace if lines else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for sample in Samples():
            SAMPLES.made_of(sample)
    finally:
        sys.settrace(before)
    assert {Path(file).name: sorted(lines) for file, lines in unread.items() if lines} == {}, "a sample must come by"


def test_the_types_of_the_tables_are_the_types_of_the_document() -> None:
    triggers = {f"ADT^{one}" for one in (*tables.VISIT_EVENT_BY_TRIGGER, *tables.PERSON_TRIGGERS, *tables.MERGE_BY_TRIGGER)}
    documents = {f"MDM^{one}" for one in tables.RELATION_BY_TRIGGER}
    others = tables.RESULT_TYPES | tables.ORDER_TYPES | tables.BILLING_TYPES | tables.PROBLEM_TYPES | tables.STAFF_TYPES
    others |= {tables.UNLINKED}
    unused = {*tables.UNUSED_BY_TYPE, *tables.UNUSED_BY_KIND}
    text = document()
    assert [name for name in sorted(triggers | documents | others | unused) if f"`{name}`" not in text] == []
    assert [name for name in mapping._ITEMS if f"| `{name}` | `" not in text] == [], "a sample of each resource that is mapped"


def test_every_fact_of_the_chart_is_made_by_a_sample() -> None:
    made = {fact.kind for sample in SAMPLES for fact in SAMPLES.made_of(sample).facts}
    decided = {str(model.model_fields["kind"].default) for model in DECISIONS}
    assert sorted(FACT_KINDS - decided - made - {"delivery_receipted"}) == []


def test_no_sample_is_refused_or_laid_aside() -> None:
    outcomes = {sample.name: SAMPLES.made_of(sample).ended.outcome for sample in SAMPLES}
    assert {name: outcome for name, outcome in outcomes.items() if outcome not in ("entries", "no_effect")} == {}
    assert sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".hl7", ".json")) == sorted(outcomes)


@pytest.mark.parametrize(
    ("field", "becomes"),
    [
        ("PV1-2", "`encounter_updated`: class_source, encounter_class"),
        ("PV1-2", "by `class_by_code`"),
        ("PV1-18", "by `class_by_code`"),
        ("PV1-36", "`encounter_discharged`: disposition | by `disposition_by_code`"),
        ("OBX-8", "`measurement_resulted`: abnormal"),
        ("OBX-3.1", "by `loinc_by_local_code`"),
        ("OBR-22", "which version is newer"),
        ("TXA-9.7", "`note_filed`: author.role | by `author_role_by_code`"),
        ("TXA-17", "`note_filed`: authentication, authentication_assumed"),
        ("DG1-26", "`diagnosis_listed`: poa"),
        ("RXA-20", "`medication_given`: status"),
        ("Observation.valueQuantity.value", "`measurement_resulted`: problem, sent_value, value"),
        ("Encounter.partOf.reference", "the encounter"),
        ("DocumentReference.docStatus", "`note_filed`: authenticated_at, authentication, authentication_assumed"),
    ],
)
def test_what_the_experiment_finds(rows: dict[str, str], field: str, becomes: str) -> None:
    assert becomes in rows[field]


@pytest.mark.parametrize(
    "said",
    [
        "| AL | AL | CA, AA | CR | CE |",
        "| empty | empty | AA | AR | AE |",
        "(`CDI_PROCESSING_ID`): P, empty",
        "| `UNSUPPORTED_VERSION` | AR, ERR-3 203 Unsupported version id | `MSH-12` |",
        "| `TOO_MANY_ENTRIES` | 413 | `Bundle.entry[…]` |",
    ],
)
def test_what_is_answered(said: str) -> None:
    assert said in document()


def test_the_command_prints_and_checks(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    assert CliRunner().invoke(app, ["interface", "--check", "--into", str(file)]).exit_code == 1
    assert CliRunner().invoke(app, ["interface", "--into", str(file)]).exit_code == 0
    assert CliRunner().invoke(app, ["interface", "--check", "--into", str(file)]).exit_code == 0
    file.write_text(file.read_text(encoding="utf-8").replace("PV1-2", "PV1-3", 1), encoding="utf-8")
    assert CliRunner().invoke(app, ["interface", "--check", "--into", str(file)]).exit_code == 1
