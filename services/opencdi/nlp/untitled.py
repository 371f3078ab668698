"""What no heading says: sections told from what is written, where that is safe (the first line of a history, a row of vital signs).

A line tells by its form alone.  What is not sure stays in the section in which it stands, or under no heading: what that kind of note is as
a whole.
"""

import re
from collections.abc import Iterator, Mapping

from opencdi.clinical.vocabulary import NoteType, SectionKind

_DEFAULT: Mapping[NoteType, SectionKind] = {
    "radiology": "findings", "pathology": "findings", "dietitian": "nutrition", "laboratory": "laboratory",
    "operative": "procedures", "procedure": "procedures",
}  # fmt: skip
"""What such a note says where nothing else tells."""
_LINE = re.compile(r"[^\n\r]*[\n\r]*")
_TITLE = re.compile(
    r"\b(?:notes?|report|summary|consult(?:ation)?|h ?& ?p|history (?:and|&) physical|evaluation|assessment|record|hospital|medical center|"
    r"department|clinic|form|service|admission|progress|follow-?up|handoff|sign-?out|sbar)\b",
    re.IGNORECASE,
)
_ONE_LINER = re.compile(
    r"[^\n.:]{0,60}?(?<![\d/.])\d{1,3}"
    r"(?:[ -]?(?:y/?o|y\.o\.|m/?o|yrs?|years?[ -]old|months?[ -]old|weeks?[ -]old|days?[ -]old)|[ ]?[MFmf])(?![A-Za-z/])"
)
_VITAL = re.compile(
    r"\b(?:t(?:emp|max)?|bp|hr|pulse|p|rr|resp|spo2|o2 ?sat|sats?|sao2|wt|weight|map|afebrile|vss)\b[ :=]{0,3}(?:of )?"
    r"(?=\d|$|[,;.]|stable)",
    re.IGNORECASE,
)
_LAB = re.compile(
    r"\b(?:wbc|hgb|hb|hct|plt|na|k|cl|co2|hco3|bun|cr|creat|glu|glucose|lactate|trop|bnp|inr|ast|alt|mg|phos|ca)\b[ :=]{0,3}\d",
    re.IGNORECASE,
)
_EXAM = re.compile(r"(?:gen|general|heent|neck|cv|cor|heart|lungs?|pulm|abd|abdomen|ext|extremities|skin|neuro)\b(?!-)", re.IGNORECASE)
_PROBLEM = re.compile(r"#[ \t]{0,2}(?!\d)\w")
_SIGNED = re.compile(
    r"(?:[-–—]+ ?|/s/ ?)?[A-Z][\w.' -]{0,40},? (?:MD|DO|NP|PA|PA-C|APRN|CRNP|RN|BSN|LPN|RD|RDN|LDN|MS[1-4]|PGY-?\d|DPM|CNP|ARNP|"
    r"CWOCN|WOCN|PT|DPT|OTR/?L?|SLP|LCSW|MSW|PharmD|MBBS|CRNA)\b[^\n]{0,60}\Z"
)
_SHORT_LINE = 60
_VITALS = 3
_LABS = 2
_END = 200
"""Blanks behind the last line."""
_TECHNICAL = frozenset({"technique", "comparison", "comparisons"})
_HISTORY: frozenset[SectionKind] = frozenset(
    {"chief-complaint", "history-of-present-illness", "past-medical-history", "past-surgical-history", "family-history", "social-history",
     "allergies", "medications", "header", "other"}
)  # fmt: skip
_BEFORE_PROBLEMS: frozenset[SectionKind] = frozenset({"physical-exam", "laboratory", "imaging", "vital-signs", "other", "header"})
_BESIDE = frozenset({"nursing", "wound-care", "therapy", "dietitian", "social-work"})
"""Notes whose "#" is no problem of a physician's."""


def kind_by_headings(keys: set[str]) -> NoteType | None:
    """The kind of a note that nobody named, by headings that stand in no other; None if they do not tell."""
    if "findings" in keys and keys & {"impression", "conclusion"} and keys & _TECHNICAL:
        return "radiology"
    if any(key.startswith(("preop", "pre op", "postop", "post op")) and "diagnos" in key for key in keys):
        return "operative"
    if keys & {"gross description", "microscopic description"}:
        return "pathology"
    return None


def told_by_content(
    text: str, kind: SectionKind, start: int, body: int, end: int, note_type: NoteType
) -> Iterator[tuple[SectionKind, int, int]]:
    """[start, end) of what stands under one heading (or none), parted where its lines tell what they are."""
    plain = _DEFAULT.get(note_type, "other") if kind in ("other", "header") else kind
    current, since = ("header" if kind == "header" else plain), start
    head = kind in ("other", "header")  # the letter-head goes on until somebody says something
    for line in _LINE.finditer(text, start if kind == "other" else body, end):
        words = line.group().strip()
        if not words or (kind != "other" and line.start() == body):
            continue
        now = _by_form(words, current, plain, note_type)
        if now is None and not text[line.end() : line.end() + _END].strip() and len(words) < 2 * _SHORT_LINE and _SIGNED.match(words):
            now = "attestation"
        if now is None and head and _heads(words):
            now = "header"
        elif now is None and plain == "other" and _ONE_LINER.match(words):
            now = "history-of-present-illness"
        elif now is None:
            now = current if current not in ("vital-signs", "header", "laboratory") else plain
        head = head and now == "header"
        if now != current:
            if text[since : line.start()].strip():
                yield current, since, line.start()
                since = line.start()
            current = now
    if since < end or start == end:
        yield current, since, end


def _by_form(words: str, current: SectionKind, plain: SectionKind, note_type: NoteType) -> SectionKind | None:
    """A row of vital signs or of results, a line of an examination behind them, a problem with its "#"; None if it is none of them."""
    if plain not in _HISTORY and plain not in _BEFORE_PROBLEMS:
        return None
    if len(words) < 3 * _SHORT_LINE:
        if plain in _HISTORY and len(_VITAL.findall(words)) >= _VITALS:
            return "vital-signs"
        if (plain in _HISTORY or plain == "vital-signs") and current in ("vital-signs", "physical-exam") and _EXAM.match(words):
            return "physical-exam"
        if current in ("vital-signs", "physical-exam", "laboratory") and plain != "laboratory" and len(_LAB.findall(words)) >= _LABS:
            return "laboratory"
    if current in _BEFORE_PROBLEMS and note_type not in _BESIDE and _PROBLEM.match(words):
        return "assessment-and-plan"
    return None


def _heads(words: str) -> bool:
    """Whether a line is of a letter-head: a short title, or all in capitals and numbers."""
    if len(words) > _SHORT_LINE or words[-1] in ".!?" or _ONE_LINER.match(words):
        return False
    return bool(_TITLE.search(words)) or words.isupper() or not re.search(r"[a-z]{3}", words)
