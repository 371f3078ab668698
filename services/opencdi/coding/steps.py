"""What a guideline step is: from the candidates to the candidates, with what it may look at beside them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from opencdi.clinical.vocabulary import Sex
from opencdi.coding.candidates import Candidate
from opencdi.coding.guideline_data import GuidelineData
from opencdi.coding.guideline_rows import categories_of
from opencdi.coding.stated import Stated, concepts_in, stated
from opencdi.coding.table import ConceptTable
from opencdi.events.reading import NoteRead

Candidates = tuple[Candidate, ...]


class Listed(tuple[Candidate, ...]):
    """The candidates between two changes: the steps ask them for hundreds of prefixes, and most of these nobody has."""

    claimed: dict[str, list[Candidate]]
    """What is on the claim, by its three-character category."""
    categories: frozenset[str]

    def __init__(self, codes: Iterable[Candidate]) -> None:
        """Looked through at once: there is no step that does not ask."""
        found: dict[str, list[Candidate]] = {}
        for one in self:
            if one.status == "proposed":
                found.setdefault(one.code[:3], []).append(one)
        self.claimed, self.categories = found, frozenset(found)


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


def listed(codes: Candidates) -> Listed:
    """The same, looked through."""
    return codes if isinstance(codes, Listed) else Listed(codes)


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
    if isinstance(codes, Listed) and (near := categories_of(prefixes)) is not None:
        match [*codes.categories & near]:
            case []:
                return []
            case [category]:
                return [one for one in codes.claimed[category] if one.code.startswith(prefixes)]
    return [one for one in codes if one.code.startswith(prefixes) and one.status == "proposed"]
