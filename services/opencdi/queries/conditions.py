"""Whether a named condition is met by the record: the signs of it, in clinical order.  No sign: not met."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from opencdi.knowledge.site import SiteData
from opencdi.queries import at_discharge, measurements, sofa
from opencdi.queries.chart import Chart, Mention, attributes_told
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
from opencdi.queries.courses import treated
from opencdi.queries.cultures import grew
from opencdi.queries.devices import on_device
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.feed_conditions import Coded, Conflicting, Discharged, Grew, OnDevice, ProcedureLeftOpen
from opencdi.queries.rule import Rule

CULTURE_THEN_ANTIBIOTIC = timedelta(hours=72)
ANTIBIOTIC_THEN_CULTURE = timedelta(hours=24)
EVER = timedelta(days=3650)
"""No window: any two instants of one stay."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a condition is judged by: the rule's limits at this site, and the chart."""

    rule: Rule
    site: SiteData
    chart: Chart

    def limit(self, name: str) -> float:
        """The value of a named threshold."""
        return self.rule.limit(name, self.site)

    def limit_in(self, name: str) -> tuple[float, str]:
        """The same with its unit."""
        return self.limit(name), self.rule.thresholds[name].unit


def signs(condition: Condition, q: Question) -> tuple[Sign, ...]:
    """All signs of the condition, earliest first."""
    return tuple(sorted(_signs(condition, q), key=lambda sign: sign.at))


def _signs(condition: Condition, q: Question) -> Iterable[Sign]:
    match condition:
        case Measurement():
            return measurements.measured(condition, q.chart, q.limit(condition.name))
        case Consecutive():
            return measurements.in_a_row(condition, q.chart, q.limit(condition.name))
        case Change():
            return measurements.changed(condition, q.chart, q.limit(condition.by))
        case RatioToBaseline():
            return measurements.times_baseline(condition, q.chart, q.limit(condition.at_least))
        case AtBaseline():
            return measurements.at_baseline(condition, q.chart, q.limit)
        case OxygenationRatio():
            return measurements.low_oxygenation(condition, q.chart, q.limit(condition.below))
        case Repeated():
            return measurements.repeated(condition, q.chart)
        case OrganDysfunction():
            return sofa.dysfunction(q.chart, q.limit(condition.at_least), condition.chronic)
        case Stated():
            return _stated(condition, q.chart)
        case Conflicting():
            return conflicting(condition, q.chart)
        case Treatment():
            return treated(condition, q.chart, q.limit_in)
        case Listed():
            return (Sign(told.at.at, (Cited("listed", told),)) for told in q.chart.stay.listings if told.code.startswith(condition.codes))
        case SuspectedInfection():
            return _suspected_infection(condition, q.chart)
        case Coded():
            return coded(condition, q.chart.code_set(), q.chart.stay.started_at)
        case ProcedureLeftOpen():
            return left_open(condition, q.chart.code_set())
        case Dropped():
            return at_discharge.dropped(condition, q.chart, q.site)
        case AnsweredNotCharted():
            return at_discharge.answered_not_charted(condition, q.chart, q.site)
        case LeftUncertain():
            return at_discharge.left_uncertain(condition, q.chart, q.site)
        case Grew():
            return grew(condition, q.chart.cultures())
        case OnDevice():
            return on_device(condition, q.chart)
        case Discharged():
            left = q.chart.stay.discharged_at
            return (Sign(left.at, ()),) if left else ()
        case AnyOf():
            return (sign for one in condition.of for sign in _signs(one, q))
        case AllOf():
            return _all_of(condition, q)
        case CountOf():
            return _count_of(condition, q)
        case Without():
            return _without(condition, q)
        case Definition():
            return _signs(q.rule.definitions[getattr(q.site, condition.chosen_by)], q)
        case _:
            assert_never(condition)


def _says(condition: Stated, mention: Mention) -> bool:
    if not mention.affirmed or mention.copied or (condition.note_types and mention.note_type not in condition.note_types):
        return False
    if condition.by == "provider" and not mention.counts:
        return False
    return all(
        name in mention.attributes if value is None else mention.attributes.get(name) == value for name, value in condition.having.items()
    )


def _open(condition: Stated, mentions: tuple[Mention, ...]) -> Iterator[Mention]:
    """Those that say so, where what they leave unsaid is said nowhere and no provider took it back since."""
    if condition.lacking and set(condition.lacking) <= attributes_told(mentions).keys():
        return
    denials = [mention.at.at for mention in mentions if mention.counts and mention.ruled_out] if condition.standing else []
    denied_at = max(denials, default=None)
    for mention in mentions:
        if _says(condition, mention) and (denied_at is None or denied_at <= mention.at.at):
            yield mention


def _stated(condition: Stated, chart: Chart) -> Iterator[Sign]:
    said = [(concept, mention) for concept in condition.concepts for mention in _open(condition, chart.mentions(concept))]
    if condition.notes == 1:
        yield from (Sign(mention.at.at, (Cited(concept, mention),)) for concept, mention in said)
        return
    first_of = {mention.note_id: (concept, mention) for concept, mention in sorted(said, key=lambda told: told[1].at.at, reverse=True)}
    each = sorted(first_of.values(), key=lambda told: told[1].at.at)
    if len(each) >= condition.notes:  # the several notes are the evidence, not one of them
        for end in range(condition.notes, len(each) + 1):
            told = each[end - condition.notes : end]
            yield Sign(told[-1][1].at.at, tuple(Cited(concept, mention) for concept, mention in told))


def _suspected_infection(condition: SuspectedInfection, chart: Chart) -> Iterator[Sign]:
    for antibiotic in chart.acts(condition.antibiotic):
        for culture in chart.acts(condition.culture):
            ahead = antibiotic.at.at - culture.at.at
            if -ANTIBIOTIC_THEN_CULTURE <= ahead <= CULTURE_THEN_ANTIBIOTIC:
                at = min(antibiotic.at.at, culture.at.at)
                yield Sign(at, (Cited(condition.culture, culture), Cited(condition.antibiotic, antibiotic)))


def _merged(parts: Iterable[Sign]) -> tuple[Cited, ...]:
    told: dict[tuple[str, str, int], Cited] = {}
    for sign in parts:
        for cited in sign.cited:
            told.setdefault(cited.place, cited)
    return tuple(told.values())


def _all_of(condition: AllOf, q: Question) -> Iterator[Sign]:
    found: list[tuple[Sign, ...]] = []
    for one in condition.of:  # in the rule's order, and no further than the first that is not met
        if not (told := signs(one, q)):
            return
        found.append(told)
    if condition.within_h is None:
        *others, anchors = found
        window = EVER
    else:
        anchors, *others = found
        window = timedelta(hours=condition.within_h)
    for anchor in anchors:
        near = [_nearest(anchor, other, window, in_order=condition.in_order) for other in others]
        if all(near):
            chosen = (
                [*(sign for sign in near if sign), anchor] if condition.within_h is None else [anchor, *(sign for sign in near if sign)]
            )
            about = next((sign.about for sign in chosen if sign.about), "")
            yield Sign(max(sign.at for sign in chosen), _merged(chosen), about)


def _between(told: tuple[Sign, ...], start: datetime, end: datetime) -> tuple[Sign, ...]:
    return told[bisect_left(told, start, key=_when) : bisect_right(told, end, key=_when)]


def _when(sign: Sign) -> datetime:
    return sign.at


def _nearest(anchor: Sign, others: tuple[Sign, ...], window: timedelta, *, in_order: bool) -> Sign | None:
    inside = _between(others, anchor.at if in_order else anchor.at - window, anchor.at + window)
    if in_order:  # a value is not its own repetition
        own = {cited.place for cited in anchor.cited}
        inside = tuple(s for s in inside if not {cited.place for cited in s.cited} <= own)
    return min(inside, key=lambda sign: abs(sign.at - anchor.at), default=None)


def _without(condition: Without, q: Question) -> Iterator[Sign]:
    found = signs(condition.of, q)
    others = signs(condition.sign, q) if found else ()
    before, after = timedelta(hours=condition.before_h), timedelta(hours=condition.after_h)
    for sign in found:
        if not (others if condition.ever else _between(others, sign.at - before, sign.at + after)):
            yield sign


def _count_of(condition: CountOf, q: Question) -> Iterator[Sign]:
    window = timedelta(hours=condition.within_h)
    required = signs(condition.including, q) if condition.including else None
    each = [(index, sign) for index, one in enumerate(condition.of) for sign in signs(one, q)]
    each.sort(key=lambda told: (told[1].at, told[0]))
    until = None
    for position, (_, opening) in enumerate(each):
        if until is not None and opening.at <= until:
            continue
        inside: dict[int, Sign] = {}
        for later in range(position, len(each)):
            index, sign = each[later]
            if sign.at - opening.at > window:
                break
            inside.setdefault(index, sign)
        if len(inside) < condition.at_least:
            continue
        if required is not None and not _between(required, opening.at, opening.at + window):
            continue
        until = opening.at + window
        yield Sign(max(sign.at for sign in inside.values()), _merged(inside.values()))
