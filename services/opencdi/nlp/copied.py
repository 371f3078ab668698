"""Copied text counts once, where it first stood (DOMAIN F.10): what is said again in the same words is known by a hash of its place.

The place of a statement is its sentence or line; white space, case and numbers do not count, so that a block carried forward with
today's vital signs is still a copy.  A short one ("AKI, improving") is written alike by accident, so that it is known only together with
the one before or behind it.  What is said is part of the hash: in the same words another stage is another statement.

The first place is the one in the note that was written first, whichever was delivered first: a note that comes late, or is
retracted, moves the mark.
"""

import re
from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar, cast

from opencdi.bus.room import States
from opencdi.events.ids import content_hash
from opencdi.events.reading import Finding, NoteRead, ValueInText
from opencdi.nlp.state import LineState, Marks, NoteState, line_key, note_key, remember_note

_Said = TypeVar("_Said", Finding, ValueInText)
COPIED_FROM = 40
"""Letters.  A shorter place is written alike by accident; of this many on, an identical one was copied."""
_PLACE = re.compile(r"[^\n.;!?]+(?:[.;!?](?![\s\"')]|$)[^\n.;!?]*)*", re.MULTILINE)
_NUMBERS = re.compile(r"\d+(?:[.,/:]\d+)*")


def _places(text: str) -> list[tuple[int, str]]:
    """Where each sentence or line begins, and its plain words; those without letters are left out."""
    found = ((match.start(), " ".join(match.group().split()).lower()) for match in _PLACE.finditer(text))
    return [(start, plain) for start, plain in found if any(map(str.isalpha, plain))]


def _keys(places: list[tuple[int, str]], nth: int, claim: str) -> Iterator[str]:
    """The hashes under which a statement in that place is known: its place if long enough, else with either neighbour."""
    here = places[nth][1]
    if len(here) >= COPIED_FROM:
        yield content_hash(f"{here}\n{claim}")[:24]
        return
    for pair in ((nth - 1, nth), (nth, nth + 1)):
        if pair[0] >= 0 and pair[1] < len(places):
            both = f"{places[pair[0]][1]}\n{places[pair[1]][1]}"
            if len(both) > COPIED_FROM:
                yield content_hash(f"{both}\n{pair[0] == nth}\n{claim}")[:24]


def marks_in(text: str, findings: Sequence[Finding], values: Sequence[ValueInText]) -> Marks:
    """The hashes of each statement and each value; a value is known again only among the same numbers."""
    places = _places(text)
    starts = [start for start, _ in places]
    masked = [(start, _NUMBERS.sub("0", plain)) for start, plain in places]

    def keys(found: Finding | ValueInText, among: list[tuple[int, str]], claim: str) -> tuple[str, ...]:
        nth = bisect_right(starts, found.start) - 1
        return tuple(_keys(among, nth, claim)) if nth >= 0 else ()

    return Marks(
        findings=tuple(keys(one, masked, _claim(one)) for one in findings),
        values=tuple(keys(one, places, f"{one.analyte} {one.value}") for one in values),
    )


def _claim(finding: Finding) -> str:
    told = " ".join(f"{name}={value}" for name, value in sorted(finding.attributes.items()))
    return f"{finding.concept} {finding.assertion} {finding.temporality} {finding.experiencer} {finding.certainty} {told}"


def held(states: States, encounter_id: str, before: NoteState | None, now: NoteState) -> set[str]:
    """Remember which notes say what, after one has changed; the other notes whose marks may have moved by it."""
    moved: set[str] = set()
    was = _holder(before) if before is not None else None
    had = set(before.marks.keys()) if before is not None else set()
    has = set(now.marks.keys())
    for key in had | has:
        place = line_key(encounter_id, key)
        known = states.get(place)
        earlier = known.holders if isinstance(known, LineState) else ()
        holders = [holder for holder in earlier if holder != was]
        if key in has:
            insort(holders, _holder(now))
        if holders:
            states[place] = LineState(holders=tuple(holders))
        else:
            states.pop(place, None)
        if holders[:1] != list(earlier[:1]):
            moved.update(note_id for _, note_id in holders)
    return moved - {now.read.note_id}


def _holder(note: NoteState) -> tuple[datetime, str]:
    return note.read.written_at.at, note.read.note_id


def settled(states: States, encounter_id: str, note_id: str) -> tuple[NoteRead, bool]:
    """A note with its copied marks as they are now, and whether they moved."""
    known = cast(NoteState, states[note_key(encounter_id, note_id)])  # whoever holds a place was remembered
    now = _marked_note(states, encounter_id, known)
    if now is not known.read:
        remember_note(states, encounter_id, known.model_copy(update={"read": now}))
    return now, now is not known.read


def _marked_note(states: States, encounter_id: str, note: NoteState) -> NoteRead:
    """The note with its copied statements and values marked, each with the note in which it first stood."""
    read, marks = note.read, note.marks
    if (len(marks.findings), len(marks.values)) != (len(read.findings), len(read.values)):
        return read  # remembered by an earlier release, without its places
    findings = tuple(
        _marked(one, _origin(states, encounter_id, read, keys)) for one, keys in zip(read.findings, marks.findings, strict=True)
    )
    values = tuple(_marked(one, _origin(states, encounter_id, read, keys)) for one, keys in zip(read.values, marks.values, strict=True))
    return read if (findings, values) == (read.findings, read.values) else read.model_copy(update={"findings": findings, "values": values})


def _marked(one: _Said, origin: str | None) -> _Said:
    if one.copied_from == origin:
        return one
    return one.model_copy(update={"copied": origin is not None, "copied_from": origin})


def _origin(states: States, encounter_id: str, read: NoteRead, keys: tuple[str, ...]) -> str | None:
    """The note written first of all that hold one of these places; None where it is this one."""
    firsts = [known.holders[0] for key in keys if isinstance(known := states.get(line_key(encounter_id, key)), LineState)]
    first = min(firsts, default=None)
    return None if first is None or first[1] == read.note_id else first[1]
