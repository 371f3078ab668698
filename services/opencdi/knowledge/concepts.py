"""Our concepts: the slug under which a condition is known in every room, and the words clinicians use for it (`rules/nlp/concepts.yaml`).

Which ICD-10-CM code a concept with its attributes becomes is the coding room's knowledge, not this table's.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, product
from pathlib import Path
from string import Formatter
from typing import Any

from opencdi.clinical.vocabulary import FindingKind
from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import term_form

ATTRIBUTES = (
    "severity", "acuity", "laterality", "site", "type", "stage", "organism", "cause", "device", "drug", "with", "resolved", "poa",
    "denied", "icd10cm", "form", "group", "dose", "route", "frequency",
)  # fmt: skip
"""The closed list of what a finding may say beyond its concept."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A condition, procedure, device, drug group or organism.

    `chronic`: it does not end, so that "history of" it means that the patient has it (DOMAIN B24).  `generic`: a
    longer tabular term around it names the disease better.  `terms` gives for each term what it
    implies beyond the concept ("HFpEF": type diastolic).  `absent`: terms, as the lexicon keys them, that say by
    themselves that it is not there ("afebrile").  `codes`: beginnings of the codes that are this disease; a longer
    tabular term of another code names another ("portal hypertension").
    """

    slug: str
    kind: FindingKind
    chronic: bool
    generic: bool
    terms: Mapping[str, Mapping[str, str]] = field(hash=False)
    absent: frozenset[str] = frozenset()
    codes: tuple[str, ...] = ()


class WrongConcepts(Exception):
    """The concept table cannot be used; the message names the concept."""


def _concept(slug: str, told: Mapping[str, Any]) -> Concept:
    if unknown := set(told) - {"kind", "chronic", "generic", "terms", "implies", "each", "patterns", "absent", "codes"}:
        raise WrongConcepts(f"{slug}: unknown field {', '.join(sorted(unknown))}")
    terms: dict[str, Mapping[str, str]] = {str(term): {} for term in told.get("terms", ())}
    terms |= {pattern.format(word): {} for pattern, words in told.get("patterns", {}).items() for word in words}  # "lost {} pounds"
    groups = told.get("each", ())
    each = chain.from_iterable(_each(dict(group)) for group in ([groups] if isinstance(groups, dict) else groups))
    for term, implied in (*each, *told.get("implies", {}).items()):
        if unknown := set(implied) - set(ATTRIBUTES):
            raise WrongConcepts(f"{slug}: unknown attribute {', '.join(sorted(unknown))}")
        terms[str(term)] = implied
    absent = told.get("absent", ())
    terms |= {term: {} for term in absent}
    return Concept(
        slug, told["kind"], bool(told.get("chronic", False)), bool(told.get("generic", False)), terms,
        frozenset(map(term_form, absent)), tuple(told.get("codes", ())),
    )  # fmt: skip


def _each(told: dict[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Terms of one pattern: "{} metastasis" of the site liver, told as "liver" and "hepatic"; "loose {laterality} {site}" of two."""
    for pattern in told.pop("terms", ()):
        named = tuple(name for _, name, _, _ in Formatter().parse(pattern) if name)
        for attributes in (named,) if named else ((attribute,) for attribute in told):
            for said in product(*(_words(told[attribute]) for attribute in attributes)):
                values, words = zip(*said, strict=True)
                yield pattern.format(*words, **dict(zip(named, words, strict=False))), dict(zip(attributes, values, strict=True))


def _words(values: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """(value, a word for it)."""
    return ((value, word) for value, words in values.items() for word in words)


@lru_cache(maxsize=4)
def load_concepts(folder: Path) -> Mapping[str, Concept]:
    """slug -> concept, from `concepts.yaml` in that folder, and `injuries.yaml` where it has one.

    Raises: `WrongConcepts` where a term belongs to two concepts.
    """
    return _table(*(path for name in ("concepts.yaml", "injuries.yaml") if (path := folder / name).exists() or name == "concepts.yaml"))


@lru_cache(maxsize=4)
def load_named(folder: Path) -> Mapping[str, Concept]:
    """slug -> what notes name and no code of ours is made of: `named.yaml`, and the signs of `signs.yaml` in that folder."""
    return _table(folder / "named.yaml", folder / "signs.yaml")


def _table(*paths: Path) -> Mapping[str, Concept]:
    told: dict[str, Any] = {}
    for path in paths:
        rows = read_table(path)
        if twice := told.keys() & rows:
            raise WrongConcepts(f"{', '.join(sorted(twice))}: told in two files")
        told |= rows
    concepts = {slug: _concept(slug, fields) for slug, fields in told.items()}
    owner: dict[str, str] = {}
    for form, concept, _ in forms_of(concepts):
        if owner.setdefault(form, concept.slug) != concept.slug:
            raise WrongConcepts(f"{concept.slug} and {owner[form]} share a term")
    return concepts


def forms_of(concepts: Mapping[str, Concept]) -> Iterator[tuple[str, Concept, Mapping[str, str]]]:
    """(term as the lexicon keys it, concept, what the term implies) of all concepts."""
    for concept in concepts.values():
        for term, implied in concept.terms.items():
            yield term_form(term), concept, implied
