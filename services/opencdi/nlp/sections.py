"""Sections of a note: what a heading says about the words below it (PMH "CHF" is not acute heart failure; DOMAIN B21).

A heading stands alone on its line, or before a colon (at the start of a line, behind a full stop, or written as headings are:
"no fever Social History: smokes"), before a dash or a gap, or it is a short form that is nothing else ("PMH HTN, DM2").  Sub-headings of
systems ("Lungs:"), of a problem ("1. AKI ... Labs: ... Plan: ...") and unknown ones stay in the section in which they stand.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from opencdi.clinical.vocabulary import NoteType, SectionKind
from opencdi.nlp.headings import Headings, key_of, written_as_heading
from opencdi.nlp.untitled import Stretch, kind_by_headings, told_by_content

_LINE = re.compile(r"[^\n\r]+")
_LEAD = re.compile(r"(?P<marks>[ \t>*#=_|•·~-]{0,12})(?P<number>\(?(?:\d{1,2}|[IVX]{1,4})[.)][ \t]{0,4})?[*_]{0,3}")
_OPENS = re.compile(r"(?P<words>[A-Za-z][A-Za-z/&.' ]{1,40}?)(?:[ \t]{1,4}[-–—]{1,2}[ \t]|[-–—][ \t]|\t|[ ]{3})")
_GAP = (
    r"(?P<gap>[ \t]{1,4})"
    r"(?!(?i:of|is|was|were|are|has|had|and|or|for|to|on|with|by|at|as|in|per|from|the|ruled|vs|s/p|given|held|reviewed|showed|shows|discussed|"
    r"remains?|remained|may|might|could|cannot|likely|unlikely|suspected|confirmed|excluded)\b|w/)"
    r"(?=[^\s:-])"
)
_SURE = re.compile(
    r"(?P<words>[A-Za-z/&]{2,8}(?: [Hh][Xx])?)(?P<gap>[ \t]{1,4})"
    r"(?!(?i:of|is|was|are|and|or|with|in|on|significant|notable|time)\b|w/)(?=[^\s:-])"
)
_FIRST_WORDS = (re.compile(rf"(?P<words>[A-Za-z/&]{{1,12}} [A-Za-z]{{2,4}}){_GAP}"), re.compile(rf"(?P<words>[A-Za-z/&]{{1,12}}){_GAP}"))
"""Two words or one at the start of a line that might head what follows; prose goes on with a verb or a preposition."""
_BREAK = re.compile(r"[.;!?\])|][ \t]+|[.;!?\])],[ \t]*|[ \t]{3,}|\t|[ \t][-–—•*][ \t]|[*_]{2}")
_LOST_BREAK = re.compile(r"[.;)\]:],[ \t]?\Z|(?<=\w),\Z")
"""In dictations a line break may have become a comma."""
_AROUND = " \t*_#=:~-–—"
_MOST = 72
"""Characters of the longest heading."""
_COLONS = 400
"""Colons looked at in one line: a table is no list of headings."""
_WRAPPED_AT = 65
_MOST_WORDS_WITHIN = 5
_BY_PROBLEM: frozenset[SectionKind] = frozenset(
    {"assessment-and-plan", "assessment", "plan", "hospital-course", "discharge-instructions", "discharge-diagnoses"}
)
_OF_ALL: frozenset[SectionKind] = frozenset({"plan", "medications", "physical-exam", "discharge-instructions"})


@dataclass(frozen=True, slots=True)
class _Mark:
    """A heading where it stands.  `kind` is None of a sub-heading of the examination; `style` is how it is written."""

    start: int
    body: int
    kind: SectionKind | None
    key: str
    style: tuple[bool, bool, bool, str]  # begins its line, in capitals, alone on its line, marks before it


def sections_in(text: str, headings: Headings, note_type: NoteType = "other") -> list[Stretch]:
    """The sections of a text, in order, covering all of it."""
    marks = list(_marks_in(text, headings, note_type))
    if note_type == "other" and (told := kind_by_headings({mark.key for mark in marks})) is not None:
        note_type = told
        marks = list(_marks_in(text, headings, note_type))
    stretches: list[Stretch] = []
    begun = list(_beginning(marks, headings, note_type))
    if not begun or text[: begun[0][0]].strip(" \t\r\n>*#=_-"):
        stretches.append(Stretch("other", 0, 0, begun[0][0] if begun else len(text)))
    ends = [start for start, _, _ in begun[1:]] + [len(text)]
    for (start, body, kind), end in zip(begun, ends, strict=False):
        stretches.append(Stretch(kind, start if stretches else 0, body, end))
    return [
        Stretch(kind, start, stretch.body if start == stretch.start else start, end)
        for stretch in stretches
        for kind, start, end in told_by_content(text, stretch, headings, note_type)
    ]


def kind_told_by_headings(text: str, headings: Headings) -> NoteType | None:
    """The kind of a note that nobody named; None if its headings do not tell."""
    return kind_by_headings({mark.key for mark in _marks_in(text, headings, "other")})


def _beginning(marks: list[_Mark], headings: Headings, note_type: NoteType) -> Iterator[tuple[int, int, SectionKind]]:
    """The headings that begin a section; what tells of a problem or of an organ stays where it stands."""
    times = Counter(mark.key for mark in marks)
    current: SectionKind = "other"
    style: tuple[bool, bool, bool, str] | None = None
    by_no_problem = False  # the plan of an assessment, or of a course told as one, is the plan of all
    for mark in marks:
        kind = mark.kind
        if kind is None:
            if current not in ("other", "header", "vital-signs") and (note_type, current) != ("nursing", "history-of-present-illness"):
                continue
            kind = "physical-exam"
        elif mark.key in headings.also_a_disease and (current in _BY_PROBLEM or current == "past-medical-history"):
            continue
        elif current in _BY_PROBLEM and mark.key in headings.of_a_problem:
            plan_of_all = by_no_problem and kind in _OF_ALL and mark.style[0] and times[mark.key] == 1
            alike = mark.style == style and len(mark.key) > 4 and times[mark.key] == 1
            if not (plan_of_all or alike):
                continue
        current, style = kind, mark.style
        by_no_problem = kind == "assessment" or (kind == "hospital-course" and " by " not in mark.key)
        yield mark.start, mark.body, kind


def _marks_in(text: str, headings: Headings, note_type: NoteType) -> Iterator[_Mark]:
    last_line = ""
    for line in _LINE.finditer(text):
        yield from _marks_of(text, line.start(), line.end(), last_line, headings, note_type)
        last_line = line.group()


def _marks_of(text: str, begin: int, end: int, last_line: str, headings: Headings, note_type: NoteType) -> Iterator[_Mark]:
    """The headings of one line, left to right."""
    lead = _LEAD.match(text, begin, end)
    first = lead.end() if lead else begin
    signs = lead["marks"].strip() if lead else ""
    listed = lead is not None and (lead["number"] is not None or signs in ("-", "*", "•", "·", "~", "#", ">"))
    if end - first <= _MOST and (alone := _alone(text, begin, first, end, headings, note_type, listed=listed, signs=signs)):
        yield alone
        return
    at = text.find(":", first, end)
    whole_known = 0 <= at <= first + _MOST and headings.kind(text[first:at].strip(_AROUND), note_type) is not None
    opening = None if whole_known else _opening(text, begin, first, at if at >= 0 else end, last_line, headings, note_type, listed=listed)
    if opening:
        yield opening
        first = opening.body
        at = text.find(":", first, end)
    whole = opening is None
    for _ in range(_COLONS):
        if at < 0:
            return
        if not (text[at - 1].isdigit() and text[at + 1 : at + 2].isdigit()):
            if (mark := _before_colon(text, begin, first, at, headings, note_type, whole=whole, signs=signs)) is not None:
                yield mark
                first = mark.body
            whole = False
        at = text.find(":", at + 1, end)


def _alone(
    text: str, begin: int, first: int, end: int, headings: Headings, note_type: NoteType, *, listed: bool, signs: str
) -> _Mark | None:
    """A line that is a heading and nothing else."""
    line = text[first:end]
    phrase = line.strip(_AROUND)
    colon = line.rstrip(" \t*_#=").endswith(":")
    if not colon:
        # As headings are written: "History" is one, "results" in prose and an item of a list ("2. Allergies") are none.
        key = key_of(phrase)
        after_gap = begin < 2 or text[begin - 2 : begin].count("\n") == 2 or text[max(0, begin - 4) : begin] == "\r\n\r\n"
        sure = (
            key in headings.unmistakable
            or (phrase.islower() and not listed and (after_gap or " " in phrase))
            or (phrase.isupper() and len(phrase) == 2 and key in headings.also_a_disease)
        )
        if not sure and (len(phrase) < 3 or not phrase[0].isupper() or (listed and not phrase.isupper())):
            return None
        may_be_item = headings.known(key, note_type) in ("social-history", "nutrition")
        if may_be_item and key in headings.of_a_problem and not (phrase.isupper() or signs or after_gap):
            return None
        if not (sure or headings.known(key, note_type) or (written_as_heading(phrase) and text[:begin].strip())):
            return None  # the first line is a title
    kind = headings.kind(phrase, note_type) if ":" not in phrase else None
    if kind is None:
        return None
    return _Mark(begin, end, kind, key_of(phrase), (True, phrase.isupper(), True, signs))


def _opening(
    text: str, begin: int, first: int, until: int, last_line: str, headings: Headings, note_type: NoteType, *, listed: bool
) -> _Mark | None:
    """A heading at the start of a line without a colon: before a dash or a gap, or a short form that is nothing else."""
    stop = min(until, first + _MOST)
    if (match := _OPENS.match(text, first, stop)) and match["words"][0].isupper() and not listed:
        key = key_of(match["words"])
        if kind := headings.known(key, note_type):
            return _Mark(begin, match.end(), kind, key, (True, match["words"].isupper(), False, ""))
    if (match := _SURE.match(text, first, stop)) and (key := key_of(match["words"])) in headings.unmistakable:
        large = match["words"].isupper()
        if (match["words"][0].isupper() or len(key) > 2) and (kind := headings.known(key, note_type)):
            return _Mark(begin, match.end(), kind, key, (True, large, False, ""))
    for words, behind in _first_words(text, first, stop):
        key = key_of(words)
        large, gap = words.isupper() and len(words) > 1, behind.startswith(("  ", "\t"))
        if key in headings.unmistakable:
            continue
        ended = text[max(0, begin - 2) : begin] == "\n\n" or len(last_line.strip()) < _WRAPPED_AT or last_line.rstrip()[-1:] in ".:;!?"
        sure = key in headings.colonless and not listed and (words[0].isupper() or ended)
        clear = gap or text[first + len(words) + len(behind)].isdigit() or len(key) > 3 or not text[first:stop].isupper()
        if sure and clear and (key not in headings.also_a_disease or large) and (kind := headings.known(key, note_type)):
            return _Mark(begin, first + len(words) + len(behind), kind, key, (True, large, False, ""))
    return None


def _first_words(text: str, first: int, stop: int) -> Iterator[tuple[str, str]]:
    """The first two words of a line, then the first, each with the blanks behind."""
    for pattern in _FIRST_WORDS:
        if match := pattern.match(text, first, stop):
            yield match["words"], match["gap"]


def _before_colon(
    text: str, begin: int, first: int, colon: int, headings: Headings, note_type: NoteType, *, whole: bool, signs: str
) -> _Mark | None:
    """The heading that ends at that colon: all since the line began, or since the last stop, or its last words."""
    since = max(first, colon - _MOST)
    piece = text[since:colon].rstrip(" \t*_")
    if whole and since == first:
        phrase = piece.strip(_AROUND)
        if kind := headings.kind(phrase, note_type):
            return _Mark(begin, _behind(text, colon), kind, key_of(phrase), (True, phrase.isupper(), False, signs))
        if (key := key_of(phrase)) in headings.exam_opens:
            return _Mark(begin, _behind(text, colon), None, key, (True, phrase.isupper(), False, signs))
    cut = max((match.end() for match in _BREAK.finditer(piece)), default=0)
    tail = piece[cut:].lstrip(" \t*_-,")
    start = since + piece.rfind(tail)
    lost = _LOST_BREAK.search(text, max(0, start - 3), start) is not None
    style = (lost, tail.isupper(), False, signs)
    if tail and (cut or first == since):
        phrase, comma, _ = tail.partition(",") if lost and tail.isupper() else (tail, "", "")  # "PHYSICAL EXAMINATION,GENERAL: , well"
        kind = headings.known(key_of(phrase), note_type)
        if kind or (lost and written_as_heading(phrase) and (kind := headings.kind(phrase, note_type))):
            return _Mark(start, start + len(phrase) + 1 if comma else _behind(text, colon), kind, key_of(phrase), style)
        if lost and key_of(tail) in headings.exam_opens:
            return _Mark(start, _behind(text, colon), None, key_of(tail), style)
    return _last_words(text, start, tail, colon, headings, note_type)


def _last_words(text: str, start: int, tail: str, colon: int, headings: Headings, note_type: NoteType) -> _Mark | None:
    """A heading in the midst of words, by its capitals or because it is nothing else: "no fever PMH: COPD Social History: smokes"."""
    places = [match.start() for match in re.finditer(r"(?<![^\s,])[A-Za-z]", tail)][1:][-_MOST_WORDS_WITHIN:]
    for place in places:
        phrase = tail[place:]
        key = key_of(phrase)
        if key in headings.of_a_problem or not (key in headings.unmistakable or (len(key) > 2 and written_as_heading(phrase))):
            continue
        if phrase.isupper() and tail[:place].rstrip().rpartition(" ")[2].isupper():
            continue  # "SEGMENT III, WEDGE BIOPSY:" is one name
        if kind := headings.known(key, note_type):
            return _Mark(start + place, _behind(text, colon), kind, key, (False, phrase.isupper(), False, ""))
    return None


def _behind(text: str, colon: int) -> int:
    """Where the words behind a heading begin: behind its colon and the signs that close it ("**Plan:**")."""
    at = colon + 1
    while text[at : at + 1] in ("*", "_") and at < colon + 4:
        at += 1
    return at
