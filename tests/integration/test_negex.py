"""Context on sentences that nobody here wrote: NegEx's 827 report sentences, through `opencdi context`'s own code.

Floors lie a little under what was measured (2026-11: negation F1 .991, historical F1 .843; medspaCy ConText on the same sentences:
.929 and .63).  These sentences were looked at while cues were written; an independent half is measured elsewhere.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from opencdi.nlp.reader import load_reader
from opencdi.nlp.reading import Reader
from opencdi.settings import rules_dir

SENTENCES = Path(__file__).parents[3] / "shared" / "data" / "negex" / "sentences.tsv"
pytestmark = [pytest.mark.public_data, pytest.mark.skipif(not SENTENCES.exists(), reason="public data is not on this machine")]


@dataclass
class Tally:
    """Right and wrong of one yes/no question."""

    counts: dict[tuple[bool, bool], int] = field(default_factory=dict)

    def add(self, *, said: bool, true: bool) -> None:
        self.counts[said, true] = self.counts.get((said, true), 0) + 1

    @property
    def f1(self) -> float:
        hits = self.counts.get((True, True), 0)
        return 2 * hits / (2 * hits + self.counts.get((True, False), 0) + self.counts.get((False, True), 0))


def mention_in(concept: str, sentence: str) -> tuple[int, int] | None:
    """Where the condition stands, in capitals as the data marks it."""
    capitals = re.escape(concept.upper())
    found = re.search(rf"(?<!\w){capitals}(?![\w'])", sentence) or re.search(capitals, sentence)
    return found.span() if found else None


def tallies(reader: Reader) -> tuple[Tally, Tally, int]:
    negated, historical, placed = Tally(), Tally(), 0
    for row in SENTENCES.read_text(encoding="utf-8").splitlines():
        concept, sentence, negation, temporality, *_ = row.split("\t")
        if (at := mention_in(concept, sentence)) is None:
            continue  # the mark is lost in a handful of rows
        placed += 1
        context, _ = reader.context_at(sentence, *at)
        negated.add(said=context.assertion == "absent", true=negation == "Negated")
        historical.add(said=context.temporality == "historical", true=temporality == "Historical")
    return negated, historical, placed


def test_negation_and_history_on_negex() -> None:
    negated, historical, placed = tallies(load_reader(rules_dir() / "nlp"))
    print(
        f"NegEx: {placed} sentences, negation F1 {negated.f1:.3f} {negated.counts}, historical F1 {historical.f1:.3f} {historical.counts}"
    )
    assert placed >= 815
    assert negated.f1 >= 0.98
    assert historical.f1 >= 0.85
