"""After a person's decision a condition rests (Q-55: no query until yes)."""

from datetime import datetime

from opencdi.queries.casework import Casework
from opencdi.queries.gap import Judgement
from opencdi.queries.life import DECIDED
from opencdi.queries.query import Query
from opencdi.queries.rule import Rule

HOUR_S = 3600


def settled(before: Query | None) -> tuple[frozenset[str], datetime | None]:
    """The kinds of evidence on which people have decided about the condition in this stay, and when they last did."""
    if before is None:
        return frozenset(), None
    if before.state in DECIDED:
        return frozenset((*before.settled, *before.kinds)), before.moved_at
    return frozenset(before.settled), before.settled_at


def hindrance(rule: Rule, before: Query | None, judgement: Judgement, work: Casework) -> str:
    """Why what is open is not asked about now; "" where it is.

    Not while part of the chart is unread; and after a decision only once it has rested, for a new kind of indicator.
    """
    if work.records.stay.unread:
        return "UNREAD"
    kinds, decided_at = settled(before)
    if decided_at is None:
        return ""
    if (work.at - decided_at).total_seconds() < rule.cooldown.after_decision_h * HOUR_S:
        return "RESTS_AFTER_DECISION"
    return "NOTHING_NEW_SINCE_DECISION" if judgement.kinds <= kinds else ""
