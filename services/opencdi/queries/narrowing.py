"""Documentation that answers half of a question: the rest is asked, through the gate again (DOMAIN B66).

Only where what was to be said more exactly has several parts (the type and the acuity of heart failure).  What providers have told of
it takes the answers away that say otherwise, and the words ask for what is still open, as the rule's file has them under `rest`.
"""

from opencdi.events.audiences import Option, QueryWording
from opencdi.queries import gate
from opencdi.queries.casework import Casework
from opencdi.queries.query import Query
from opencdi.queries.rule import AnswerOption, Rule
from opencdi.queries.sending import shown
from opencdi.queries.told import attributes_told

Told = dict[str, set[str]]


def told_of(work: Casework, rule: Rule) -> Told:
    """What providers tell beyond its name of the condition that is to be said more exactly."""
    concepts = {one.concept for one in rule.satisfied_by if one.having} if rule.type == "unspecific" else set()
    chart = work.records.chart()
    return attributes_told(mention for concept in sorted(concepts) for mention in chart.mentions(concept))


def still_open(rule: Rule, told: Told) -> tuple[str, ...]:
    """The parts that nobody has told, where some of them are told; () where there is nothing to narrow."""
    needed = {name for one in rule.satisfied_by for name in one.having}
    rest = needed - told.keys()
    return tuple(sorted(rest)) if rest != needed else ()


def narrowed(rule: Rule, wording: QueryWording, told: Told, *, edited: bool) -> QueryWording:
    """The question as far as it is still open; a person's own words stay, with fewer answers."""
    rest = still_open(rule, told)
    if not rest:
        return wording
    told = {name: values for name, values in told.items() if name not in rest}
    option_by_id = {option.id: option for option in rule.options}
    kept = tuple(option for option in wording.options if _agrees(option, option_by_id.get(option.option_id), told))
    changes: dict[str, object] = {"options": kept} if any(option.diagnosis for option in kept) else {}
    if not edited and (words := rule.rest.get("+".join(rest))):
        term = next((one.quote for one in wording.documented if one.quote and not one.confidentiality), "this condition")
        changes |= {"why": words.why.replace("{documented}", term), "question": words.question.replace("{documented}", term)}
    return wording.model_copy(update=changes)


def _agrees(shown: Option, option: AnswerOption | None, told: Told) -> bool:
    if shown.diagnosis is None or option is None:
        return True
    return all(name not in told or value in told[name] for name, value in option.tells.items())


def narrow(work: Casework, rule: Rule, query: Query) -> None:
    """A physician has the question, and a note has told a part of the answer meanwhile."""
    if query.wording is None or rule.type != "unspecific":
        return
    told = told_of(work, rule)
    wording = narrowed(rule, query.wording, told, edited=query.edits is not None)
    if wording == query.wording:
        return
    try:
        words = gate.passed(wording, query.effect)
    except gate.NotCompliant:  # what is left cannot be asked in words that pass
        work.move(query, "withdrawn", "NOT_COMPLIANT")
        return
    work.show(query.model_copy(update=shown(words)), "NARROWED", "+".join(still_open(rule, told)))
