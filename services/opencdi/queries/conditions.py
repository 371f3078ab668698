"""Whether a named condition is met by the record: the signs of it, in clinical order.  No sign: not met.

Each condition says what it is derived from and how far a change of that reaches; `opencdi.queries.found` has only that derived anew.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from opencdi.queries import at_discharge, combined, measurements, sofa
from opencdi.queries.chart import Chart
from opencdi.queries.coded import coded, left_open
from opencdi.queries.condition import (
    AllOf,
    AnyOf,
    AtBaseline,
    Change,
    Condition,
    Consecutive,
    CountOf,
    Definition,
    Listed,
    Measurement,
    OrganDysfunction,
    OxygenationRatio,
    RatioToBaseline,
    Repeated,
    Stated,
    SuspectedInfection,
    Treatment,
    Without,
)  # fmt: skip
from opencdi.queries.condition_at_discharge import AnsweredNotCharted, Dropped, LeftUncertain
from opencdi.queries.conflicts import conflicting
from opencdi.queries.courses import courses, fits
from opencdi.queries.cultures import grew
from opencdi.queries.devices import on_device
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.feed_conditions import Coded, Conflicting, Discharged, Grew, NamedDifferently, OnDevice, ProcedureLeftOpen, Resists
from opencdi.queries.found import EVER, NO_TIME, Came, Given, Look, Way, at_own_time
from opencdi.queries.question import Question, number_of
from opencdi.queries.resistance import resists
from opencdi.queries.rival_names import named_differently
from opencdi.queries.stated import says, stated, told_beside


def signs(condition: Condition, q: Question) -> tuple[Sign, ...]:
    """All signs of the condition, earliest first."""
    if isinstance(condition, Definition):
        return signs(q.chosen(condition), q)
    number, inputs = q.atom(condition)
    found = q.chart.found
    if (held := found.now.get(number)) is None:
        held = found.signs(number, q.chart.looked_up(inputs), lambda: _way(condition, q), lambda: _look(number, inputs, condition, q))
    for look in held.read:
        found.read[look.number] = look
    return held.signs


def _look(number: int, inputs: tuple[str, ...], condition: Condition, q: Question) -> Look | None:
    """How the condition looks at records; None where it is made of conditions alone (what was ever so is none: days tell of it, too)."""
    if isinstance(condition, AnyOf | AllOf | CountOf) or (isinstance(condition, Without) and not condition.ever):
        return None
    rule, site = q.rule, q.site
    return Look(number, frozenset(inputs), lambda chart: signs(condition, Question(rule, site, chart)), _quiet(condition, q))


def _quiet(condition: Condition, q: Question) -> Callable[[Came, tuple[Sign, ...], Chart], bool]:
    match condition:
        case Measurement() | Consecutive():
            return partial(measurements.is_within, condition, q.limit(condition.name))
        case Change():
            return partial(measurements.differs_less, condition, q.limit(condition.by))
        case RatioToBaseline():
            return partial(measurements.rises_less, condition, q.limit(condition.at_least))
        case OrganDysfunction():
            return sofa.scores_nothing
        case Without():
            rule, site = q.rule, q.site
            return lambda _, found, chart: not found and _unmet(condition.of, Question(rule, site, chart))
        case _:
            return lambda *_: False


def _unmet(condition: Condition, q: Question) -> bool:
    """Whether it is surely not met, as told by the first of its parts that is not."""
    match condition:
        case Definition():
            return _unmet(q.chosen(condition), q)
        case AllOf():
            return any(_unmet(one, q) for one in condition.of)
        case AnyOf():
            return all(_unmet(one, q) for one in condition.of)
        case _:
            return not signs(condition, q)


def _way(condition: Condition, q: Question) -> Way:
    chart, found = q.chart, q.chart.found
    match condition:
        case Measurement():
            return _of(partial(measurements.measured, condition, chart, q.limit(condition.name)), *_measured(condition, chart))
        case Consecutive():
            limit = q.limit(condition.name)
            rows = lambda since, _, before: at_own_time(measurements.in_a_row(condition, chart, limit, since, before))  # noqa: E731
            return Way((Given(chart.series(condition.analyte), ahead=EVER),), rows)
        case Change():
            points = Given(chart.series(condition.analyte), ahead=timedelta(hours=condition.within_h))
            return _of(partial(measurements.changed, condition, chart, q.limit(condition.by)), points)
        case RatioToBaseline():
            return _times_baseline(condition, q)
        case OxygenationRatio():
            oxygen = (Given(chart.series(name), measurements.SAME_DRAW, measurements.SAME_DRAW) for name in ("fio2", "oxygen-flow"))
            return _of(
                partial(measurements.low_oxygenation, condition, chart, q.limit(condition.below)), Given(chart.series("pao2")), *oxygen
            )
        case Repeated():
            points = Given(chart.series(condition.analyte), ahead=timedelta(hours=condition.within_h))
            return _of(partial(measurements.repeated, condition, chart), points)
        case OrganDysfunction():
            return _dysfunction(condition, q)
        case Treatment() if not condition.is_course:
            return _told(chart, [(name, chart.acts(name)) for name in condition.any_of], lambda act: fits(condition, act, q.limit_in))
        case Stated() if condition.notes == 1 and not condition.lacking and not condition.standing:
            said = [(concept, chart.mentions(concept)) for concept in condition.concepts]
            return _told(chart, said, partial(says, condition), partial(told_beside, condition))
        case SuspectedInfection():
            return combined.suspected_infection(condition, chart)
        case AnyOf():
            return combined.any_of([signs(one, q) for one in condition.of], found)
        case AllOf():
            return combined.all_of(condition, _until_unmet(condition.of, q), found)
        case CountOf():
            required = signs(condition.including, q) if condition.including else None
            return combined.count_of(condition, [signs(one, q) for one in condition.of], required, found)
        case Without():
            met = signs(condition.of, q)
            if condition.ever:
                return combined.never(met, found, ever=bool(met) and _ever(condition.sign, q))
            return combined.without(condition, met, signs(condition.sign, q) if met else (), found)
        case _:
            return Way((), lambda *_: at_own_time(_all(condition, q)), (object(),))  # something is another, or nobody would look


def _ever(condition: Condition, q: Question) -> bool:
    """Whether it was ever so in this stay, as far as can be excluded: of a day of which only the extremes are known, little can."""
    if signs(condition, q):
        return True
    match condition:
        case Definition():
            return _ever(q.chosen(condition), q)
        case AnyOf():
            return any(_ever(one, q) for one in condition.of)
        case Measurement(oxygen="any", times_reference=False):
            limit = q.limit(condition.name)
            return any(measurements.beyond(point, condition, limit) for point in q.chart.beyond_memory(condition.analyte))
        case _:
            return any(
                q.chart.beyond_memory(of) for kind, _, of in (name.partition("/") for name in q.atom(condition).inputs) if kind == "analyte"
            )


def _all(condition: Condition, q: Question) -> Iterable[Sign]:
    """The signs of a condition that is judged over the whole stay at once."""
    match condition:
        case AtBaseline():
            return measurements.at_baseline(condition, q.chart, q.limit)
        case Stated():
            return stated(condition, q.chart)
        case Conflicting():
            return conflicting(condition, q.chart)
        case NamedDifferently():
            return named_differently(condition, q.chart)
        case Treatment():
            return courses(condition, q.chart, q.limit_in)
        case Listed():
            return (Sign(told.at.at, (Cited("listed", told),)) for told in q.chart.stay.listings if told.code.startswith(condition.codes))
        case Coded():
            return coded(condition, q.chart.code_set(), q.chart.stay.started_at)
        case ProcedureLeftOpen():
            return left_open(condition, q.chart.code_set())
        case Grew():
            return grew(condition, q.chart.cultures())
        case Resists():
            return resists(condition, q.chart.cultures())
        case OnDevice():
            return on_device(condition, q.chart)
        case Dropped():
            return at_discharge.dropped(condition, q.chart, q.site)
        case AnsweredNotCharted():
            return at_discharge.answered_not_charted(condition, q.chart, q.site)
        case LeftUncertain():
            return at_discharge.left_uncertain(condition, q.chart, q.site)
        case Discharged():
            left = q.chart.stay.discharged_at
            return (Sign(left.at, ()),) if left else ()
        case _:
            raise NotImplementedError(condition.kind)


def _of(signs_of: Callable[[datetime, datetime], Iterable[Sign]], *given: Given, told: tuple[object, ...] = ()) -> Way:
    """Signs that stand where what they tell was."""
    return Way(given, lambda since, until, _: at_own_time(signs_of(since, until)), told, in_order=True)


def _measured(condition: Measurement, chart: Chart) -> Iterator[Given]:
    yield Given(chart.series(condition.analyte))
    if condition.oxygen != "any":
        yield Given(chart.series("fio2"), ahead=measurements.OXYGEN_HOLDS)
        yield Given(chart.series("oxygen-flow"), ahead=measurements.OXYGEN_HOLDS)
    if condition.written:
        yield Given(chart.written(condition.analyte))


def _times_baseline(condition: RatioToBaseline, q: Question) -> Way:
    window = timedelta(hours=condition.within_h)
    back, ahead = {"earlier": (NO_TIME, window), "later": (window, NO_TIME), "carried": (NO_TIME, NO_TIME)}[condition.baseline]
    carried = (q.chart.stay.baselines.get(condition.analyte),) if condition.baseline == "carried" else ()
    found = partial(measurements.times_baseline, condition, q.chart, q.limit(condition.at_least))
    return _of(found, Given(q.chart.series(condition.analyte), back, ahead), told=carried)


def _dysfunction(condition: OrganDysfunction, q: Question) -> Way:
    at_least, old = q.limit(condition.at_least), sofa.explained(q.chart, condition.chronic)
    scored = [_scored(one, q.chart) for one in sofa.SCORING if one not in old]
    return Way(
        tuple(Given(items, sofa.DAY, EVER) for items in scored),
        lambda since, _, before: at_own_time(sofa.dysfunction(q.chart, scored, at_least, since, before)),
        (at_least, *(sofa.usable(kind, q.chart) for kind in sofa.SCORING)),
    )


def _scored(kind: str, chart: Chart) -> tuple[sofa.Scored, ...]:
    """The organ points of one analyte's values, or of pressors given: the same for whoever asks."""
    found, inputs = chart.found, sofa.inputs_of(kind)
    number = number_of(f"sofa/{kind}")
    if number in found.now:
        return found.now[number].signs
    given = [Given(items, near, near) for items, near in sofa.given(kind, chart)]
    way = Way(tuple(given), lambda since, until, _: at_own_time(sofa.scored(kind, chart, since, until)), (sofa.usable(kind, chart),), True)
    return found.signs(number, chart.looked_up(inputs), lambda: way).signs


def _told(
    chart: Chart,
    each: list[tuple[str, tuple[Any, ...]]],
    says: Callable[[Any], bool],
    label: Callable[[Any], str | None] = lambda _: None,
) -> Way:
    """Each act, or each mention that says so."""

    def between(since: datetime, until: datetime) -> Iterator[Sign]:
        for kind, items in each:
            yield from (Sign(one.at.at, (Cited(kind, one, label(one)),)) for one in chart.found.between(items, since, until) if says(one))

    return _of(between, *(Given(items) for _, items in each))


def _until_unmet(conditions: tuple[Condition, ...], q: Question) -> list[tuple[Sign, ...]]:
    """The signs of each, in the rule's order, and no further than the first that is not met."""
    found: list[tuple[Sign, ...]] = []
    for one in conditions:
        found.append(signs(one, q))
        if not found[-1]:
            break
    return found
