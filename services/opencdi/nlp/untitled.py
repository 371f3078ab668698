"""What no heading says: sections told from what is written, where that is safe (the first line of a history, a row of vital signs).

A line tells by its form alone; its words are in `sections.yaml`.  What is not sure stays in the section in which it stands, or under no
heading: what that kind of note is as a whole.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from opencdi.clinical.vocabulary import NoteType, SectionKind
from opencdi.nlp.headings import Headings, key_of
from opencdi.nlp.letterhead import is_letter_head, is_signature
from opencdi.nlp.lines import BY_ROWS, ONE_ROW, Lines
from opencdi.nlp.paragraphs import OF_A_LETTER

_LINE: Final = re.compile(r"[^\n\r]*[\n\r]*")
_FIRST_OF_LIST: Final = re.compile(r"[\s,]{0,8}1[.)][ \t]")
_WRAPPED_AT: Final = 65
"""A line of so many characters may go on in the next."""
_UNEXAMINED: Final[frozenset[NoteType]] = frozenset({"nursing", "wound-care", "dietitian"})
"""Notes in which no examination need follow vital signs."""
_GAP: Final = 12
"""Blanks and line breaks between a heading and what stands directly under it."""
_END: Final = 200
"""Blanks behind the last line."""
_BESIDE_HEADING: Final[frozenset[SectionKind]] = frozenset({"header", "chief-complaint", "physical-exam"})
"""Under these what stands beside the heading may be something else."""
_SHORT_HEADING: Final = 24


class Stretch(NamedTuple):
    """Characters [start, end) under one heading; `body` is where the words after the heading begin."""

    kind: SectionKind
    start: int
    body: int
    end: int


def told_by_content(
    text: str, stretch: Stretch, headings: Headings, note_type: NoteType, default: SectionKind, around: SectionKind, *, history: bool
) -> Iterator[tuple[SectionKind, int, int]]:
    """[start, end) of what stands under one heading (or none), parted where its lines tell what they are.

    `default` is what the note says where nothing tells, `around` what goes on behind a row of vital signs or results, `history`
    whether a heading of the note heads the present illness.
    """
    kind, start, body, end = stretch.kind, stretch.start, stretch.body, stretch.end
    if kind == "other" and body > start:
        yield "plan" if _FIRST_OF_LIST.match(text, body, end) else kind, start, end  # what is to be done where he went
        return
    plain = default if kind in ("other", "header") else kind
    one_line = kind != "other" and text.find("\n", body, end - 1) < 0 and text.find("\r", body, end - 1) < 0
    if one_line and kind not in _BESIDE_HEADING:
        yield kind, start, end
        return
    key = key_of(text[start:body]) if body - start <= _SHORT_HEADING or note_type in BY_ROWS else ""
    lines = Lines(headings, note_type, plain, headed=kind not in ("other", "header") and key != OF_A_LETTER, key=key, history=history)
    if one_line:
        words = text[body:end].strip()
        yield lines.beside_heading(words, "header" if kind == "header" else plain) if words else kind, start, end
        return
    if lines.inert:
        begun = text.rstrip().rfind("\n", body, end) + 1 if end + _END > len(text) and not text[end:].strip() else 0
        signed = begun > body and is_signature(text[begun:end].strip())
        yield kind, start, begun if signed else end
        if signed:
            yield "attestation", begun, end
        return
    row, technique, last = False, False, ""
    current, since = ("header" if kind == "header" else plain), start
    head = kind in ("other", "header")  # the letter-head goes on until somebody says something
    for line in _LINE.finditer(text, start if kind == "other" else body, end):
        words = line.group().strip()
        if not words:
            continue
        if kind != "other" and line.start() == body:
            current = lines.beside_heading(words, current)
            head = current == "header" and kind == "chief-complaint"
            row = note_type in BY_ROWS and (lines.key in headings.of_a_row or kind in ONE_ROW)
            technique, last = note_type == "radiology" and kind == "procedures", words
            row = row and not (kind == "vital-signs" and note_type not in _UNEXAMINED)
            continue
        now = lines.kind_of(words, current, first=head)
        if line.end() + _END > len(text) and not text[line.end() :].strip() and is_signature(words):
            now = "attestation"
        if now is None and head and is_letter_head(words):
            now = "header"
        head = head and now == "header"
        if now is None and kind == "vital-signs" and text[max(start, line.start() - _GAP) : line.start()].rstrip().endswith(":"):
            now = kind  # what stands directly under the heading
        if now is None and technique and kind == current and words[0].isupper() and (last.endswith(".") or len(last) < _WRAPPED_AT):
            now = "findings"  # behind how it was done, what was seen
        last = words
        if now is None and row and not lines.reads_like(words, kind):
            now = around  # a row of values or results ends with its line
        now = now or lines.otherwise(words, current)
        if now != current:
            if text[since : line.start()].strip():
                yield current, since, line.start()
                since = line.start()
            current = now
    if since < end or start == end:
        yield current, since, end
