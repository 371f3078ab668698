"""Why a rule asks about a stay or keeps silent, condition by condition (`opencdi rules explain`).

Nothing is judged here: whether a condition is met says `conditions`, what the rule finds says `gap`, what keeps it from asking says
`rest`, as in the room itself; this puts their answers beside what they looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from opencdi.clinical.confidentiality import HIDDEN
from opencdi.clinical.paper import value_on_paper
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import OVER
from opencdi.events.wording import clinical_time_text, indicator_in_passing
from opencdi.queries import objections
from opencdi.queries.casework import Casework
from opencdi.queries.chart import Chart
from opencdi.queries.condition import Condition, Definition, Stated
from opencdi.queries.conditions import signs
from opencdi.queries.evidence import Sign
from opencdi.queries.gap import Judgement, judge
from opencdi.queries.query import Query
from opencdi.queries.question import Question
from opencdi.queries.questions import open_questions, questions_of
from opencdi.queries.rest import hindrance, history_of
from opencdi.queries.rule import Documentation, Rule
from opencdi.queries.spelled import in_words, inner_of
from opencdi.queries.told import Mention


@dataclass(frozen=True)
class Told:
    """One thing that was looked at: whether it is so (None: it is neither), and what it was seen by."""

    text: str
    met: bool | None = None
    inner: tuple["Told", ...] = ()


@dataclass(frozen=True)
class Explanation:
    """What a rule says of a stay, and why.  `asks`: its question is open; `state` where its life stands.  `reason` is a code and a word."""

    rule: Rule
    asks: bool
    state: str | None
    reason: str
    parts: tuple[Told, ...]


def explain(work: Casework, rule: Rule) -> tuple[Explanation, ...]:
    """Why this rule asks, or why not, as the stay stands in that work: of each of its questions, where it may have several.

    What a suspended rule finds nobody knows: to look again would raise again.
    """
    if rule.id in work.records.stay.suspended:
        held = tuple(open_questions(work, rule)) or (work.current(rule.condition),)
        return tuple(_unknown(work, rule.asking(one.condition) if one else rule, one) for one in held)
    return tuple(_explained(work, one) for one in questions_of(rule, work, work.records.chart())) or (_explained(work, rule),)


def _unknown(work: Casework, rule: Rule, query: Query | None) -> Explanation:
    reason, state = work.records.stay.ended or "SUSPENDED", query.state if query else None
    return Explanation(rule, _is_ours(rule, query), state, reason, tuple(_decided(rule, query)))


def _is_ours(rule: Rule, query: Query | None) -> bool:
    return query is not None and query.rule_id == rule.id and query.state not in OVER


def _explained(work: Casework, rule: Rule) -> Explanation:
    query, chart = work.current(rule.condition), work.records.chart()
    judgement = judge(rule, chart, work.site, history_of(query).at)
    q = Question(rule, work.site, chart)
    parts = (
        Told("documented", judgement.outcome in ("satisfied", "uncertain", "ruled-out"), tuple(_documentation(rule, chart))),
        Told("may be asked about", not _excluded(judgement), tuple(_preconditions(rule, chart))),
        Told("when", bool(signs(rule.when, q)), (told(rule.when, q),)),
        *(Told(f"unless {name}", bool(signs(one, q)), (told(one, q),)) for name, one in rule.unless.items()),
    )
    parts += tuple(_decided(rule, query))
    return Explanation(rule, _is_ours(rule, query), query.state if query else None, _reason(work, rule, query, judgement), parts)


def _decided(rule: Rule, query: Query | None) -> Iterator[Told]:
    """What people have decided about the condition before, and how long it rests (Q-55)."""
    kinds, at, _ = history_of(query)
    if at is not None:
        until = at + timedelta(hours=rule.cooldown.after_decision_h)
        yield Told(f"people decided at {at:%Y-%m-%d %H:%M}, on {', '.join(sorted(kinds))}")
        yield Told(f"it rests until {until:%Y-%m-%d %H:%M}; afterwards only another kind of indicator asks again")


def _reason(work: Casework, rule: Rule, query: Query | None, judgement: Judgement) -> str:
    """What decided: the first thing that keeps the rule silent, in the room's own order; else what the judge found."""
    if ended := work.records.stay.ended:
        return ended
    if judgement.outcome not in ("gap", "unsigned") or _is_ours(rule, query):
        return judgement.reason
    if rule.told_to == "cdi":
        return "TOLD_TO_CDI"
    held_by = f"ASKED_BY {query.rule_id}" if query is not None and query.state not in OVER else ""
    return hindrance(rule, query, judgement, work) or held_by or judgement.reason


def told(condition: Condition, q: Question, role: str = "") -> Told:
    """Whether a condition is met and by what; of those inside it the same, whether or not the judge had to look at them."""
    found = signs(condition, q)
    inner = tuple(told(one, q, name) for name, one in _inside(condition, q))
    seen = [] if inner else [*_seen(condition, q)]
    if found:
        seen = [Told(_cited(found)), *(one for one in seen if one.met is False)]
    elif inner and all(one.met for one in inner):
        seen = [Told("each is met, but not as this asks for them together")]
    return Told(f"{role + ': ' if role else ''}{in_words(condition, q)}", bool(found), (*seen, *inner))


def _inside(condition: Condition, q: Question) -> Iterator[tuple[str, Condition]]:
    if isinstance(condition, Definition):
        name = q.rule.adopted(q.site, condition.as_shipped)
        yield name, q.rule.definitions[name]
    yield from inner_of(condition)


def _cited(found: tuple[Sign, ...]) -> str:
    shown = "; ".join(indicator_in_passing(cited.indicator) for cited in found[0].cited)
    return f"{shown}{f' (first of {len(found)})' if len(found) > 1 else ''}"


def _seen(condition: Condition, q: Question) -> Iterator[Told]:
    """What a condition without inner ones looked at."""
    chart = q.chart
    if analyte := getattr(condition, "analyte", ""):
        yield Told(_values(analyte, chart))
    if isinstance(condition, Stated):
        for concept in condition.concepts:
            yield from (_mention(concept, one, [*objections.to_stating(condition, one)]) for one in chart.mentions(concept))
        if condition.lacking or condition.standing or condition.notes > 1:
            yield Told("of these, what else is written or in how many notes decides")
    for field in ("any_of", "antibiotic", "culture"):
        if names := getattr(condition, field, ()):
            for name in (names,) if isinstance(names, str) else names:
                if acts := chart.acts(name):
                    yield Told(f"{name}: {len(acts)} told, first {_when(acts[0].at)}")
    if getattr(condition, "codes", ()) and chart.stay.listings:
        yield Told(f"listed: {', '.join(one.code for one in chart.stay.listings)}")


def _values(analyte: str, chart: Chart) -> str:
    points = chart.series(analyte)
    if not points:
        return "no value"
    low, high = min(points, key=lambda one: one.value), max(points, key=lambda one: one.value)
    between = " to ".join(dict.fromkeys(value_on_paper(one.value, one.unit, analyte=analyte) for one in (low, high)))
    return f"{len(points)} value{'s' if len(points) > 1 else ''}, {between}, last {_when(points[-1].at)}"


def _mention(concept: str, mention: Mention, against: list[str]) -> Told:
    words = HIDDEN if mention.confidentiality else f"“{mention.text}”"
    where = f"{mention.note_type} note, {_when(mention.at)}"
    return Told(f"{concept}: {words} ({where}){': ' if against else ''}{', '.join(against)}", not against)


def _when(at: ClinicalTime) -> str:
    return clinical_time_text(at)


def _documentation(rule: Rule, chart: Chart) -> Iterator[Told]:
    """What is written of that which would settle the question, and why it does not."""
    for one in rule.satisfied_by:
        for mention in chart.mentions(one.concept):
            against = [*objections.to_being_so(mention), *objections.to_its_author(mention), *_untold(one, mention)]
            yield _mention(one.concept, mention, against)
    for concept in rule.not_satisfied_by:
        yield from (_mention(concept, mention, ["says less than the diagnosis"]) for mention in chart.mentions(concept))


def _untold(one: Documentation, mention: Mention) -> Iterator[str]:
    own = {name: {value} for name, value in mention.attributes.items()}
    if one.having and not one.told_by(own):
        yield f"does not tell all of its {' and '.join(one.having)} by itself"


def _excluded(judgement: Judgement) -> bool:
    return judgement.reason.partition(" ")[0] in ("CLASS", "NEWBORN", "AGE")


def _preconditions(rule: Rule, chart: Chart) -> Iterator[Told]:
    wanted, stay, age = rule.preconditions, chart.stay, chart.stay.age()
    yield Told(f"class {stay.encounter_class or 'unknown'} (of {', '.join(wanted.classes)})", stay.encounter_class in wanted.classes)
    yield Told("no newborn", not stay.newborn)
    yield Told(f"age {'unknown' if age is None else age} (from {wanted.age_min})", age is not None and age >= wanted.age_min)
    for concept in wanted.never:
        said = [_mention(concept, mention, [*objections.to_being_so(mention)]) for mention in chart.mentions(concept)]
        yield Told(f"never with {concept}", not any(one.met for one in said), tuple(said))
