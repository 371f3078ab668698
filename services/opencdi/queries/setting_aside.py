"""What a CDI specialist does with a question besides asking it: not at all, later, not any more, after all (DOMAIN E.2)."""

from datetime import timedelta
from typing import Any

from opencdi.clinical.vocabulary import OVER
from opencdi.events.people import QueryDismissed, QueryMonitored, QueryReopened, QueryWithdrawn
from opencdi.queries.casework import Casework
from opencdi.queries.clock import Due, file_due
from opencdi.queries.life import UNANSWERED
from opencdi.queries.query import Query

SetAside = QueryDismissed | QueryMonitored | QueryWithdrawn | QueryReopened
LONGEST = timedelta(days=31)


def why_not(work: Casework, query: Query, fact: SetAside) -> str:
    """Why it cannot be done; "" if it can."""
    if fact.actor.role == "provider":
        return "only CDI can decide that"
    match fact:
        case QueryDismissed():
            return query.stale(fact.as_of) if query.state == "draft" else f"only a draft can be dismissed; it is {query.state}"
        case QueryMonitored():
            if query.state != "draft":
                return f"only a draft can be put off; it is {query.state}"
            in_time = work.at < fact.recheck_at <= work.at + LONGEST
            return "" if in_time else "the day on which it comes back lies ahead, and within a month"
        case QueryWithdrawn():
            open_ = query.state in UNANSWERED and query.sent_at is not None
            return "" if open_ else f"only what a physician has can be taken back; it is {query.state}"
        case QueryReopened():
            return _why_not_reopened(work, query)


def _why_not_reopened(work: Casework, query: Query) -> str:
    if query.state != "auto-resolved":
        return f"only what was resolved by itself can be opened again; it is {query.state}"
    if work.records.stay.ended or work.records.stay.unread:
        return "nothing is asked on this encounter now"
    latest = work.current(query.condition)
    if latest is None or latest.query_id != query.query_id:
        return "there is a later question on the condition"
    return "" if query.wording else "it has no words"


def carry_out(work: Casework, query: Query, fact: SetAside) -> None:
    """Do it."""
    match fact:
        case QueryDismissed():
            work.move(query, "dismissed", "DISMISSED", fact.reason, actor=fact.actor)
        case QueryMonitored():
            due = Due(at=fact.recheck_at, encounter_id=work.records.encounter_id, what="recheck", query_id=query.query_id)
            file_due(work.states, work.entry.envelope.tenant, due)
            work.show(query.model_copy(update={"recheck_at": fact.recheck_at}), "MONITORED", actor=fact.actor)
        case QueryWithdrawn():
            work.move(query, "withdrawn", "WITHDRAWN_BY_CDI", fact.reason, actor=fact.actor)
        case QueryReopened():
            over = tuple(sorted(one.source_id for one in query.satisfied_by))
            anew: dict[str, Any] = {
                "reopened_over": over,
                "satisfied_by": (),
                "sent_at": None,
                "passed": None,
                "reminders": 0,
                "escalated_to": None,
                "held_from": None,
            }
            work.move(query, "draft", "REOPENED", actor=fact.actor, **anew)


def recheck(work: Casework, due: Due) -> None:
    """The day has come on which a draft was to be looked at again."""
    query = work.query(due.query_id)
    if query is None or query.state in OVER or query.recheck_at != due.at:
        return
    looked_at = query.model_copy(update={"recheck_at": None})
    work.note(looked_at, "RECHECK_DUE")
    work.tell_cdi_again(looked_at, "RECHECK_DUE")
