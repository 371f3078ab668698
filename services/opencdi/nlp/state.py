"""What the nlp room remembers, all of it small and per note, question or line: never a note's text."""

from opencdi.bus.room import RecordCodec, State
from opencdi.events.pages import NoteRead


class NoteState(State):
    """The newest reading of one note, so that a signature can re-issue it without its text."""

    read: NoteRead


class EditedState(State):
    """The words that specialists put into questions of this stay (DOMAIN F.8); those of the rules need not be remembered."""

    wording: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class LineState(State):
    """Where a line was first read: the same line in another note is copied (DOMAIN F.10)."""

    note_id: str


CODEC = RecordCodec({"note": NoteState, "edited": EditedState, "line": LineState})


def note_key(encounter_id: str, note_id: str) -> str:
    """Key of a note's reading."""
    return f"note/{encounter_id}/{note_id}"


def edited_key(encounter_id: str) -> str:
    """Key of the specialists' words in an encounter's questions."""
    return f"edited/{encounter_id}"


def line_key(encounter_id: str, line: str) -> str:
    """Key of a line of that hash."""
    return f"line/{encounter_id}/{line}"
