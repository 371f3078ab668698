"""What the nlp room remembers, all of it small and per note, question or line: never a note's text."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from pydantic import Field

from opencdi.bus import over
from opencdi.bus.room import RecordCodec, State, States
from opencdi.bus.site import SiteKnown
from opencdi.events.contract import Contract
from opencdi.events.reading import NoteRead
from opencdi.events.timeline import NoteSaid, said_in


class Marks(Contract):
    """The places in which a note's findings and values stand, of each the hashes under which it is known again."""

    findings: tuple[tuple[str, ...], ...] = ()
    values: tuple[tuple[str, ...], ...] = ()

    def keys(self) -> Iterator[str]:
        """All hashes."""
        return chain.from_iterable((*self.findings, *self.values))


class NoteState(State):
    """The newest reading of one note, so that a signature can re-issue it without its text.

    `words`: hash of all that it was read from; the same words are not read twice.
    """

    read: NoteRead
    marks: Marks = Marks()
    words: str = ""


class StayState(State):
    """The notes read in one stay, so that all of them can be forgotten with it, and what each says of which condition."""

    notes: tuple[str, ...] = ()
    said: dict[str, NoteSaid] = Field(default_factory=dict)


class EditedState(State):
    """The words that specialists put into questions of this stay (DOMAIN F.8); those of the rules need not be remembered."""

    wording: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class LineState(State):
    """The notes in which a statement stands in the same words, first written first: in all but that it is copied (DOMAIN F.10)."""

    holders: tuple[tuple[datetime, str], ...] = ()


CODEC = RecordCodec({"note": NoteState, "stay": StayState, "edited": EditedState, "line": LineState, "site": SiteKnown, **over.MODELS})


def note_key(encounter_id: str, note_id: str) -> str:
    """Key of a note's reading."""
    return f"note/{encounter_id}/{note_id}"


def edited_key(encounter_id: str) -> str:
    """Key of the specialists' words in an encounter's questions."""
    return f"edited/{encounter_id}"


def line_key(encounter_id: str, line: str) -> str:
    """Key of a line of that hash."""
    return f"line/{encounter_id}/{line}"


def remember_note(states: States, encounter_id: str, state: NoteState) -> None:
    """Remember a reading, and that the stay has this note."""
    stay, note_id = stay_in(states, encounter_id), state.read.note_id
    said = {**stay.said, note_id: said_in(state.read)}
    if said != stay.said or note_id not in stay.notes:
        notes = stay.notes if note_id in stay.notes else (*stay.notes, note_id)
        states[f"stay/{encounter_id}"] = StayState(notes=notes, said=said)
    states[note_key(encounter_id, note_id)] = state


def stay_in(states: States, encounter_id: str) -> StayState:
    """What is remembered of a stay."""
    held = states.get(f"stay/{encounter_id}")
    return held if isinstance(held, StayState) else StayState()


def edited_in(states: States, encounter_id: str) -> EditedState:
    """The specialists' words in an encounter's questions."""
    held = states.get(edited_key(encounter_id))
    return held if isinstance(held, EditedState) else EditedState()


def forget(states: States, encounter_id: str) -> None:
    """Forget all that was read in a stay."""
    stay = states.pop(f"stay/{encounter_id}", None)
    for note_id in stay.notes if isinstance(stay, StayState) else ():
        note = states.pop(note_key(encounter_id, note_id), None)
        for line in note.marks.keys() if isinstance(note, NoteState) else ():
            states.pop(line_key(encounter_id, line), None)
    states.pop(edited_key(encounter_id), None)
