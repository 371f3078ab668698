"""The principal diagnosis by the circumstances of the admission (UHDDS; Guidelines II, I.C.1.d.4, I.C.2.g, I.C.10.b; DOMAIN B43)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.vocabulary import Poa
from opencdi.coding.candidates import Candidate
from opencdi.coding.guidelines import apply_guidelines
from opencdi.coding.poa import proposed_poa
from opencdi.coding.sequence import Circumstances, Principal, Sequencing
from opencdi.coding.table import assignments, load_table
from opencdi.knowledge.code_editor import never_principal
from opencdi.settings import rules_dir

TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")
T0 = datetime(2026, 5, 4, 14, 0, tzinfo=UTC)


def said(concept: str, offset: int = 0, *, day: int = 0, cause: str = "", **attributes: str) -> tuple[Candidate, ...]:
    """A diagnosis of the H&P (day 0, an hour after the order) or of a progress note of that day."""
    row = TABLE.codes[concept]
    at = T0 + timedelta(hours=1, days=day)
    return tuple(
        Candidate(
            one.code, concept, kind=row.kind, nature=one.nature, family=one.code if one.companion else row.family or concept, specific=one.specific,
            order=(at, offset), assessed_order=(at, offset), last=at, at_admission=day == 0, assessed=True,
            caused_by=frozenset({cause} if cause else ()),
        )
        for one in assignments(TABLE, concept, attributes)
    )  # fmt: skip


def principal(*told: tuple[Candidate, ...], reason: str = "", poa: dict[str, Poa] | None = None) -> Principal | None:
    codes = apply_guidelines(TABLE, tuple({one.code: one for group in told for one in group}.values()))
    proposed = {code: found.poa for code, found in proposed_poa(TABLE, codes, T0).items()} | (poa or {})
    why = Circumstances(reason=frozenset(one.code for one in assignments(TABLE, reason, {})) if reason else frozenset())
    return Sequencing.of(TABLE, codes, why, lambda code: never_principal(code, 431)).principal(proposed)


def first(*told: tuple[Candidate, ...], reason: str = "") -> tuple[str, ...] | None:
    found = principal(*told, reason=reason)
    return found.ties if found else None


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((said("pneumonia"), said("sepsis", 90)), ("A419",)),
        ((said("septic-shock"),), ("A419",)),
        ((said("line-infection"), said("sepsis", 90)), ("T80219A",)),
        ((said("pneumonia", organism="sars-cov-2"), said("acute-respiratory-failure", 50)), ("U071",)),
        ((said("hypertension"), said("heart-failure", acuity="acute", type="systolic")), ("I110",)),
        ((said("chest-pain"),), ("R079",)),
        ((said("hypertension"), said("chest-pain", 40)), ("R079",)),
        ((said("gerd"), said("chest-pain", 40)), ("R079",)),
        ((said("lung-cancer"), said("hemoptysis", 40)), ("C3490",)),
        ((said("hypertension"), said("copd", 20, acuity="acute")), ("J441",)),
        ((said("copd"), said("hypertension", 20)), ("J449", "I10")),
        ((said("fall"), said("hip-fracture", 30, laterality="left")), ("S72002A",)),
        ((said("fall"),), None),
        ((said("do-not-resuscitate"),), None),
        ((said("pneumonia"), said("cellulitis", 30)), ("J189", "L0390")),
        ((said("diabetes-mellitus"), said("cellulitis", 30)), ("L0390",)),
        ((said("urinary-tract-infection", organism="escherichia-coli"),), ("N390",)),
        ((said("delirium", cause="sepsis"), said("pneumonia", 9)), ("J189",)),
        ((said("copd", acuity="acute"), said("acute-respiratory-failure", 30, type="hypoxic")), ("J441", "J9601")),
        ((said("hypokalemia"), said("urinary-tract-infection", 40)), ("N390",)),
        ((said("dehydration"), said("acute-kidney-injury", 40, cause="dehydration")), ("N179",)),
        ((said("hyponatremia"), said("headache", 40)), ("E871",)),
        ((said("malnutrition", severity="severe"), said("chest-pain", 40)), ("R079",)),
        ((said("malnutrition", severity="severe"), said("hypertension", 40)), ("E43",)),
    ],
)
def test_principal_diagnosis(told: tuple[tuple[Candidate, ...], ...], expected: tuple[str, ...] | None) -> None:
    assert first(*told) == expected


def test_an_acute_disease_of_unknown_onset_comes_before_a_chronic_one_and_behind_one_that_was_present() -> None:
    late = said("pneumonia", day=4)
    assert first(said("hypertension"), said("dementia", 9), late) == ("J189",)
    assert first(said("cellulitis"), late) == ("L0390",)


def test_sepsis_of_unknown_onset_does_not_displace_the_infection_that_was_present() -> None:
    told = (said("cellulitis"), said("sepsis", day=5))
    assert first(*told) == ("L0390",)
    found = principal(*told, poa={"A419": "Y"})
    assert found is not None
    assert (found.code, "I.C.1.d.4" in found.reason) == ("A419", True)


def test_what_began_here_is_never_principal() -> None:
    told = (said("copd"), said("sepsis", day=5))
    found = principal(*told, poa={"A419": "N"})
    assert found is not None
    assert found.code == "J449"


def test_among_equals_the_reason_for_the_admission_decides() -> None:
    told = (said("pneumonia"), said("cellulitis", 30))
    assert first(*told, reason="cellulitis") == ("L0390",)
    assert first(*told, reason="cough") == ("J189",), "the pneumonia explains it"
    assert first(said("copd"), said("atrial-flutter", day=3), reason="copd") == ("J449",), "a chronic disease may be why one comes"


def test_a_disease_and_its_named_cause_answer_the_same_reason_and_tie() -> None:
    told = (said("hyponatremia"), said("encephalopathy", 40, type="metabolic", cause="hyponatremia"), said("cellulitis", 90))
    found = principal(*told, reason="confusion")
    assert found is not None
    assert found.ties == ("E871", "G9341")
    assert "II.C" in found.reason


@pytest.mark.parametrize(
    ("told", "expected", "why"),
    [
        ((said("type-2-myocardial-infarction"), said("anemia", 20)), ("D649",), "I.A.13: coded before I21.A1"),
        ((said("type-2-myocardial-infarction"), said("hypertensive-emergency", 20)), ("I161",), "I.C.9.e.5"),
        ((said("type-2-myocardial-infarction"), said("hypertension", 20)), ("I21A1",), "acute"),
        ((said("pneumonia", organism="sars-cov-2"), said("cellulitis", 30)), ("U071", "L0390"), "I.C.1.g.1.b"),
        ((said("postprocedural-respiratory-failure"), said("hypertension", 30)), ("J95821",), "II.G"),
        ((said("chemotherapy-admission", 30), said("breast-cancer"), said("pneumonia", 40)), ("Z5111",), "I.C.2.e.2"),
    ],
)
def test_what_stands_behind_another(told: tuple[tuple[Candidate, ...], ...], expected: tuple[str, ...], why: str) -> None:
    found = principal(*told)
    assert found is not None
    assert (found.ties, why in found.reason) == (expected, True), found.reason


def coded(code: str, offset: int = 0) -> tuple[Candidate, ...]:
    """A code of the H&P that no concept of ours leads to."""
    at = T0 + timedelta(hours=1)
    return (Candidate(code, code, order=(at, offset), assessed_order=(at, offset), last=at, at_admission=True, assessed=True),)


@pytest.mark.parametrize(
    ("told", "expected", "why"),
    [
        ((said("acute-respiratory-failure"), coded("T401X1A", 30), said("aspiration-pneumonia", 60)), ("T401X1A",), "I.C.19.e.5.b"),
        ((said("encephalopathy", type="toxic"), coded("T5891XA", 30)), ("T5891XA",), "I.C.19.e.5.d"),
        ((said("acute-kidney-injury"), coded("T464X5A", 30)), ("N179",), "acute"),
        ((said("pneumonia"), coded("O99513", 30)), ("O99513",), "I.C.15.a.1"),
    ],
)
def test_poisonings_and_the_obstetric_chapter_come_first(
    told: tuple[tuple[Candidate, ...], ...], expected: tuple[str, ...], why: str
) -> None:
    found = principal(*told)
    assert found is not None
    assert (found.ties, why in found.reason) == (expected, True), found.reason


def test_two_that_each_want_their_cause_first_and_name_none_do_not_bar_each_other() -> None:
    found = principal(coded("I8511"), coded("I8510", 30))
    assert found is not None
    assert found.ties == ("I8511", "I8510")


def test_what_was_acquired_here_takes_nobodys_place() -> None:
    told = (said("pneumonia", organism="sars-cov-2"), said("acute-respiratory-failure", 20))
    found = principal(*told, poa={"U071": "N", "J1282": "N"})
    assert found is not None
    assert found.ties == ("J9600",)


def test_a_tumor_that_one_comes_for_is_equal_to_an_acute_disease() -> None:
    told = (said("colon-cancer"), said("urinary-tract-infection", 30))
    assert first(*told) == ("N390",)
    assert first(*told, reason="colon-cancer") == ("C189",)


def test_no_row_stands_behind_itself_and_no_two_behind_each_other() -> None:
    rows = TABLE.guidelines.behind

    def touches(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
        return any(one.startswith(others) or any(other.startswith(one) for other in others) for one in some)

    for row in rows:
        assert not touches(row.codes, row.after), row.words
        assert not [other.words for other in rows if touches(row.codes, other.after) and touches(other.codes, row.after)], row.words


CONCEPTS = st.lists(st.sampled_from(sorted(TABLE.codes)), min_size=1, max_size=8, unique=True)


@given(CONCEPTS, st.randoms(use_true_random=False))
def test_the_order_in_which_codes_come_does_not_matter(concepts: list[str], random: object) -> None:
    told = {one.code: one for nth, concept in enumerate(concepts) for one in said(concept, nth * 10)}
    codes = apply_guidelines(TABLE, tuple(told.values()))
    poa = {code: found.poa for code, found in proposed_poa(TABLE, codes, T0).items()}
    mixed = list(codes)
    random.shuffle(mixed)
    one, other = (
        Sequencing.of(TABLE, each, Circumstances(), lambda code: never_principal(code, 431)).principal(poa) for each in (codes, mixed)
    )
    assert one == other
