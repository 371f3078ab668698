"""Misspelled long words are read as the one word they can be, and never as another word that exists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencdi.knowledge.spelling import Spelling
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
SPELLING = READER.vocabulary.spelling


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("worsening encephalopthy", "encephalopathy"),
        ("acute respiratroy failure", "acute-respiratory-failure"),
        ("community acquired pneumnia", "pneumonia"),
        ("severe malnutrtion", "malnutrition"),
        ("acute kidney injury on hemodialisis", "dialysis"),
        ("hypnatremia, Na 121", "hyponatremia"),
        ("new thrombocytopenai", "thrombocytopenia"),
    ],
)
def test_a_slip_of_one_letter_is_read_and_quoted_as_written(text: str, concept: str) -> None:
    found = next(finding for finding in READER.read(text).findings if finding.concept == concept)
    assert found.text == text[found.start : found.end]


@pytest.mark.parametrize(
    "text",
    [
        "hypetension",  # high or low
        "the drug was injected",  # not infected
        "samples were incubated",  # not intubated
        "foul smelling drainage",  # not swelling
        "prostrate on the floor with grief",
        "an infraction of policy",
        "pneumnia.pneumnia",
        "xpneumonia",
    ],
)
def test_words_of_their_own_and_doubtful_ones_are_left(text: str) -> None:
    assert not [
        f
        for f in READER.read(text).findings
        if f.concept in {"hypertension", "hypotension", "infection", "mechanical-ventilation", "edema", "myocardial-infarction"}
    ]


def test_two_known_words_never_become_each_other() -> None:
    assert SPELLING.corrected(["hypernatremia", "hyponatremia"]) == ["hypernatremia", "hyponatremia"]


@given(st.sampled_from(sorted(SPELLING.known)))
def test_a_known_word_stays(word: str) -> None:
    assert SPELLING.corrected([word]) == [word]


@given(st.text("abcdefgh", min_size=8, max_size=12), st.integers(0, 11), st.sampled_from("abcdefgh"))
def test_what_is_read_lies_one_slip_away(word: str, at: int, letter: str) -> None:
    spelling = Spelling([word], [word])
    slipped = word[:at] + letter + word[at + 1 :]
    assert spelling.meant(slipped) in {None, word}
    assert spelling.meant(word + "xy") is None
