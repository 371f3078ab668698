"""The same message again: same sender, same control id *and* same content (DOMAIN F.3).  Remembered 30 days by arrival."""

from datetime import datetime

from opencdi.bus.room import States
from opencdi.events.ids import derived_id
from opencdi.intake.memory import Seen

_DAYS = 30
_PERIOD = 10  # days in one record: four look-ups a message, where a record a day would be thirty-one
_SHORT = 16  # characters of base32: 80 bits, for a month of messages of one tenant
_BUCKET = 3  # first letters of the message's id: 32,768 small records a period, so that one message rewrites little


def _day(at: datetime) -> int:
    return at.toordinal()


def contents_seen(states: States, tenant: str, message: str, received_at: datetime) -> tuple[str, ...]:
    """Hashes of the contents that were applied under this message id in the last 30 days."""
    name, today = derived_id(message)[:_SHORT], _day(received_at)
    found: list[str] = []
    for period in range((today - _DAYS) // _PERIOD, today // _PERIOD + 1):
        seen = states.get(f"seen/{tenant}/{period}/{name[:_BUCKET]}")
        if isinstance(seen, Seen):
            found += [content for content, day in seen.contents.get(name, ()) if day >= today - _DAYS]
    return tuple(found)


def remember(states: States, tenant: str, message: str, content: str, received_at: datetime) -> None:
    """This content was applied; only what was applied counts as seen, so a dead letter can be replayed."""
    name, today = derived_id(message)[:_SHORT], _day(received_at)
    key = f"seen/{tenant}/{today // _PERIOD}/{name[:_BUCKET]}"
    seen = states.get(key)
    before = seen.contents if isinstance(seen, Seen) else {}
    states[key] = Seen(contents=before | {name: (*before.get(name, ()), (content, today))})


def forget(states: States, tenant: str, at: datetime) -> None:
    """Drop the records in which every day has passed out of memory."""
    oldest, start = _day(at) - _DAYS, f"seen/{tenant}/"
    for key in [key for key in states if key.startswith(start) and (int(key.split("/")[-2]) + 1) * _PERIOD <= oldest]:
        del states[key]


def short(content_hash: str) -> str:
    """A content hash as it is remembered."""
    return content_hash[:_SHORT]
