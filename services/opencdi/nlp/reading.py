"""What a reader of notes promises, so that one can stand in for another: a text in, what it says out, and the context of any stretch.

The rule reader is ours (`reader.py`); medSpaCy's is there to compare with; a site may bring its own (`readers.py`).  Whoever reads:
every offset is one of the text as it came, every quote equals the text there, the same text gives the same reading, and no log line and
no exception quotes the text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeVar

from opencdi.clinical.vocabulary import FindingKind, NoteType, SectionKind
from opencdi.events.ids import content_hash
from opencdi.events.reading import Finding, Section, Span, ValueInText
from opencdi.nlp.context import Context
from opencdi.nlp.denied_of_late import denied_since

S = TypeVar("S", bound=Span)
MAX_CHARACTERS: Final = 400_000
"""Of a longer text the rest is not read (limits are counted, DESIGN §2); `Reading.read_to` says so."""
MAX_FINDINGS: Final = 4_000
ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: sections, findings, values, in the order of the text."""

    sections: tuple[Section, ...]
    findings: tuple[Finding, ...]
    values: tuple[ValueInText, ...]
    language: str = ENGLISH  # ISO 639-1, "und" where it cannot be told: what rests on English context is then not read
    read_to: int | None = None  # so many characters were read; None: all
    procedures: tuple[Finding, ...] = ()  # of the closed list, beside the findings


class Reader(Protocol):
    """One way to read notes.  `name` and `version` stand in `made_by` beside all that was read so."""

    @property
    def name(self) -> str:
        """As the site data name it."""

    @property
    def version(self) -> str:
        """Of the model, the library or the tables: another version may read the same text otherwise."""

    def read(self, text: str, note_type: NoteType = "other") -> Reading:
        """What the text says."""

    def context_at(self, text: str, start: int, end: int) -> tuple[Context, tuple[int, int] | None]:
        """The context of the characters [start, end) of a text, and where the deciding cue stands."""


def finding_of(
    text: str, at: tuple[int, int], named: tuple[str, FindingKind], context: Context, section: SectionKind, attributes: dict[str, str]
) -> Finding:
    """What stands at those characters of a text, in its context.  `named`: its concept, and of what kind that is."""
    if since := denied_since(text, *at, context.assertion, context.certainty):
        attributes = {**attributes, "denied": since}
    return Finding(
        start=at[0],
        end=at[1],
        text=text[at[0] : at[1]],
        concept=named[0],
        kind=named[1],
        assertion=context.assertion,
        temporality=context.temporality,
        active=context.active,
        certainty=context.certainty,
        experiencer=context.experiencer,
        section=section,
        attributes=attributes,
    )


def cut(text: str) -> tuple[str, int | None]:
    """As much of a text as is read, and how far that is where it is not all."""
    return (text, None) if len(text) <= MAX_CHARACTERS else (text[:MAX_CHARACTERS], MAX_CHARACTERS)


def quoted(came: str, read: str, spans: Iterable[S]) -> tuple[S, ...]:
    """With the words of the text as it came, where a reader read a more legible one of the same length."""
    if came is read:
        return tuple(spans)
    return tuple(
        span if came.startswith(span.text, span.start) else span.model_copy(update={"text": came[span.start : span.end]}) for span in spans
    )


def rules_version(files: Iterable[Path]) -> str:
    """Which rules these are: another edition of any of the files is another version."""
    return content_hash(b"".join(path.read_bytes() for path in sorted(files)))[:12]
