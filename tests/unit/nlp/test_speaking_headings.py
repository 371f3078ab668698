"""Headings that say something of what they head: feared, weighed, warned of.  They are read with it; other headings only place it."""

import pytest

from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")


def told(text: str, concept: str) -> tuple[str, str, str]:
    """How the last mention of a disease is told."""
    found = [finding for finding in READER.read(f"HISTORY:  She works.\n{text}", "consult").findings if finding.concept == concept]
    return found[-1].assertion, found[-1].temporality, found[-1].active


@pytest.mark.parametrize(
    "text",
    [
        "RISKS AND BENEFITS:  Bleeding, pneumonia.",
        "SWALLOWING PRECAUTIONS: , Pneumonia.",
        "DISCUSSION OF RISKS:  Infection and pneumonia.",
        "POTENTIAL COMPLICATIONS:  Bleeding, pneumonia.",
    ],
)
def test_what_a_heading_fears_is_not_there(text: str) -> None:
    assert told(text, "pneumonia")[1:] == ("hypothetical", "no")


@pytest.mark.parametrize(
    "text",
    [
        "DIFFERENTIAL DIAGNOSIS:  Pleurisy, pneumonia.",
        "DIFFERENTIAL DIAGNOSIS:\n1. Pleurisy.\n2. Pneumonia.",
        "DIFFERENTIAL DIAGNOSIS: ,1.  Pleurisy.,2.  Pneumonia.,PLAN: Film.",
        "PROVISIONAL DIAGNOSIS:  Pneumonia.",
        "WORKING DIAGNOSIS:  Pneumonia.",
        "POSSIBLE DIAGNOSES:  Pleurisy, pneumonia.",
    ],
)
def test_what_a_heading_weighs_is_possible(text: str) -> None:
    assert told(text, "pneumonia")[::2] == ("possible", "unknown")


@pytest.mark.parametrize(
    "text",
    ["DIAGNOSIS:  Pneumonia.", "ASSESSMENT: ,1.  Gout.,2.  Pneumonia.", "DIFFERENTIAL DIAGNOSIS:  Gout.\nDIAGNOSIS:  Pneumonia."],
)
def test_what_a_heading_only_places_is_there(text: str) -> None:
    assert told(text, "pneumonia") == ("present", "current", "yes")


def test_risk_factors_and_past_diagnoses_are_the_past() -> None:
    assert told("CARDIAC RISK FACTORS:  Diabetes.", "diabetes-mellitus")[2] == "yes"
    assert told("PAST DIAGNOSES:  Pneumonia.", "pneumonia") == ("present", "historical", "no")
