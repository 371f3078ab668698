"""How often a documents feed is heard, and when its silence is more than its own usual one (DOMAIN F.7).

A silence belongs to the hour of the hospital's day in which it began: by day something is written every few minutes, at night for hours
nothing may be.  What is known of a feed follows from the instants at which it was heard, however many ticks told them.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from pydantic import Field

from opencdi.bus.room import State
from opencdi.knowledge.site import SiteData
from opencdi.queries.told import Remembered

BACKLOG = timedelta(minutes=30)
"""After an outage the documents that waited come in first; candidates leave so long after the feed is heard again (DOMAIN F.7)."""
RHYTHM = 8
"""Of fewer silences nobody can say what is usual: neither of a feed, nor of one hour of its day."""
REMEMBERED = 500
"""Silences that began in one hour of the day; of more than these all count half, so that an old rhythm gives way to a new one."""
_MINUTES = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440, 2880, 5760, 11520)
_LENGTHS = tuple(timedelta(minutes=minutes) for minutes in _MINUTES)


class Rhythm(Remembered):
    """One feed: `heard` last, `resumed` with the end of its last outage, and how many `silences` of each length began in each hour."""

    heard: datetime
    resumed: datetime | None = None
    silences: Mapping[int, int] = Field(default_factory=dict)  # hour * len(_LENGTHS) + length -> how many


class Rhythms(State):
    """The documents feeds of a hospital, by name."""

    feeds: dict[str, Rhythm] = Field(default_factory=dict)


def heard(feed: Rhythm | None, at: datetime, site: SiteData) -> Rhythm:
    """The feed once it is heard at that instant."""
    if feed is None:
        return Rhythm(heard=at)
    if at <= feed.heard:
        return feed
    hour, silence = _hour(feed, site), at - feed.heard
    place = hour * len(_LENGTHS) + min(bisect_left(_LENGTHS, silence), len(_LENGTHS) - 1)
    silences = {**feed.silences, place: feed.silences.get(place, 0) + 1}
    if sum(_in_hour(silences, hour)) > REMEMBERED:
        silences = {one: count // 2 if one // len(_LENGTHS) == hour else count for one, count in silences.items()}
    return Rhythm(heard=at, resumed=at if silent(feed, at, site) else feed.resumed, silences=silences)


def silent(feed: Rhythm, at: datetime, site: SiteData) -> bool:
    """Whether it has not been heard for longer than is usual for it, and than the site allows any feed."""
    usual = usual_silence(feed, site)
    return usual is not None and at - feed.heard > max(usual, _floor(site))


def usual_silence(feed: Rhythm, site: SiteData) -> timedelta | None:
    """The longest silence that is usual after the hour in which it was last heard; None where it has no rhythm yet.

    The longest hundredth is left out, and always the longest one: one outage does not make the next one usual.
    """
    together = [sum(told) for told in zip(*(_in_hour(feed.silences, hour) for hour in range(24)), strict=True)]
    for counts in (_in_hour(feed.silences, _hour(feed, site)), together):
        if (known := sum(counts)) >= RHYTHM:
            usual = known - max(1, known // 100)
            return _LENGTHS[bisect_left(list(accumulate(counts)), usual)]
    return None


def absence_until(feeds: Collection[Rhythm], at: datetime, site: SiteData) -> datetime | None:
    """Until when the chart's silence may be taken for absence, as things stand at that instant; None: not at all.

    Since then a document was heard of every feed that at this hour speaks often, or where none does, of any; none of them is silent
    beyond its usual, and no backlog is coming in.  The silence of a feed without a rhythm says nothing.
    """
    known = [(feed.heard, usual) for feed in feeds if (usual := usual_silence(feed, site)) is not None]
    if not known:
        return at
    if any(silent(feed, at, site) or (feed.resumed and at < feed.resumed + BACKLOG) for feed in feeds):
        return None
    often = [last for last, usual in known if usual <= _floor(site)]
    return min(often) if often else max(last for last, _ in known)


def _in_hour(silences: Mapping[int, int], hour: int) -> list[int]:
    return [silences.get(hour * len(_LENGTHS) + length, 0) for length in range(len(_LENGTHS))]


def _hour(feed: Rhythm, site: SiteData) -> int:
    return feed.heard.astimezone(ZoneInfo(site.timezone)).hour


def _floor(site: SiteData) -> timedelta:
    return timedelta(hours=site.documents_silence_hours)
