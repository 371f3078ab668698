"""Providers' words to procedure codes, through the real reader: rules/coding/procedure_cases.yaml."""

from datetime import UTC, date, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import NoteType
from opencdi.coding.procedure_table import load_procedures
from opencdi.coding.procedures import working_procedures
from opencdi.coding.state import Stay
from opencdi.events.pages import WorkingProcedure
from opencdi.events.reading import NoteRead
from opencdi.knowledge.tables import parsed
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

CASES: list[dict[str, Any]] = parsed((rules_dir() / "coding" / "procedure_cases.yaml").read_bytes())
READER = load_reader(rules_dir() / "nlp")
TABLE = load_procedures(rules_dir() / "coding" / "procedures.yaml")
STAY = Stay(tenant="t", birth_date="1956-02-01", sex="F", admitted_at=ClinicalTime(datetime(2026, 5, 3, 9, tzinfo=UTC), "minute"))


def coded(text: str, note_type: str = "progress") -> tuple[WorkingProcedure, ...]:
    assert note_type in get_args(NoteType)
    note = NoteRead(
        note_id="n", revision=1, note_type=note_type, author_role="provider",
        written_at=ClinicalTime(datetime(2026, 5, 9, 12, tzinfo=UTC), "minute"), authentication="authenticated", counts=True,
        procedures=READER.read(text, note_type).procedures,  # type: ignore[arg-type]
    )  # fmt: skip
    return working_procedures(STAY, (note,), TABLE, date(2026, 5, 9), ZoneInfo("UTC"))


@pytest.mark.parametrize("case", CASES, ids=[f"{case['why']}: {case['note'][:40]}" for case in CASES])
def test_what_was_done_is_coded_and_what_is_open_is_asked(case: dict[str, Any]) -> None:
    assert not case.keys() - {"why", "note", "type", "codes", "asks", "flagged"}
    told = coded(case["note"], case.get("type", "progress"))
    assert {one.code for one in told if one.status == "proposed"} == set(case["codes"])
    assert {one.procedure for one in told if one.status == "question"} == set(case.get("asks", ()))
    if "flagged" in case:
        assert {one.procedure for one in told if one.status == "flagged"} == set(case["flagged"])
    for one in told:
        assert all(case["note"][quote.start : quote.end] == quote.quote for quote in one.evidence)
        assert one.evidence
        assert bool(one.asks) == (one.status == "question")


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 40
