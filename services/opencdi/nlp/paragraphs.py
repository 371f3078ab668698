"""Paragraphs of letters and of notes without headings: what one tells, by the words with which it begins (`lines` in `sections.yaml`)."""

import re
from collections.abc import Callable
from typing import Final

from opencdi.clinical.vocabulary import SectionKind
from opencdi.nlp.headings import Headings
from opencdi.nlp.rows import cells_of

OF_A_LETTER: Final = "re"
"""What a letter is about; its paragraphs have no headings of their own."""
_KINDS: Final[tuple[SectionKind, ...]] = (
    "past-medical-history",
    "medications",
    "family-history",
    "social-history",
    "laboratory",
    "assessment",
    "plan",
)
_SHORTEST: Final = 65
"""A paragraph has so many characters; a shorter line is a sentence."""
_BEGINNING: Final = 60
_DIGIT: Final = re.compile(r"\d")


def told_by_paragraph(words: str, begins: Callable[[str], bool], headings: Headings, *, rows: bool) -> SectionKind | None:
    """What the paragraph tells; None if its first words do not say.  `begins` asks whether it begins as lines of that name do.

    `rows`: notes in which a line of vital signs is a row of its own; in others they open the examination that is told behind them.
    """
    if len(words) < _SHORTEST:
        return None
    if told := next((kind for kind in _KINDS if begins(kind)), None):
        return told
    beginning = words[:_BEGINNING]
    opens = not rows and _DIGIT.search(beginning) and headings.rows["vital"].begin(cells_of(beginning))
    return "physical-exam" if opens else None
