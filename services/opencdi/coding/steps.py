"""What a guideline step is: from the candidates to the candidates, with what it may look at beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from opencdi.clinical.vocabulary import Sex
from opencdi.coding.candidates import Candidate, Stated, concepts_in, stated
from opencdi.coding.guideline_data import GuidelineData, categories_of
from opencdi.coding.table import ConceptTable
from opencdi.events.reading import NoteRead

Candidates = tuple[Candidate, ...]


class Listed(tuple[Candidate, ...]):
    """The candidates between two changes: the steps ask them for hundreds of prefixes, and most of these nobody has."""

    @cached_property
    def categories(self) -> frozenset[str]:
        """The three-character categories on the claim."""
        return frozenset([one.code[:3] for one in self if one.status == "proposed"])

    def has_none_in(self, near: frozenset[str] | None) -> bool:
        """Whether nothing on the claim is in these categories; never so where they are not known."""
        return near is not None and self.categories.isdisjoint(near)


@dataclass(frozen=True)
class Known:
    """What a step may look at beside the candidates.  `final`: the final diagnostic statement is in (II.H; DOMAIN F.11)."""

    table: ConceptTable
    notes: tuple[NoteRead, ...] = ()
    age: int | None = None
    days: int | None = None
    """From the birth to the admission."""
    final: bool = False
    sex: Sex = "U"

    @cached_property
    def concepts(self) -> frozenset[str]:
        """All that any note mentions: what is not among it, no step need look for."""
        return frozenset[str]().union(*map(concepts_in, self.notes))

    @cached_property
    def said(self) -> tuple[Stated, ...]:
        """The mentions of all clinicians in the order of writing, listed once for all steps that ask: a chart has thousands."""
        return tuple(stated(self.notes, any_clinician=True))

    @property
    def data(self) -> GuidelineData:
        """The steps' own tables."""
        return self.table.guidelines

    @cached_property
    def stated(self) -> tuple[Stated, ...]:
        """The mentions that may be coded: those of providers."""
        return tuple(one for one in self.said if one.note.counts)


Step = Callable[[Known, Candidates], Candidates]
"""A step flags, replaces or adds, and says so in the reasons of what it touched; it drops nothing (DOMAIN F.13)."""


def with_code(codes: Candidates, one: Candidate) -> Candidates:
    """The codes with this one, in place of any that is the same code."""
    return Listed((*(other for other in codes if other.code != one.code), one))


def and_code(codes: Candidates, one: Candidate) -> Candidates:
    """The codes with this one beside them, unless the same code is on the claim already."""
    return codes if proposed(codes, one.code) else with_code(codes, one)


def proposed(codes: Candidates, *prefixes: str) -> list[Candidate]:
    """Those on the claim, all or under these prefixes."""
    if not prefixes:
        return [one for one in codes if one.status == "proposed"]
    if isinstance(codes, Listed) and codes.has_none_in(categories_of(prefixes)):
        return []
    return [one for one in codes if one.code.startswith(prefixes) and one.status == "proposed"]
