"""What was found before, so that an entry has no more looked at again than lies within its reach.

Each condition, with the limits that hold at the site, is one for all rules that state it.  It remembers what it was derived from and
what was found; where some of that has changed since, only the signs within reach of the change are derived anew.  A condition whose
signs are the same as before tells nobody above it of any change.  All of it follows from the records, and may be forgotten at any time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import attrgetter, is_
from typing import Any, NamedTuple

Signs = tuple[Any, ...]
"""Of what has an instant `at`: signs, and what stands in their place where something is counted (organ points)."""

FIRST, LAST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
NO_TIME = timedelta(0)
EVER = timedelta(days=3650)
"""No window: any two instants of one stay."""
LOOKS = 30_000
"""So many values, words and signs one rule may look at in one entry: some hundred times what the most laborious one needs."""
LESS = 500
"""Such a part of it may be looked at again by a rule that looked at too much: less than a thousandth of a second."""
_at = attrgetter("at")
clinical = attrgetter("at.at")
"""The instant of what the record tells: of a value, a mention, an act."""


class TooMuch(Exception):
    """A rule looks at more than any rule should."""


class Placed(NamedTuple):
    """A sign, and the instant that it is derived at: of the value, of the anchor, of the window's opening."""

    place: datetime
    sign: Any


class Given(NamedTuple):
    """What a condition is derived from, in clinical order.  A change of it at t moves what is placed from t - `back` to t + `ahead`.

    `nearest`: whatever is nearest counts, however far: a change moves what is placed as far as the next items that did not change.
    """

    items: tuple[Any, ...]
    back: timedelta = NO_TIME
    ahead: timedelta = NO_TIME
    nearest: bool = False


class Way(NamedTuple):
    """How a condition is derived: `find(since, until, before)` gives what is placed within, `before` being the last that stands before it.

    `told`: what concerns every sign of it; where that is another, all is derived anew.
    """

    given: tuple[Given, ...]
    find: Callable[[datetime, datetime, Placed | None], Iterable[Placed]]
    told: tuple[Any, ...] = ()
    in_order: bool = False
    """Every sign stands where it is placed."""


class Look(NamedTuple):
    """A condition that looks at records itself, and not at conditions only: its number, the records, and how to look again.

    `quiet`: whether a value that has come is sure to change no sign of it.
    """

    number: int
    inputs: frozenset[str]
    again: Callable[[Any], Signs]
    quiet: Callable[["Came", Signs, Any], bool]


class Came(NamedTuple):
    """One value more under that name ("analyte/creatinine"), the latest of all."""

    name: str
    before: tuple[Any, ...]
    value: Any


class Held(NamedTuple):
    """What a condition was derived from, and what was found.

    `look`: how it looks at the records; None where it is made of conditions.  `read`: its own look, or those of the conditions inside it.
    """

    looked_up: tuple[object, ...]
    given: tuple[tuple[Any, ...], ...]
    told: tuple[Any, ...]
    placed: tuple[Placed, ...]
    signs: Signs
    look: Look | None = None
    read: tuple[Look, ...] = ()


@dataclass(slots=True)
class Found:
    """One stay's conditions: as remembered, and as looked at in this step."""

    held: dict[int, Held] = field(default_factory=dict)
    now: dict[int, Held] = field(default_factory=dict)
    left: int = LOOKS
    read: dict[int, Look] = field(default_factory=dict)
    """What has been looked at in the records by what is derived at the moment."""
    added: dict[tuple[int, int], tuple[object, object, Any]] = field(default_factory=dict)
    """What came from one state of a series to the next; both are kept, so that their ids are nobody else's."""

    def turn(self, *, again: bool = False) -> None:
        """The next rule begins to look; one that looked at too much before looks a little only, to see whether that is enough by now."""
        self.read = {}
        self.left = LOOKS // LESS if again else LOOKS

    def look(self, many: int) -> None:
        """So many are looked at."""
        self.left -= many
        if self.left < 0:
            raise TooMuch

    def between(self, items: tuple[Any, ...], since: datetime, until: datetime) -> tuple[Any, ...]:
        """Those of that time, both ends included."""
        if not items:
            return ()
        at = _at if isinstance(items[0].at, datetime) else clinical
        start = 0 if since <= at(items[0]) else bisect_left(items, since, key=at)
        end = len(items) if until >= at(items[-1]) else bisect_right(items, until, key=at)
        self.look(max(0, end - start))
        return items[start:end]

    def came(self, old: tuple[Any, ...], new: tuple[Any, ...]) -> Any:
        """The same as `latest`, compared once for all rules."""
        pair = id(old), id(new)
        if pair not in self.added:
            self.added[pair] = old, new, latest(old, new)
        return self.added[pair][2]

    def signs(
        self, number: int, looked_up: tuple[object, ...], way: Callable[[], Way], look: Callable[[], Look | None] = lambda: None
    ) -> Held:
        """The signs of a condition, in clinical order.  `looked_up`: all records that it and its inner conditions are derived from."""
        held = self.held.get(number)
        if held is None or not all(map(is_, held.looked_up, looked_up)):
            outer, self.read = self.read, {}
            own = look() if held is None else held.look
            held = _derived(held, looked_up, way())._replace(look=own, read=(own,) if own else tuple(self.read.values()))
            self.held[number], self.read = held, outer
        self.now[number] = held
        return held


def _derived(held: Held | None, looked_up: tuple[object, ...], way: Way) -> Held:
    items = tuple(one.items for one in way.given)
    if held is None or len(held.given) != len(items) or held.told != way.told:
        placed = _in_order(way.find(FIRST, LAST, None))
    elif (moved := _moved(held.given, way.given)) is None or (placed := _patched(held.placed, way, *moved)) is held.placed:
        return Held(looked_up, items, held.told, held.placed, held.signs)
    signs = tuple([one.sign for one in placed])
    if not way.in_order:
        signs = tuple(sorted(signs, key=_at))
    if held is not None and signs == held.signs:
        signs = held.signs
    return Held(looked_up, items, way.told, placed, signs)


def when(item: Any) -> datetime:
    """When it was: a sign's own instant, or that of what the record tells."""
    at = item.at
    return at if isinstance(at, datetime) else at.at


def at_own_time(signs: Iterable[Any]) -> Iterator[Placed]:
    """Each sign where it stands."""
    return (Placed(sign.at, sign) for sign in signs)


def _place(one: Placed) -> datetime:
    return one.place


def _in_order(found: Iterable[Placed]) -> tuple[Placed, ...]:
    return tuple(sorted(found, key=_place))


def _patched(placed: tuple[Placed, ...], way: Way, since: datetime, until: datetime) -> tuple[Placed, ...]:
    """With what is found within; the very same where that is nothing, as before."""
    if placed and placed[-1].place < since:
        start = end = len(placed)
    else:
        start, end = bisect_left(placed, since, key=_place), bisect_right(placed, until, key=_place)
    found = list(way.find(since, until, placed[start - 1] if start else None))
    return (*placed[:start], *_in_order(found), *placed[end:]) if found or start < end else placed


def _moved(before: tuple[tuple[Any, ...], ...], given: tuple[Given, ...]) -> tuple[datetime, datetime] | None:
    """From when to when the changes reach; None where nothing has changed."""
    since, until = LAST, FIRST
    for old, (new, back, ahead, nearest) in zip(before, given, strict=True):
        if old is not new and (changed := _changed(old, new, nearest=nearest)) is not None:
            since, until = min(since, changed[0] - back), max(until, changed[1] + ahead)
    return (since, until) if since <= until else None


def _changed(old: tuple[Any, ...], new: tuple[Any, ...], *, nearest: bool) -> tuple[datetime, datetime] | None:
    """The time of what is in one of them and not in the other; with `nearest`, from the item before to the item after."""
    if (added := latest(old, new)) is not None:
        at = when(added)
        return (when(old[-1]) if old else FIRST, LAST) if nearest else (at, at)
    if old == new:
        return None
    start = _alike(old, new)
    end = _alike_at_the_end(old, new, start)
    times = [when(one) for one in (*old[start : len(old) - end], *new[start : len(new) - end])]
    if nearest:  # of those at one instant the first counts: as far as the next instant
        later = (at for one in old[len(old) - end :] if (at := when(one)) > max(times)) if end else iter(())
        return when(old[start - 1]) if start else FIRST, next(later, LAST)
    return min(times), max(times)


def latest(old: tuple[Any, ...], new: tuple[Any, ...]) -> Any:
    """The one more that stands behind all that were there before; None where something else has changed."""
    return new[-1] if len(new) == len(old) + 1 and new[:-1] == old else None


def _alike(old: tuple[Any, ...], new: tuple[Any, ...]) -> int:
    """How many at the beginning are the same; two tuples are compared much faster than their parts one by one."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if old[low:middle] == new[low:middle] else (low, middle - 1)
    return low


def _alike_at_the_end(old: tuple[Any, ...], new: tuple[Any, ...], start: int) -> int:
    low, high, longest = 0, min(len(old), len(new)) - start, (len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        same = old[longest[0] - middle : longest[0] - low] == new[longest[1] - middle : longest[1] - low]
        low, high = (middle, high) if same else (low, middle - 1)
    return low
