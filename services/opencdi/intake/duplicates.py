"""The same message again: same sender, same control id *and* same content (DOMAIN F.3).  Remembered 30 days by arrival."""

from datetime import datetime

from opencdi.bus.room import States
from opencdi.events.ids import derived_id
from opencdi.intake.memory import Seen

_DAYS = 30
_SHORT = 16  # characters of base32: 80 bits, for a month of messages of one tenant
_BUCKETS = 2  # first letters of the message's id: 1,024 small records a day, so that one message rewrites little


def _day(at: datetime) -> int:
    return at.toordinal()


def contents_seen(states: States, tenant: str, message: str, received_at: datetime) -> tuple[str, ...]:
    """Hashes of the contents that were applied under this message id in the last 30 days."""
    name = derived_id(message)[:_SHORT]
    found: list[str] = []
    for day in range(_day(received_at), _day(received_at) - _DAYS - 1, -1):
        seen = states.get(f"seen/{tenant}/{day}/{name[:_BUCKETS]}")
        if isinstance(seen, Seen):
            found.extend(seen.contents.get(name, ()))
    return tuple(found)


def remember(states: States, tenant: str, message: str, content: str, received_at: datetime) -> None:
    """This content was applied; only what was applied counts as seen, so a dead letter can be replayed."""
    name = derived_id(message)[:_SHORT]
    key = f"seen/{tenant}/{_day(received_at)}/{name[:_BUCKETS]}"
    seen = states.get(key)
    before = seen.contents if isinstance(seen, Seen) else {}
    states[key] = Seen(contents=before | {name: (*before.get(name, ()), content)})


def forget(states: States, tenant: str, before: datetime, after: datetime) -> None:
    """Drop the days that have passed out of memory between two instants."""
    for day in range(_day(before) - _DAYS - 1, _day(after) - _DAYS):
        for key in [key for key in states if key.startswith(f"seen/{tenant}/{day}/")]:
            del states[key]


def short(content_hash: str) -> str:
    """A content hash as it is remembered."""
    return content_hash[:_SHORT]
