"""Why the patient came, in the hospital's own words ("shortness of breath", "elective TKA"): the codes of the concepts and the operations
that it names.

It points to the circumstances of the admission and never satisfies anything (DOMAIN F.6).
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path

from opencdi.coding.table import ConceptTable, assignments
from opencdi.coding.treated_data import named_operation
from opencdi.knowledge.concepts import forms_of, load_concepts, load_named
from opencdi.knowledge.lexicon import BY_TABULAR, load_synonyms, tabular_lexicon
from opencdi.knowledge.words import Lexicon, words_of

Meaning = tuple[str, tuple[tuple[str, str], ...]]
"""A concept, and what the term implies beyond it."""


@lru_cache(maxsize=4)
def load_reasons(folder: Path) -> Lexicon[Meaning]:
    """The words of our concepts, of operations and of the tabular, from the folder that nlp reads them from."""
    operations = (told for told in forms_of(load_named(folder)) if told[1].kind == "procedure")
    known = (*forms_of(load_concepts(folder)), *operations)
    ours = ((form, (concept.slug, tuple(implied.items()))) for form, concept, implied in known)
    tabular = tabular_lexicon(synonyms=load_synonyms(folder)).terms
    return Lexicon(chain(ours, ((form, (BY_TABULAR + code, ())) for form, code in tabular.items())))


def reason_codes(table: ConceptTable, words: Lexicon[Meaning], reason: str | None) -> frozenset[str]:
    """The codes of what the reason names, and the operations that it names; none where it is empty or in words that we do not know."""
    return frozenset(_named(table, words, reason or ""))


def _named(table: ConceptTable, words: Lexicon[Meaning], reason: str) -> Iterator[str]:
    said = words_of(reason).words
    over = min((last for _, last, _ in table.treated.words_over.matches(said)), default=len(said))
    told = list(words.matches(said))
    told += [(first, last, (operation, ())) for first, last, operation in table.treated.short_forms.matches(said)]
    for first, last, (slug, implied) in told:
        if slug not in table.treated.operations:
            yield from (one.code for one in assignments(table, slug, _sited(table, slug, dict(implied), said)))
        elif first < over:  # "fever after colectomy": the operation is over, and not what one comes for
            yield named_operation(slug, " ".join(said[first:last]))


def _sited(table: ConceptTable, slug: str, implied: dict[str, str], said: list[str]) -> dict[str, str]:
    """With the site that the reason names, where the disease is coded by its site ("foot ulcer")."""
    row = table.codes.get(slug)
    site = next((word for word in said if row and word in row.sites), None)
    return {"site": site, **implied} if site else implied
