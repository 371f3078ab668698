"""What a germ resists: by the laboratory's words, or by the susceptibilities of its specimen, and by nothing else (DOMAIN D-09)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import Coded, MeasurementResulted
from opencdi.queries.cultures import culture_in, grew
from opencdi.queries.feed_conditions import Grew, Resists
from opencdi.queries.microbiology import microbiology
from opencdi.queries.resistance import resistances, resists
from opencdi.queries.told import Culture

ZERO = datetime(2026, 5, 4, 8, tzinfo=UTC)
EVERY = Resists(kind="resists", studies=("urine-culture", "blood-culture"), resistances=tuple(resistances().resistances))


def result(name: str, text: str = "", *, hours: float = 0, specimen: str = "s1", **told: Any) -> Culture | None:
    """One line of the microbiology laboratory, as it comes."""
    fact = MeasurementResulted(
        measurement_id=f"{name}/{specimen}", code=Coded(code="", text=name), text=text or None, status="final", specimen_id=specimen,
        taken_at=ClinicalTime(ZERO + timedelta(hours=hours)), **told,
    )  # fmt: skip
    return culture_in(fact, microbiology())


def ways(*results: Culture | None) -> list[str]:
    kept = sorted((one for one in results if one), key=lambda one: one.at.at)
    return [sign.about for sign in resists(EVERY, tuple(kept))]


@pytest.mark.parametrize(
    ("text", "ways_told"),
    [
        ("Escherichia coli, ESBL producer", ["extended-spectrum-beta-lactamase"]),
        ("Methicillin resistant Staphylococcus aureus", ["methicillin"]),
        ("Staphylococcus aureus (oxacillin resistant)", ["methicillin"]),
        ("Enterococcus faecium (VRE)", ["vancomycin"]),
        ("Klebsiella pneumoniae, carbapenem-resistant", ["carbapenem"]),
        ("Pseudomonas aeruginosa, multidrug resistant", ["multidrug"]),
        ("Escherichia coli", []),
        ("Escherichia coli, ESBL negative", []),
        ("Staphylococcus aureus, not MRSA", []),
        ("Enterococcus gallinarum, vancomycin resistant", []),  # by nature
        ("VRE not detected", []),
    ],
)
def test_the_words_of_the_laboratory(text: str, ways_told: list[str]) -> None:
    assert ways(result("urine culture", text)) == ways_told


def test_a_germ_that_does_not_resist_has_grown_all_the_same() -> None:
    cultures = (result("urine culture", "Escherichia coli, ESBL negative"),)
    assert [sign.about for sign in grew(Grew(kind="grew", studies=("urine-culture",)), cultures)] == ["escherichia-coli"]


def test_a_number_with_its_flag_is_a_susceptibility() -> None:
    """OBX-5 "16", OBX-8 "R": how much of the drug it takes, and what that means."""
    told = result("Meropenem [Susceptibility]", value=16.0, abnormal="R")
    assert told is not None
    assert (told.drug, told.resistant) == ("meropenem", True)
    assert ways(result("urine culture", "Klebsiella pneumoniae"), told) == ["carbapenem"]


def test_a_drugs_level_in_the_blood_is_none() -> None:
    assert result("Vancomycin trough", value=22.0, abnormal="H") is None


@pytest.mark.parametrize("letter", ["S", "I", "SDD"])
def test_what_is_susceptible_or_between_resists_nothing(letter: str) -> None:
    assert ways(result("urine culture", "Klebsiella pneumoniae"), result("meropenem", value=2.0, abnormal=letter)) == []


def test_the_susceptibility_of_another_specimen_says_nothing() -> None:
    assert ways(result("urine culture", "Klebsiella pneumoniae"), result("meropenem", "R", specimen="s2")) == []


def test_of_two_germs_nobody_knows_whose_it_is() -> None:
    both = result("urine culture", "Klebsiella pneumoniae"), result("urine culture 2", "Enterococcus faecalis")
    assert ways(*both, result("meropenem", "R")) == []


def test_what_means_nothing_for_that_germ_is_none() -> None:
    assert ways(result("urine culture", "Escherichia coli"), result("vancomycin", "R")) == []


DRUGS = st.lists(
    st.sampled_from(["cefepime", "ceftazidime", "ciprofloxacin", "levofloxacin", "gentamicin", "amikacin", "meropenem"]), unique=True
)


@given(DRUGS)
def test_multidrug_resistance_is_of_three_classes_whatever_the_drugs(drugs: list[str]) -> None:
    classes = {resistances().class_of(drug) for drug in drugs}
    found = ways(result("urine culture", "Pseudomonas aeruginosa"), *(result(drug, "R") for drug in drugs))
    assert found == (["multidrug"] if len(classes) >= 3 else [])


def test_it_is_known_when_the_last_of_it_came() -> None:
    cultures = result("urine culture", "Klebsiella pneumoniae"), result("meropenem", "R", hours=30)
    (sign,) = resists(EVERY, tuple(one for one in cultures if one))
    assert sign.at == ZERO + timedelta(hours=30)
    assert [cited.kind for cited in sign.cited] == ["grew", "susceptibility"]
