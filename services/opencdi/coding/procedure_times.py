"""When a procedure was done: what the note says, set against the day on which it was written."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from opencdi.clinical.time import ClinicalTime
from opencdi.coding.ventilation import Moment

_TOLD: Final = re.compile(
    r"(?:(?P<year>\d{4})-)?(?:(?P<month>\d{2})-(?P<day>\d{2}))?(?P<word>today|yesterday)?(?:T(?P<clock>\d{2}:\d{2}))?\Z"
)


def moment_of(told: str, written: ClinicalTime, zone: ZoneInfo) -> Moment | None:
    """The instant, or the whole of a day; None where nothing is told, or no such day is."""
    here = written.at.astimezone(zone)
    if told.startswith("pod"):
        return whole_day(here.date() - timedelta(days=int(told[3:])), zone)
    if not told or (found := _TOLD.match(told)) is None:
        return None
    day = _day(found, here)
    if day is None:
        return None
    if not found["clock"]:
        return whole_day(day, zone)
    at = datetime.combine(day, time.fromisoformat(found["clock"]), zone)
    return Moment(at, at)


def whole_day(day: date, zone: ZoneInfo) -> Moment:
    """From its first instant to the next day's."""
    return Moment(datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone))


def _day(found: re.Match[str], here: datetime) -> date | None:
    if not found["month"]:
        return here.date() - timedelta(days=found["word"] == "yesterday")
    try:
        if found["year"]:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        said = date(here.year, int(found["month"]), int(found["day"]))
        # Without a year it is the last such day: in January "12/30" is of the year before.
        return said if said <= here.date() + timedelta(days=1) else said.replace(year=here.year - 1)
    except ValueError:
        return None
