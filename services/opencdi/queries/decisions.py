"""People's decisions about questions.  What is stale or illegal is refused visibly, never lost (DESIGN §3)."""

from opencdi.bus.room import State
from opencdi.clinical.vocabulary import QueryState
from opencdi.events.facts import Fact
from opencdi.events.pages import FactsPage
from opencdi.events.people import QueryAnswered, QueryApproved, QueryEdited, QueryReaddressed, QuerySpoken, QueryViewed, QueryWritten
from opencdi.events.query_moves import DecisionRefused
from opencdi.queries import answers, approving, passing_on, setting_aside, written
from opencdi.queries.casework import Casework
from opencdi.queries.life import WITH_THE_PHYSICIAN
from opencdi.queries.moved import QueryDecision, addressed
from opencdi.queries.query import Query

NOT_YET_ASKED: frozenset[QueryState] = frozenset(
    ("candidate", "waiting-for-documents", "addressed-uncertain", "addressed-awaiting-signature")
)


class Decided(State):
    """Decisions of another stay that is part of this one now, as a page of facts, until they can be carried out here."""

    page: str


def decide(work: Casework, fact: Fact, *, told_again: bool = False) -> None:
    """Carry out a decision about a question, or say why not; other facts are nothing to this.

    `told_again`: made on another stay that is part of this one now.  Whoever made it has been answered there: nothing is refused.
    """
    if isinstance(fact, QueryWritten | QuerySpoken):
        _ask(work, fact, told_again=told_again)
    if not isinstance(fact, QueryDecision):
        return
    as_told, fact = fact, addressed(work, fact, told_again=told_again)
    query = work.query(fact.query_id)
    why = answers.against(work, query, fact, told_again=told_again) if query and isinstance(fact, QueryAnswered) else None
    if reason := why.reason if why else _why_not(work, query, fact):
        if not told_again:
            _refuse(work, query, fact, reason, why)
        elif work.records.stay.unread or (query is not None and query.state in NOT_YET_ASKED):
            _later(work, as_told)
    elif query is not None:
        _carry_out(work, query, fact)


def _ask(work: Casework, fact: QueryWritten | QuerySpoken, *, told_again: bool) -> None:
    if not (why := written.why_not(work, fact)):
        written.ask(work, fact)
    elif not told_again:
        written.refuse(work, fact, why)
    elif work.records.stay.unread:
        _later(work, fact)


def _later(work: Casework, fact: Fact) -> None:
    held = _told_again(work)
    work.states[f"decided/{work.records.encounter_id}"] = Decided(page=FactsPage(facts=(*held, fact)).to_json().decode())


def _refuse(work: Casework, query: Query | None, fact: QueryDecision, reason: str, why: answers.Against | None) -> None:
    if why is not None and query is not None and isinstance(fact, QueryAnswered):
        answers.refuse(work, query, fact, why)
    else:
        work.refused.append(DecisionRefused(decision_id=fact.decision_id, query_id=fact.query_id, reason=reason))


def carry_over(work: Casework) -> None:
    """What was told again and could not be carried out yet: because something was unread, or its question waited or was held."""
    later = _told_again(work)
    if later:
        del work.states[f"decided/{work.records.encounter_id}"]
    for fact in later:
        decide(work, fact, told_again=True)


def _told_again(work: Casework) -> tuple[Fact, ...]:
    held = work.states.get(f"decided/{work.records.encounter_id}")
    return FactsPage.read(held.page).facts if isinstance(held, Decided) else ()


def _why_not(work: Casework, query: Query | None, fact: QueryDecision) -> str:
    if query is None:
        return "no such question on this encounter"
    match fact:
        case QueryApproved():
            return approving.why_not_approved(work, query, fact)
        case QueryEdited():
            return approving.why_not_edited(query, fact)
        case QueryViewed():
            return "" if query.sent_at else "it has not been sent"
        case QueryAnswered():
            return ""  # see `answers.against`
        case QueryReaddressed():
            return passing_on.why_not(work, query, fact)
        case _:
            return setting_aside.why_not(work, query, fact)


def _carry_out(work: Casework, query: Query, fact: QueryDecision) -> None:
    match fact:
        case QueryApproved():
            approving.approve(work, query, fact)
        case QueryEdited():
            approving.edit(work, query, fact)
        case QueryViewed():
            if query.state in WITH_THE_PHYSICIAN and query.state != "viewed":  # opened a second time is no news
                work.move(query, "viewed", "VIEWED", actor=fact.actor)
        case QueryAnswered():
            answers.take(work, query, actor=fact.actor, option_id=fact.option_id, words=fact.free_text)
        case QueryReaddressed():
            passing_on.carry_out(work, query, fact)
        case _:
            setting_aside.carry_out(work, query, fact)
