"""Clinical times as messages write them: zone and precision kept (DOMAIN F.2)."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from opencdi.clinical.time import ClinicalTime, Precision

FUTURE = timedelta(minutes=15)
_HL7 = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?([+-]\d\d:?\d\d)?\Z")
_FHIR = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?\Z")
_PRECISION: tuple[Precision, ...] = ("year", "month", "day", "hour", "minute", "second")


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo:
    """The facility's zone."""
    return ZoneInfo(name)


@lru_cache(maxsize=256)
def zone_of_offset(offset: str) -> tzinfo:
    """ "+0200", "-05:00" or "Z"."""
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    return timezone((1 if offset[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _time(parts: tuple[str | None, ...], offset: str | None, zone: tzinfo) -> ClinicalTime | None:
    given = [int(part) for part in parts if part is not None]
    try:
        at = datetime(*(given + [1, 1][len(given) - 1 :] if len(given) < 3 else given), tzinfo=zone_of_offset(offset) if offset else zone)  # type: ignore[arg-type, misc]
    except (ValueError, TypeError):
        return None
    # The repeated hour of an autumn night: both readings exist and differ; the earlier one is meant by "at".
    ambiguous = not offset and len(given) > 3 and at.utcoffset() != at.replace(fold=1).utcoffset() and _exists(at)
    return ClinicalTime(at.astimezone(UTC), _PRECISION[len(given) - 1], ambiguous)


def _exists(at: datetime) -> bool:
    return at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) == at.replace(tzinfo=None)


@lru_cache(maxsize=4096)
def hl7_time(text: str, zone: tzinfo) -> ClinicalTime | None:
    """YYYY[MM[DD[HH[MM[SS]]]]][+ZZZZ]; None for what is no time (a problem of who asked)."""
    match = _HL7.match(text.strip())
    return _time(match.groups()[:6], match[7], zone) if match else None


@lru_cache(maxsize=4096)
def fhir_time(text: str, zone: tzinfo) -> ClinicalTime | None:
    """FHIR date, dateTime, instant."""
    match = _FHIR.match(text.strip())
    return _time(match.groups()[:6], match[7], zone) if match else None


def arrival(received_at: datetime) -> ClinicalTime:
    """When nothing else is told: the time at the gate."""
    return ClinicalTime(received_at.astimezone(UTC))


def claims_future(at: ClinicalTime, received_at: datetime) -> bool:
    """Whether something that claims to have happened lies more than 15 minutes ahead: quarantined."""
    return at.at - received_at > FUTURE
