"""When a condition began, as the note that tells it says: before the admission, after it, on which day (Guidelines appendix I)."""

from datetime import date, timedelta
from typing import Final

from opencdi.events.reading import Finding, NoteRead

AT_ADMISSION: Final = frozenset({"emergency", "history-and-physical"})
"""The notes that describe the patient as he came."""
_ONSET_AFTER: Final = frozenset({"hospital-acquired", "ventilator-associated"})
_DAYS_BEFORE: Final = {"today": 0, "yesterday": 1}


def onset_told(note: NoteRead, finding: Finding) -> str | None:
    """What the note says of its onset.  "Hospital-acquired" in the note of the admission means another hospital, or an earlier stay."""
    return None if note.note_type in AT_ADMISSION else finding.attributes.get("poa")


def began_here(note: NoteRead, finding: Finding) -> bool:
    """Whether the note says that it began after the admission."""
    acquired = finding.attributes.get("type") in _ONSET_AFTER and note.note_type not in AT_ADMISSION
    return onset_told(note, finding) == "no" or (acquired and onset_told(note, finding) != "yes")


def began_on(note: NoteRead, finding: Finding) -> date | None:
    """The day of which a note says that it began then ("03-14", "yesterday"): the last such day before the note was written."""
    told, written = onset_told(note, finding) or "", note.written_at.at.date()
    if told in _DAYS_BEFORE:
        return written - timedelta(days=_DAYS_BEFORE[told])
    if not told[:1].isdigit():
        return None
    days = [_date_of(told)] if len(told) == len("2026-03-14") else [_date_of(f"{year}-{told}") for year in (written.year, written.year - 1)]
    return next((day for day in days if day and day <= written), None)


def _date_of(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:  # the 30th of February
        return None
