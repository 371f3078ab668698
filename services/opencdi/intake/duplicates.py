"""The same message again: same sender, same control id *and* same content (DOMAIN F.3).  Remembered 30 days by arrival."""

from datetime import datetime
from itertools import islice

from opencdi.bus.room import States, under
from opencdi.events.ids import derived_id
from opencdi.intake.memory import Days, Seen

_DAYS = 30
_PERIOD = 10  # days whose messages are forgotten together: four look-ups a message, where a day's would be thirty-one
_SHORT = 16  # characters of base32: 80 bits, for a month of messages of one tenant
_FORGOTTEN_AT_ONCE = 10_000  # in a tick; what is left counts no more, and is forgotten by the next ones


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
        seen = states.get(f"seen/{tenant}/{period}/{name}")
        if isinstance(seen, Seen):
            found += [content for content, day in seen.contents if day >= today - _DAYS]
    return tuple(found)


def remember(states: States, tenant: str, name: str, content: str, received_at: datetime) -> None:
    """This content was applied; only what was applied counts as seen, so a dead letter can be replayed."""
    today = _day(received_at)
    key = f"seen/{tenant}/{today // _PERIOD}/{name}"
    seen = states.get(key)
    before = seen.contents if isinstance(seen, Seen) else ()
    if not before:
        _note_period(states, tenant, today // _PERIOD)
    states[key] = Seen(contents=(*before, (content, today)))


def forget(states: States, tenant: str, at: datetime) -> None:
    """Drop what was remembered in periods of which every day has passed out of memory: some thousands a tick."""
    days = states.get(f"days/{tenant}")
    if not isinstance(days, Days):
        return
    oldest = _day(at) - _DAYS
    left = _FORGOTTEN_AT_ONCE
    for period in [period for period in days.periods if (period + 1) * _PERIOD <= oldest]:
        gone = list(islice(under(states, f"seen/{tenant}/{period}/"), left))
        for key in gone:
            del states[key]
        left -= len(gone)
        if not left:
            return
        days = Days(periods=tuple(other for other in days.periods if other != period))
        states[f"days/{tenant}"] = days


def _note_period(states: States, tenant: str, period: int) -> None:
    days = states.get(f"days/{tenant}")
    known = days.periods if isinstance(days, Days) else ()
    if period not in known:
        states[f"days/{tenant}"] = Days(periods=(*known, period))


def short(content_hash: str) -> str:
    """A content hash as it is remembered."""
    return content_hash[:_SHORT]
