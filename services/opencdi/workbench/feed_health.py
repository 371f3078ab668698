"""Whether a feed is silent beyond its usual gap, what it brought today, and its last day as bars: seen at a glance (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from opencdi.clinical.vocabulary import Outcome
from opencdi.store.feeds import QUARTER_S, Feed, Quarter

RHYTHM = 8
"""A feed has no usual gap that its silence could exceed before it was heard in so many quarters of an hour (as in queries/clock.py)."""
DOCUMENTS = "/documents"
HOURS, BAR, HEIGHT = 24, 9.0, 34.0
"""Bars of the plot, the room of each and the height of the highest, in CSS pixels."""
_UNUSED: frozenset[Outcome] = frozenset({"dead_letter", "refused"})
Standing = Literal["heard", "silent", "not known yet"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour: what came, and how much of it could not be used; heights from the ground up."""

    x: float
    height: float
    unused_height: float
    begins_at: datetime
    messages: int
    unused: int


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """One line of the page.  `usual`: the longest silence that is usual for this feed; None where that is not known yet."""

    name: str
    documents: bool
    heard_at: datetime | None
    silent_for: timedelta | None
    usual: timedelta | None
    today: dict[Outcome, int] = field(default_factory=dict)
    bars: tuple[Bar, ...] = ()

    @property
    def standing(self) -> Standing:
        """At a glance."""
        if self.silent_for is None or self.usual is None:
            return "not known yet"
        return "silent" if self.silent_for > self.usual else "heard"


def feed_health(feeds: Sequence[Feed], now: datetime, zone: ZoneInfo, documents_silence: timedelta) -> list[FeedHealth]:
    """How each feed is doing at this instant of the line's own clock; the silent ones first.

    A feed is measured against itself, its documents against all that it brings; of documents the site says, too, which silence is too
    short to be an outage (DOMAIN F.7).
    """
    week = {feed.name: usual_gap(feed.quarters) for feed in feeds}
    usual = {name + DOCUMENTS: gap and max(gap, documents_silence) for name, gap in week.items()}
    told = [_health(feed, now, zone, usual.get(feed.name, documents_silence)) for feed in feeds]
    return sorted(told, key=lambda one: (one.standing != "silent", one.name))


def _health(feed: Feed, now: datetime, zone: ZoneInfo, documents_silence: timedelta | None) -> FeedHealth:
    documents = feed.name.endswith(DOCUMENTS)
    heard_at = feed.heard_at or max((quarter.last_at for quarter in feed.quarters), default=None)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today: dict[Outcome, int] = {}
    for quarter in feed.quarters:
        if quarter.begins_at >= midnight:
            today[quarter.outcome] = today.get(quarter.outcome, 0) + quarter.messages
    return FeedHealth(
        name=feed.name.removesuffix(DOCUMENTS),
        documents=documents,
        heard_at=heard_at,
        silent_for=max(now - heard_at, timedelta(0)) if heard_at else None,
        usual=documents_silence if documents else usual_gap(feed.quarters),
        today=today,
        bars=() if documents else _bars(feed.quarters, now, zone),
    )


def usual_gap(quarters: Sequence[Quarter]) -> timedelta | None:
    """The second longest silence of the feed's week, so that one outage does not make the next one usual; None below a rhythm.

    Silences shorter than a quarter of an hour are not told apart.
    """
    heard: dict[datetime, tuple[datetime, datetime]] = {}
    for quarter in quarters:
        first, last = heard.get(quarter.begins_at, (quarter.first_at, quarter.last_at))
        heard[quarter.begins_at] = (min(first, quarter.first_at), max(last, quarter.last_at))
    if len(heard) < RHYTHM:
        return None
    gaps = sorted(later[0] - earlier[1] for earlier, later in pairwise(heard[at] for at in sorted(heard)))
    return max(gaps[-2], timedelta(seconds=QUARTER_S))


def _bars(quarters: Sequence[Quarter], now: datetime, zone: ZoneInfo) -> tuple[Bar, ...]:
    hour = timedelta(hours=1)
    this_hour = now.astimezone(zone).replace(minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
    start = this_hour - (HOURS - 1) * hour
    came, unused = [0] * HOURS, [0] * HOURS
    for quarter in quarters:
        nth = (quarter.begins_at - start) // hour
        if 0 <= nth < HOURS:
            came[nth] += quarter.messages
            unused[nth] += quarter.messages if quarter.outcome in _UNUSED else 0
    most = max(came) or 1
    return tuple(
        Bar(nth * BAR, HEIGHT * came[nth] / most, HEIGHT * unused[nth] / most, start + nth * hour, came[nth], unused[nth])
        for nth in range(HOURS)
    )
