"""What the nlp room remembers, all of it small and per note, question or line: never a note's text."""

from opencdi.bus import over
from opencdi.bus.room import RecordCodec, State, States
from opencdi.events.pages import NoteRead


class NoteState(State):
    """The newest reading of one note, so that a signature can re-issue it without its text; `lines` that were first read in it."""

    read: NoteRead
    lines: tuple[str, ...] = ()


class StayState(State):
    """The notes read in one stay, so that all of them can be forgotten with it."""

    notes: tuple[str, ...] = ()


class SiteState(State):
    """What this room needs to know of the site."""

    bill_hold_days: int


class EditedState(State):
    """The words that specialists put into questions of this stay (DOMAIN F.8); those of the rules need not be remembered."""

    wording: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class LineState(State):
    """Where a line was first read: the same line in another note is copied (DOMAIN F.10)."""

    note_id: str


CODEC = RecordCodec({"note": NoteState, "stay": StayState, "edited": EditedState, "line": LineState, "site": SiteState, **over.MODELS})


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
    key = note_key(encounter_id, state.read.note_id)
    if key not in states:
        held = states.get(f"stay/{encounter_id}")
        notes = held.notes if isinstance(held, StayState) else ()
        states[f"stay/{encounter_id}"] = StayState(notes=(*notes, state.read.note_id))
    states[key] = state


def forget(states: States, encounter_id: str) -> None:
    """Forget all that was read in a stay."""
    stay = states.pop(f"stay/{encounter_id}", None)
    for note_id in stay.notes if isinstance(stay, StayState) else ():
        note = states.pop(note_key(encounter_id, note_id), None)
        for line in note.lines if isinstance(note, NoteState) else ():
            states.pop(line_key(encounter_id, line), None)
    states.pop(edited_key(encounter_id), None)
