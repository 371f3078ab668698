"""The quotes of a note on which a code rests."""

from opencdi.clinical.confidentiality import label
from opencdi.coding.of_note import remembered
from opencdi.events.pages import Evidence
from opencdi.events.reading import Finding, NoteRead, ValueInText


@remembered
def _quotes_of(_: NoteRead) -> dict[tuple[int, int, str], Evidence]:
    """What has been quoted of this note: the same quote stands on every page of the stay."""
    return {}


def evidence_of(note: NoteRead, quoted: Finding | ValueInText) -> Evidence:
    """The quote of a note on which a code rests."""
    held, place = _quotes_of(note), (quoted.start, quoted.end, quoted.text)
    if place not in held:
        held[place] = _evidence(note, quoted)
    return held[place]


def _evidence(note: NoteRead, quoted: Finding | ValueInText) -> Evidence:
    return Evidence(
        note_id=note.note_id,
        revision=note.revision,
        start=quoted.start,
        end=quoted.end,
        quote=quoted.text,
        author=note.author_name,
        at=note.written_at,
        confidentiality=label(note.confidentiality),
    )
