"""Sections: what a heading says about the words below it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.nlp.headings import load_headings
from opencdi.nlp.sections import sections_in
from opencdi.settings import rules_dir

HEADINGS = load_headings(rules_dir() / "nlp")
LINES = st.lists(st.sampled_from(["HPI: fever", "PMH:", "COPD", "Assessment and Plan", "", "lungs: clear", "A/P: AKI", "   "]), max_size=12)


def kinds(text: str) -> list[str]:
    return [stretch.kind for stretch in sections_in(text, HEADINGS)]


@pytest.mark.parametrize(
    "line", ["A/P:", "ASSESSMENT AND PLAN", "Assessment & Plan:", "IMPRESSION AND PLAN:", "3. Assessment and plan:", "## A/P:"]
)  # fmt: skip
def test_the_plan_is_found_in_its_dialects(line: str) -> None:
    assert kinds(f"HPI: cough.\n{line}\nAKI") == ["history-of-present-illness", "assessment-and-plan"]


def test_system_headings_stay_where_they_stand() -> None:
    assert kinds("ROS:\nLungs: no cough\nPhysical Exam\nLungs: clear") == ["review-of-systems", "physical-exam"]


def test_headings_within_one_line() -> None:
    assert kinds("HPI: fever. PMH: COPD. FH: mother with stroke.") == [
        "history-of-present-illness",
        "past-medical-history",
        "family-history",
    ]


def test_a_word_in_prose_is_no_heading() -> None:
    assert kinds("Results of the history were discussed\nwith the patient") == ["other"]


def test_the_words_before_any_heading_of_a_report() -> None:
    assert [s.kind for s in sections_in("The lungs are clear.\nIMPRESSION: none", HEADINGS, "radiology")] == ["findings", "impression"]


@given(LINES)
def test_sections_are_a_partition_of_the_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    stretches = sections_in(text, HEADINGS)
    assert stretches[0].start == 0
    assert stretches[-1].end == len(text)
    assert all(before.end == after.start for before, after in pairwise(stretches))
