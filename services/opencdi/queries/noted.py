"""What is remembered of notes: the mentions of each concept, the numbers of each analyte, and which note brought them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from opencdi.bus.room import State, States
from opencdi.clinical.confidentiality import label
from opencdi.clinical.vocabulary import NoteType
from opencdi.events.reading import Finding, NoteRead, ValueInText
from opencdi.queries.told import Mention, Written

LATELY = timedelta(days=8)
"""Longer than the widest window about what notes say (a week): of this time every mention is kept."""
_WHERE = frozenset({"note_id", "revision", "at", "start", "end", "text", "author"})


class Statements(State):
    """What the notes say about one concept."""

    mentions: tuple[Mention, ...] = ()


def kept(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """These in clinical order; of what an older note said just so, the first two and the last: "CKD" is in every note of a long stay."""
    told = sorted(mentions, key=lambda mention: (mention.at.at, mention.note_id, mention.start))
    if not told or told[-1].at.at - told[0].at.at <= LATELY:
        return tuple(told)
    lately = told[-1].at.at - LATELY
    older: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention in told:
        if mention.at.at < lately:
            older[repr(sorted((name, value) for name, value in mention if name not in _WHERE))].append(mention)
    let_go = {id(mention) for same in older.values() for mention in same[2:-1]}
    return tuple(mention for mention in told if id(mention) not in let_go)


class Numbers(State):
    """What the notes write of one analyte."""

    written: tuple[Written, ...] = ()


class Note(State):
    """A note that was read, so that its next revision or its retraction takes everything of it back."""

    revision: int
    concepts: tuple[str, ...] = ()
    written: tuple[str, ...] = ()  # analytes
    note_type: NoteType = "other"
    confidentiality: str | None = None


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


def written_in(note: NoteRead, value: ValueInText, entry_id: str) -> Written:
    """What one number of a note is remembered as."""
    return Written(
        **value.model_dump(include={"start", "end", "text", "value"}),
        note_id=note.note_id,
        revision=note.revision,
        note_type=note.note_type,
        author=note.author_name,
        at=note.written_at,
        confidentiality=label(note.confidentiality),
        entry_id=entry_id,
    )
