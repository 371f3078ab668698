"""One note, revision by revision: filed, replaced, signed, retracted (DOMAIN B31).

After each of these the note says what its last revision alone would say; what has the same words is not read again.
"""

from dataclasses import dataclass
from typing import Any

from opencdi.clinical.vocabulary import NoteType
from opencdi.events.facts import NoteFiled, NoteRetracted, NoteStatusChanged
from opencdi.events.ids import content_hash
from opencdi.events.problems import Unusable
from opencdi.events.reading import NoteRead
from opencdi.nlp.copied import marks_in
from opencdi.nlp.documents import attested, authentication_of, counts, role_of, type_of
from opencdi.nlp.headings import Headings
from opencdi.nlp.own_words import ECHO_SHARE, OwnWords, echo_in
from opencdi.nlp.reading import MAX_CHARACTERS, Reader
from opencdi.nlp.signatures import Signatures
from opencdi.nlp.state import EditedState, Marks, NoteState

_OF_THE_WORDS = ("query_echo", "language", "read_to", "sections", "findings", "values", "procedures")
"""What of a note its words alone tell, under the rules of today."""


@dataclass(frozen=True)
class NoteBooks:
    """What notes are read by; `rules` names the edition."""

    reader: Reader
    own: OwnWords
    headings: Headings
    signatures: Signatures
    rules: str


def after_fact(
    known: NoteState | None,
    fact: NoteFiled | NoteStatusChanged | NoteRetracted,
    texts: dict[str, str],
    edited: EditedState,
    books: NoteBooks,
) -> NoteState | None:
    """The note after this fact.  A revision older than the one we hold changes nothing; of a note that was never filed here, or with a
    stay long over, there is nothing to re-issue: None.  Raises `Unusable` where a filed note has no text.
    """
    if isinstance(fact, NoteFiled):
        if fact.note_id not in texts:
            raise Unusable("NOTE_WITHOUT_TEXT", "texts")
        if known is not None and fact.revision < known.read.revision:
            return known
        return _filed(known, fact, texts[fact.note_id], edited, books)
    if known is None:
        return None
    if isinstance(fact, NoteRetracted):
        nothing = {"retracted": True, "counts": False, "sections": (), "findings": (), "values": (), "procedures": ()}
        return known.model_copy(update={"read": known.read.model_copy(update=nothing), "marks": Marks(), "words": ""})
    return known.model_copy(update={"read": _signed(known.read, fact)})


def _signed(read: NoteRead, fact: NoteStatusChanged) -> NoteRead:
    """The same reading under its new status."""
    if read.retracted or fact.revision != read.revision:
        return read  # a status of another revision says nothing about the words that we hold
    counting = counts(fact.authentication, read.author_role, read.note_type, query_echo=read.query_echo, attested=read.attested)
    return read.model_copy(update={"authentication": fact.authentication, "counts": counting})


def _filed(known: NoteState | None, fact: NoteFiled, text: str, edited: EditedState, books: NoteBooks) -> NoteState:
    """One revision of a note, read whole; the same words as of the last revision are not read again."""
    note_type = type_of(fact.note_type, fact.title, text, books.headings)
    by = (books.rules, books.reader.name, books.reader.version)
    words = content_hash("\n".join((text, note_type, *by, *edited.wording, *edited.options)))
    if known is not None and known.words == words:
        said, marks = {name: getattr(known.read, name) for name in _OF_THE_WORDS}, known.marks
    else:
        said = _said(text, note_type, edited, books)
        marks = marks_in(text, said["findings"], said["values"])
    role = role_of(fact.author.role if fact.author else "unknown", note_type, text, books.signatures, fact.title)
    authentication = authentication_of(fact.authentication, text, books.signatures, assumed=fact.authentication_assumed)
    own_now = attested(role, text, books.signatures)
    read = NoteRead(
        note_id=fact.note_id,
        revision=fact.revision,
        note_type=note_type,
        author=fact.author,
        author_role=role,
        written_at=fact.written_at,
        authentication=authentication,
        counts=counts(authentication, role, note_type, query_echo=said["query_echo"], attested=own_now),
        attested=own_now,
        parent_id=fact.parent_id,
        confidentiality=fact.confidentiality,
        **said,
    )
    return NoteState(read=read, marks=marks, words=words)


def _said(text: str, note_type: NoteType, edited: EditedState, books: NoteBooks) -> dict[str, Any]:
    """What the words say, by the names of `_OF_THE_WORDS`.  What repeats our own question yields nothing."""
    reading = books.reader.read(text, note_type)
    own = books.own.with_edits(edited.wording, edited.options) if edited != EditedState() else books.own
    echo = echo_in(text[:MAX_CHARACTERS], own)
    findings, values = echo.of_the_provider(reading.findings), echo.values_of_the_provider(reading.values)
    query_echo = note_type == "query" or (echo.share >= ECHO_SHARE and not findings and not values)
    if query_echo:
        findings, values = (), ()
    procedures = () if query_echo else echo.of_the_provider(reading.procedures)
    told = (query_echo, reading.language, reading.read_to, reading.sections, findings, values, procedures)
    return dict(zip(_OF_THE_WORDS, told, strict=True))
