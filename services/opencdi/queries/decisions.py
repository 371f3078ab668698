"""People's decisions about questions.  What is stale or illegal is refused visibly, never lost (DESIGN §3)."""

from opencdi.events.audiences import Option
from opencdi.events.facts import Fact, QueryAnswered, QueryApproved, QueryDismissed, QueryViewed
from opencdi.events.pages import DecisionRefused
from opencdi.queries import gate
from opencdi.queries.casework import Casework
from opencdi.queries.life import LEGAL, WITH_THE_PHYSICIAN
from opencdi.queries.query import Query

QueryDecision = QueryApproved | QueryDismissed | QueryViewed | QueryAnswered


def decide(work: Casework, fact: Fact) -> None:
    """Carry out a decision about a question, or say why not; other facts are nothing to this."""
    if not isinstance(fact, QueryApproved | QueryDismissed | QueryViewed | QueryAnswered):
        return
    query = work.query(fact.query_id)
    if reason := _why_not(work, query, fact):
        work.refused.append(DecisionRefused(decision_id=fact.decision_id, query_id=fact.query_id, reason=reason))
    elif query is not None:
        _carry_out(work, query, fact)


def _why_not(work: Casework, query: Query | None, fact: QueryDecision) -> str:
    if query is None:
        return "no such question on this encounter"
    match fact:
        case QueryApproved():
            return _why_not_approved(work, query, fact)
        case QueryDismissed():
            if query.state != "draft":
                return f"only a draft can be dismissed; it is {query.state}"
            return _stale(query, fact)
        case QueryViewed():
            return "" if query.sent_at else "it has not been sent"
        case QueryAnswered():
            return _why_not_answered(query, fact)


def _stale(query: Query, fact: QueryDecision) -> str:
    return "the question has changed since it was shown" if fact.as_of in query.earlier else ""


def _why_not_approved(work: Casework, query: Query, fact: QueryApproved) -> str:
    if query.state != "draft":
        return f"only a draft can be approved; it is {query.state}"
    if work.records.stay.failed:
        return "an entry of this encounter has not been read"
    if stale := _stale(query, fact):
        return stale
    report = gate.inspect(query.wording, query.effect) if query.wording else None
    if report is None or not report.compliant:
        return "the compliance gate: " + ", ".join(sorted({told[0] for told in report.violations})) if report else "it has no words"
    return ""


def _why_not_answered(query: Query, fact: QueryAnswered) -> str:
    if query.sent_at is None or query.state is None or "answered" not in LEGAL[query.state]:
        return f"it cannot be answered; it is {query.state}"
    if fact.option_id is None and not fact.free_text.strip():
        return "an answer needs an option or words"
    if fact.option_id is not None and _option(query, fact.option_id) is None:
        return "no such option"
    return ""


def _option(query: Query, option_id: str) -> Option | None:
    return next((option for option in query.wording.options if option.option_id == option_id), None) if query.wording else None


def _carry_out(work: Casework, query: Query, fact: QueryDecision) -> None:
    match fact:
        case QueryApproved():
            work.send(query, "APPROVED", actor=fact.actor)
        case QueryDismissed():
            work.move(query, "dismissed", f"DISMISSED {fact.reason}", actor=fact.actor)
        case QueryViewed():
            if query.state in WITH_THE_PHYSICIAN and query.state != "viewed":  # opened a second time is no news
                work.move(query, "viewed", "VIEWED", actor=fact.actor)
        case QueryAnswered():
            _answered(work, query, fact)


def _answered(work: Casework, query: Query, fact: QueryAnswered) -> None:
    option = _option(query, fact.option_id) if fact.option_id else None
    diagnosis = option.diagnosis if option else None
    answered = work.move(
        query,
        "answered",
        f"ANSWERED {option.option_id}" if option else "ANSWERED in words",
        actor=fact.actor,
        answer_option=fact.option_id,
        answer_text=fact.free_text or None,
        answer_diagnosis=diagnosis,
    )
    if diagnosis is None:
        work.move(answered, "closed", "ANSWERED_WITHOUT_NEW_DIAGNOSIS")  # undetermined, not significant, other: no query until yes
    elif work.site.query_is_record:
        work.move(work.move(answered, "validated", "QUERY_IS_RECORD"), "closed", "QUERY_IS_RECORD")
    else:
        work.move(answered, "answered-awaiting-chart", "AWAITING_CHART")  # an answer is not yet documentation (DOMAIN F.9)
