"""What one paragraph tells under another's heading: images under that of studies, vital signs that open what was observed.

Who dictates goes on without a heading: "STUDIES: MRI of the brain shows no tumor.  Sodium 139.", "OBJECTIVE: Blood pressure 118/70,
pulse 76.  Heart regular."  A sentence tells by the name with which it begins.  Images in the midst of laboratory results stay there.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from opencdi.clinical.vocabulary import SectionKind
from opencdi.nlp.headings import Headings
from opencdi.nlp.rows import cells_of

_SENTENCE_END: Final = re.compile(r"[.;](?!\d)(?P<lost>,)?[\s,]*|[\n\r]+[\s,]*")
_BODY: Final = re.compile(r"[\s,]*")
_BEFORE_A_NAME: Final = 3
"""Words before the name of a study: "A repeat portable chest radiograph"."""
_BEGINNING: Final = 60
_VITALS: Final = 2


def studies_within(text: str, start: int, body: int, end: int, headings: Headings) -> Iterator[tuple[SectionKind, int, int]]:
    """[start, end) under a heading of results, its words from `body` on, parted where a paragraph begins with an image, and behind it."""
    current: SectionKind = "laboratory"
    since, first = start, _end_of(_BODY, text, body, end)
    begin, paragraph, mixed = first, True, False
    while begin < end:
        line = text[begin : min(begin + _BEGINNING, end)]
        now = current
        if (paragraph or mixed) and _is_study(line, headings):
            now, mixed = "imaging", True
        elif current == "imaging" and headings.rows["laboratory"].begin(cells_of(line)):
            now = "laboratory"
        if now != current:
            if begin > first:
                yield current, since, begin
                since = begin
            current = now
        stop = _SENTENCE_END.search(text, begin, end)
        begin, paragraph = (stop.end(), bool(stop["lost"]) or "\n" in stop.group()) if stop else (end, False)
    yield current, since, end


def vital_signs_within(text: str, body: int, end: int, headings: Headings) -> int:
    """Where the sentences of vital signs end that open what was observed; `body` where it begins with none."""
    begin = _end_of(_BODY, text, body, end)
    until, found = body, 0
    while begin < end:
        stop = _SENTENCE_END.search(text, begin, end)
        cells = cells_of(text[begin : stop.start() if stop else end])
        if not headings.rows["vital"].begin(cells):
            break
        found += headings.rows["vital"].among(cells)
        begin = until = stop.end() if stop else end
    return until if found >= _VITALS else body


def _is_study(line: str, headings: Headings) -> bool:
    """Whether a sentence begins with the name of an image: "Renal ultrasound shows", "An MRI of the lumbar spine"."""
    words = line.lower().replace(",", " ").split()
    for word, behind in pairwise(words[: _BEFORE_A_NAME + 2]):
        if word in headings.images:
            return behind not in headings.no_image_behind
        if word in headings.no_image_before or not word[0].isalpha():
            return False
    return False


def _end_of(pattern: re.Pattern[str], text: str, begin: int, end: int) -> int:
    match = pattern.match(text, begin, end)
    return match.end() if match else begin
