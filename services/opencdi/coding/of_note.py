"""What follows from one note alone, worked out once for as long as the note is in memory: a chart's thirtieth note changes none before it.

It is safe: notes and tables are frozen, and are told from others by being those very objects, so a new revision or a note that was
decoded anew is worked out anew.  What is remembered goes with the note; it must not hold the note itself.
"""

from collections.abc import Callable
from typing import TypeVar
from weakref import ref

from opencdi.coding.table import ConceptTable
from opencdi.events.reading import NoteRead

Answer = TypeVar("Answer")


def remembered(work: Callable[[NoteRead], Answer]) -> Callable[[NoteRead], Answer]:
    """The same pure function, which knows its answer while it can meet the note again."""
    known: dict[int, tuple[ref[NoteRead], Answer]] = {}

    def answer(note: NoteRead) -> Answer:
        key = id(note)
        held = known.get(key)
        if held is not None and held[0]() is note:
            return held[1]
        told = work(note)
        known[key] = (ref(note, lambda _: known.pop(key, None)), told)
        return told

    return answer


def remembered_under(work: Callable[[ConceptTable, NoteRead], Answer]) -> Callable[[ConceptTable, NoteRead], Answer]:
    """The same of a function that reads a table beside the note."""

    @remembered
    def answers(_: NoteRead) -> dict[int, tuple[ref[ConceptTable], Answer]]:
        return {}

    def answer(table: ConceptTable, note: NoteRead) -> Answer:
        known = answers(note)
        held = known.get(id(table))
        if held is not None and held[0]() is table:
            return held[1]
        told = work(table, note)
        known[id(table)] = (ref(table), told)
        return told

    return answer
