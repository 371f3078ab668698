"""People's decisions about questions.  What is stale or illegal is refused visibly, never lost (DESIGN §3)."""

from typing import get_args

from opencdi.bus.room import State
from opencdi.clinical.vocabulary import AuthorRole, QueryState
from opencdi.events.audiences import Option
from opencdi.events.facts import Fact
from opencdi.events.pages import DecisionRefused, FactsPage
from opencdi.events.people import QueryAnswered, QueryApproved, QueryDismissed, QueryEdited, QueryViewed
from opencdi.events.wording import same_words, shown_text
from opencdi.queries import gate
from opencdi.queries.casework import Casework
from opencdi.queries.gap import judge
from opencdi.queries.life import LEGAL, WITH_THE_PHYSICIAN
from opencdi.queries.moved import QueryDecision, addressed
from opencdi.queries.query import Edits, Query
from opencdi.queries.review import chart_after_answer
from opencdi.queries.suspension import turn
from opencdi.queries.wording import edited

NOT_YET_ASKED: frozenset[QueryState] = frozenset(
    ("candidate", "waiting-for-documents", "addressed-uncertain", "addressed-awaiting-signature")
)
NOT_PROVIDERS = frozenset(get_args(AuthorRole)) - {"provider", "unknown"}


class Decided(State):
    """Decisions of another stay that is part of this one now, as a page of facts, until they can be carried out here."""

    page: str


def decide(work: Casework, fact: Fact, *, told_again: bool = False) -> None:
    """Carry out a decision about a question, or say why not; other facts are nothing to this.

    `told_again`: made on another stay that is part of this one now.  Whoever made it has been answered there: nothing is refused.
    """
    if not isinstance(fact, QueryDecision):
        return
    as_told, fact = fact, addressed(work, fact, told_again=told_again)
    query = work.query(fact.query_id)
    if reason := _why_not(work, query, fact):
        if not told_again:
            work.refused.append(DecisionRefused(decision_id=fact.decision_id, query_id=fact.query_id, reason=reason))
        elif work.records.stay.unread or (query is not None and query.state in NOT_YET_ASKED):
            later = _told_again(work)
            work.states[f"decided/{work.records.encounter_id}"] = Decided(page=FactsPage(facts=(*later, as_told)).to_json().decode())
    elif query is not None:
        _carry_out(work, query, fact)


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
            return _why_not_approved(work, query, fact)
        case QueryEdited():
            return _why_not_edited(query, fact)
        case QueryDismissed():
            if query.state != "draft":
                return f"only a draft can be dismissed; it is {query.state}"
            return _stale(query, fact)
        case QueryViewed():
            return "" if query.sent_at else "it has not been sent"
        case QueryAnswered():
            return _why_not_answered(query, fact)


STALE = "the question has changed since it was shown"


def _stale(query: Query, fact: QueryDecision) -> str:
    """A decision names an alert that carried the words as they stand; an entry that never showed them is as stale as an old one."""
    return "" if fact.as_of in (query.as_of, *query.also) else STALE


def _why_not_approved(work: Casework, query: Query, fact: QueryApproved) -> str:
    if query.state != "draft":
        return f"only a draft can be approved; it is {query.state}"
    if work.records.stay.unread:
        return "an entry of this encounter has not been read"
    if work.suspended(query):
        return "its rule is suspended on this encounter"
    if stale := _stale(query, fact):
        return stale
    if query.wording is None:
        return "it has no words"
    if not fact.shown_text.strip():
        return "it does not carry the words that were shown"
    if not same_words(fact.shown_text, shown_text(query.wording)):
        return STALE
    report = gate.inspect(query.wording, query.effect)
    return "" if report.compliant else "the compliance gate: " + ", ".join(sorted({told[0] for told in report.violations}))


def _why_not_edited(query: Query, fact: QueryEdited) -> str:
    if query.state != "draft" or query.wording is None:
        return f"only a draft can be edited; it is {query.state}"
    if stale := _stale(query, fact):
        return stale
    if set(fact.options) - {option.option_id for option in query.wording.options}:
        return "no such option"
    report = gate.inspect(edited(query.wording, _edits(query, fact)), query.effect)
    told = sorted({f"{requirement} {where}: {text}" for requirement, where, text in report.violations})
    return "" if report.compliant else "the compliance gate: " + "; ".join(told)


def _edits(query: Query, fact: QueryEdited) -> Edits:
    """These edits over those made before."""
    before = query.edits or Edits(editor="")
    told = {name: text for name in ("title", "why", "question") if (text := getattr(fact, name)) is not None}
    editor = fact.actor.staff_id or fact.actor.name
    return before.model_copy(update={**told, "options": {**before.options, **fact.options}, "editor": editor})


def _why_not_answered(query: Query, fact: QueryAnswered) -> str:
    if fact.actor.role in NOT_PROVIDERS:  # an answer is a provider's
        return f"only a provider can answer; the actor is a {fact.actor.role}"
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
        case QueryApproved() if query.wording is not None:
            work.send(query, gate.passed(query.wording, query.effect), "APPROVED", actor=fact.actor)
        case QueryEdited() if query.wording is not None:
            wording, edits = edited(query.wording, _edits(query, fact)), _edits(query, fact)
            report = gate.inspect(wording, query.effect)
            work.show(query.model_copy(update={"wording": wording, "gate": report, "edits": edits}), "EDITED")
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
        answered_by=fact.actor.name or fact.actor.staff_id or "",
    )
    if diagnosis is None:
        work.move(answered, "closed", "ANSWERED_WITHOUT_NEW_DIAGNOSIS")  # undetermined, not significant, other: no query until yes
    elif work.site.query_is_record:
        work.move(work.move(answered, "validated", "QUERY_IS_RECORD"), "closed", "QUERY_IS_RECORD")
    else:
        awaiting = work.move(answered, "answered-awaiting-chart", "AWAITING_CHART")  # an answer is not yet documentation (DOMAIN F.9)
        if (rule := work.rules.get(query.rule_id)) and not work.suspended(awaiting):
            with turn(work, rule):
                rule = rule.asking(query.condition)
                chart_after_answer(work, rule, awaiting, judge(rule, work.records.chart(), work.site))  # a note may have said it meanwhile
