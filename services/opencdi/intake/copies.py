"""The same document from two systems: one note, two provenances (DOMAIN B04, F.5).

Known by its number (TXA-12 is `masterIdentifier`), else by the very same words on the same stay, written within a day, from another
sender: whatever the space between them, since one sends lines and the other RTF.  One sender's two documents with the same words are two:
that is copy-forward, which nlp counts once (DOMAIN F.10).
"""

from datetime import timedelta

from opencdi.events.facts import Fact, NoteFiled, NoteProvenanceAdded, NoteRetracted, NoteStatusChanged
from opencdi.events.ids import content_hash
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Document, Lead
from opencdi.intake.numbers import original_of

_WRITTEN_WITHIN = timedelta(days=1)


def of_the_original(desk: Desk, fact: Fact) -> Fact:
    """The fact, about the document under the number under which it was first filed."""
    if isinstance(fact, NoteFiled | NoteStatusChanged | NoteRetracted):
        fact = fact.model_copy(update={"note_id": original_of(desk, fact.note_id)})
    if isinstance(fact, NoteFiled) and fact.parent_id is not None:
        fact = fact.model_copy(update={"parent_id": original_of(desk, fact.parent_id)})
    return fact


def words_of(note: NoteFiled, text: str | None) -> str:
    """The hash of a document's words."""
    return content_hash(" ".join(text.split())) if text else note.text_hash


def remember(desk: Desk, note: NoteFiled, words: str, encounter_id: str) -> None:
    """Where the next system that sends these words will find it."""
    desk.states[_key(words, encounter_id)] = Lead(to=note.note_id)


def is_copy(desk: Desk, note: NoteFiled, words: str, encounter_id: str) -> bool:
    """Whether this is what another system has filed already; then only that is said, and whether it is signed by now."""
    original_id, original = _original(desk, note, words, encounter_id)
    if original is None or original.senders[:1] == (desk.sender,):
        return False
    known = desk.sender in original.senders
    signed = note.authentication == "authenticated" and original.authentication != "authenticated" and not note.authentication_assumed
    desk.states[f"document/{original_id}"] = original.model_copy(
        update={
            "senders": original.senders if known else (*original.senders, desk.sender),
            "authentication": "authenticated" if signed else original.authentication,
        }
    )
    if original_id != note.note_id:
        desk.states[f"document/{note.note_id}"] = Document(encounter_id=original.encounter_id, order=original.order, same_as=original_id)
    where = desk.followed(original.encounter_id)
    if not known:
        desk.say(where, NoteProvenanceAdded(note_id=original_id, source=desk.context.feed, at=note.written_at))
    if signed:
        at = note.authenticated_at or note.written_at
        desk.say(where, NoteStatusChanged(note_id=original_id, revision=original.revision, authentication="authenticated", at=at))
    if known and not signed:
        desk.ignored.append("UNCHANGED")
    return True


def still_stands(desk: Desk, key: str, document: Document) -> bool:
    """Whether a cancel takes only a second system's copy away: the first sender's own document stands."""
    if desk.sender not in document.senders[1:]:
        return False
    left = tuple(sender for sender in document.senders if sender != desk.sender)
    desk.states[key] = document.model_copy(update={"senders": left})
    return True


def _original(desk: Desk, note: NoteFiled, words: str, encounter_id: str) -> tuple[str, Document | None]:
    own = desk.get(f"document/{note.note_id}", Document)
    if own is not None:
        same = not own.retracted and own.revision > 0 and own.words == words
        return note.note_id, own if same else None
    lead = desk.get(_key(words, encounter_id), Lead)
    document = desk.get(f"document/{lead.to}", Document) if lead is not None else None
    if lead is None or document is None or document.retracted or document.words != words or document.written_at is None:
        return note.note_id, None
    near = abs(note.written_at.at - document.written_at) <= _WRITTEN_WITHIN
    return lead.to, document if near and desk.sender not in document.senders else None


def _key(words: str, encounter_id: str) -> str:
    return f"copy/{encounter_id}/{words}"
