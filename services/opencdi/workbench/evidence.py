"""Indicators as a clinician reads them: what one source said at one time in one line (DOMAIN C.7) (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from opencdi.clinical.time import ClinicalTime
from opencdi.events.audiences import Indicator
from opencdi.store.encounters import NoteOnChart
from opencdi.workbench.highlight import in_context
from opencdi.workbench.restricted import Restriction


@dataclass(frozen=True, slots=True)
class SaidTogether:
    """Neighbouring indicators with the same source, time and author."""

    source: str
    at: ClinicalTime
    author: str
    indicators: tuple[Indicator, ...]


def said_together(told: Iterable[Indicator]) -> list[SaidTogether]:
    """The indicators in their order, neighbours of one source together."""
    grouped = groupby(told, key=lambda one: (one.source, one.at, one.author, note_of(one)))
    return [SaidTogether(source, at, author, tuple(group)) for (source, at, author, _), group in grouped]


def note_of(indicator: Indicator) -> str:
    """The note and revision that it quotes; empty where it quotes none."""
    return indicator.source_id if indicator.start is not None else ""


def quoted_in(told: Iterable[Indicator], notes: Iterable[NoteOnChart], withheld: Restriction) -> dict[tuple[str, int], tuple[str, str]]:
    """(source, start) of each quote -> the words around it in its note; nothing from a note that this viewer may not read."""
    text_by_source = {f"{one.note.note_id}@{one.note.revision}": one.text for one in notes if not withheld.hides_note(one.note.note_id)}
    around = {}
    for one in told:
        if one.start is not None and one.end is not None and (text := text_by_source.get(one.source_id)):
            around[one.source_id, one.start] = in_context(text, one.start, one.end)
    return around
