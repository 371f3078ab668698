"""Why there is another set: the document or the event, in words, without the patient's."""

from collections.abc import Iterable

from opencdi.events.facts import DischargeCancelled, EncounterDischarged, EncounterUpdated, Fact
from opencdi.events.reading import NoteRead


def cause_of(entry_id: str, facts: Iterable[Fact], notes: Iterable[NoteRead]) -> str:
    """What this entry told: "pathology note N5, authenticated"; else the entry's id."""
    told = [f"{note.note_type} note {note.note_id}, {'retracted' if note.retracted else note.authentication}" for note in notes]
    for fact in facts:
        match fact:
            case EncounterDischarged(disposition=None):
                told.append("discharged")
            case EncounterDischarged():
                told.append(f"discharged, disposition {fact.disposition}")
            case DischargeCancelled():
                told.append("discharge cancelled")
            case EncounterUpdated(encounter_class=str(word)):
                told.append(f"class {word}")
            case _:
                pass
    return "; ".join(told) or f"entry {entry_id}"
