"""One document under several numbers: a replacement brings its own, a second system its own, in whatever order they come (DOMAIN F.5).

A replacement that comes before what it replaces is filed at once.  When the number between the two is told at last, what was filed
under both is one document: the newer of them stands, the older is withdrawn, its numbers and addenda are the other's from then on.
"""

from opencdi.clinical.time import ClinicalTime
from opencdi.events.facts import NoteRetracted, NoteStatusChanged
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Document


def original_of(desk: Desk, note_id: str) -> str:
    """The number under which that document is told."""
    while (document := desk.get(f"document/{note_id}", Document)) is not None and document.same_as is not None:
        note_id = document.same_as
    return note_id


def united(desk: Desk, names: tuple[str, ...], encounter_id: str) -> str:
    """The number under which the document of these names is told; where they were taken for several, one is left."""
    known: dict[str, Document] = {}
    for name in names:
        original_id = original_of(desk, name)
        document = desk.get(f"document/{original_id}", Document)
        if document is not None and (not known or desk.followed(document.encounter_id) == encounter_id):
            known[original_id] = document
    if not known:
        return names[0]
    stands_id = max(known, key=lambda note_id: known[note_id].order)
    for note_id in [name for name in known if name != stands_id]:
        _fold(desk, note_id, known[note_id], stands_id)
    return stands_id


def _fold(desk: Desk, note_id: str, document: Document, into_id: str) -> None:
    into = desk.states[f"document/{into_id}"]
    if not isinstance(into, Document):
        raise TypeError(into_id)
    at = desk.context.arrived_at
    desk.states[f"document/{note_id}"] = Document(encounter_id=document.encounter_id, order=document.order, revision=0, same_as=into_id)
    if document.revision and not document.retracted:
        desk.say(desk.followed(document.encounter_id), NoteRetracted(note_id=note_id, at=at))
    addenda, cancelled = (*into.addenda, *document.addenda), max(document.cancelled, into.cancelled)
    changes: dict[str, object] = {"addenda": tuple(dict.fromkeys(addenda)), "cancelled": cancelled}
    if document.status_order > max(into.order, into.status_order):  # the older text's signature is the newer word
        changes |= {"authentication": document.authentication, "status_order": document.status_order}
        if into.revision and not into.retracted and into.authentication != document.authentication:
            signed = NoteStatusChanged(note_id=into_id, revision=into.revision, authentication=document.authentication, at=at)
            desk.say(desk.followed(into.encounter_id), signed)
    desk.states[f"document/{into_id}"] = into.model_copy(update=changes)
    retract_addenda(desk, addenda, at, None if into.retracted else cancelled)


def add_to(desk: Desk, parent_id: str, note_id: str) -> None:
    """This note was added to that one."""
    parent = desk.get(f"document/{parent_id}", Document)
    if parent is not None and note_id not in parent.addenda and note_id != parent_id:
        desk.states[f"document/{parent_id}"] = parent.model_copy(update={"addenda": (*parent.addenda, note_id)})


def retract_addenda(desk: Desk, addenda: tuple[str, ...], at: ClinicalTime, until: tuple[str, ...] | None = None) -> None:
    """What was added to a note that is cancelled is cancelled with it, and what was added to that; `until`: only what is older."""
    left, done = list(addenda), set[str]()
    while left:
        note_id = left.pop(0)
        addendum = desk.get(f"document/{note_id}", Document)
        if addendum is None or note_id in done or (addendum.retracted and not desk.again) or (until is not None and addendum.order > until):
            continue
        done.add(note_id)
        left += addendum.addenda
        desk.states[f"document/{note_id}"] = addendum.model_copy(update={"retracted": True})
        desk.say(desk.followed(addendum.encounter_id), NoteRetracted(note_id=note_id, at=at))
