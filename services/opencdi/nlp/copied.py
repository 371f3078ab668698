"""Copied text counts once, where it first stood (DOMAIN F.10): lines are known again by a hash, whatever their white space and case."""

import re

from opencdi.bus.room import States
from opencdi.events.ids import content_hash
from opencdi.events.pages import Finding
from opencdi.nlp.state import LineState, NoteState, line_key, note_key

COPIED_FROM = 40
"""Shorter lines ("AKI, improving") are written alike by accident; of this many letters on, an identical line was copied."""
_LINE = re.compile(r"[^\n]+")


def lines_of(text: str) -> list[tuple[int, int, str]]:
    """[start, end) and hash of each line long enough that an identical one was copied; white space and case do not count."""
    found: list[tuple[int, int, str]] = []
    for match in _LINE.finditer(text):
        plain = " ".join(match.group().split()).lower()
        if len(plain) >= COPIED_FROM:
            found.append((match.start(), match.end(), content_hash(plain)[:24]))
    return found


def marked_copied(
    states: States, encounter_id: str, note_id: str, text: str, findings: tuple[Finding, ...]
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Findings in a line that stood the same in an earlier note of this encounter are copied; and the lines that first stood here.

    Only lines with findings are remembered.
    """
    lines = lines_of(text)
    marked: list[Finding] = []
    first_here: list[str] = []
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
            first_here.append(lines[at][2])
        copied = isinstance(first, LineState) and first.note_id != note_id and not _retracted(states, encounter_id, first.note_id)
        marked.append(finding.model_copy(update={"copied": True}) if copied else finding)
    return tuple(marked), tuple(first_here)


def _retracted(states: States, encounter_id: str, note_id: str) -> bool:
    note = states.get(note_key(encounter_id, note_id))
    return isinstance(note, NoteState) and note.read.retracted
