"""The same message again: same sender, same control id *and* same content (DOMAIN F.3).  Remembered 30 days by arrival."""

from datetime import datetime
from itertools import product

from opencdi.bus.room import States
from opencdi.events.ids import derived_id
from opencdi.intake.memory import Days, Seen

_DAYS = 30
_PERIOD = 10  # days in one record: four look-ups a message, where a record a day would be thirty-one
_SHORT = 16  # characters of base32: 80 bits, for a month of messages of one tenant
_SIGNS = "abcdefghijklmnopqrstuvwxyz234567"  # that ids are written in
_BUCKET = 3  # first letters of the message's id: 32,768 small records a period, so that one message rewrites little


def _day(at: datetime) -> int:
    return at.toordinal()


def known_as(message: str) -> str:
    """The id of a message as it is remembered."""
    return derived_id(message)[:_SHORT]


def contents_seen(states: States, tenant: str, name: str, received_at: datetime) -> tuple[str, ...]:
    """Hashes of the contents that were applied under this message id (`known_as`) in the last 30 days."""
    today = _day(received_at)
    found: list[str] = []
    for period in range((today - _DAYS) // _PERIOD, today // _PERIOD + 1):
        seen = states.get(f"seen/{tenant}/{period}/{name[:_BUCKET]}")
        if isinstance(seen, Seen):
            found += [content for content, day in seen.contents.get(name, ()) if day >= today - _DAYS]
    return tuple(found)


def remember(states: States, tenant: str, name: str, content: str, received_at: datetime) -> None:
    """This content was applied; only what was applied counts as seen, so a dead letter can be replayed."""
    today = _day(received_at)
    key = f"seen/{tenant}/{today // _PERIOD}/{name[:_BUCKET]}"
    seen = states.get(key)
    before = seen.contents if isinstance(seen, Seen) else {}
    if not before:
        _note_period(states, tenant, today // _PERIOD)
    states[key] = Seen(contents=before | {name: (*before.get(name, ()), (content, today))})


def forget(states: States, tenant: str, at: datetime) -> None:
    """Drop the records in which every day has passed out of memory."""
    days = states.get(f"days/{tenant}")
    if not isinstance(days, Days):
        return
    oldest = _day(at) - _DAYS
    gone = [period for period in days.periods if (period + 1) * _PERIOD <= oldest]
    for period in gone:
        for letters in product(_SIGNS, repeat=_BUCKET):
            states.pop(f"seen/{tenant}/{period}/{''.join(letters)}", None)
    if gone:
        states[f"days/{tenant}"] = Days(periods=tuple(period for period in days.periods if period not in gone))


def _note_period(states: States, tenant: str, period: int) -> None:
    days = states.get(f"days/{tenant}")
    known = days.periods if isinstance(days, Days) else ()
    if period not in known:
        states[f"days/{tenant}"] = Days(periods=(*known, period))


def short(content_hash: str) -> str:
    """A content hash as it is remembered."""
    return content_hash[:_SHORT]
