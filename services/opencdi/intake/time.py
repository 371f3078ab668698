"""Clinical times as messages write them: wall clock, zone and precision kept (DOMAIN F.2)."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from opencdi.clinical.time import ClinicalTime, Precision

ALWAYS = datetime.min.replace(tzinfo=UTC)
"""Earlier than anything that is told."""
FUTURE = timedelta(minutes=15)
_DAY = 3  # parts of a date
_BEGINNING = (1, 1, 1, 0, 0, 0)
_YEARS = (1900, 2900)  # what nobody can reckon with ("00010101", "99991231" for never) is no time
_BORN = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?", re.ASCII)
# No place on earth is more than 14 hours from UTC.
_HL7 = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?\Z")
_FHIR = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?)?)?\Z")
_JSON: TypeAdapter[ClinicalTime] = TypeAdapter(ClinicalTime)
_PRECISION: tuple[Precision, ...] = ("year", "month", "day", "hour", "minute", "second")


def later(before: datetime | None, at: datetime) -> datetime:
    """The later of the two."""
    return at if before is None else max(before, at)


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo:
    """The facility's zone."""
    return ZoneInfo(name)


@lru_cache(maxsize=256)
def zone_of_offset(offset: str) -> tzinfo:
    """ "+0200", "-05:00" or "Z"."""
    hours, minutes = (0, 0) if offset == "Z" else (int(offset[1:3]), int(offset[-2:]))
    if not hours and not minutes:
        return UTC
    return timezone((1 if offset[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _time(parts: tuple[str | None, ...], offset: str | None, zone: tzinfo, facility: tzinfo) -> ClinicalTime | None:
    given = [int(part) for part in parts if part is not None]
    meant = zone_of_offset(offset) if offset else zone
    if len(given) <= _DAY and (not offset or meant is UTC):
        meant = facility  # a date is a day of the chart's calendar, whatever the clock was by which it was sent
    try:
        year, month, day, hour, minute, second = (*given, *_BEGINNING[len(given) :])
        at = datetime(year, month, day, hour, minute, second, tzinfo=meant)
    except ValueError:
        return None
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        return None
    # The repeated hour of an autumn night: both readings exist and differ; the earlier one is meant by "at".
    ambiguous = not offset and len(given) > _DAY and at.utcoffset() != at.replace(fold=1).utcoffset() and _exists(at)
    return ClinicalTime(bedside(at, facility), _PRECISION[len(given) - 1], ambiguous)


def bedside(at: datetime, facility: tzinfo) -> datetime:
    """That instant by the wall clock of who wrote it, with a fixed offset.

    UTC is no bedside's clock but a server's way of writing: such an instant is told by the facility's.
    """
    if at.tzinfo is UTC:
        at = at.astimezone(facility)
    # Not the zone itself: within one zone Python compares and subtracts walls, which the clock change makes wrong.
    return at.replace(tzinfo=timezone(at.utcoffset() or timedelta()), fold=0)


def _exists(at: datetime) -> bool:
    return at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) == at.replace(tzinfo=None)


@lru_cache(maxsize=4096)
def hl7_time(text: str, zone: tzinfo, facility: tzinfo | None = None) -> ClinicalTime | None:
    """YYYY[MM[DD[HH[MM[SS]]]]][+ZZZZ]; None for what is no time (a problem of who asked).

    `zone`: of times without an offset of their own; `facility`: whose wall clock the chart is read by, where that is another.
    """
    match = _HL7.match(text.strip())
    return _time(match.groups()[:6], match[7], zone, facility or zone) if match else None


@lru_cache(maxsize=4096)
def fhir_time(text: str, facility: tzinfo) -> ClinicalTime | None:
    """FHIR date, dateTime, instant."""
    match = _FHIR.match(text.strip())
    return _time(match.groups()[:6], match[7], facility, facility) if match else None


def birth_date(text: str) -> str | None:
    """YYYY[MM[DD…]] or YYYY[-MM[-DD]] as an ISO date, as far as there is such a day ("19500000" is 1950); None for what is no date."""
    match = _BORN.match(text.strip())
    known = [part for part in match.groups() if part] if match else []
    while known:
        try:
            date(*(int(part) for part in (*known, "1", "1")[:3]))
        except ValueError:
            known.pop()
        else:
            return "-".join(known)
    return None


def claims_future(at: ClinicalTime, received_at: datetime) -> bool:
    """Whether something that claims to have happened lies more than 15 minutes ahead: quarantined."""
    return at.at - received_at > FUTURE


def instant(at: datetime) -> str:
    """One name for one instant, whatever the clock."""
    return at.astimezone(UTC).isoformat()


def time_to_json(at: ClinicalTime) -> str:
    """The time as intake remembers it."""
    return _JSON.dump_json(at).decode()


@lru_cache(maxsize=16_384)  # the times of a stay's baselines, and of its order, are looked at with each result
def time_in_json(told: str) -> ClinicalTime:
    """The time that was remembered."""
    return _JSON.validate_json(told)
