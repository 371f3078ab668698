"""What others than the provider may document (Guideline I.B.14)."""

import pytest

from opencdi.clinical.vocabulary import AuthorRole
from opencdi.knowledge.others import load_others
from opencdi.settings import rules_dir

OTHERS = load_others(rules_dir() / "nlp")


@pytest.mark.parametrize(
    ("analyte", "role", "name"),
    [("bmi", "dietitian", "body mass index"), ("gcs", "nurse", "coma scale"), ("bmi", "student", None), ("creatinine", "nurse", None)],
)
def test_values(analyte: str, role: AuthorRole, name: str | None) -> None:
    found = OTHERS.value(analyte, role)
    assert (found.name if found else None) == name


def test_the_stage_is_the_nurse_s_and_the_pressure_injury_is_not() -> None:
    assert OTHERS.attribute("pressure-injury", "stage", "nurse")
    assert not OTHERS.attribute("pressure-injury", "poa", "nurse")
    assert not OTHERS.attribute("chronic-kidney-disease", "stage", "nurse")
    assert OTHERS.attribute("fracture", "laterality", "therapist")


def test_codes() -> None:
    assert OTHERS.code("Z59.00", "social-worker")
    assert OTHERS.code("L97.423", "nurse")
    assert not OTHERS.code("E43", "dietitian")
    assert "I.B.14" in OTHERS.cite
