"""A physician's answer: which counts, and what becomes of one that does not.  None is lost (DOMAIN B71, Q-52).

The first in order of arrival wins.  What does not count by itself and was said by somebody who looks after the patient stands beside the
question as also said; an answer of anybody else is refused, and stays on the chart as what was handed in.
"""

from typing import NamedTuple, get_args

from opencdi.clinical.vocabulary import AuthorRole
from opencdi.events.answers import AnswerKept, Standing
from opencdi.events.audiences import Option
from opencdi.events.people import Person, QueryAnswered
from opencdi.events.query_moves import DecisionRefused
from opencdi.queries.awaiting import chart_after_answer
from opencdi.queries.care_team import another, belongs
from opencdi.queries.casework import Casework
from opencdi.queries.gap import judge
from opencdi.queries.life import LEGAL
from opencdi.queries.query import STALE, Query
from opencdi.queries.rule import Rule
from opencdi.queries.suspension import turn

NOT_PROVIDERS = frozenset(get_args(AuthorRole)) - {"provider", "unknown"}


class Against(NamedTuple):
    """Why an answer does not count; `keep`: as what it stands beside the question all the same."""

    reason: str
    keep: Standing | None = None


def _settles_what_is_written(rule: Rule | None, option_id: str | None) -> bool:
    """Whether the chart is to show the answer though it names no new diagnosis: an onset, whose word holds, that what is written is not so.

    Where what is documented is the question, any answer is one of this kind but that nobody can tell.
    """
    if rule is None or not rule.stands_by_itself:
        return False
    option = next((one for one in rule.options if one.id == option_id), None)
    return option is None or option.free_text or not option.tail


def against(work: Casework, query: Query, fact: QueryAnswered, *, told_again: bool) -> Against | None:
    """What stands against this answer; None where it counts."""
    if fact.actor.role in NOT_PROVIDERS:  # an answer is a provider's
        return Against(f"only a provider can answer; the actor is a {fact.actor.role}")
    if query.sent_at is None or query.state is None or query.wording is None:
        return Against(f"it cannot be answered; it is {query.state}")
    if fact.option_id is None and not fact.free_text.strip():
        return Against("an answer needs an option or words")
    asked_of_another = not told_again and another(query.wording.addressed_to, fact.actor)
    if asked_of_another and not belongs(work.records.stay, fact.actor):
        return Against("it was put to somebody else")
    if "answered" not in LEGAL[query.state]:
        answered = query.answer_option is not None or query.answer_text is not None
        return Against(f"it cannot be answered; it is {query.state}", "after-another" if answered else "too-late")
    if _other_words(query, fact):
        return Against(STALE, "stale")
    if fact.option_id is not None and option_of(query, fact.option_id) is None:
        return Against("no such option")
    return Against("it was put to somebody else; it is kept for CDI", "held") if asked_of_another else None


def _other_words(query: Query, fact: QueryAnswered) -> bool:
    """Whether the question read otherwise when it was answered.  The words count, not the entry: a reminder tells the same words anew."""
    told_since = bool(query.words)  # a question of before they were remembered is taken at its word
    return told_since and fact.as_of not in (query.as_of, *query.also, *query.shown)


def option_of(query: Query, option_id: str | None) -> Option | None:
    """The option of that id which the question offers now."""
    return next((option for option in query.wording.options if option.option_id == option_id), None) if query.wording else None


def refuse(work: Casework, query: Query, fact: QueryAnswered, why: Against) -> None:
    """Say why it does not count; where it is kept, CDI hears of it."""
    work.refused.append(DecisionRefused(decision_id=fact.decision_id, query_id=fact.query_id, reason=why.reason, kept=why.keep is not None))
    if why.keep is None:
        return
    option = option_of(query, fact.option_id)
    kept = AnswerKept(
        decision_id=fact.decision_id,
        actor=fact.actor,
        at=fact.decided_at,
        why=why.keep,
        option_id=fact.option_id,
        option_text=option.text if option else "",
        free_text=fact.free_text,
    )
    query = query.model_copy(update={"also_said": (*query.also_said, kept)})
    work.note(query, "SAID_ALSO", why.keep, actor=fact.actor)
    work.tell_cdi_again(query, "SAID_ALSO", why.keep)


def take(work: Casework, query: Query, *, actor: Person, option_id: str | None, words: str) -> None:
    """The answer counts: what it says is documentation only where the site makes questions part of the record (DOMAIN F.9)."""
    option = option_of(query, option_id)
    diagnosis = option.diagnosis if option else None
    said = {
        "answer_option": option_id,
        "answer_text": words or None,
        "answer_diagnosis": diagnosis,
        "answered_by": actor.name or actor.staff_id or "",
    }
    answered = work.move(query, "answered", "ANSWERED", option.option_id if option else "in words", actor=actor, **said)
    if diagnosis is None and not _settles_what_is_written(work.rules.get(query.rule_id), option_id):
        work.move(answered, "closed", "ANSWERED_WITHOUT_NEW_DIAGNOSIS")  # undetermined, not significant, other: no query until yes
    elif work.site.query_is_record:
        work.move(work.move(answered, "validated", "QUERY_IS_RECORD"), "closed", "QUERY_IS_RECORD")
    else:
        awaiting = work.move(answered, "answered-awaiting-chart", "AWAITING_CHART")  # an answer is not yet documentation (DOMAIN F.9)
        if (rule := work.rules.get(query.rule_id)) and not work.suspended(awaiting):
            with turn(work, rule):
                rule = rule.asking(query.condition)
                chart_after_answer(work, rule, awaiting, judge(rule, work.records.chart(), work.site))  # a note may have said it meanwhile
