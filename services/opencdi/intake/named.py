"""By which names a result, an order or a document is known (DOMAIN F.5)."""

from opencdi.events.facts import Fact, NoteFiled, NoteRetracted, NoteStatusChanged
from opencdi.events.ids import content_hash

NAME_FIELD = {
    "measurement_resulted": "measurement_id", "order_placed": "order_id", "medication_ordered": "order_id", "allergy_listed": "allergy_id",
    "medication_given": "administration_id", "diagnosis_listed": "listing_id", "procedure_recorded": "procedure_id",
    "note_filed": "note_id", "note_status_changed": "note_id", "note_retracted": "note_id",
}  # fmt: skip
"""The field that holds a fact's name, by its kind; facts of other kinds have none."""
_SHARED = frozenset({"order_placed", "medication_ordered", "note_filed", "note_status_changed", "note_retracted"})
"""Kinds whose names those of another kind may have too."""


def suffix_of(kind: str) -> str:
    """What tells the names of one kind from equal ones of another."""
    return f"/{kind}" if kind in _SHARED else ""


def identity_of(fact: Fact) -> str:
    """What makes two facts versions of one thing."""
    field = NAME_FIELD.get(fact.kind)
    return f"{getattr(fact, field)}{suffix_of(fact.kind)}" if field is not None else content_hash(fact.to_json())


def documents_of(fact: Fact, also: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a document, and of what it is added to; of what is no document none."""
    if not isinstance(fact, NoteFiled | NoteStatusChanged | NoteRetracted):
        return ()
    return (fact.note_id, *also, *((fact.parent_id,) if isinstance(fact, NoteFiled) and fact.parent_id else ()))
