"""Which questions a rule may have on a stay: most have one; some ask of each diagnosis or procedure by itself (Q-06), some nobody."""

from collections.abc import Iterator

from opencdi.clinical.vocabulary import OVER
from opencdi.queries.casework import Casework
from opencdi.queries.chart import Chart
from opencdi.queries.conditions import signs
from opencdi.queries.inputs import ANSWERS
from opencdi.queries.query import Query
from opencdi.queries.question import Question
from opencdi.queries.rule import Rule
from opencdi.queries.yielding import specific_first


def in_order(work: Casework, rules: tuple[Rule, ...]) -> Iterator[Rule]:
    """The specific before the general.  Those that look at answers come last, and whenever a question has moved: a note that tells the
    answer has settled its question by then."""
    last = work.records.inputs.rules_by_input.get(ANSWERS, ())
    after = {rule.id for rule in last}
    yield from specific_first(rule for rule in rules if rule.id not in after)
    yield from (rule for rule in last if work.moved or any(one is rule for one in rules))


def questions_of(rule: Rule, work: Casework, chart: Chart) -> Iterator[Rule]:
    """The rule as it asks each of its questions: of what `when` is met of now, and of what is asked already."""
    if rule.told_to == "cdi":
        return
    if not rule.each:
        yield rule
        return
    found = {f"{rule.condition}/{sign.about}" for sign in signs(rule.when, Question(rule, work.site, chart)) if sign.about}
    asked = {query.condition for query in open_questions(work, rule)}
    for condition in sorted(found | asked):
        yield rule.asking(condition)


def open_questions(work: Casework, rule: Rule) -> Iterator[Query]:
    """The rule's questions that are not over."""
    for condition in work.records.stay.queries:
        if condition.partition("/")[0] != rule.condition:
            continue
        query = work.current(condition)
        if query is not None and query.rule_id == rule.id and query.state not in OVER:
            yield query
