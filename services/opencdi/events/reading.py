"""What one note says, as read: its sections, findings, values, and how a stay's notes document a condition over time (DOMAIN B.2)."""

from typing import Literal

from pydantic import Field

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import (
    Active,
    Assertion,
    Authentication,
    AuthorRole,
    Certainty,
    Experiencer,
    FindingKind,
    NoteType,
    SectionKind,
    Temporality,
)  # fmt: skip
from opencdi.events.contract import Contract
from opencdi.events.people import Person


class Span(Contract):
    """Characters [start, end) of a note's text as it stands on the chart topic; `text` equals them exactly (DOMAIN B30)."""

    start: int
    end: int
    text: str


class Section(Contract):
    """A labelled stretch of a note."""

    kind: SectionKind
    start: int
    end: int


class Finding(Span):
    """A concept mentioned in a note, with its context.  `active`, "present at any time in this encounter", alone decides coding."""

    concept: str
    kind: FindingKind
    assertion: Assertion
    temporality: Temporality
    active: Active
    certainty: Certainty
    experiencer: Experiencer
    section: SectionKind
    attributes: dict[str, str] = Field(default_factory=dict)
    copied: bool = False  # these words stood the same in an earlier note: not new evidence (DOMAIN F.10)
    copied_from: str | None = None  # the note in which they first stood


class ValueInText(Span):
    """A number in a note: "Cr 2.9".  `unit` is UCUM, None where the note gives none.  `earlier`: of before ("from 1.1", "baseline 1.1")."""

    analyte: str
    value: float
    unit: str | None = None
    copied: bool = False  # among the same numbers it stood in an earlier note: not measured again (DOMAIN F.10)
    copied_from: str | None = None
    earlier: bool = False


class NoteRead(Contract):
    """What one revision of one note says.  A newer revision replaces an older one wholly; `retracted` leaves nothing of it.

    `procedures`: those of a closed list (rules/nlp/procedures.yaml, which names their attributes), read beside the findings.
    `counts`: this note's words may satisfy, code or answer (authenticated, by a provider, no query echo; DOMAIN F.6, F.8).
    """

    note_id: str
    revision: int
    note_type: NoteType
    author: Person | None = None
    author_role: AuthorRole
    written_at: ClinicalTime
    authentication: Authentication
    counts: bool
    query_echo: bool = False
    attested: bool = False  # a physician made a student's or a scribe's words his own
    retracted: bool = False
    language: str = "en"  # ISO 639-1, "und" where it cannot be told; of a note that is not in English no findings are read
    read_to: int | None = None  # so many characters were read of a longer text; None: all
    parent_id: str | None = None
    confidentiality: str | None = None
    sections: tuple[Section, ...] = ()
    findings: tuple[Finding, ...] = ()
    values: tuple[ValueInText, ...] = ()
    procedures: tuple[Finding, ...] = ()

    @property
    def author_name(self) -> str:
        """Who wrote it, by name or else by the sender's id; "" where the note does not say."""
        return (self.author.name or self.author.staff_id) if self.author else ""


class NoteAt(Contract):
    """A note and when it was written."""

    note_id: str
    at: ClinicalTime


class ConceptTimeline(Contract):
    """How a stay's provider notes document one condition (DOMAIN B29).

    `first`: the first note that says that the patient has it; None where no note does any more.  `last`: the last that says so in its own
    words (copied text renews nothing, F.10).  `dropped`: it is named neither in the discharge summary or, before there is one, in the last
    progress notes, copied or not.  `contradicted_by`: notes in which another author denies it afterwards.
    """

    concept: str
    first: NoteAt | None = None
    last: NoteAt | None = None
    dropped: Literal["discharge-summary", "progress-notes"] | None = None
    contradicted_by: tuple[NoteAt, ...] = ()
