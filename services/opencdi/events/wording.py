"""The words of a question as a physician reads them: one pure rendering, the same wherever the question is shown (DOMAIN B72, C.7).

By these forms nlp knows our own words when they come back in a note (DOMAIN F.8); a decision to send carries the whole text.
"""

from typing import get_args

from opencdi.clinical.confidentiality import HIDDEN
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import NoteType
from opencdi.events.audiences import Indicator, QueryWording

DOCUMENTED, INDICATORS, CONTRARY = "Documented", "Clinical indicators", "Contrary"
NO_CONTRARY = "No contrary evidence found."
# Whose record it stands in, where the sender names no performer (Q-02 wants that said rather than left out).
RECORD_BY_SOURCE = {
    "result": "laboratory", "vital sign": "flowsheet", "medication administration": "administration record",
    "medication order": "order entry", "order": "order entry", "diagnosis list": "diagnosis list",
}  # fmt: skip
_NAME_BY_NOTE_TYPE = {
    "history-and-physical": "H&P", "progress": "progress note", "discharge-summary": "discharge summary", "emergency": "ED note",
    "wound-care": "wound care note", "social-work": "social work note", "query-response": "query response",
}  # fmt: skip
_FORMAT = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "hour": "%Y-%m-%d %H:%M", "minute": "%Y-%m-%d %H:%M"}


def source_of(note_type: NoteType) -> str:
    """What a kind of note is called as a source."""
    return _NAME_BY_NOTE_TYPE.get(note_type, f"{note_type} note")


SOURCES = (*RECORD_BY_SOURCE, *map(source_of, get_args(NoteType)))
"""All that an indicator may come from."""


def clinical_time_text(time: ClinicalTime) -> str:
    """A clinical time as written down: in its own zone, no finer than it is known."""
    return time.at.strftime(_FORMAT.get(time.precision, "%Y-%m-%d %H:%M"))


def indicator_text(indicator: Indicator) -> str:
    """One indicator in a line: what, source, when, who, and how sure that is."""
    told = ", ".join(part for part in (indicator.source, clinical_time_text(indicator.at), indicator.author, indicator.label) if part)
    return f"{indicator.text} ({told})"


def indicator_in_passing(indicator: Indicator) -> str:
    """The same where it is told outside a list of indicators: of a restricted note, no more than when (DOMAIN F.17)."""
    return f"{HIDDEN} ({clinical_time_text(indicator.at)})" if indicator.confidentiality else indicator_text(indicator)


def same_words(one: str, other: str) -> bool:
    """Whether two texts read the same: how their white space was wrapped on the way says nothing."""
    return one.split() == other.split()


def shown_text(wording: QueryWording) -> str:
    """The question as plain text, in the order in which it is read."""
    lines = [wording.title, wording.why]
    for heading, indicators in (
        (DOCUMENTED, wording.documented),
        (INDICATORS, wording.indicators),
        (CONTRARY, wording.contrary),
    ):
        if indicators:
            lines += [f"{heading}:", *(f"- {indicator_text(indicator)}" for indicator in indicators)]
    if wording.no_contrary_evidence_found:
        lines.append(NO_CONTRARY)
    lines += [wording.question, *(f"[ ] {option.text}" for option in wording.options)]
    return "\n".join(lines)
