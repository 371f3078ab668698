"""What a laboratory's words about germs come to: which study, positive, negative or pending, and which organisms (DOMAIN D-05, D-06, D-66).

A word list (`rules/queries/microbiology.yaml`), since laboratories report germs in words; what organisms are called is nlp's own.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter

from opencdi.knowledge.tables import read_table
from opencdi.settings import rules_dir

Outcome = Literal["positive", "negative", "pending", "unclear"]
_UNRESISTED = re.compile(r"\b(?:esbl|cre|vre|mrsa|mdr|carbapenemase)(?: screen| confirmation)?:? (?:negative|not detected)")
"""Said beside a germ which grew, that it does not resist: no negative culture."""


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Study(_Form):
    """How a study is known: by its LOINC, or by its name and what it is of."""

    loinc: tuple[str, ...] = ()
    words: tuple[str, ...]
    of: tuple[str, ...]


class Told(_Form):
    """The table as it is written."""

    studies: dict[str, Study]
    screens: tuple[str, ...]
    negative: tuple[str, ...]
    flora: tuple[str, ...]
    pending: tuple[str, ...]
    positive: tuple[str, ...]
    organisms: dict[str, tuple[str, ...]]
    commensals: frozenset[str]


class Reading(NamedTuple):
    """What one result comes to."""

    outcome: Outcome
    organisms: tuple[str, ...] = ()


class Microbiology:
    """Reads results of cultures and of tests for germs."""

    def __init__(self, told: Told, terms_by_organism: Mapping[str, Iterable[str]]) -> None:
        """`terms_by_organism`: what each is called beside the table's own words."""
        self.studies, self.commensals = told.studies, told.commensals
        terms = {(term.lower(), slug) for names in (terms_by_organism, told.organisms) for slug, words in names.items() for term in words}
        self.organisms = frozenset(slug for _, slug in terms)
        self._slug_by_term = dict(sorted(terms))
        self._organism = _any_of(self._slug_by_term)
        self._screen, self._negative, self._flora = _any_of(told.screens), _any_of(told.negative), _any_of(told.flora)
        self._pending, self._positive = _any_of(told.pending), _any_of(told.positive)
        self._studies = {name: (one.loinc, _any_of(one.words), _any_of(one.of)) for name, one in told.studies.items()}

    def study_of(self, code: str, name: str, specimen: str) -> str | None:
        """Which study this is; None for all else, and for a screen."""
        about = f"{name} {specimen}".lower()
        if self._screen.search(about):
            return None
        by_code = next((study for study, (loinc, _, _) in self._studies.items() if code in loinc), None)
        return by_code or next((s for s, (_, words, of) in self._studies.items() if words.search(name.lower()) and of.search(about)), None)

    def read(self, name: str, text: str) -> Reading:
        """What the result says; where it says only "detected", its own name says what."""
        said = text.lower()
        if self._named(beside := _UNRESISTED.sub(" ", said)):
            said = beside
        found = self._named(said)
        if self._negative.search(self._organism.sub(" ", said)):  # "coagulase negative staphylococcus" is one
            return Reading("negative")
        if found:
            return Reading("positive", found)
        if self._flora.search(said):
            return Reading("negative")
        if self._pending.search(said):
            return Reading("pending")
        return Reading("positive", self._named(name.lower())) if self._positive.search(said) else Reading("unclear")

    def _named(self, text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._slug_by_term[match.group()] for match in self._organism.finditer(text)))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(r"(?<![a-z0-9])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![a-z0-9])")


@lru_cache(maxsize=1)
def microbiology() -> Microbiology:
    """The table that is shipped with the rules."""
    concepts = {slug: told for table in ("concepts.yaml", "named.yaml") for slug, told in read_table(rules_dir() / "nlp" / table).items()}
    terms = {slug: told["terms"] for slug, told in concepts.items() if told.get("kind") == "organism"}
    return Microbiology(TypeAdapter(Told).validate_python(read_table(rules_dir() / "queries" / "microbiology.yaml")), terms)
