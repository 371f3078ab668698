"""What the nlp room remembers, all of it small and per note, question or line: never a text."""

from pydantic import Field

from opencdi.bus.room import RecordCodec, State
from opencdi.events.pages import NoteRead


class NoteState(State):
    """The newest reading of one note, so that a signature can re-issue it without its text."""

    read: NoteRead


class SentState(State):
    """The questions that went to the physician, as shingles (DOMAIN F.8): query id -> shingles."""

    sent: dict[str, tuple[int, ...]] = Field(default_factory=dict)


class LineState(State):
    """Where a line was first read: the same line in another note is copied (DOMAIN F.10)."""

    note_id: str


CODEC = RecordCodec({"note": NoteState, "sent": SentState, "line": LineState})


def note_key(encounter_id: str, note_id: str) -> str:
    """Key of a note's reading."""
    return f"note/{encounter_id}/{note_id}"


def sent_key(encounter_id: str) -> str:
    """Key of an encounter's sent questions."""
    return f"sent/{encounter_id}"


def line_key(encounter_id: str, line: str) -> str:
    """Key of a line of that hash."""
    return f"line/{encounter_id}/{line}"
