"""The internal half of the open questions, each beside the others: what one answer adds depends on what else may be documented."""

from opencdi.bus.room import State
from opencdi.events.audiences import AlertEffect
from opencdi.events.pages import Claim
from opencdi.queries.casework import Casework
from opencdi.queries.effect import effects_of, likeliest
from opencdi.queries.life import UNANSWERED
from opencdi.queries.query import Query
from opencdi.queries.rule import Rule
from opencdi.queries.suspension import turn


class LastClaim(State):
    """The claim of the last coding page: what a question's answers would do to the DRG is computed from it."""

    claim: Claim | None = None


def weigh_together(work: Casework) -> None:
    """Weigh every open question anew after an entry that moved one."""
    if not (work.moved or work.said):
        return
    open_ones = [query for query in map(work.current, work.records.stay.queries) if query and query.state in UNANSWERED]
    for query in open_ones:
        if (rule := work.rules.get(query.rule_id)) is None or work.suspended(query):
            continue
        with turn(work, rule):
            if (effect := effects_now(work, rule, query, _offered(query))) != query.effect:
                work.weigh(query, effect)


def _offered(query: Query) -> frozenset[str]:
    return frozenset(option.option_id for option in query.wording.options) if query.wording else frozenset()


def effects_now(work: Casework, rule: Rule, query: Query, offered: frozenset[str]) -> tuple[AlertEffect, ...]:
    """What the answers offered would do to the DRG of the last claim."""
    held = work.states.get(f"claim/{work.records.encounter_id}")
    beside = [one for one in map(work.current, work.records.stay.queries) if one and one.query_id != query.query_id]
    others = (likeliest(work.rules[one.rule_id], one) for one in beside if one.state in UNANSWERED and one.rule_id in work.rules)
    return effects_of(rule, offered, held.claim if isinstance(held, LastClaim) else None, tuple(answer for answer in others if answer))
