"""Operations by the structure of their names: an act and what it is done to, or a root and its ending (`rules/nlp/operations.yaml`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from opencdi.knowledge.concepts import Concept
from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import term_form

_SITE = "site"


class WrongOperations(Exception):
    """The table of operations cannot be used; the message names the act."""


@dataclass(frozen=True, slots=True)
class Act:
    """What is done.  `to`: the kinds and concepts that it is done to; `sites`: the words of the body beside which it is an operation.

    `alone`: it is one wherever it stands ("biopsy").  `keeps`: it does not say that what it is done to is gone ("hernia surgery").
    """

    slug: str
    to: frozenset[str]
    sites: frozenset[str]
    alone: bool
    keeps: bool


@dataclass(frozen=True)
class Operations:
    """The table: acts by their words, the words of the body, and those that stand between an act and what it is done to."""

    acts: Mapping[str, Act]
    sites: frozenset[str]
    between: frozenset[str]
    by_ending: tuple[str, ...]
    """Operations of one word, as the lexicon keys them."""
    kept: tuple[str, ...]
    """Beginnings of the concepts that are still there when they are operated on."""

    def terms(self) -> Iterator[tuple[str, Concept, Mapping[str, str]]]:
        """(term, concept, nothing implied) of the acts, each to be read with what it is done to, and of the operations of one word."""
        for form, act in self.acts.items():
            yield form, _procedure(act.slug), {}
        for form in self.by_ending:
            yield form, _procedure(form), {}


def _procedure(slug: str) -> Concept:
    return Concept(slug, "procedure", chronic=False, generic=False, terms={})


def _act(slug: str, told: Mapping[str, Any], sites: frozenset[str]) -> Act:
    if unknown := told.keys() - {"terms", "to", "sites", "alone", "keeps"}:
        raise WrongOperations(f"{slug}: unknown field {', '.join(sorted(unknown))}")
    to = frozenset(told["to"])
    own = frozenset(map(term_form, told.get("sites", ())))
    return Act(slug, to - {_SITE}, own | sites if _SITE in to else own, bool(told.get("alone", False)), bool(told.get("keeps", False)))


@lru_cache(maxsize=4)
def load_operations(folder: Path) -> Operations:
    """The table of that folder; raises `WrongOperations`."""
    told = read_table(folder / "operations.yaml")
    sites = frozenset(map(term_form, told["sites"]))
    acts: dict[str, Act] = {}
    for slug, row in told["acts"].items():
        act = _act(slug, row, sites)
        for term in row["terms"]:
            if acts.setdefault(term_form(term), act) is not act:
                raise WrongOperations(f"{slug} and {acts[term_form(term)].slug} share a term")
    by_ending = tuple(term_form(root + ending) for ending, roots in told["suffixes"].items() for root in roots)
    return Operations(acts, sites, frozenset(map(term_form, (*told["articles"], *told["sides"]))), by_ending, tuple(told["kept"]))
