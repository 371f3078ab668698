"""The words of relations (`rules/nlp/relations.yaml`): what is severity, side, stage, site, cause and company in clinical English."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from opencdi.clinical.vocabulary import SectionKind
from opencdi.knowledge.concepts import ATTRIBUTES
from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import Lexicon, term_form


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase says: of any mention, of mentions of one concept only, or, as a stage, of those concepts that have stages."""

    says: Mapping[str, str] = field(default_factory=dict)
    of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    written: bool = False  # only in capitals

    @property
    def is_place(self) -> bool:
        """A site, with or without its side: no adjective that could belong to the noun behind it."""
        return "site" in self.says


@dataclass(frozen=True)
class Links:
    """The words that join a mention to its cause, and those that may stand between."""

    behind: Lexicon[str]
    """phrase -> what it makes of the mention behind it: cause, weak (a cause only right beside), forward, with, without"""
    glued: frozenset[str]
    adjectives: frozenset[str]
    before: frozenset[str]
    after: frozenset[str]
    untaken: Mapping[str, str]
    """Before or behind a drug: the want of it did it, not the drug ("insulin noncompliance", "missed insulin doses")"""


@dataclass(frozen=True)
class Table:
    """The whole table."""

    phrases: Lexicon[Meaning]
    stages: Mapping[str, str]
    stage_words: frozenset[str]
    staged: frozenset[str]
    bare_staged: frozenset[str]
    counted: frozenset[str]
    sited: frozenset[str]
    unsided: frozenset[str]
    passed: frozenset[str]
    leading: frozenset[str]
    articles: frozenset[str]
    copulas: frozenset[str]
    closing: frozenset[str]
    apart: frozenset[str]
    """Words that are no part of a condition's name: a side before them is not the condition's."""
    chambers: frozenset[str]
    """Words behind "left" that make it the name of a part of the heart, or no place at all."""
    chamber_ends: frozenset[str]
    local: tuple[str, ...]
    """Beginnings of the concepts that share the side of what they come with."""
    sites_told: frozenset[str]
    known: frozenset[str]
    subject_verbs: frozenset[str]
    shown: frozenset[str]
    measures: frozenset[str]
    """Words of size, degree and course between a mention and its place."""
    place_words: frozenset[str]
    """The single words of the sites."""
    on_admission: Lexicon[str]
    events: frozenset[str]
    """The concepts that last no day: the day of which they are told is that of their onset."""
    links: Links
    cultures: Lexicon[bool]
    colonised: Lexicon[bool]
    specimens: Lexicon[frozenset[str]]
    """What was cultured, and the infections for which its growth speaks."""
    specimen_words: frozenset[str]
    infections: frozenset[str]
    problem_sections: frozenset[SectionKind]
    before_problem: frozenset[str]


class WrongRelations(Exception):
    """The table of relations cannot be used; the message names the row."""


def _checked(name: str) -> str:
    if name not in ATTRIBUTES:
        raise WrongRelations(f"no such attribute: {name}")
    return name


def _meanings(told: Mapping[str, Any]) -> Iterator[tuple[str, Meaning]]:
    """(phrase, what it says) of all rows."""
    for name, values in told["modifiers"].items():
        for value, terms in values.items():
            yield from ((term_form(str(term)), Meaning({_checked(name): value})) for term in terms)
    for value, terms in told["sites"].items():
        yield from ((term_form(term), Meaning({"site": value})) for term in terms)
    yield from ((term_form(limb), Meaning(says)) for limb, says in told["limbs"].items())
    for side, letters in told["written"].items():
        yield from ((term_form(letter), Meaning({"laterality": side}, written=True)) for letter in letters)
    for concept, names in told["of_concepts"].items():
        for name, values in names.items():
            for value, terms in values.items():
                yield from ((term_form(term), Meaning(of={concept: {_checked(name): value}})) for term in terms)


def _lexicon(rows: Iterator[tuple[str, Meaning]]) -> Lexicon[Meaning]:
    """One lexicon: a phrase that stands in several rows says all of it."""
    by_phrase: dict[str, Meaning] = {}
    for phrase, meaning in rows:
        known = by_phrase.get(phrase, Meaning())
        if clash := known.says.keys() & meaning.says.keys():
            raise WrongRelations(f"{phrase}: two values of {', '.join(clash)}")
        by_phrase[phrase] = Meaning({**known.says, **meaning.says}, {**known.of, **meaning.of}, known.written or meaning.written)
    return Lexicon(by_phrase.items())


def _links(told: Mapping[str, Any]) -> Links:
    causes = told["causes"]
    roles = {"links": "cause", "weak": "weak", "forward": "forward", "with": "with", "without": "without"}
    behind = Lexicon((term_form(str(term)), role) for name, role in roles.items() for term in causes[name])
    glued, adjectives = _words(causes["glued"]), _words(causes["adjectives"])
    untaken = {word: cause for cause, words in causes["untaken"].items() for word in _words(words)}
    return Links(behind, glued, adjectives, before=_words(told["before_link"]), after=_words(told["after_link"]), untaken=untaken)


def _words(terms: list[str]) -> frozenset[str]:
    """The single words of these terms, as texts are compared."""
    if any(isinstance(term, bool) for term in terms):
        raise WrongRelations('"on" and "no" are words only in quotes')
    return frozenset(word for term in terms for word in (term_form(str(term)) or str(term)).split(" "))


@lru_cache(maxsize=4)
def load_relations(folder: Path) -> Table:
    """The table from `relations.yaml` in that folder; raises `WrongRelations` where a row cannot be meant."""
    told = read_table(folder / "relations.yaml")
    stages = told["stages"]
    specimens = [(term_form(term), frozenset(row["infections"])) for row in told["specimens"].values() for term in row["words"]]
    return Table(
        phrases=_lexicon(_meanings(told)),
        stages={term_form(str(term)): value for value, terms in stages["values"].items() for term in terms},
        stage_words=_words(stages["words"]),
        staged=frozenset(stages["concepts"]),
        bare_staged=frozenset(stages["bare"]),
        counted=_words(stages["counted"]),
        apart=frozenset().union(*(_words(told[name]) for name in ("apart", "closing", "leading", "articles", "copulas"))),
        sited=frozenset(told["sited"]),
        place_words=frozenset(term_form(term) for terms in told["sites"].values() for term in terms if " " not in term),
        unsided=frozenset(told["unsided"]),
        local=tuple(told["local"]),
        **{
            name: _words(told[name])
            for name in (
                "passed",
                "leading",
                "articles",
                "copulas",
                "closing",
                "before_problem",
                "chambers",
                "subject_verbs",
                "shown",
                "measures",
                "chamber_ends",
                "sites_told",
                "known",
            )
        },
        cultures=Lexicon((term_form(term) or term, True) for term in told["cultures"]),
        colonised=Lexicon((term_form(term), True) for term in told["colonised"]),
        on_admission=Lexicon((term_form(term), value) for value, terms in told["on_admission"].items() for term in terms),
        events=frozenset(told["events"]),
        links=_links(told),
        specimens=Lexicon(specimens),
        specimen_words=frozenset(word for term, _ in specimens for word in term.split(" ")),
        infections=frozenset(slug for _, infections in specimens for slug in infections),
        problem_sections=frozenset(told["problem_sections"]),
    )
