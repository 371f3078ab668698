"""The specific question beats the general one (DOMAIN D.12): a rule yields to those that its file names under `yields_to`.

A general question ("an abnormal value was treated") is not asked beside the one that names what it may be.  What a physician already has
stays: nobody is asked twice at once, and nothing is taken back for being general.
"""

from collections.abc import Iterable

from opencdi.queries.casework import Casework
from opencdi.queries.life import UNANSWERED
from opencdi.queries.query import Query
from opencdi.queries.rule import Rule


def specific_first(rules: Iterable[Rule]) -> list[Rule]:
    """Those that yield come after the others."""
    return sorted(rules, key=lambda rule: len(rule.yields_to) > 0)


def specific(work: Casework, rule: Rule) -> Query | None:
    """The question of a rule to which this one yields, open or settled; None where there is none that counts."""
    for query in filter(None, map(work.current, work.records.stay.queries)):
        if query.rule_id in rule.yields_to and query.state not in ("withdrawn", "superseded"):
            return query
    return None


def makes_room(work: Casework, held: Query, rule: Rule) -> bool:
    """Whether the question that has the condition gives it up for this rule's: it is general, and no physician has it."""
    general = work.rules.get(held.rule_id)
    if general is None or rule.id not in general.yields_to or not _unsent(held):
        return False
    work.move(held, "superseded", "YIELDS", rule.id)
    return True


def give_way(work: Casework) -> None:
    """General questions that nobody has sent end where a specific one has been opened."""
    for query in filter(None, map(work.current, work.records.stay.queries)):
        rule = work.rules.get(query.rule_id)
        if rule and _unsent(query) and (instead := specific(work, rule)):
            work.move(query, "superseded", "YIELDS", instead.rule_id)


def _unsent(query: Query) -> bool:
    return query.sent_at is None and query.state in UNANSWERED
