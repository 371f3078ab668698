"""Why the patient came, in the hospital's own words ("shortness of breath"): the codes of the concepts that it names.

It points to the circumstances of the admission and never satisfies anything (DOMAIN F.6).
"""

from functools import lru_cache
from pathlib import Path

from opencdi.coding.table import ConceptTable, assignments
from opencdi.knowledge.concepts import forms_of, load_concepts
from opencdi.knowledge.words import Lexicon, words_of

Meaning = tuple[str, tuple[tuple[str, str], ...]]
"""A concept, and what the term implies beyond it."""


@lru_cache(maxsize=4)
def load_reasons(folder: Path) -> Lexicon[Meaning]:
    """The words of our concepts, from the folder that nlp reads them from."""
    return Lexicon((form, (concept.slug, tuple(implied.items()))) for form, concept, implied in forms_of(load_concepts(folder)))


def reason_codes(table: ConceptTable, words: Lexicon[Meaning], reason: str | None) -> frozenset[str]:
    """The codes of what the reason names; none where it is empty or in words that we do not know."""
    found = (meaning for _, _, meaning in words.matches(words_of(reason or "").words))
    return frozenset(one.code for slug, implied in found for one in assignments(table, slug, dict(implied)))
