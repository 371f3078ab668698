"""Consecutive hours on a ventilator, from when it began and ended as the record tells it (ICD-10-PCS 5A19, 5A09; DOMAIN B46).

Hours run from intubation (or from arrival, where it was done elsewhere) to extubation; with a tracheostomy until the patient is off the
ventilator for good, the weaning included.  A reintubation begins a new episode (AHA Coding Clinic 4Q 2014, on duration).
What is told by the day only gives bounds: a code is said where both bounds lie in the same range of hours, and asked for where not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

Kind = Literal["start", "stop", "still", "tracheostomy"]
Range = Literal["under-24", "24-to-96", "over-96"]
_DAY, _LONG = 24.0, 96.0
_ORDER: Final[dict[Kind, int]] = {"stop": 0, "start": 1, "tracheostomy": 2, "still": 3}
"""Of two events of one instant the tube comes out before it goes in."""


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """An instant, known no nearer than between these two."""

    earliest: datetime
    latest: datetime

    def within(self, low: datetime | None, high: datetime | None) -> "Moment":
        """No earlier than `low` and no later than `high`."""
        earliest = max(self.earliest, low) if low else self.earliest
        latest = min(self.latest, high) if high else self.latest
        return Moment(min(earliest, latest), latest) if low is None or low <= latest else Moment(low, low)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at the ventilator."""

    kind: Kind
    at: Moment
    for_surgery: bool = False


@dataclass(frozen=True, slots=True)
class Episode:
    """Consecutive ventilation.  `stop` is None while nothing ends it; `seen`: the latest instant at which it surely went on."""

    start: Moment
    stop: Moment | None
    seen: datetime
    for_surgery: bool = False

    @property
    def at_least(self) -> float:
        """Hours that it surely lasted."""
        end = self.stop.earliest if self.stop else self.seen
        return max(0.0, (max(end, self.seen) - self.start.latest) / timedelta(hours=1))

    @property
    def at_most(self) -> float | None:
        """Hours that it lasted at most; None while it goes on."""
        return (self.stop.latest - self.start.earliest) / timedelta(hours=1) if self.stop else None

    @property
    def hours(self) -> Range | None:
        """The range of hours; None where the record leaves it open."""
        low = range_of(self.at_least)
        if low == "over-96":
            return low
        return low if self.at_most is not None and range_of(self.at_most) == low else None


def range_of(hours: float) -> Range:
    """The range that ICD-10-PCS counts so many consecutive hours in."""
    return "under-24" if hours < _DAY else "24-to-96" if hours <= _LONG else "over-96"


def episodes(events: Iterable[Event], arrived: datetime | None = None, left: datetime | None = None) -> tuple[Episode, ...]:
    """The episodes of a stay, in whatever order its events are told.

    What began before the arrival counts from there; what nothing ended is over when the patient has left, at an open hour (`at_most`).
    A tube that came out on some day may have done so before or after what else is told of that day: the order in which tube out follows
    tube in is taken, and where both orders do so and differ, the hours are open.
    """
    bounded = {replace(event, at=event.at.within(arrived, left)) for event in events}
    told = [event for event in bounded if not any(_says_nearer(other, event) for other in bounded)]
    late, late_odd = _followed(sorted(told, key=_stops_late), left)
    early, early_odd = _followed(sorted(told, key=_stops_early), left)
    if early_odd < late_odd:
        return early
    if late_odd < early_odd or [one.hours for one in late] == [one.hours for one in early]:
        return late
    return (_open((*late, *early)),)


def _says_nearer(one: Event, other: Event) -> bool:
    """Whether this tells the hour of what the other tells the day of."""
    return one.kind == other.kind and one.at != other.at and other.at.earliest <= one.at.earliest and one.at.latest <= other.at.latest


def _stops_late(event: Event) -> tuple[datetime, int, Moment]:
    return (event.at.latest if event.kind == "stop" else event.at.earliest, _ORDER[event.kind], event.at)


def _stops_early(event: Event) -> tuple[datetime, int, Moment]:
    return (event.at.earliest, _ORDER[event.kind], event.at)


def _open(either: Sequence[Episode]) -> Episode:
    """One episode of which no more is said than that it lies within all these."""
    starts, stops = [one.start for one in either], [one.stop for one in either if one.stop]
    start = Moment(min(one.earliest for one in starts), max(one.latest for one in starts))
    stop = Moment(start.earliest, max((one.latest for one in stops), default=max(one.seen for one in either)))
    return Episode(start, stop, start.earliest, all(one.for_surgery for one in either))


def _followed(events: Sequence[Event], left: datetime | None) -> tuple[tuple[Episode, ...], int]:
    """The episodes of these events in this order, and how many of them do not follow: out without in, in without out."""
    held: list[Episode] = []
    current: Episode | None = None
    with_stoma, odd = False, 0
    for event in events:
        if event.kind == "tracheostomy":
            with_stoma = True
        elif event.kind == "stop":
            if current is None:
                odd += not with_stoma
                continue
            current = replace(current, stop=event.at, seen=max(current.seen, event.at.earliest))
            if not with_stoma:
                held.append(current)
                current = None
        elif current is not None:
            # Again on the ventilator through the stoma is weaning; told twice of one intubation is one.
            odd += event.kind == "start" and not with_stoma and not _same(event.at, current.start)
            current = replace(current, stop=None, seen=max(current.seen, event.at.earliest))
        elif event.kind == "start":
            current = Episode(event.at, None, event.at.latest, event.for_surgery)
    if current is not None:
        held.append(_ended(current, left))
    return tuple(held), odd


def _same(one: Moment, other: Moment) -> bool:
    return one.earliest <= other.latest and other.earliest <= one.latest


def _ended(episode: Episode, left: datetime | None) -> Episode:
    if episode.stop is not None or left is None:
        return episode
    return replace(episode, stop=Moment(min(episode.seen, left), left))
