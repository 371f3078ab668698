"""What a laboratory's words about germs come to, and when a commensal is a finding."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.clinical.time import ClinicalTime
from opencdi.queries.cultures import grew
from opencdi.queries.feed_conditions import Grew
from opencdi.queries.microbiology import microbiology
from opencdi.queries.told import Culture

ZERO = datetime(2026, 5, 4, 8, tzinfo=UTC)
BLOOD = Grew(kind="grew", studies=("blood-culture",))
EPIDERMIDIS = "coagulase-negative-staphylococcus"


@pytest.mark.parametrize(
    ("text", "outcome", "organisms"),
    [
        ("Escherichia coli", "positive", ["escherichia-coli"]),
        (">100,000 CFU/mL Klebsiella pneumoniae", "positive", ["klebsiella"]),
        ("STAPHYLOCOCCUS AUREUS", "positive", ["staphylococcus-aureus"]),
        ("Coagulase negative Staphylococcus", "positive", [EPIDERMIDIS]),
        ("Staphylococcus aureus not detected", "negative", []),
        ("No growth at 48 hours", "negative", []),
        ("Mixed flora, probable contaminant", "negative", []),
        ("Culture in progress", "pending", []),
        ("See comment", "unclear", []),
        ("Gram positive cocci in clusters", "positive", ["gram-positive-cocci"]),
    ],
)
def test_the_words_of_a_result(text: str, outcome: str, organisms: list[str]) -> None:
    assert microbiology().read("blood culture", text) == (outcome, tuple(organisms))


def test_a_test_that_names_its_germ_need_only_say_detected() -> None:
    assert microbiology().read("Influenza A RNA, PCR", "Detected") == ("positive", ("influenza",))
    assert microbiology().read("Influenza A RNA, PCR", "Not detected") == ("negative", ())


@pytest.mark.parametrize(
    ("code", "name", "specimen", "study"),
    [
        ("600-7", "Bacteria identified", "", "blood-culture"),
        ("LAB123", "Blood culture, routine", "", "blood-culture"),
        ("6463-4", "Bacteria identified in Specimen by Culture", "Blood, peripheral", "blood-culture"),
        ("LAB9", "Urine culture", "", "urine-culture"),
        ("LAB7", "C difficile toxin gene, PCR", "Stool", "c-difficile-gene"),
        ("LAB8", "C difficile toxin A/B", "Stool", "c-difficile-toxin"),
        ("LAB4", "MRSA nares culture", "Nares", None),
        ("718-7", "Hemoglobin in blood", "Blood", None),
        ("LAB5", "VRE rectal screen culture", "", None),
    ],
)
def test_which_study_it_is(code: str, name: str, specimen: str, study: str | None) -> None:
    assert microbiology().study_of(code, name, specimen) == study


def culture(hours: float, *organisms: str, of: str = "", **told: Any) -> Culture:
    commensals = tuple(one for one in organisms if one in microbiology().commensals)
    return Culture(
        **{
            "result_id": f"r{hours}{of}", "specimen_id": of or f"s{hours}", "study": "blood-culture", "name": "blood culture", "text": "",
            "outcome": "positive", "organisms": organisms, "commensals": commensals, "at": ClinicalTime(ZERO + timedelta(hours=hours)), **told,
        }
    )  # fmt: skip


def found(*cultures: Culture, condition: Grew = BLOOD) -> list[str]:
    return [sign.about for sign in grew(condition, tuple(sorted(cultures, key=lambda one: one.at.at)))]


def test_a_pathogen_needs_one_set_a_commensal_two() -> None:
    assert found(culture(0, "escherichia-coli")) == ["escherichia-coli"]
    assert found(culture(0, EPIDERMIDIS)) == []
    assert found(culture(0, EPIDERMIDIS), culture(1, EPIDERMIDIS)) == [EPIDERMIDIS]
    assert found(culture(0, EPIDERMIDIS, of="s"), culture(1, EPIDERMIDIS, of="s")) == []
    assert found(culture(0, EPIDERMIDIS), culture(49, EPIDERMIDIS)) == []
    assert found(culture(0, EPIDERMIDIS), culture(1, "corynebacterium")) == []


def test_by_study_and_organism() -> None:
    urine = culture(0, "escherichia-coli", study="urine-culture")
    assert found(urine) == []
    candida = Grew(kind="grew", studies=("blood-culture", "urine-culture"), organisms=("candida",))
    assert found(urine, culture(1, "candida", "escherichia-coli"), condition=candida) == ["candida"]


@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.sampled_from([EPIDERMIDIS, "escherichia-coli", "candida"])), max_size=6, unique_by=lambda t: t[0]
    )
)
def test_one_more_culture_never_takes_a_finding_away(told: list[tuple[int, str]]) -> None:
    cultures = [culture(hours, organism) for hours, organism in told]
    assert set(found(*cultures[:-1])) <= set(found(*cultures))
