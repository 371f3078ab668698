"""The nlp room: what the notes say.  Takes the full texts off the line and adds what was read in them (DESIGN §4)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.metadata import version

from opencdi.bus import over
from opencdi.bus.room import Key, Outgoing, Record, Room, SamePartition, States
from opencdi.bus.site import remember_site, site_of
from opencdi.bus.stepping import pass_on_failed
from opencdi.events.contract import MadeBy
from opencdi.events.entry import Entry, headers_of, read_entry
from opencdi.events.facts import NoteFiled, NoteRetracted, NoteStatusChanged
from opencdi.events.ids import content_hash
from opencdi.events.pages import FactsPage, FindingsPage, NoteRead, TextsPage, TickPage
from opencdi.events.people import QueryEdited
from opencdi.events.problems import Unusable
from opencdi.events.topics import CHART, FINDINGS
from opencdi.knowledge.site import SiteData
from opencdi.nlp.copied import marked_copied
from opencdi.nlp.documents import attested, authentication_of, counts, role_of, type_of
from opencdi.nlp.headings import Headings, load_headings
from opencdi.nlp.own_words import ECHO_SHARE, OwnWords, echo_in, load_own_words
from opencdi.nlp.reader import MAX_CHARACTERS, Reader, load_reader
from opencdi.nlp.signatures import Signatures, load_signatures
from opencdi.nlp.state import CODEC, EditedState, NoteState, edited_key, forget, note_key, remember_note
from opencdi.settings import SOFTWARE, rules_dir

_KINDS = "|".join(("note_filed", "note_status_changed", "note_retracted", "query_edited", *over.KINDS))
_READ = re.compile(rf'"kind" *: *"(?:{_KINDS})"'.encode())
"""Tried on the bytes: most entries are results, and are passed on undecoded."""


@dataclass(frozen=True)
class _Books:
    """What the room reads by."""

    reader: Reader
    own: OwnWords
    headings: Headings
    signatures: Signatures
    made_by: MadeBy
    site: SiteData  # until others come


def nlp_room(site: SiteData) -> Room:
    """The room with the rules as shipped.  Reading depends on no site data; `site` says how long a closed stay is remembered."""
    folder, questions = rules_dir() / "nlp", rules_dir() / "queries"
    files = (*sorted(folder.glob("*.yaml")), *sorted(questions.glob("D-*.yaml")))
    rules = content_hash(b"".join(path.read_bytes() for path in files))[:12]
    made_by = MadeBy(room="nlp", software=SOFTWARE, rules=f"nlp/{rules}", code_set=f"simple-icd-10-cm/{version('simple-icd-10-cm')}")
    books = _Books(load_reader(folder), load_own_words(questions), load_headings(folder), load_signatures(folder), made_by, site)

    def step(states: States, record: Record) -> Iterable[Outgoing]:
        return _step(states, record, books)

    return Room("nlp", CHART, (FINDINGS,), step, CODEC, on_unusable=_failed_without_texts)


def _failed_without_texts(room: Room, states: States, record: Record, reason: str, where: str) -> Iterable[Outgoing]:
    """The full texts leave the line here, of an entry that could not be read too: its dead letter has them, nobody downstream."""
    for said in pass_on_failed(room, states, record, reason, where):
        yield replace(said, value=read_entry(said.value).without("texts").encode()) if said.topic == FINDINGS else said


def _step(states: States, record: Record, books: _Books) -> Iterable[Outgoing]:
    entry = came = read_entry(record.value)
    encounter_id = entry.envelope.encounter_id
    facts = entry.page(FactsPage) if entry.envelope.kind == "entry" and _READ.search(entry.raw("facts") or b"") else None
    if encounter_id is None:
        _tell_all(states, entry, books)
    elif facts is not None:
        texts = page.texts if (page := entry.page(TextsPage)) is not None else {}
        if notes := _notes_touched(states, encounter_id, facts, texts, books):
            entry = entry.with_page(FindingsPage(as_of=entry.envelope.entry_id, made_by=books.made_by, notes=notes))
        envelope = entry.envelope
        site = site_of(states, envelope.tenant, books.site)
        over.ended(states, envelope.tenant, encounter_id, facts.facts, envelope.received_at, site.bill_hold_days)
    entry = entry.without("texts")
    to = Key(record.key) if record.key is not None else SamePartition()
    value = record.value if entry is came else entry.encode()
    yield Outgoing(FINDINGS, to, value, headers_of(entry, event_type="cdi.findings.entry", source="nlp"))


def _tell_all(states: States, entry: Entry, books: _Books) -> None:
    """What concerns a whole tenant: how long a bill is held there, and what time it is, at which stays long over are forgotten."""
    tenant = entry.envelope.tenant
    if entry.envelope.kind == "site-data":
        remember_site(states, entry, books.site)
    elif entry.envelope.kind == "tick" and (tick := entry.page(TickPage)) is not None:
        for encounter_id in over.forgettable(states, tenant, tick.at, site_of(states, tenant, books.site).bill_hold_days):
            forget(states, encounter_id)


def _notes_touched(states: States, encounter_id: str, facts: FactsPage, texts: dict[str, str], books: _Books) -> tuple[NoteRead, ...]:
    """The notes that this entry files, signs or retracts, as they stand after it; each once, in the order first touched."""
    touched: dict[str, NoteRead] = {}
    for fact in facts.facts:
        match fact:
            case QueryEdited():
                _remember_edited(states, encounter_id, fact)
                continue
            case NoteFiled():
                if fact.note_id not in texts:
                    raise Unusable("NOTE_WITHOUT_TEXT", "texts")
                now = _note_read(states, encounter_id, fact, texts[fact.note_id], books)
            case NoteStatusChanged() | NoteRetracted():
                known = states.get(note_key(encounter_id, fact.note_id))
                if not isinstance(known, NoteState):
                    continue  # of a note that was never filed here, or with a stay long over, there is nothing to re-issue
                now = known.model_copy(update={"read": _changed(known.read, fact)})
            case _:
                continue
        remember_note(states, encounter_id, now)
        touched[fact.note_id] = now.read
    return tuple(touched.values())


def _remember_edited(states: States, encounter_id: str, fact: QueryEdited) -> None:
    """A specialist's words are nobody's documentation, whether the edit is carried out or not."""
    known = states.get(edited_key(encounter_id))
    before = known if isinstance(known, EditedState) else EditedState()
    wording = (text for text in (fact.title, fact.why, fact.question) if text)
    states[edited_key(encounter_id)] = EditedState(
        wording=tuple(dict.fromkeys((*before.wording, *wording))), options=tuple(dict.fromkeys((*before.options, *fact.options.values())))
    )


def _changed(read: NoteRead, fact: NoteStatusChanged | NoteRetracted) -> NoteRead:
    """The same reading under its new status; of a retracted note nothing is left."""
    if isinstance(fact, NoteRetracted):
        return read.model_copy(update={"retracted": True, "counts": False, "sections": (), "findings": (), "values": ()})
    if read.retracted or fact.revision != read.revision:
        return read  # a status of another revision says nothing about the words that we hold
    counting = counts(fact.authentication, read.author_role, read.note_type, query_echo=read.query_echo, attested=read.attested)
    return read.model_copy(update={"authentication": fact.authentication, "counts": counting})


def _note_read(states: States, encounter_id: str, fact: NoteFiled, text: str, books: _Books) -> NoteState:
    """One revision of a note, read whole; what repeats our own question yields nothing, what was copied is marked."""
    note_type = type_of(fact.note_type, fact.title, text, books.headings)
    reading = books.reader.read(text, note_type)
    edited = states.get(edited_key(encounter_id))
    own = books.own.with_edits(edited.wording, edited.options) if isinstance(edited, EditedState) else books.own
    echo = echo_in(text[:MAX_CHARACTERS], own)
    findings, values = echo.of_the_provider(reading.findings), echo.values_of_the_provider(reading.values)
    query_echo = note_type == "query" or (echo.share >= ECHO_SHARE and not findings and not values)
    if query_echo:
        findings, values = (), ()
    role = role_of(fact.author.role if fact.author else "unknown", note_type, text, books.signatures, fact.title)
    authentication = authentication_of(fact.authentication, text, books.signatures, assumed=fact.authentication_assumed)
    own_now = attested(role, text, books.signatures)
    known = states.get(note_key(encounter_id, fact.note_id))
    findings, first_here = marked_copied(states, encounter_id, fact.note_id, text, findings)
    read = NoteRead(
        note_id=fact.note_id,
        revision=fact.revision,
        note_type=note_type,
        author=fact.author,
        author_role=role,
        written_at=fact.written_at,
        authentication=authentication,
        counts=counts(authentication, role, note_type, query_echo=query_echo, attested=own_now),
        query_echo=query_echo,
        attested=own_now,
        parent_id=fact.parent_id,
        confidentiality=fact.confidentiality,
        sections=reading.sections,
        findings=findings,
        values=values,
    )
    return NoteState(read=read, lines=(*(known.lines if isinstance(known, NoteState) else ()), *first_here))
