"""Conditions of conditions: what several signs say together."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import merge
from itertools import chain
from operator import attrgetter

from opencdi.queries.chart import Chart
from opencdi.queries.condition import AllOf, CountOf, SuspectedInfection, Without
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.found import EVER, LAST, NO_TIME, Found, Given, Placed, Way, at_own_time

Signs = tuple[Sign, ...]
CULTURE_THEN_ANTIBIOTIC = timedelta(hours=72)
ANTIBIOTIC_THEN_CULTURE = timedelta(hours=24)
_at = attrgetter("at")


def any_of(each: list[Signs], found: Found) -> Way:
    """The signs of each."""
    if len(each) == 1:
        return Way((Given(each[0]),), lambda since, until, _: at_own_time(found.between(each[0], since, until)), in_order=True)
    return Way(
        tuple(map(Given, each)),
        lambda since, until, _: at_own_time(chain.from_iterable(found.between(one, since, until) for one in each)),
    )


def suspected_infection(condition: SuspectedInfection, chart: Chart) -> Way:
    """Each antibiotic with each culture that it goes with, at the time of the earlier."""
    antibiotics, cultures = chart.acts(condition.antibiotic), chart.acts(condition.culture)

    def between(since: datetime, until: datetime, _: Placed | None) -> Iterator[Placed]:
        for given in chart.found.between(antibiotics, since, until):
            at = given.at.at
            for culture in chart.found.between(cultures, at - CULTURE_THEN_ANTIBIOTIC, at + ANTIBIOTIC_THEN_CULTURE):
                told = (Cited(condition.culture, culture), Cited(condition.antibiotic, given))
                yield Placed(at, Sign(min(at, culture.at.at), told))

    return Way((Given(antibiotics), Given(cultures, ANTIBIOTIC_THEN_CULTURE, CULTURE_THEN_ANTIBIOTIC)), between)


def all_of(condition: AllOf, each: list[Signs], found: Found) -> Way:
    """Each sign of the one that has all others near it; without a window, of the last of them, and the others whenever in the stay."""
    if not each[-1]:  # the rest was not looked at
        return Way((), lambda *_: (), (len(each),))
    window, in_order = EVER if condition.within_h is None else timedelta(hours=condition.within_h), condition.in_order
    anchors, others = (each[-1], each[:-1]) if condition.within_h is None else (each[0], each[1:])

    def between(since: datetime, until: datetime, _: Placed | None) -> Iterator[Placed]:
        for anchor in found.between(anchors, since, until):
            near: list[Sign] = []
            for other in others:
                found.look(1)
                if (one := _nearest(anchor, other, window, in_order=in_order)) is None:
                    break
                near.append(one)
            else:
                chosen = [*near, anchor] if condition.within_h is None else [anchor, *near]
                about = next((sign.about for sign in chosen if sign.about), "")
                yield Placed(anchor.at, Sign(max(sign.at for sign in chosen), _merged(chosen), about))

    reach = (NO_TIME, NO_TIME, True) if condition.within_h is None and not in_order else (window, NO_TIME if in_order else window)
    return Way((Given(anchors), *(Given(other, *reach) for other in others)), between)


def _nearest(anchor: Sign, others: Signs, window: timedelta, *, in_order: bool) -> Sign | None:
    place = bisect_left(others, anchor.at, key=_at)
    if in_order:  # a value is not its own repetition
        own = {cited.place for cited in anchor.cited}
        later = (others[after] for after in range(place, len(others)))
        one = next((sign for sign in later if sign.at - anchor.at > window or not {cited.place for cited in sign.cited} <= own), None)
        return one if one is not None and one.at - anchor.at <= window else None
    near = others[place : place + 1]
    if place:
        near = (others[bisect_left(others, others[place - 1].at, key=_at)], *near)
    one = min(near, key=lambda sign: abs(sign.at - anchor.at))
    return one if abs(one.at - anchor.at) <= window else None


def _merged(parts: Iterable[Sign]) -> tuple[Cited, ...]:
    told: dict[tuple[str, str, int], Cited] = {}
    for sign in parts:
        for cited in sign.cited:
            told.setdefault(cited.place, cited)
    return tuple(told.values())


def without(condition: Without, met: Signs, others: Signs, found: Found) -> Way:
    """Those with no sign of the other about their time."""
    if condition.ever:
        return Way(
            (Given(met),), lambda since, until, _: () if others else at_own_time(found.between(met, since, until)), (bool(others),), True
        )
    before, after = timedelta(hours=condition.before_h), timedelta(hours=condition.after_h)

    def between(since: datetime, until: datetime, _: Placed | None) -> Iterator[Placed]:
        for sign in found.between(met, since, until):
            place = bisect_left(others, sign.at - before, key=_at)
            if place == len(others) or others[place].at > sign.at + after:
                yield Placed(sign.at, sign)

    return Way((Given(met), Given(others, after, before)), between, in_order=True)


def never(met: Signs, found: Found, *, ever: bool) -> Way:
    """Those, where the other was not ever so in the stay."""
    return Way((Given(met),), lambda since, until, _: () if ever else at_own_time(found.between(met, since, until)), (ever,), in_order=True)


def count_of(condition: CountOf, each: list[Signs], required: Signs | None, found: Found) -> Way:
    """Windows, none within another, each by its first sign, in which so many of the kinds are met."""
    window = timedelta(hours=condition.within_h)

    def from_then_on(since: datetime, _: datetime, before: Placed | None) -> Iterator[Placed]:
        until = before.place + window if before else None
        numbered = [[(sign.at, index, sign) for sign in found.between(one, since, LAST)] for index, one in enumerate(each)]
        if len([one for one in numbered if one]) < condition.at_least:
            return
        told = list(merge(*numbered, key=lambda one: one[:2]))
        for position, (opened, *_rest) in enumerate(told):
            if until is not None and opened <= until:
                continue
            inside: dict[int, Sign] = {}
            for place in range(position, len(told)):
                at, index, sign = told[place]
                if at - opened > window or len(inside) == len(each):
                    break
                found.look(1)
                inside.setdefault(index, sign)
            if len(inside) < condition.at_least:
                continue
            if required is not None and not _any_between(required, opened, opened + window):
                continue
            until = opened + window
            yield Placed(opened, Sign(max(sign.at for sign in inside.values()), _merged(inside.values())))

    given = (*each, *((required,) if required is not None else ()))
    return Way(tuple(Given(one, window, EVER) for one in given), from_then_on)


def _any_between(told: Signs, start: datetime, end: datetime) -> bool:
    return bisect_left(told, start, key=_at) < bisect_right(told, end, key=_at)
