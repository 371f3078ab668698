"""By what a question is judged: the definition in force, and which limits its evidence crossed, and whose limits they are.

Each condition by which the rule asks and that holds a limit is tried anew, and counts where all that it rests on is evidence shown.
So what is told is what the rule itself means by its words, and anyone can try it again from the entries.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from opencdi.events.definitions import CrossedBy, Crossing, InForce
from opencdi.queries.adoptions import in_force
from opencdi.queries.condition import Condition
from opencdi.queries.condition_parts import LIMITS, limits_of, with_inner
from opencdi.queries.conditions import signs
from opencdi.queries.evidence import Cited
from opencdi.queries.query import Query
from opencdi.queries.question import Question
from opencdi.queries.told import Point, Written


def judged_by(q: Question, cited: tuple[Cited, ...], before: Query) -> dict[str, Any]:
    """What a question says of that; the limits are tried anew only where its evidence, definition or rule is another than before."""
    sources = tuple((one.indicator.source_id, one.indicator.at.at, one.indicator.text) for one in cited)
    definition = in_force(q.rule, q.site)
    unchanged = (sources, definition, q.rule.revision) == (before.sources, before.definition, before.rule_revision)
    return {"sources": sources, "definition": definition, "crossed": before.crossed if unchanged else crossings(q, cited)}


def same_definition(before: InForce | None, now: InForce | None) -> bool:
    """Whether nothing of it is another but the revision of the site data, which any table moves."""
    if before is None or now is None:
        return before is now
    return before == now.model_copy(update={"site_revision": before.site_revision})


def crossings(q: Question, cited: Iterable[Cited]) -> tuple[Crossing, ...]:
    """Every limit that these indicators crossed, in the order of the rule, each with the values that crossed it."""
    shown = frozenset(one.place for one in cited)
    told: dict[tuple[str, str, tuple[CrossedBy, ...]], Crossing] = {}
    asking = (q.rule.when, *q.rule.definitions.values(), *q.rule.supporting)
    for condition in (inner for one in asking for inner in with_inner(one)):
        for crossing in _of(condition, q, shown):
            told.setdefault((crossing.limit, crossing.how, crossing.crossed_by), crossing)
    return tuple(told.values())


def _of(condition: Condition, q: Question, shown: frozenset[tuple[str, str, int]]) -> Iterator[Crossing]:
    if not (named := set(limits_of(condition))):
        return
    limits = [(field, name) for field in LIMITS if (name := getattr(condition, field, None)) in named]
    for sign in signs(condition, q):
        values = tuple(_value(one.told) for one in sign.cited if isinstance(one.told, Point | Written))
        if values and all(one.place in shown for one in sign.cited):
            yield from (_crossing(condition, field, name, q, values) for field, name in limits)


def _value(told: Point | Written) -> CrossedBy:
    source_id = told.measurement_id if isinstance(told, Point) else f"{told.note_id}@{told.revision}"
    return CrossedBy(source_id=source_id, entry_id=told.entry_id)


def _crossing(condition: Condition, field: str, name: str, q: Question, values: tuple[CrossedBy, ...]) -> Crossing:
    return Crossing(
        limit=f"{q.rule.id}.{name}",
        kind=condition.kind,
        how=field,
        value=q.limit(name),
        unit=q.rule.thresholds[name].unit,
        set_by="site" if q.rule.set_by_site(name, q.site) else "rule",
        crossed_by=values,
    )
