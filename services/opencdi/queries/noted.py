"""What is remembered of notes: the mentions of each concept, the numbers of each analyte, and which note brought them."""

from opencdi.bus.room import State, States
from opencdi.clinical.confidentiality import label
from opencdi.clinical.vocabulary import NoteType
from opencdi.events.reading import Finding, NoteRead, ValueInText
from opencdi.queries.chart import Mention, Written


class Statements(State):
    """What the notes say about one concept."""

    mentions: tuple[Mention, ...] = ()


class Numbers(State):
    """What the notes write of one analyte."""

    written: tuple[Written, ...] = ()


class Note(State):
    """A note that was read, so that its next revision or its retraction takes everything of it back."""

    revision: int
    concepts: tuple[str, ...] = ()
    written: tuple[str, ...] = ()  # analytes
    note_type: NoteType = "other"


def type_of(states: States, encounter_id: str, note_id: str) -> NoteType:
    """What kind of note that is."""
    held = states.get(f"note/{encounter_id}/{note_id}")
    return held.note_type if isinstance(held, Note) else "other"


def mention_in(note: NoteRead, finding: Finding) -> Mention:
    """What one finding of a note is remembered as."""
    return Mention(
        **finding.model_dump(
            include={"start", "end", "text", "assertion", "temporality", "active", "certainty", "experiencer", "section", "copied"}
        ),
        attributes=finding.attributes,
        note_id=note.note_id,
        revision=note.revision,
        note_type=note.note_type,
        author=note.author_name,
        author_id=(note.author.staff_id or "") if note.author else "",
        author_role=note.author_role,
        attested=note.attested,
        authentication=note.authentication,
        counts=note.counts,
        at=note.written_at,
        confidentiality=label(note.confidentiality),
    )


def written_in(note: NoteRead, value: ValueInText) -> Written:
    """What one number of a note is remembered as."""
    return Written(
        **value.model_dump(include={"start", "end", "text", "value"}),
        note_id=note.note_id,
        revision=note.revision,
        note_type=note.note_type,
        author=note.author_name,
        at=note.written_at,
        confidentiality=label(note.confidentiality),
    )
