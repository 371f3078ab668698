"""By which names a result, an order or a document is known, and where an earlier version of it lives (DOMAIN F.5)."""

from opencdi.events.facts import Fact, NoteFiled, NoteRetracted, NoteStatusChanged
from opencdi.events.ids import content_hash
from opencdi.intake import namesakes
from opencdi.intake.desk import Desk
from opencdi.intake.memory import Document, Version


def known_encounter(desk: Desk, documents: tuple[str, ...], identity: str) -> str | None:
    """The encounter where an earlier version of this lives; of a document, under any of its numbers, or what it is added to."""
    for name in documents:
        if (document := desk.get(f"document/{name}", Document)) is not None and document.encounter_id:
            found = desk.followed(document.encounter_id)
            return found if namesakes.is_this_patients(desk, found) else None
    version = desk.get(f"version/{identity}", Version) if not documents else None
    found = desk.followed(version.encounter_id) if version is not None else ""
    return found if found and namesakes.is_this_patients(desk, found) else None


def documents_of(fact: Fact, also: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a document, and of what it is added to; of what is no document none."""
    if not isinstance(fact, NoteFiled | NoteStatusChanged | NoteRetracted):
        return ()
    return (fact.note_id, *also, *((fact.parent_id,) if isinstance(fact, NoteFiled) and fact.parent_id else ()))


def identity_of(fact: Fact) -> str:
    """What makes two facts versions of one thing."""
    match fact.kind:
        case "measurement_resulted":
            return fact.measurement_id
        case "order_placed" | "medication_ordered":
            return f"{fact.order_id}/{fact.kind}"
        case "medication_given":
            return fact.administration_id
        case "diagnosis_listed":
            return fact.listing_id
        case "note_filed" | "note_status_changed" | "note_retracted":
            return f"{fact.note_id}/{fact.kind}"
        case "allergy_listed":
            return fact.allergy_id
        case "procedure_recorded":
            return fact.procedure_id
        case _:
            return content_hash(fact.to_json())
