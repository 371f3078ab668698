"""Guideline steps, each with a case that it changes and one that it leaves alone (DOMAIN B42, F.13)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.coding.bmi import bmi_code
from opencdi.coding.candidates import Candidate
from opencdi.coding.guidelines import apply_guidelines
from opencdi.coding.poa import poa_of
from opencdi.coding.sequence import principal_of
from opencdi.coding.table import assignments, load_table
from opencdi.knowledge.icd10cm import tabular
from opencdi.settings import rules_dir

TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")
T0 = datetime(2026, 5, 4, 14, 0, tzinfo=UTC)


def coded(concept: str, offset: int = 0, cause: str = "", hours: float = 0, **attributes: str) -> tuple[Candidate, ...]:
    row = TABLE.codes[concept]
    return tuple(
        Candidate(
            one.code, concept, kind=row.kind, nature=row.poa,
            family=one.code if one.companion else row.family or concept, specific=one.specific,
            order=(T0 + timedelta(hours=hours), offset), at_admission=True, assessed=True, caused_by=frozenset({cause} if cause else ()),
        )
        for one in assignments(TABLE, concept, attributes)
    )  # fmt: skip


def after(*said: tuple[Candidate, ...]) -> dict[str, str]:
    by_code = {one.code: one for group in said for one in group}
    return {one.code: one.status for one in apply_guidelines(TABLE, tuple(by_code.values()))}


HTN, CKD4, HF = coded("hypertension"), coded("chronic-kidney-disease", stage="4"), coded("heart-failure", type="systolic", acuity="acute")


@pytest.mark.parametrize(
    ("said", "proposed"),
    [
        ((HTN,), {"I10"}),
        ((HTN, CKD4), {"I129", "N184"}),
        ((HTN, coded("end-stage-renal-disease")), {"I120", "N186"}),
        ((HTN, HF), {"I110", "I5021"}),
        ((HTN, HF, CKD4), {"I130", "I5021", "N184"}),
        ((HTN, HF, coded("end-stage-renal-disease")), {"I132", "I5021", "N186"}),
        ((HF, CKD4), {"I5021", "N184"}),
        ((coded("diabetes-mellitus", type="2"), CKD4), {"E1122", "N184"}),
        ((coded("diabetes-mellitus", type="1"), CKD4), {"E1022", "N184"}),
        ((coded("diabetes-mellitus"), coded("hyperglycemia")), {"E1165"}),
        ((coded("diabetes-mellitus", type="1"), coded("diabetic-ketoacidosis")), {"E1010"}),
        ((coded("diabetic-ketoacidosis"), coded("metabolic-acidosis", acuity="acute")), {"E1110"}),
        ((coded("severe-sepsis"),), {"A419", "R6520"}),
        ((coded("septic-shock"), coded("severe-sepsis"), coded("sepsis")), {"A419", "R6521"}),
        ((coded("sepsis"), coded("acute-kidney-injury", cause="sepsis")), {"A419", "N179", "R6520"}),
        ((coded("sepsis"), coded("acute-kidney-injury")), {"A419", "N179"}),
        ((coded("sepsis"), coded("bacteremia"), coded("fever")), {"A419"}),
        ((coded("bacteremia"), coded("fever")), {"R7881", "R509"}),
        ((coded("acute-respiratory-failure", type="hypoxic"), coded("ards")), {"J80"}),
        ((coded("respiratory-failure"), coded("acute-respiratory-failure", type="hypoxic"), coded("hypoxia")), {"J9601"}),
        ((coded("encephalopathy"), coded("encephalopathy", type="metabolic"), coded("altered-mental-status")), {"G9341"}),
        ((coded("malnutrition"), coded("malnutrition", severity="severe")), {"E43"}),
        ((coded("heart-failure"), HF, coded("fluid-overload")), {"I5021"}),
        ((coded("pneumonia"), coded("pneumonia", organism="mrsa")), {"J15212"}),
        ((coded("elevated-creatinine"),), set()),
    ],
)
def test_what_is_proposed(said: tuple[tuple[Candidate, ...], ...], proposed: set[str]) -> None:
    assert {code for code, status in after(*said).items() if status == "proposed"} == proposed


EVERY = st.lists(st.sampled_from(sorted(TABLE.codes)), min_size=1, max_size=8, unique=True)


@given(EVERY)
def test_nothing_documented_is_dropped(concepts: list[str]) -> None:
    said = [coded(concept) for concept in concepts]
    told = after(*said)
    assert {one.code for group in said for one in group} <= set(told)
    assert all(code in tabular() for code in told)


@given(EVERY)
def test_the_order_of_mentions_does_not_change_what_is_claimed_twice(concepts: list[str]) -> None:
    once = apply_guidelines(TABLE, tuple({one.code: one for concept in concepts for one in coded(concept)}.values()))
    assert {one.code: one.status for one in apply_guidelines(TABLE, once)} == {one.code: one.status for one in once}


def principal(*said: tuple[Candidate, ...]) -> tuple[str, ...] | None:
    codes = apply_guidelines(TABLE, tuple({one.code: one for group in said for one in group}.values()))
    poa = {one.code: poa_of(one, T0 + timedelta(hours=1)).poa for one in codes}
    found = principal_of(codes, poa, frozenset())
    return found.ties if found else None


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ((coded("pneumonia"), coded("sepsis", 90)), ("A419",)),
        ((HTN, HF), ("I110",)),
        ((coded("chest-pain"),), ("R079",)),
        ((coded("chest-pain"), coded("gerd")), ("K219",)),
        ((coded("septic-shock"),), ("A419",)),
        ((coded("fall"), coded("hip-fracture", 30, laterality="left")), ("S72002A",)),
        ((coded("fall"),), None),
        ((coded("pneumonia"), coded("cellulitis", 30)), ("J189", "L0390")),
        ((coded("diabetes-mellitus"), coded("cellulitis", 30)), ("L0390",)),
        ((coded("urinary-tract-infection", organism="escherichia-coli"),), ("N390",)),
    ],
)
def test_principal_diagnosis(said: tuple[tuple[Candidate, ...], ...], first: tuple[str, ...] | None) -> None:
    assert principal(*said) == first


@pytest.mark.parametrize(
    ("one", "hours", "poa"),
    [
        (Candidate("J189", "pneumonia", order=(T0, 0)), 1, "Y"),
        (Candidate("J189", "pneumonia", order=(T0 + timedelta(days=3), 0)), 1, "undetermined"),
        (Candidate("J189", "pneumonia", order=(T0 + timedelta(days=3), 0), onset_after=True), 1, "N"),
        (Candidate("I10", "hypertension", order=(T0 + timedelta(days=3), 0), nature="chronic"), 1, "Y"),
        (Candidate("Z66", "do-not-resuscitate", order=(T0, 0), nature="exempt"), 1, "1"),
        (Candidate("J189", "pneumonia", order=(T0, 0)), None, "undetermined"),
    ],
)
def test_present_on_admission(one: Candidate, hours: float | None, poa: str) -> None:
    assert poa_of(one, None if hours is None else T0 + timedelta(hours=hours)).poa == poa


@given(st.floats(8, 150))
def test_every_bmi_has_a_billable_code(bmi: float) -> None:
    code = bmi_code(bmi)
    assert code is not None
    assert tabular().billable(code)


@pytest.mark.parametrize(
    ("bmi", "code"),
    [(16.2, "Z681"), (19.9, "Z681"), (24.9, "Z6824"), (40.0, "Z6841"), (44.9, "Z6841"), (45.0, "Z6842"), (70.0, "Z6845"), (3.0, None)],
)
def test_bmi(bmi: float, code: str | None) -> None:
    assert bmi_code(bmi) == code
