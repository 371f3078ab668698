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
from opencdi.events.pages import FactsPage, FindingsPage, TextsPage, TickPage
from opencdi.events.people import QueryEdited
from opencdi.events.problems import Unusable
from opencdi.events.reading import ConceptTimeline, NoteRead
from opencdi.events.timeline import changes, timelines
from opencdi.events.topics import CHART, FINDINGS
from opencdi.knowledge.site import SiteData
from opencdi.nlp.copied import held, settled
from opencdi.nlp.heading_table import load_headings
from opencdi.nlp.own_words import load_own_words
from opencdi.nlp.readers import NoSuchReader, check_reader, reader_named
from opencdi.nlp.reading import rules_version
from opencdi.nlp.revisions import NoteBooks, after_fact
from opencdi.nlp.signatures import load_signatures
from opencdi.nlp.state import CODEC, EditedState, NoteState, edited_in, edited_key, forget, note_key, remember_note, stay_in
from opencdi.settings import SOFTWARE, rules_dir

_KINDS = "|".join(("note_filed", "note_status_changed", "note_retracted", "query_edited", *over.KINDS))
_READ = re.compile(rf'"kind" *: *"(?:{_KINDS})"'.encode())
"""Tried on the bytes: most entries are results, and are passed on undecoded."""


@dataclass(frozen=True)
class _Books:
    """What the room reads by."""

    notes: NoteBooks
    by: MadeBy
    site: SiteData  # until others come

    def of(self, site: SiteData) -> "_Books":
        """With the reader that these site data name."""
        if site.reader == self.site.reader:
            return self
        return replace(self, notes=replace(self.notes, reader=reader_named(site.reader, rules_dir() / "nlp")), site=site)

    @property
    def made_by(self) -> MadeBy:
        """Who reads, with which rules."""
        return self.by.model_copy(update={"model": f"{self.notes.reader.name}/{self.notes.reader.version}"})


def nlp_room(site: SiteData) -> Room:
    """The room with the rules as shipped.  `site` says who reads, and how long a closed stay is remembered; raises `NoSuchReader`."""
    folder, questions = rules_dir() / "nlp", rules_dir() / "queries"
    rules = rules_version((*folder.glob("*.yaml"), *questions.glob("D-*.yaml")))
    by = MadeBy(room="nlp", software=SOFTWARE, rules=f"nlp/{rules}", code_set=f"simple-icd-10-cm/{version('simple-icd-10-cm')}")
    reader, own = reader_named(site.reader, folder), load_own_words(questions)
    books = _Books(NoteBooks(reader, own, load_headings(folder), load_signatures(folder), rules), by, site)

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
        books = books.of(site_of(states, entry.envelope.tenant, books.site))
        notes, timeline = _notes_touched(states, encounter_id, facts, texts, books.notes)
        if notes:
            said = FindingsPage(as_of=entry.envelope.entry_id, made_by=books.made_by, notes=notes, timeline=timeline)
            entry = entry.with_page(said)
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
        try:
            check_reader(site_of(states, tenant, books.site).reader)
        except NoSuchReader:
            raise Unusable("NO_SUCH_READER", "reader") from None
    elif entry.envelope.kind == "tick" and (tick := entry.page(TickPage)) is not None:
        for encounter_id in over.forgettable(states, tenant, tick.at, site_of(states, tenant, books.site).bill_hold_days):
            forget(states, encounter_id)


def _notes_touched(
    states: States, encounter_id: str, facts: FactsPage, texts: dict[str, str], books: NoteBooks
) -> tuple[tuple[NoteRead, ...], tuple[ConceptTimeline, ...]]:
    """The notes that this entry files, signs or retracts, as they stand after it, each once, in the order first touched; behind them
    those of which it moved the copied marks.  And what all that changed in the documentation of the stay's conditions."""
    before = stay_in(states, encounter_id)
    touched: dict[str, None] = {}
    marks_moved: set[str] = set()
    for fact in facts.facts:
        if isinstance(fact, QueryEdited):
            _remember_edited(states, encounter_id, fact)
        elif isinstance(fact, NoteFiled | NoteStatusChanged | NoteRetracted):
            known = states.get(note_key(encounter_id, fact.note_id))
            was = known if isinstance(known, NoteState) else None
            now = after_fact(was, fact, texts, edited_in(states, encounter_id), books)
            if now is not None:
                marks_moved |= held(states, encounter_id, was, now)
                remember_note(states, encounter_id, now)
                touched[fact.note_id] = None
    read = {note_id: settled(states, encounter_id, note_id) for note_id in (*touched, *sorted(marks_moved - touched.keys()))}
    told = tuple(note for note_id, (note, moved) in read.items() if moved or note_id in touched)
    after = stay_in(states, encounter_id)
    return told, () if after == before else changes(timelines(before.said), timelines(after.said))


def _remember_edited(states: States, encounter_id: str, fact: QueryEdited) -> None:
    """A specialist's words are nobody's documentation, whether the edit is carried out or not."""
    before = edited_in(states, encounter_id)
    wording = (text for text in (fact.title, fact.why, fact.question) if text)
    states[edited_key(encounter_id)] = EditedState(
        wording=tuple(dict.fromkeys((*before.wording, *wording))), options=tuple(dict.fromkeys((*before.options, *fact.options.values())))
    )
