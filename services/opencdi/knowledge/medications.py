"""The drugs that notes name, with their groups, and how notes write salts, routes and frequencies (`rules/nlp/medications.yaml`).

A group that rules know by its own concept (antibiotics, diuretic, …) stays that concept, with the attribute `drug`; any other drug is a
concept of its own with the attribute `group`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from opencdi.knowledge.concepts import Concept
from opencdi.knowledge.tables import read_table
from opencdi.knowledge.words import term_form


@dataclass(frozen=True)
class Medications:
    """`drugs`: (name as the lexicon keys it, concept, what the name implies).  The rest: as written -> as we say it."""

    drugs: tuple[tuple[str, Concept, Mapping[str, str]], ...]
    salts: frozenset[str]
    routes: Mapping[str, str]
    frequencies: Mapping[str, str]
    strengths: frozenset[str]
    """Numbers that end a drug's name and are its dose: "asa 81"."""


class WrongMedications(Exception):
    """The table of drugs cannot be used; the message names the entry."""


@lru_cache(maxsize=4)
def _told(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = read_table(folder / "medications.yaml")
    return told


def load_medications(folder: Path, concepts: Mapping[str, Concept]) -> Medications:
    """The table of that folder; raises `WrongMedications` where a name belongs to two drugs or a group's concept is unknown."""
    told = _told(folder)
    drugs: dict[str, tuple[str, Concept, Mapping[str, str]]] = {}
    for group, row in told["groups"].items():
        for form, concept, implied in _drugs(group, row, concepts):
            if form in drugs and drugs[form][1].slug != concept.slug:
                raise WrongMedications(f"{form}: {concept.slug} and {drugs[form][1].slug}")
            drugs.setdefault(form, (form, concept, implied))
    strengths = frozenset(str(strength) for strength in told.get("strengths", ()))
    return Medications(tuple(drugs.values()), frozenset(told["salts"]), _said_as(told["routes"]), _said_as(told["frequencies"]), strengths)


def _drugs(group: str, row: Mapping[str, Any], concepts: Mapping[str, Concept]) -> Iterator[tuple[str, Concept, Mapping[str, str]]]:
    own = row.get("concept", False)
    if own and (group not in concepts or concepts[group].kind != "medication"):
        raise WrongMedications(f"{group}: no such concept")
    for drug, brands in row["drugs"].items():
        slug = drug.replace(" ", "-")
        concept = concepts[group] if own else Concept(slug, "medication", chronic=False, generic=False, terms={})
        implied = {"drug": slug} if own else {"group": group}
        for name in (drug, *brands):
            yield term_form(str(name)), concept, implied


def _said_as(told: Mapping[str, list[str]]) -> Mapping[str, str]:
    return {str(word).lower(): said for said, words in told.items() for word in (said, *words)}
