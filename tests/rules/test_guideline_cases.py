"""Every case of every guideline step: the notes read by the real reader, coded with the step and without it (DOMAIN B42)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import Sex
from opencdi.coding.candidates import Candidate
from opencdi.coding.guidelines import STEPS, check_steps
from opencdi.coding.state import Stay
from opencdi.coding.table import ConceptTable, load_table
from opencdi.coding.working import Chart, final_statements, working_codes
from opencdi.events.reading import NoteRead
from opencdi.knowledge.icd10cm import valid_on
from opencdi.knowledge.site import SiteData
from opencdi.knowledge.tables import parsed
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

FOLDER = rules_dir() / "coding" / "cases"
TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")
NAMES = [step.name for step in TABLE.guidelines.steps]
T0 = datetime(2026, 5, 4, 9, tzinfo=UTC)
TODAY = date(2026, 5, 12)
AT_LEAST = 3


@dataclass(frozen=True)
class Case:
    """One stay and what a coder makes of it; see `rules/coding/cases/README.md`."""

    step: str
    why: str
    notes: tuple[str | Mapping[str, str], ...]
    proposed: tuple[str, ...]
    flagged: Mapping[str, str] = field(default_factory=dict)
    uncertain: tuple[str, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    age: int = 70
    sex: Sex = "U"
    leaves_alone: bool = False

    def failures(self, codes: tuple[Candidate, ...]) -> Iterator[str]:
        """What is not as the case says."""
        by_status = {status: {one.code for one in codes if one.status == status} for status in ("proposed", "flagged", "uncertain")}
        reasons = {one.code: "; ".join(one.reasons) for one in codes}
        if by_status["proposed"] != set(self.proposed):
            yield f"proposed: {sorted(by_status['proposed'])}"
        for code, piece in self.flagged.items():
            if code not in by_status["flagged"] or piece not in reasons[code]:
                yield f"flagged {code}: {reasons.get(code)}"
        for code in self.uncertain:
            if code not in by_status["uncertain"]:
                yield f"uncertain {code}: {reasons.get(code)}"
        for code, piece in self.said.items():
            if piece not in reasons.get(code, ""):
                yield f"said of {code}: {reasons.get(code)}"


def cases_of(file: Path) -> list[Case]:
    told: list[dict[str, Any]] = parsed(file.read_bytes())
    return [Case(file.stem, **{**case, "notes": tuple(case["notes"])}) for case in told]


CASES = [case for file in sorted(FOLDER.glob("*.yaml")) for case in cases_of(file)]
named = partial(pytest.mark.parametrize, ids=lambda case: f"{case.step}: {case.why}")


@lru_cache(maxsize=1)
def reader() -> Any:
    return load_reader(rules_dir() / "nlp")


def note_of(nth: int, told: str | Mapping[str, str]) -> NoteRead:
    note: Any = {"text": told} if isinstance(told, str) else told
    kind, role = note.get("type", "progress"), note.get("author_role", "provider")
    reading = reader().read(note["text"], kind)
    return NoteRead(
        note_id=f"n{nth}", revision=1, note_type=kind, author_role=role, written_at=ClinicalTime(T0 + timedelta(days=nth), "minute"),
        authentication="authenticated", counts=role == "provider", findings=reading.findings, values=reading.values,
    )  # fmt: skip


@lru_cache(maxsize=1)
def chart_of(nth: int) -> Chart:
    case = CASES[nth]
    notes = tuple(note_of(nth, told) for nth, told in enumerate(case.notes))
    left = ClinicalTime(notes[-1].written_at.at, "minute") if any(note.note_type == "discharge-summary" for note in notes) else None
    return Chart(Stay(tenant="", sex=case.sex, birth_date=f"{TODAY.year - case.age}-01-01", discharged_at=left), notes, SiteData())


def coded(case: Case, table: ConceptTable) -> tuple[Candidate, ...]:
    chart = chart_of(CASES.index(case))
    return working_codes(chart, table, TODAY, final_statements(chart))


@lru_cache(maxsize=64)
def without(step: str) -> ConceptTable:
    data = TABLE.guidelines
    return with_steps(tuple(one for one in data.steps if one.name != step))


def with_steps(steps: tuple[Any, ...]) -> ConceptTable:
    return TABLE.model_copy(update={"guidelines": TABLE.guidelines.model_copy(update={"steps": steps})})


@named("case", CASES)
def test_case(case: Case) -> None:
    told = coded(case, TABLE)
    assert list(case.failures(told)) == []
    assert all(valid_on(one.code, TODAY) for one in told)
    if case.leaves_alone:
        assert [(one.code, one.status, one.reasons) for one in told] == [
            (o.code, o.status, o.reasons) for o in coded(case, without(case.step))
        ]
    else:
        assert list(case.failures(coded(case, without(case.step)))) != [], "the case does not need its step"


@pytest.mark.parametrize("name", NAMES)
def test_a_step_has_its_cases_and_says_what_it_does(name: str) -> None:
    assert sum(case.step == name and not case.leaves_alone for case in CASES) >= AT_LEAST
    step = next(one for one in TABLE.guidelines.steps if one.name == name)
    assert STEPS[name].__doc__
    assert step.cite
    assert step.words


def test_every_case_file_is_of_a_step() -> None:
    assert {case.step for case in CASES} <= set(NAMES)


def test_the_list_and_the_functions_are_held_together() -> None:
    check_steps(TABLE)
    steps = TABLE.guidelines.steps
    for wrong, name in (
        (steps[1:], NAMES[0]),
        ((*steps, steps[-1]), NAMES[-1]),
        ((*steps, steps[0].model_copy(update={"name": "x"})), "x"),
    ):
        with pytest.raises(ValueError, match=name):
            check_steps(with_steps(wrong))
