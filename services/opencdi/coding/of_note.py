"""What follows from one note alone, worked out once for as long as the note is in memory: a chart's thirtieth note changes none before it.

It is safe: a note is frozen, and it is told from others by being that very object, so a new revision or a note that was decoded anew is
worked out anew.  What is remembered goes with the note; it must not hold the note itself.
"""

from collections.abc import Callable
from typing import TypeVar
from weakref import ref

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
