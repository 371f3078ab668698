"""Sections of a note: what a heading says about the words below it (PMH "CHF" is not acute heart failure; DOMAIN B21).

A heading is a known phrase at the start of a line (or after a full stop) that is followed by a colon or stands alone; `sections.yaml`
lists the phrases.  Sub-headings of systems ("Lungs:") and unknown ones stay in the section in which they stand.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast, get_args

import yaml

from opencdi.clinical.vocabulary import NoteType, SectionKind

_HEADING = re.compile(
    r"(?:^[ \t>*#=_-]{0,6}(?:\(?[0-9IVX]{1,4}[.)][ \t]*)?|(?<=[.;!?\]] )|(?<=[.;!?\]]  )|(?<=   ))"
    r"(?P<words>[A-Za-z0-9&][A-Za-z0-9&/ ,.'’()-]{0,58}?)[ \t*_]{0,4}(?P<end>:|[ \t]+[-–][ \t]|[ \t]*(?=\r?$))",
    re.MULTILINE,
)
_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_DEFAULT: Mapping[NoteType, SectionKind] = {"radiology": "findings", "pathology": "findings", "dietitian": "nutrition"}
"""The section of the words before any heading, where the kind of note tells."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters [start, end) under one heading; `body` is where the words after the heading begin."""

    kind: SectionKind
    start: int
    body: int
    end: int


class WrongHeadings(Exception):
    """The table of headings cannot be used."""


@lru_cache(maxsize=4)
def load_headings(folder: Path) -> Mapping[str, SectionKind]:
    """heading -> section, from `sections.yaml` in that folder."""
    told = yaml.load((folder / "sections.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # C loader of SafeLoader
    headings: dict[str, SectionKind] = {}
    for kind, phrases in told["headings"].items():
        if kind not in get_args(SectionKind):
            raise WrongHeadings(f"no such section: {kind}")
        for phrase in phrases:
            if headings.setdefault(phrase, cast(SectionKind, kind)) != kind:
                raise WrongHeadings(f"{phrase}: in two sections")
    if both := headings.keys() & set(told["within"]):
        raise WrongHeadings(f"both a heading and within: {', '.join(sorted(both))}")
    return headings


def _key(words: str) -> str:
    return _NOT_WORDS.sub(" ", words.lower()).strip()


def sections_in(text: str, headings: Mapping[str, SectionKind], note_type: NoteType = "other") -> list[Stretch]:
    """The sections of a text, in order, covering all of it."""
    marks: list[tuple[int, int, SectionKind]] = []
    for match in _HEADING.finditer(text):
        words = match.group("words")
        kind = headings.get(_key(words))
        if kind is None:
            continue
        colon = match.group("end").startswith(":")
        # Without a colon only a line of its own, as headings are written, begins a section: "History" does, "results" in prose does not.
        if not colon and (len(words) < 3 or not (words.isupper() or words[0].isupper())):
            continue
        marks.append((match.start("words"), match.end(), kind))
    stretches: list[Stretch] = []
    if not marks or text[: marks[0][0]].strip(" \t\r\n>*#=_-"):
        stretches.append(Stretch(_DEFAULT.get(note_type, "other"), 0, 0, marks[0][0] if marks else len(text)))
    ends = [start for start, _, _ in marks[1:]] + [len(text)]
    for (start, body, kind), end in zip(marks, ends, strict=False):
        stretches.append(Stretch(kind, start if stretches else 0, body, end))
    return stretches
