"""Guideline steps, each with a case that it changes and one that it leaves alone (DOMAIN B42, F.13)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.coding.bmi import bmi_code
from opencdi.coding.candidates import Candidate
from opencdi.coding.guidelines import apply_guidelines
from opencdi.coding.poa import poa_of
from opencdi.coding.table import assignments, load_table
from opencdi.events.reading import NoteRead, ValueInText
from opencdi.knowledge.icd10cm import tabular, valid_on
from opencdi.settings import rules_dir

TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")
T0 = datetime(2026, 5, 4, 14, 0, tzinfo=UTC)


def coded(concept: str, offset: int = 0, cause: str = "", hours: float = 0, **attributes: str) -> tuple[Candidate, ...]:
    row = TABLE.codes[concept]
    return tuple(
        Candidate(
            one.code, concept, kind=row.kind, nature=one.nature,
            family=one.code if one.companion else row.family or concept, specific=one.specific,
            order=(T0 + timedelta(hours=hours), offset), last=T0 + timedelta(hours=hours), at_admission=True, assessed=True, caused_by=frozenset({cause} if cause else ()),
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
        ((coded("malnutrition", severity="moderate"), coded("malnutrition", hours=72, severity="severe")), {"E43"}),
        ((coded("malnutrition", severity="severe"), coded("malnutrition", hours=72, severity="moderate")), {"E440"}),
        ((coded("malnutrition", severity="severe"), coded("malnutrition", severity="moderate")), {"E43"}),
        ((coded("end-stage-renal-disease"), coded("chronic-kidney-disease", hours=48, stage="4")), {"N186"}),
        ((coded("chronic-kidney-disease", stage="3a"), coded("chronic-kidney-disease", hours=48, stage="3b")), {"N1832"}),
        ((coded("nstemi"), coded("stemi", hours=5)), {"I213"}),
        ((coded("heart-failure", type="systolic", acuity="acute"), coded("heart-failure", type="systolic", acuity="chronic")), {"I5023"}),
        ((coded("acute-respiratory-failure", type="hypoxic"), coded("chronic-respiratory-failure", type="hypoxic")), {"J9621"}),
        ((coded("copd"), coded("pneumonia")), {"J440", "J189"}),
        ((coded("copd", acuity="acute"), coded("pneumonia")), {"J440", "J441", "J189"}),
        ((coded("copd"), coded("urinary-tract-infection")), {"J449", "N390"}),
        ((coded("sepsis", cause="pneumonia"), coded("pneumonia", organism="streptococcus-pneumoniae")), {"A403", "J13"}),
        ((coded("sepsis", cause="pneumonia"), coded("pneumonia")), {"A419", "J189"}),
        ((coded("sepsis"), coded("pneumonia", organism="streptococcus-pneumoniae")), {"A419", "J13"}),
        ((coded("cellulitis"), coded("edema"), coded("rash")), {"L0390"}),
        (
            (coded("septic-shock", cause="pyelonephritis"), coded("pyelonephritis", organism="escherichia-coli")),
            {"A4151", "R6521", "N12", "B9620"},
        ),
        ((coded("sepsis"), coded("septic-shock", organism="escherichia-coli")), {"A4151", "R6521"}),
        ((coded("acute-kidney-injury"), coded("acute-tubular-necrosis")), {"N170"}),
        ((coded("copd"), coded("pneumonia"), coded("aspiration-pneumonia")), {"J449", "J690"}),
        (
            (
                coded("chronic-respiratory-failure"),
                coded("acute-respiratory-failure", acuity="acute-on-chronic", type="hypercapnic-hypoxic"),
            ),
            {"J9621", "J9622"},
        ),
        ((coded("diabetes-mellitus", type="2"), coded("peripheral-artery-disease")), {"E1151"}),
    ],
)
def test_what_is_proposed(said: tuple[tuple[Candidate, ...], ...], proposed: set[str]) -> None:
    assert {code for code, status in after(*said).items() if status == "proposed"} == proposed


def test_the_other_degree_stays_visible_with_the_reason() -> None:
    told = (coded("malnutrition", severity="moderate"), coded("malnutrition", severity="severe"))
    moderate = next(one for one in apply_guidelines(TABLE, tuple(one for group in told for one in group)) if one.code == "E440")
    assert moderate.status == "flagged"
    assert "E43 is proposed: the highest of one note; conflicting documentation" in moderate.reasons[-1]


def test_every_code_that_a_step_makes_is_billable() -> None:
    data = TABLE.guidelines
    made = (
        {row.into for row in data.combined}
        | set(data.bleeding.sources.values())
        | set(data.sequelae.of.values())
        | set(data.sepsis_organism.values())
    )
    made |= {stem + row.suffix for stem in ("E10", "E11") for row in data.diabetes.complications}
    assert [code for code in sorted(made) if not valid_on(code, T0.date())] == []


@pytest.mark.parametrize(("bmi", "codes"), [(42.0, {"E6601", "Z6841"}), (3.0, {"E6601"})])
def test_an_impossible_body_mass_index_has_no_code(bmi: float, codes: set[str]) -> None:
    value = ValueInText(start=0, end=6, text="BMI", analyte="bmi", value=bmi)
    note = NoteRead(
        note_id="n", revision=1, note_type="nursing", author_role="nurse", written_at=ClinicalTime(T0, "minute"),
        authentication="authenticated", counts=False, values=(value,),
    )  # fmt: skip
    told = apply_guidelines(TABLE, coded("obesity", severity="severe"), (note,), age=70)
    assert {one.code for one in told} == codes


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


@pytest.mark.parametrize(
    ("one", "hours", "poa"),
    [
        (Candidate("J189", "pneumonia", order=(T0, 0)), 1, "Y"),
        (Candidate("J189", "pneumonia", order=(T0 + timedelta(days=3), 0)), 1, "undetermined"),
        (Candidate("J189", "pneumonia", order=(T0 + timedelta(days=3), 0), onset_after=True), 1, "N"),
        (Candidate("I10", "hypertension", order=(T0 + timedelta(days=3), 0), nature="chronic"), 1, "Y"),
        (Candidate("Z515", "palliative-care", order=(T0, 0), nature="exempt"), 1, "1"),
        (Candidate("J189", "pneumonia", order=(T0, 0)), None, "undetermined"),
    ],
)
def test_present_on_admission(one: Candidate, hours: float | None, poa: str) -> None:
    assert poa_of(one, None if hours is None else T0 + timedelta(hours=hours), TABLE.guidelines.poa_exempt).poa == poa


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
