"""Headings written in a shape of their own, which a note keeps: heads of rows, single letters, titles before their text."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from opencdi.clinical.vocabulary import NoteType, SectionKind
from opencdi.nlp.headings import Headings, key_of

_ROWS: Final[Mapping[str, re.Pattern[str]]] = {
    "|": re.compile(r"^[ \t]*(?P<words>[A-Za-z][^|\n:]{0,44})\|(?=[ \t])", re.MULTILINE),
    ">>": re.compile(r"^[ \t]*(?P<words>[A-Za-z][^>\n:]{0,44})>>", re.MULTILINE),
    "/ ": re.compile(r"^[ \t]*(?P<words>[A-Z][A-Z/-]{1,20})/(?=[ \t])", re.MULTILINE),
}
"""Heads of rows where a note goes by rows ("Motor | 4/5", "RESP/ clear"): all are headings, or none."""
_LEAST_ROWS, _LEAST_KNOWN = 3, 2
_LETTER: Final = re.compile(r"(?P<words>[A-Z](?:/[A-Z])?)(?:[ ]{2,}|\t|[ ]?(?:>>|\|)[ \t])(?=\S)")
"""One letter before what it heads ("A  alert", "M/E >> weights")."""
TITLING: Final[frozenset[NoteType]] = frozenset({"procedure", "operative"})
LETTERING: Final[frozenset[NoteType]] = frozenset({"nursing", "dietitian", "therapy", "social-work", "wound-care", "progress", "other"})
BY_PARTS: Final[Mapping[NoteType, SectionKind]] = {
    "radiology": "findings", "pathology": "findings", "therapy": "physical-exam", "operative": "procedures", "procedure": "procedures"
}  # fmt: skip
"""What an unknown heading in capitals heads in such notes, behind what was asked: a part that was seen, a function that was tested."""
LETTERED, TITLED, ROW = "A", "T", "|"
"""How a heading is written that is one letter, or begins its line as titles are written: such are headings where several stand."""
NUMBERED: Final = "1."
"""How a heading is written that has a number before it."""

_PART: Final = re.compile(r"[A-Z/&'(), -]{3,48}")
_FIRST_WORDS_OF_PART: Final = 30

Style = tuple[bool, bool, bool, str]
"""How a heading is written: it begins its line, is in capitals, alone on its line, and the marks before it."""


class Mark(NamedTuple):
    """A heading where it stands.  `kind` is None of a sub-heading of the examination; `style` is how it is written."""

    start: int
    body: int
    kind: SectionKind | None
    key: str
    style: Style


def heads_of_rows(text: str, headings: Headings, note_type: NoteType) -> dict[int, Mark]:
    """By where its line begins: each head of a row, where a note goes by such rows; `kind` is None of those that are unknown."""
    found: dict[int, Mark] = {}
    for sign, pattern in _ROWS.items():
        if text.count(sign) < _LEAST_ROWS or len(heads := list(pattern.finditer(text))) < _LEAST_ROWS:
            continue
        told = [headings.told(head["words"].strip(), note_type) or (None, key_of(head["words"])) for head in heads]
        if len({key for kind, key in told if kind or key in headings.within}) < _LEAST_KNOWN:
            continue  # a table of something else
        for head, (kind, key) in zip(heads, told, strict=True):
            if kind or not headings.measured(key):
                found[head.start()] = Mark(head.start(), head.end(), kind, key, (True, True, False, ROW))
    return found


def of_one_letter(text: str, begin: int, first: int, end: int, headings: Headings, note_type: NoteType) -> Mark | None:
    """A letter that heads its line ("A  alert", "M/E >> weights")."""
    if text[first + 1 : first + 2].isalnum() or not (letter := _LETTER.match(text, first, end)):
        return None
    kind = headings.known(key := key_of(letter["words"]), note_type)
    return Mark(begin, letter.end(), kind, key, (True, True, False, LETTERED)) if kind else None


def titled_in(text: str, begin: int, first: int, stop: int, headings: Headings, note_type: NoteType) -> Mark | None:
    """The longest heading that begins a line as titles are written, with the text behind it ("Indications Melena")."""
    words = text[first:stop].split(" ", 4)[:4]
    if words[0].lower() not in headings.titled:
        return None
    for many in (3, 2, 1):
        if len(words) > many and (words[many][:1].isupper() or words[many][:1].isdigit()):
            key = key_of(phrase := " ".join(words[:many]))
            if kind := headings.known(key, note_type):
                return Mark(begin, first + len(phrase), kind, key, (True, False, False, TITLED))
    return None


def in_a_time(text: str, colon: int) -> bool:
    """Whether a colon parts an hour from its minutes."""
    return text[colon - 1].isdigit() and text[colon + 1 : colon + 2].isdigit()


def behind_colon(text: str, colon: int) -> int:
    """Where the words behind a heading begin: behind its colon and the signs that close it ("**Plan:**")."""
    at = colon + 1
    while text[at : at + 1] in ("*", "_") and at < colon + 4:
        at += 1
    return at


def is_part(text: str, phrase: str, colon: int, headings: Headings) -> bool:
    """Whether an unknown phrase is written as dictations write headings: in capitals, which what it heads is not."""
    if not (phrase.isupper() and _PART.fullmatch(phrase) and phrase[0].isalpha()) or key_of(phrase) in headings.within:
        return False
    follows = text[colon + 1 : colon + _FIRST_WORDS_OF_PART]
    return follows.upper() != follows
