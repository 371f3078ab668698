"""What may be coded whoever documents it (I.B.14) reaches the codes through the room: what a nurse's note keeps, and what it does not."""

from datetime import UTC, datetime
from typing import Any

from opencdi.clinical.time import ClinicalTime
from opencdi.coding.room import _what_coding_needs
from opencdi.coding.table import load_table
from opencdi.events.reading import Finding, NoteRead
from opencdi.settings import rules_dir

TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")


def finding(concept: str, **attributes: str) -> Finding:
    told: dict[str, Any] = {"assertion": "present", "temporality": "current", "active": "yes", "certainty": "certain"}
    return Finding(
        start=0, end=1, text="x", concept=concept, kind="diagnosis", experiencer="patient", section="other", attributes=attributes, **told
    )


def test_of_a_nurses_note_only_what_any_clinician_may_document_is_kept() -> None:
    told = (
        finding("icd10cm:Z5900"),
        finding("pressure-injury", site="sacrum", stage="3"),
        finding("pressure-injury", site="sacrum"),
        finding("pneumonia"),
    )
    note = NoteRead(
        note_id="n", revision=1, note_type="nursing", author_role="nurse", written_at=ClinicalTime(datetime(2026, 5, 4, tzinfo=UTC), "minute"),
        authentication="authenticated", counts=False, findings=told,
    )  # fmt: skip
    assert _what_coding_needs(note, TABLE).findings == told[:2]
    assert _what_coding_needs(note.model_copy(update={"counts": True}), TABLE).findings == told
