"""How things are said on screen: slugs as words, numbers, times, and the states of a question as people call them (pure)."""

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from opencdi.clinical.codes import dotted
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import QueryState

Tone = Literal["act", "wait", "good", "quiet"]

STATES: dict[QueryState, tuple[str, Tone]] = {
    "candidate": ("candidate", "quiet"),
    "waiting-for-documents": ("waiting for documents", "quiet"),
    "draft": ("to approve", "act"),
    "approved": ("approved", "wait"),
    "sent": ("with physician", "wait"),
    "viewed": ("opened by physician", "wait"),
    "answered": ("answered", "good"),
    "answered-awaiting-chart": ("answered, awaiting chart", "wait"),
    "validated": ("validated", "good"),
    "closed": ("closed", "quiet"),
    "withdrawn": ("withdrawn", "quiet"),
    "expired": ("expired", "quiet"),
    "escalated": ("escalated", "act"),
    "auto-resolved": ("resolved by documentation", "good"),
    "superseded": ("superseded", "quiet"),
    "dismissed": ("dismissed", "quiet"),
    "addressed-uncertain": ("addressed, uncertain", "wait"),
    "addressed-awaiting-signature": ("addressed, awaiting signature", "wait"),
}
OVER: frozenset[QueryState] = frozenset({"validated", "closed", "withdrawn", "expired", "auto-resolved", "superseded", "dismissed"})
"""States in which nobody is waited for any more."""

DISMISSALS: dict[str, str] = {
    "insufficient-evidence": "Insufficient evidence",
    "already-documented": "Already documented",
    "handled-by-query": "Handled by another query",
    "integral": "Integral to another condition",
    "coding-guidance": "Coding guidance prohibits",
    "tuning": "Rule needs tuning",
    "other": "Other",
}
"""The closed list of DOMAIN E.2."""


def words(slug: str) -> str:
    """A slug as people say it: "acute-kidney-injury" -> "acute kidney injury"."""
    return slug.replace("-", " ").replace("_", " ")


def quantity(value: float | None) -> str:
    """A number as written on a report: no trailing zeros, no exponent."""
    return "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def signed(value: float) -> str:
    """A difference with its sign: "+0.4127", "−0.2000"."""
    return f"{'+' if value >= 0 else '−'}{abs(value):.4f}"


def clinical(time: ClinicalTime | None) -> str:
    """A clinical time in its own zone, no finer than it is known."""
    if time is None:
        return ""
    form = {"year": "%Y", "month": "%Y-%m", "day": "%m-%d"}.get(time.precision, "%m-%d %H:%M")
    return time.at.strftime(form)


def clock(at: datetime, zone: ZoneInfo) -> str:
    """An instant on the hospital's clock."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def age(birth_date: str | None, today: date) -> str:
    """Completed years, or nothing where the birth date is not known to the day."""
    try:
        born = date.fromisoformat(birth_date or "")
    except ValueError:
        return ""
    return str(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))


def person_name(name: str) -> str:
    """A name as people write it; HL7's "FAMILY^GIVEN" becomes "FAMILY, GIVEN"."""
    family, _, given = name.partition("^")
    return f"{family}, {given.replace('^', ' ').strip()}" if given.strip(" ^") else family


_UPPER = frozenset({"CC", "MCC", "CC/MCC", "MV", "O.R.", "ECMO", "AMI", "CNS", "HIV", "GI", "D.C.", "C.D.E."})


def drg_title(title: str) -> str:
    """A DRG's title in sentence case; CMS prints it in capitals."""
    said = [word if word.strip(",>") in _UPPER else word.lower() for word in title.split()]
    return " ".join(said)[:1].upper() + " ".join(said)[1:]


def code(value: str) -> str:
    """A diagnosis code with its dot."""
    return dotted(value)
