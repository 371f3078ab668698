"""Scales in numbers (I.B.14, I.C.18.e, I.C.18.i): the stroke scale beside an infarction, the coma scale beside an injury of the brain."""

from typing import Final

from opencdi.coding.candidates import Candidate
from opencdi.coding.quotes import evidence_of
from opencdi.coding.steps import Candidates, Known, proposed, with_code
from opencdi.events.reading import NoteRead, ValueInText

ANALYTES: Final = frozenset({"nihss", "gcs"})
INFARCTION: Final = "I63"
BRAIN_INJURY: Final = ("S020", "S021", "S0291", "S06")
_WHEN: Final = {"emergency": "2", "history-and-physical": "3"}
"""Seventh character of the coma scale: at arrival, at admission; else the time is not said."""


def stroke_scale(known: Known, codes: Candidates) -> Candidates:
    """I.C.18.i: the first stroke scale of the stay goes behind an acute infarction, whoever took it."""
    stroke = next(iter(proposed(codes, INFARCTION)), None)
    first = _first(known, "nihss", 0, 42)
    if stroke is None or first is None or proposed(codes, "R297"):
        return codes
    note, value = first
    return _with(codes, stroke, note, value, f"R297{int(value.value):02}", "I.C.18.i: the first stroke scale")


def coma_scale(known: Known, codes: Candidates) -> Candidates:
    """I.C.18.e: the total of the coma scale goes behind an injury of the brain or the skull, and behind nothing else."""
    injury = next(iter(proposed(codes, *BRAIN_INJURY)), None)
    first = _first(known, "gcs", 3, 15)
    if injury is None or first is None or proposed(codes, "R402"):
        return codes
    note, value = first
    band = "1" if value.value >= 13 else "2" if value.value >= 9 else "3"
    return _with(codes, injury, note, value, f"R4024{band}{_WHEN.get(note.note_type, '0')}", "I.C.18.e: the total of the coma scale")


def _first(known: Known, analyte: str, lowest: int, highest: int) -> tuple[NoteRead, ValueInText] | None:
    heard = (note for note in known.notes if note.authentication == "authenticated" and not note.retracted and not note.query_echo)
    told = [(note, value) for note in heard for value in note.values if value.analyte == analyte and not value.earlier]
    whole = [pair for pair in told if pair[1].value.is_integer() and lowest <= pair[1].value <= highest]
    return min(whole, key=lambda pair: (pair[0].written_at.at, pair[1].start), default=None)


def _with(codes: Candidates, beside: Candidate, note: NoteRead, value: ValueInText, code: str, reason: str) -> Candidates:
    made = Candidate(
        code, value.analyte, family=code, specific=True, evidence=(evidence_of(note, value),), reasons=(reason,), order=beside.order,
        last=beside.last, at_admission=beside.at_admission,
    )  # fmt: skip
    return with_code(codes, made)
