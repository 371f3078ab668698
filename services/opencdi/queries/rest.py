"""Rest after a question: the same evidence never asks twice, and a value that flaps asks once more at most (Q-55: no query until yes)."""

from datetime import datetime
from typing import NamedTuple

from opencdi.clinical.vocabulary import QueryCause
from opencdi.queries.casework import Casework
from opencdi.queries.gap import Judgement
from opencdi.queries.life import DECIDED
from opencdi.queries.query import Query
from opencdi.queries.rule import Rule
from opencdi.queries.yielding import specific

HOUR_S = 3600
_FOR_GOOD: frozenset[QueryCause] = frozenset(("RULED_OUT", "UNCERTAIN_IN_FINAL_STATEMENT", "WITHDRAWN_BY_CDI"))
"""Causes by which the record, or a specialist, has settled the matter itself."""
_FOR_NOW: frozenset[QueryCause] = frozenset(("EVIDENCE_CORRECTED", "SUPPRESSED", "DOCUMENTED", "NO_LONGER_SO"))
"""Causes that a correction or a retraction may undo.  What then comes back asks once more; when that too is undone, no more."""


class History(NamedTuple):
    """What has been asked about the condition in this stay: the kinds of evidence that ask no more, since when the condition rests, and
    the kinds that have been taken back once."""

    settled: frozenset[str] = frozenset()
    at: datetime | None = None
    returned: frozenset[str] = frozenset()


def history_of(before: Query | None) -> History:
    """What follows from the last question on the condition, and from those before it."""
    if before is None:
        return History()
    settled, returned, kinds = frozenset(before.settled), frozenset(before.returned), frozenset(before.kinds)
    doubted = before.cause == "NO_LONGER_SO" and before.gap_type == "unsupported-diagnosis"  # and supported since: doubted once
    if before.state in DECIDED or before.cause in _FOR_GOOD or doubted:
        return History(settled | kinds, before.moved_at, returned)
    if before.cause not in _FOR_NOW or before.state not in ("withdrawn", "auto-resolved"):
        return History(settled, before.settled_at, returned)
    again = kinds & returned
    rests = before.cause not in ("DOCUMENTED", "NO_LONGER_SO") or again  # a note that is retracted leaves the question as open as it was
    return History(settled | again, before.moved_at if rests else before.settled_at, returned | kinds)


def hindrance(rule: Rule, before: Query | None, judgement: Judgement, work: Casework) -> str:
    """Why what is open is not asked about now; "" where it is.

    Not while part of the chart is unread, nor beside a more specific question; and after a decision only once the condition has rested,
    for a new kind of indicator.
    """
    if work.records.stay.unread:
        return "UNREAD"
    if (instead := specific(work, rule)) is not None:
        return f"YIELDS {instead.rule_id}"
    history = history_of(before)
    if history.at is None:
        return ""
    if (work.at - history.at).total_seconds() < rule.cooldown.after_decision_h * HOUR_S:
        return "RESTS_AFTER_DECISION"
    return "NOTHING_NEW_SINCE_DECISION" if judgement.kinds <= history.settled else ""
