"""The nlp room: what the notes say.  Takes the full texts off the line and adds what was read in them (DESIGN §4)."""

import re
from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import version

from opencdi.bus.room import Key, Outgoing, Record, Room, SamePartition, States
from opencdi.bus.stepping import pass_on_failed
from opencdi.events.contract import MadeBy
from opencdi.events.entry import headers_of, read_entry
from opencdi.events.facts import NoteFiled, NoteRetracted, NoteStatusChanged, QueryApproved
from opencdi.events.ids import content_hash
from opencdi.events.pages import FactsPage, Finding, FindingsPage, NoteRead, TextsPage, ValueInText
from opencdi.events.problems import Unusable
from opencdi.events.topics import CHART, FINDINGS
from opencdi.knowledge.site import SiteData
from opencdi.nlp.documents import counts, role_of
from opencdi.nlp.echo import ECHO_SHARE, echoes_in, lines_of, shingles_of
from opencdi.nlp.reader import Reader, load_reader
from opencdi.nlp.state import CODEC, LineState, NoteState, SentState, line_key, note_key, sent_key
from opencdi.settings import SOFTWARE, rules_dir

_READ = re.compile(rb'"kind" *: *"(?:note_filed|note_status_changed|note_retracted|query_approved)"')
"""Tried on the bytes: most entries are results, and are passed on undecoded."""


def nlp_room(site: SiteData) -> Room:
    """The room with the rules as shipped.  Reading depends on no site data yet; `site` is taken so that all rooms are made alike."""
    folder = rules_dir() / "nlp"
    reader = load_reader(folder)
    rules = content_hash(b"".join(path.read_bytes() for path in sorted(folder.glob("*.yaml"))))[:12]
    made_by = MadeBy(room="nlp", software=SOFTWARE, rules=f"nlp/{rules}", code_set=f"simple-icd-10-cm/{version('simple-icd-10-cm')}")

    def step(states: States, record: Record) -> Iterable[Outgoing]:
        return _step(states, record, reader, made_by)

    return Room("nlp", CHART, (FINDINGS,), step, CODEC, on_unusable=_failed_without_texts)


def _failed_without_texts(room: Room, states: States, record: Record, reason: str, where: str) -> Iterable[Outgoing]:
    """The full texts leave the line here, of an entry that could not be read too: its dead letter has them, nobody downstream."""
    for said in pass_on_failed(room, states, record, reason, where):
        yield replace(said, value=read_entry(said.value).without("texts").encode()) if said.topic == FINDINGS else said


def _step(states: States, record: Record, reader: Reader, made_by: MadeBy) -> Iterable[Outgoing]:
    entry = read_entry(record.value)
    encounter_id = entry.envelope.encounter_id
    facts = entry.page(FactsPage) if entry.envelope.kind == "entry" and _READ.search(entry.raw("facts") or b"") else None
    if encounter_id is not None and facts is not None:
        texts = page.texts if (page := entry.page(TextsPage)) is not None else {}
        notes = _notes_touched(states, encounter_id, facts, texts, reader)
        entry = entry.without("texts")
        if notes:
            entry = entry.with_page(FindingsPage(as_of=entry.envelope.entry_id, made_by=made_by, notes=notes))
    else:
        entry = entry.without("texts")
    to = Key(record.key) if record.key is not None else SamePartition()
    yield Outgoing(FINDINGS, to, entry.encode(), headers_of(entry, event_type="cdi.findings.entry", source="nlp"))


def _notes_touched(states: States, encounter_id: str, facts: FactsPage, texts: dict[str, str], reader: Reader) -> tuple[NoteRead, ...]:
    """The notes that this entry files, signs or retracts, as they stand after it; each once, in the order first touched."""
    touched: dict[str, NoteRead] = {}
    for fact in facts.facts:
        match fact:
            case QueryApproved():
                _remember_sent(states, encounter_id, fact)
            case NoteFiled():
                if fact.note_id not in texts:
                    raise Unusable("NOTE_WITHOUT_TEXT", "texts")
                touched[fact.note_id] = _note_read(states, encounter_id, fact, texts[fact.note_id], reader)
            case NoteStatusChanged() | NoteRetracted():
                known = states.get(note_key(encounter_id, fact.note_id))
                if isinstance(known, NoteState):  # of a note that was never filed here there is nothing to re-issue
                    touched[fact.note_id] = _changed(known.read, fact)
            case _:
                continue
        if isinstance(fact, NoteFiled | NoteStatusChanged | NoteRetracted) and fact.note_id in touched:
            states[note_key(encounter_id, fact.note_id)] = NoteState(read=touched[fact.note_id])
    return tuple(touched.values())


def _remember_sent(states: States, encounter_id: str, fact: QueryApproved) -> None:
    known = states.get(sent_key(encounter_id))
    sent = dict(known.sent) if isinstance(known, SentState) else {}
    # An approval may yet be refused downstream: it adds words that may be ours, and never takes away those that were sent.
    words = {*sent.get(fact.query_id, ()), *shingles_of(fact.shown_text)}
    states[sent_key(encounter_id)] = SentState(sent=sent | {fact.query_id: tuple(sorted(words))})


def _changed(read: NoteRead, fact: NoteStatusChanged | NoteRetracted) -> NoteRead:
    """The same reading under its new status; of a retracted note nothing is left."""
    if isinstance(fact, NoteRetracted):
        return read.model_copy(update={"retracted": True, "counts": False, "sections": (), "findings": (), "values": ()})
    if read.retracted or fact.revision != read.revision:
        return read  # a status of another revision says nothing about the words that we hold
    counting = counts(fact.authentication, read.author_role, read.note_type, query_echo=read.query_echo)
    return read.model_copy(update={"authentication": fact.authentication, "counts": counting})


def _note_read(states: States, encounter_id: str, fact: NoteFiled, text: str, reader: Reader) -> NoteRead:
    """One revision of a note, read whole; what repeats our own question yields nothing, what was copied is marked."""
    reading = reader.read(text, fact.note_type)
    known = states.get(sent_key(encounter_id))
    echoes, share = echoes_in(text, known.sent.values() if isinstance(known, SentState) else ())
    findings = tuple(finding for finding in reading.findings if not _inside(finding, echoes))
    values = tuple(value for value in reading.values if not _inside(value, echoes))
    query_echo = fact.note_type == "query" or (share >= ECHO_SHARE and not findings and not values)
    if query_echo:
        findings, values = (), ()
    role = role_of(fact.author.role if fact.author else "unknown", fact.note_type, text)
    return NoteRead(
        note_id=fact.note_id,
        revision=fact.revision,
        note_type=fact.note_type,
        author=fact.author,
        author_role=role,
        written_at=fact.written_at,
        authentication=fact.authentication,
        counts=counts(fact.authentication, role, fact.note_type, query_echo=query_echo),
        query_echo=query_echo,
        parent_id=fact.parent_id,
        confidentiality=fact.confidentiality,
        sections=reading.sections,
        findings=_marked_copied(states, encounter_id, fact.note_id, text, findings),
        values=values,
    )


def _inside(span: Finding | ValueInText, stretches: list[tuple[int, int]]) -> bool:
    return any(start <= span.start and span.end <= end for start, end in stretches)


def _retracted(states: States, encounter_id: str, note_id: str) -> bool:
    note = states.get(note_key(encounter_id, note_id))
    return isinstance(note, NoteState) and note.read.retracted


def _marked_copied(states: States, encounter_id: str, note_id: str, text: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Findings in a line that stood the same in an earlier note of this encounter are copied; only lines with findings are remembered."""
    lines = lines_of(text)
    marked: list[Finding] = []
    at = 0
    for finding in findings:
        while at < len(lines) and lines[at][1] <= finding.start:
            at += 1
        if at == len(lines) or finding.start < lines[at][0]:
            marked.append(finding)
            continue
        key = line_key(encounter_id, lines[at][2])
        first = states.get(key)
        if first is None:
            states[key] = LineState(note_id=note_id)
        copied = isinstance(first, LineState) and first.note_id != note_id and not _retracted(states, encounter_id, first.note_id)
        marked.append(finding.model_copy(update={"copied": True}) if copied else finding)
    return tuple(marked)
