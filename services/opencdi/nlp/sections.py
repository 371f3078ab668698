"""Sections of a note: what a heading says about the words below it (PMH "CHF" is not acute heart failure; DOMAIN B21).

A heading stands alone on its line, or before a colon (at the start of a line, behind a full stop, or written as headings are:
"no fever Social History: smokes"), before a dash or a gap, or it is a short form that is nothing else ("PMH HTN, DM2").  Sub-headings of
systems ("Lungs:"), of a problem ("1. AKI ... Labs: ... Plan: ...") and unknown ones stay in the section in which they stand.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from opencdi.clinical.vocabulary import NoteType, SectionKind
from opencdi.nlp.headings import Headings, key_of
from opencdi.nlp.letterhead import end_of_greeting
from opencdi.nlp.marks import marks_in
from opencdi.nlp.note_kinds import default_of, kind_by_headings
from opencdi.nlp.shapes import BY_PARTS, LETTERED, NUMBERED, ROW, TITLED, Mark, Style
from opencdi.nlp.told_within import studies_within, vital_signs_within
from opencdi.nlp.untitled import Stretch, told_by_content

_MOST_OF_TITLE: Final = 100
_BY_PROBLEM: Final[frozenset[SectionKind]] = frozenset(
    {"assessment-and-plan", "assessment", "plan", "hospital-course", "discharge-instructions", "discharge-diagnoses"}
)
_PAST: Final[frozenset[SectionKind]] = frozenset(
    {
        "history-of-present-illness",
        "past-medical-history",
        "past-surgical-history",
        "family-history",
        "social-history",
        "review-of-systems",
        "allergies",
    }
)
_ENDS_IN_INSTRUCTIONS: Final[frozenset[NoteType]] = frozenset({"discharge-summary", "emergency", "operative", "procedure"})
_BEFORE_EXAM: Final[frozenset[SectionKind]] = frozenset({"other", "header", "history-of-present-illness"})
"""Who asks before an anesthetic goes by organs ("CV: HTN", "Resp: asthma")."""
_RESULTS: Final[frozenset[SectionKind]] = frozenset({"laboratory", "imaging"})
_OF_AN_ORGAN: frozenset[SectionKind] = frozenset({"vital-signs", "laboratory", "imaging", "physical-exam", "nutrition", "social-history"})
_REPORTS: Final[frozenset[NoteType]] = frozenset({"radiology", "pathology", "procedure", "other"})
"""Their findings go by organs and methods ("Doppler: ...", "Pulse: ...")."""
_AROUND: Final[frozenset[SectionKind]] = frozenset({"history-of-present-illness", "physical-exam", "procedures", "nutrition", "findings"})
"""What goes on behind a row of vital signs or results."""
_IN_NUMBERS: Final = frozenset({LETTERED, TITLED})
_SEVERAL: Final = 3
"""Headings of one letter, or written as titles, stand several in a note."""
_BY_FUNCTIONS: Final[frozenset[NoteType]] = frozenset({"therapy", "nursing", "wound-care"})
_BY_THE_BED: Final[frozenset[NoteType]] = frozenset({"nursing", "therapy", "anesthesia", "wound-care", "dietitian"})
"""Their vital signs are of the examination."""
_LONGEST_EXAMINATION: Final = 40
_BEFORE_SYSTEMS: Final[frozenset[SectionKind]] = frozenset(
    {"social-history", "past-surgical-history", "medications", "allergies", "family-history", "nutrition"}
)
"""Behind these a nurse who goes on by organs has looked at them."""
_OBSERVED: Final[frozenset[SectionKind]] = _PAST | {
    "medications",
    "vital-signs",
    "physical-exam",
    "laboratory",
    "imaging",
    "findings",
    "nutrition",
}
_TECHNIQUES = frozenset({"technique", "technical description", "procedure technique", "description", "protocol", "imaging protocol"})
_ASKED: Final[frozenset[SectionKind]] = _PAST | {"other", "header", "chief-complaint", "medications"}
"""What is told before one looks."""
_AT_FIRST: Final[frozenset[SectionKind]] = frozenset({"other", "header", "chief-complaint"})
_OF_ALL: Final[frozenset[SectionKind]] = frozenset({"plan", "medications", "physical-exam", "discharge-instructions"})


def sections_in(text: str, headings: Headings, note_type: NoteType = "other") -> list[Stretch]:
    """The sections of a text, in order, covering all of it."""
    marks = marks_in(text, headings, note_type)
    keys = {mark.key for mark in marks}
    if note_type == "other" and (told := kind_by_headings(keys) or headings.read_as(_first_line(text), keys)) is not None:
        note_type = told
        marks = marks_in(text, headings, note_type)
    if others := headings.beside_one_another(keys, note_type):
        marks = [mark._replace(kind=others.get(mark.key, mark.kind)) for mark in marks]
    if not _IN_NUMBERS.isdisjoint([mark.style[3] for mark in marks]):
        written = Counter(sign for sign, _ in {(mark.style[3], mark.key) for mark in marks})
        marks = [mark for mark in marks if mark.style[3] not in _IN_NUMBERS or written[mark.style[3]] >= _SEVERAL]
    stretches: list[Stretch] = []
    begun = list(_beginning(marks, headings, note_type))
    if not begun or text[: begun[0][0]].strip(" \t\r\n>*#=_-"):
        stretches.append(Stretch("other", 0, 0, begun[0][0] if begun else len(text)))
    ends = [start for start, _, _ in begun[1:]] + [len(text)]
    for (start, body, kind), end in zip(begun, ends, strict=False):
        stretches.append(Stretch(kind, start if stretches else 0, body, end))
    kinds = {kind for _, _, kind in begun}
    default = around = default_of(note_type, kinds)
    history = "history-of-present-illness" in kinds
    told_all: list[Stretch] = []
    for stretch in stretches:
        for kind, start, end in told_by_content(text, stretch, headings, note_type, default, around, history=history):
            body = stretch.body if start == stretch.start else start
            told_all.extend(_within(text, Stretch(kind, start, body, end), headings, note_type))
        if stretch.kind in _AROUND:
            around = stretch.kind
    return told_all


def _within(text: str, stretch: Stretch, headings: Headings, note_type: NoteType) -> Iterator[Stretch]:
    """A stretch, parted where its sentences tell of something else than its heading."""
    kind, start, body, end = stretch
    if start == body == 0 and (greeted := end_of_greeting(text)) and greeted < end:
        yield Stretch("header", 0, 0, greeted)
        yield Stretch(kind, greeted, greeted, end)
    elif kind == "laboratory" and body > start:
        for part, begin, stop in studies_within(text, start, body, end, headings):
            yield Stretch(part, begin, max(begin, min(body, stop)), stop)
    elif (
        kind in ("physical-exam", "vital-signs")
        and body <= start + _LONGEST_EXAMINATION
        and note_type not in _BY_THE_BED
        and (start == body or (key := key_of(text[start:body])) in headings.examinations or key in headings.objective)
        and (until := vital_signs_within(text, body, end, headings)) > body
    ):
        begin = body if start < body and key in headings.examinations else start
        if start < begin:
            yield Stretch("physical-exam", start, body, body)
        yield Stretch("vital-signs", begin, body, until)
        if until < end:
            yield Stretch("physical-exam", until, until, end)
    else:
        yield stretch


def _first_line(text: str) -> str:
    begin = len(text) - len(text.lstrip())
    return text[begin : begin + _MOST_OF_TITLE].partition("\n")[0].strip()


def kind_told_by_headings(text: str, headings: Headings) -> NoteType | None:
    """The kind of a note that nobody named; None if its headings do not tell."""
    return kind_by_headings({mark.key for mark in marks_in(text, headings, "other")})


def _beginning(marks: list[Mark], headings: Headings, note_type: NoteType) -> Iterator[tuple[int, int, SectionKind]]:
    """The headings that begin a section; what tells of a problem or of an organ stays where it stands."""
    keys = [mark.key for mark in marks]
    listed = {mark.style[3] for mark in marks if mark.kind not in _RESULTS and mark.key not in headings.of_a_problem}
    current: SectionKind = "other"
    style: Style | None = None
    by_no_problem = False  # the plan of an assessment, or of a course told as one, is the plan of all
    measures = note_type == "procedure" and _only_measures(marks)
    for mark in marks:
        kind, key = mark.kind, mark.key
        of_a_problem = kind in _RESULTS or key in headings.of_a_problem
        if kind is None and mark.style[3] == ROW:
            known = key in headings.within and current not in ("other", "header", "vital-signs", "history-of-present-illness")
            if known or note_type not in _BY_FUNCTIONS:
                continue
            kind = "physical-exam"
        elif kind is None and note_type in BY_PARTS and mark.key not in headings.exam_opens:
            if current not in _ASKED and not (measures and current == "procedures"):
                continue
            kind = "findings" if measures else BY_PARTS[note_type]
        elif kind is None:
            opens = current == "vital-signs" or (mark.style[0] and current in ("other", "header"))
            looked_at = note_type in _BY_FUNCTIONS and current in _BEFORE_SYSTEMS
            if not (opens or looked_at or (current == "history-of-present-illness" and note_type in ("nursing", "anesthesia"))):
                continue
            kind = "past-medical-history" if note_type == "anesthesia" and current in _BEFORE_EXAM else "physical-exam"
        elif _is_none(mark, current, note_type, headings) or (of_a_problem and _is_an_item(mark, current) and mark.style[3] not in listed):
            continue
        elif of_a_problem and current in _BY_PROBLEM and note_type != "dietitian":
            plan_of_all = by_no_problem and kind in _OF_ALL and mark.style[0]
            alike = _alike(mark, style) and len(key) > (3 if mark.style[1] else 4)
            if not (plan_of_all or alike) or keys.count(key) > 1:
                continue
        current, style = kind, mark.style
        by_no_problem = kind == "assessment" or (kind == "hospital-course" and " by " not in key)
        yield mark.start, mark.body, kind


def _alike(mark: Mark, style: Style | None) -> bool:
    """Whether it is written as the heading of the section is; in capitals it may have its words beside or below it."""
    if style is None:
        return False
    first, capitals, alone, sign = mark.style
    return (first, capitals, sign) == (style[0], style[1], style[3]) and (capitals or alone == style[2])


def _only_measures(marks: list[Mark]) -> bool:
    """Whether a procedure is a recording (of sleep, the brain): it has an impression, and nothing that is done but its technique."""
    done = {mark.key for mark in marks if mark.kind == "procedures"}
    return done <= _TECHNIQUES and any(mark.kind == "impression" for mark in marks)


def _is_an_item(mark: Mark, current: SectionKind) -> bool:
    """Whether it stands as items among problems do: "6) Nutrition: ...", "- urine culture: ..."."""
    return mark.style[3] == NUMBERED or (mark.style[3] == "-" and current == "other")


def _is_none(mark: Mark, current: SectionKind, note_type: NoteType, headings: Headings) -> bool:
    """Whether it heads nothing where it stands: an organ or a method among findings, a disease among problems, a habit in a history."""
    if not mark.style[0]:
        if current == "header" and mark.kind == "plan":
            return True  # "Arrived 0115   Code status: full"
        if (current == "procedures" and mark.kind in _RESULTS) or (current == "history-of-present-illness" and mark.key in headings.prose):
            return True  # in the midst of what was done, of a story
    if current == "findings" and note_type in _REPORTS:
        if note_type == "other" and mark.kind in ("physical-exam", "social-history") and mark.style[1]:
            return mark.key in headings.in_capitals  # not "BEHAVIORAL OBSERVATIONS" behind the tests
        return not _OF_AN_ORGAN.isdisjoint({mark.kind, headings.kinds.get(mark.key)})
    if current == "assessment-and-plan" and mark.kind == "assessment":
        return True  # "Active Problems: ..." below "A/P:"
    if mark.key in headings.in_capitals and _tells_of_it(mark, current, headings):
        return True
    if mark.key in headings.of_a_course and current == "hospital-course":
        return True
    if mark.key in headings.at_first and mark.kind == "header":
        return current not in _AT_FIRST
    if mark.key in headings.also_a_habit and (current in _PAST or current == "nutrition"):
        return note_type not in _ENDS_IN_INSTRUCTIONS and note_type != "dietitian"
    return mark.key in headings.also_a_disease and (current in _BY_PROBLEM or current == "past-medical-history")


def _tells_of_it(mark: Mark, current: SectionKind, headings: Headings) -> bool:
    """Whether a name of what was examined tells of the section in which it stands: of a problem, of what was done or found, of a review."""
    if current in _BY_PROBLEM:
        return mark.kind in _OBSERVED
    if current in ("procedures", "findings"):
        return mark.kind == "physical-exam"
    return current == "review-of-systems" and mark.key in headings.also_reviewed
