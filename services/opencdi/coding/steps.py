"""What a guideline step is: from the candidates to the candidates, with what it may look at beside them."""

from collections.abc import Callable
from dataclasses import dataclass

from opencdi.coding.candidates import Candidate, Stated
from opencdi.coding.guideline_data import GuidelineData
from opencdi.coding.table import ConceptTable
from opencdi.events.reading import NoteRead

Candidates = tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What a step may look at beside the candidates.  `final`: the final diagnostic statement is in (II.H; DOMAIN F.11)."""

    table: ConceptTable
    notes: tuple[NoteRead, ...] = ()
    age: int | None = None
    days: int | None = None
    """From the birth to the admission."""
    final: bool = False
    said: tuple[Stated, ...] = ()
    """The mentions of all clinicians in the order of writing, listed once for all steps: a chart has thousands."""

    @property
    def data(self) -> GuidelineData:
        """The steps' own tables."""
        return self.table.guidelines

    @property
    def stated(self) -> list[Stated]:
        """The mentions that may be coded: those of providers."""
        return [one for one in self.said if one.note.counts]


Step = Callable[[Known, Candidates], Candidates]
"""A step flags, replaces or adds, and says so in the reasons of what it touched; it drops nothing (DOMAIN F.13)."""


def with_code(codes: Candidates, one: Candidate) -> Candidates:
    """The codes with this one, in place of any that is the same code."""
    return (*(other for other in codes if other.code != one.code), one)


def and_code(codes: Candidates, one: Candidate) -> Candidates:
    """The codes with this one beside them, unless the same code is on the claim already."""
    return codes if proposed(codes, one.code) else with_code(codes, one)


def proposed(codes: Candidates, *prefixes: str) -> list[Candidate]:
    """Those on the claim, all or under these prefixes."""
    if not prefixes:
        return [one for one in codes if one.status == "proposed"]
    return [one for one in codes if one.code.startswith(prefixes) and one.status == "proposed"]
