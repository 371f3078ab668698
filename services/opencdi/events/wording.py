"""The words of a question as a physician reads them: one pure rendering, the same wherever the question is shown (DOMAIN B72, C.7).

A decision to send carries this text, so that nlp knows our own words when they come back in a note (DOMAIN F.8).
"""

from opencdi.clinical.confidentiality import HIDDEN
from opencdi.clinical.time import ClinicalTime
from opencdi.events.audiences import Indicator, QueryWording

_FORMAT = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "hour": "%Y-%m-%d %H:%M", "minute": "%Y-%m-%d %H:%M"}


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
        ("Documented", wording.documented),
        ("Clinical indicators", wording.indicators),
        ("Contrary", wording.contrary),
    ):
        if indicators:
            lines += [f"{heading}:", *(f"- {indicator_text(indicator)}" for indicator in indicators)]
    if wording.no_contrary_evidence_found:
        lines.append("No contrary evidence found.")
    lines += [wording.question, *(f"[ ] {option.text}" for option in wording.options)]
    return "\n".join(lines)
