"""Lines that say who writes and of whom: a letter-head, the one-liner of a patient, a signature."""

import re
from typing import Final

from opencdi.nlp.headings import written_as_heading

_TITLE: Final = re.compile(
    r"\b(?:notes?|report|summary|consult(?:ation)?|h ?& ?p|history (?:and|&) physical|eval|evaluation|assessment|record|hospital|"
    r"medical center|department|clinic|form|service|admission|progress|follow[ -]?up|handoff|sign-?out|sbar)\b",
    re.IGNORECASE,
)
ONE_LINER: Final = re.compile(
    r"\d{1,3}[mf](?![\w/])|[^\n]{0,70}?(?<![\d/.])\d{1,3}s?"
    r"(?:[ -]?(?:y/?o|y\.o\.|m/?o|yrs?|years?[ -]old|months?[ -]old|weeks?[ -]old|days?[ -]old|R?H?[MF])|[ ][MFmf])(?![A-Za-z/])"
)
"""A line that begins with the patient ("82F with", "the patient is a 31-year-old woman")."""
_SIGNED: Final = re.compile(
    r"\A(?:[-–—]+ ?|/s/ ?)?(?:[A-Z]|[a-z]\. [a-z])[\w.' -]{0,40},? "
    r"(?:MD|RRT|DO|NP|PA|PA-C|APRN|CRNP|RN|BSN|LPN|RD|RDN|LDN|MS[1-4]|PGY-?\d|DPM|"
    r"CNP|ARNP|CWOCN|WOCN|PT|DPT|OTR/?L?|SLP|LCSW|MSW|PharmD|MBBS|CRNA)\b"
    r"(?! (?!on |at |pager|ext)[a-z])[^\n]{0,60}\Z"
)
_SALUTATION: Final = re.compile(r"Dear [A-Z][^!?:]{0,56}[:,]?")
_GREETING: Final = re.compile(r"Dear [A-Z][^!?:,]{0,56}[:,],")
SHORT_LINE: Final = 60
"""Characters of a line that is no paragraph."""


def is_signature(words: str) -> bool:
    """Whether a line is a name with its credentials, and nothing else."""
    return len(words) < 2 * SHORT_LINE and _SIGNED.match(words) is not None


def is_salutation(words: str) -> bool:
    """Whether a line only greets who is written to ("Dear Dr. Smith:")."""
    return len(words) <= SHORT_LINE and words[0] == "D" and _SALUTATION.fullmatch(words) is not None


def end_of_greeting(text: str) -> int:
    """Where the greeting ends with which a letter on one line begins ("Dear Dr. Smith:,Thank you ..."); 0 if it begins with none."""
    greeting = _GREETING.match(text)
    return greeting.end() if greeting else 0


def is_letter_head(words: str) -> bool:
    """Whether a line is of a letter-head: a short title, or all in capitals and numbers."""
    if len(words) > SHORT_LINE and words[0].isalpha() and (title := _TITLE.search(words[: SHORT_LINE // 2])) and ". " not in words:
        return len(words) <= 2 * SHORT_LINE and not ONE_LINER.match(words, title.end())
    words = words.partition("   ")[0]
    if len(words) > SHORT_LINE or words[-1] in ".!?" or ONE_LINER.match(words):
        return False
    titled = len(words) <= SHORT_LINE // 2 and words[0].isalpha() and written_as_heading(words) and ":" not in words
    return titled or bool(_TITLE.search(words)) or words.isupper() or not re.search(r"[a-z]{3}", words)
