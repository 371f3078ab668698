"""When, as people at the bedside read it: dates by name, a 24-hour clock, the hospital's zone (DOMAIN F.2) (pure)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from opencdi.clinical.time import ClinicalTime

_DATES = ("day", "month", "year")


def local(time: ClinicalTime, zone: ZoneInfo) -> datetime:
    """By the clock that the sender meant: its own offset where it has one, the hospital's where it is UTC.

    What is known to the day stays that date everywhere.
    """
    return time.at if time.precision in _DATES or time.at.utcoffset() else time.at.astimezone(zone)


def clinical_text(time: ClinicalTime | None, zone: ZoneInfo, year: int | None) -> str:
    """A clinical time, no finer than it is known: "May 4, 17:05"; with its year where that is not `year`."""
    if time is None:
        return ""
    at = local(time, zone)
    match time.precision:
        case "year":
            return f"{at:%Y}"
        case "month":
            return f"{at:%b %Y}"
        case "day":
            return _date(at, year)
        case "hour":
            return f"{_date(at, year)}, {at:%H} h{_offset(time, at, zone)}"
        case _:
            return f"{_date(at, year)}, {at:%H:%M}{_offset(time, at, zone)}"


def instant_text(at: datetime, zone: ZoneInfo, year: int | None) -> str:
    """An instant of the line on the hospital's clock: "May 7, 10:03"."""
    here = at.astimezone(zone)
    return f"{_date(here, year)}, {here:%H:%M}"


def as_of_text(at: datetime, zone: ZoneInfo) -> str:
    """The instant up to which a page speaks, with the zone of all times on it: "Thu May 7, 2026, 10:03 EDT"."""
    here = at.astimezone(zone)
    return f"{here:%a} {_date(here, None)}, {here:%H:%M %Z}"


def span_text(span: timedelta) -> str:
    """A time without news, as finely as anybody wants to know it: "4 min", "28 h", "3 d"."""
    minutes = int(max(span, timedelta(0)).total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def _date(at: datetime, year: int | None) -> str:
    return f"{at:%b} {at.day}" + ("" if at.year == year else f", {at:%Y}")


def _offset(time: ClinicalTime, at: datetime, zone: ZoneInfo) -> str:
    # Another clock than the page's, or an hour that this night had twice: then the reader must be told which.
    here = at.astimezone(zone)
    if time.ambiguous:
        return f" {here:%Z}"
    return "" if at.utcoffset() == here.utcoffset() else f" UTC{at.isoformat()[-6:]}"
