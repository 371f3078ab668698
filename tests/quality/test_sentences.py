"""Two questions asked of single sentences: whose condition it is (`experiencer.txt`), and whether it is there now (`active.txt`).

A snippet a line, marked as the corpus is; `\\n` is a line break.  One floor per axis, and every miss with its sentence.
"""

from functools import lru_cache
from pathlib import Path

import pytest

from quality.marks import GoldenNote, parsed
from quality.measured import Measured, measured, report

SENTENCES = Path(__file__).parent / "sentences"
FLOORS: dict[tuple[str, str], float] = {
    ("experiencer", "experiencer/other"): 0.96,
    ("experiencer", "experiencer"): 0.96,
    ("active", "active/yes"): 0.96,
    ("active", "active"): 0.95,
    ("active", "temporality/historical"): 0.94,
    ("active", "temporality/hypothetical"): 0.96,
}
AT_LEAST = 100
"""Sentences a file holds."""


def snippets(asked: str) -> list[GoldenNote]:
    """Each line of that file as a note of its own."""
    rows = (SENTENCES / f"{asked}.txt").read_text(encoding="utf-8").splitlines()
    return [
        parsed(f"other-{asked}-line-{line}", "type: other\n\n" + row.replace("\\n", "\n"))
        for line, row in enumerate(rows, 1)
        if not row.startswith("#") or "{{" in row  # "# {{HTN|…}}: hold lisinopril" is a problem, no comment
    ]


@lru_cache(maxsize=2)
def reading_of(asked: str) -> Measured:
    return measured(snippets(asked))


@pytest.mark.parametrize(("asked", "axis"), FLOORS)
def test_what_a_sentence_says_stays_above_its_floor(asked: str, axis: str) -> None:
    assert reading_of(asked).score(axis) >= FLOORS[asked, axis], report(reading_of(asked), axis.partition("/")[0])


@pytest.mark.parametrize("asked", ["experiencer", "active"])
def test_there_are_sentences_enough_and_no_two_are_one(asked: str) -> None:
    texts = [note.text for note in snippets(asked)]
    assert len(texts) >= AT_LEAST
    assert len(set(texts)) == len(texts)


def test_about_half_of_the_conditions_are_the_patients_own() -> None:
    owners = [mark.experiencer for note in snippets("experiencer") for mark in note.marks]
    assert 0.4 <= owners.count("patient") / len(owners) <= 0.6
