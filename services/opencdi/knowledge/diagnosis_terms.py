"""The linter's own lexicon: a diagnosis, the terms that name it, the words of indicators that can support it (`rules/gate/diagnoses.yaml`).

Diagnoses of the concept table (`rules/nlp/concepts.yaml`) that are not in it are known by name only: they may be asked about where they are
documented, and nothing is known here that would support them (DOMAIN C.2: Q-10, Q-12, Q-19).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from opencdi.knowledge.concepts import load_concepts
from opencdi.knowledge.tables import parsed
from opencdi.settings import rules_dir

NEGATED_BEFORE = re.compile(
    r"(?:without|no|not|never|rather than|absence of|ruled out|other than|excluding)\s+(?:\w+\s+){0,3}$", re.IGNORECASE
)
_WORD, _GOES_ON = re.compile("[a-z0-9]+"), re.compile("[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis as the linter knows it.  `support`: beginnings of words in indicators, one of which it takes to offer it."""

    concept: str
    terms: tuple[str, ...]
    support: tuple[str, ...] = ()
    family: str = ""  # documented relatives that make naming it no news ("acute respiratory failure" for its types)


@lru_cache(maxsize=1)
def _told() -> dict[str, Any]:
    told: dict[str, Any] = parsed((rules_dir() / "gate" / "diagnoses.yaml").read_bytes())
    return told


@lru_cache(maxsize=1)
def _by_concept() -> dict[str, Diagnosis]:
    """concept -> diagnosis, in the file's order."""
    told = _told()
    return {concept: _diagnosis(concept, told["kinds"], fields) for concept, fields in told["diagnoses"].items()}


def _diagnosis(concept: str, kinds: dict[str, list[str]], told: dict[str, Any]) -> Diagnosis:
    support = [word for kind in told.get("support", ()) for word in kinds[kind]]
    return Diagnosis(concept, tuple(told["terms"]), (*support, *told.get("words", ())), told.get("family", ""))


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, dict[str, Diagnosis]]:
    """First word -> the terms that begin with it, the longest first, and their diagnoses."""
    told, by_concept = _told(), _by_concept()
    by_term = {term: diagnosis for diagnosis in by_concept.values() for term in diagnosis.terms}
    by_term |= {term: by_concept[concept] for concept, terms in told["written"].items() for term in terms}
    plain_words = frozenset(told["plain_words"])
    for slug, concept in load_concepts(rules_dir() / "nlp").items():
        terms = tuple(term.lower() for term in concept.terms if len(term) > 3 and term.lower() not in plain_words)
        if concept.kind == "diagnosis" and terms:
            diagnosis = by_concept.get(slug) or next((by_term[t] for t in terms if t in by_term), Diagnosis(slug, terms))
            for term in terms:
                by_term.setdefault(term, diagnosis)
    by_first: dict[str, dict[str, Diagnosis]] = {}
    for term in sorted(by_term, key=len, reverse=True):
        if first := _WORD.match(term):
            by_first.setdefault(first.group(), {})[term] = by_term[term]
    return by_first


def diagnosis_of(concept: str) -> Diagnosis | None:
    """The diagnosis of one of our concepts; None where the linter knows nothing of it."""
    return _by_concept().get(concept)


def diagnoses_in(text: str, *, negated_too: bool = False) -> tuple[Diagnosis, ...]:
    """The diagnoses that a text names, longest terms first taken; those behind "without" or "no" are left out unless asked for."""
    lower = text.lower().replace("–", "-")
    lexicon = _lexicon()
    found: dict[str, Diagnosis] = {}
    behind = 0
    for word in _WORD.finditer(lower):
        at = word.start()
        terms = lexicon.get(word.group(), {}) if at >= behind else {}
        term = next((term for term in terms if lower.startswith(term, at) and not _GOES_ON.match(lower, at + len(term))), None)
        if term is None:
            continue
        behind = at + len(term)
        if negated_too or not NEGATED_BEFORE.search(lower[:at]):
            found.setdefault(terms[term].concept, terms[term])
    return tuple(found.values())
