"""What finalize remembers of a stay: where it stands, and the documents that a coder waits for.

Records are few and small: `stay/<encounter>` (this module), `working/<encounter>` (the last coding page, undecoded),
`questions/<encounter>` (what is still open) and `told/<encounter>` (what the last set said).
Per tenant there are `timers`, `site`, and `days` and `over/<day>` (which charts may be forgotten when).
"""

from collections.abc import Iterable
from typing import assert_never

from pydantic import Field

from opencdi.bus.room import State
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import EncounterClass, NoteType
from opencdi.events.facts import (
    DischargeCancelled,
    EncounterCancelled,
    EncounterDischarged,
    EncounterMoved,
    EncounterUpdated,
    Fact,
    OrderPlaced,
)
from opencdi.events.reading import NoteRead
from opencdi.finalize.pathology import asks_for_pathology
from opencdi.knowledge.final_document import Document, filed, last_of

AWAITED: frozenset[NoteType] = frozenset({"discharge-summary", "operative", "pathology"})
_CANCELLED = "admission cancelled"
StayFact = EncounterUpdated | EncounterDischarged | DischargeCancelled | EncounterCancelled | EncounterMoved | OrderPlaced


class Stay(State):
    """The stay as far as closing its chart is concerned."""

    encounter_class: EncounterClass | None = None
    discharged_at: ClinicalTime | None = None
    disposition: str | None = None
    ended: str = ""  # "cancelled", "moved into <encounter>"
    documents: tuple[Document, ...] = ()
    last_note: Document | None = None  # the latest authenticated provider note, for where it may stand in for a summary
    pathology_orders: tuple[str, ...] = ()
    unread: dict[str, str] = Field(default_factory=dict)  # entry id -> the room that could not step it
    waived: tuple[str, ...] = ()

    @property
    def inpatient(self) -> bool:
        """Whether an inpatient visit governs this stay: only those are closed with a DRG (DOMAIN F.4)."""
        return self.encounter_class == "inpatient"

    @property
    def to_be_closed(self) -> bool:
        """Whether the chart is due for a final code set."""
        return self.inpatient and self.discharged_at is not None and not self.ended


def _with_order(stay: Stay, order: OrderPlaced) -> Stay:
    others = tuple(known for known in stay.pathology_orders if known != order.order_id)
    pending = order.status == "active" and asks_for_pathology(order.code)
    return stay.model_copy(update={"pathology_orders": (*others, order.order_id) if pending else others})


def _told(stay: Stay, fact: StayFact) -> Stay:
    match fact:
        case EncounterUpdated(encounter_class=None):
            return stay
        case EncounterUpdated():
            ended = "" if stay.ended == _CANCELLED else stay.ended  # nothing is told of a cancelled stay but that it is admitted anew
            return stay.model_copy(update={"encounter_class": fact.encounter_class, "ended": ended})
        case EncounterDischarged():
            return stay.model_copy(update={"discharged_at": fact.at, "disposition": fact.disposition or stay.disposition})
        case DischargeCancelled():
            return stay.model_copy(update={"discharged_at": None, "disposition": None})
        case EncounterCancelled():
            return stay.model_copy(update={"ended": _CANCELLED})
        case EncounterMoved():
            return stay.model_copy(update={"ended": f"moved into {fact.into}"})
        case OrderPlaced():
            return _with_order(stay, fact)
        case _:
            assert_never(fact)


def after_facts(stay: Stay, facts: Iterable[Fact]) -> Stay:
    """The stay after what the hospital told."""
    for fact in facts:
        if isinstance(fact, StayFact):
            stay = _told(stay, fact)
    return stay


def _in_force(note: NoteRead) -> bool:
    if note.note_type == "pathology":  # the laboratory signs for its pathologist, whose role few feeds tell
        return note.authentication == "authenticated" and not note.query_echo
    return note.counts


def after_notes(stay: Stay, notes: Iterable[NoteRead]) -> Stay:
    """The stay after these notes were filed, signed, replaced or retracted."""
    for note in notes:
        document = Document(note_id=note.note_id, note_type=note.note_type, written_at=note.written_at, in_force=_in_force(note))
        documents = filed(stay.documents, document, kept=note.note_type in AWAITED and not note.retracted)
        last = last_of(stay.last_note, document, speaks=note.counts and not note.retracted)
        if (documents, last) != (stay.documents, stay.last_note):
            stay = stay.model_copy(update={"documents": documents, "last_note": last})
    return stay
