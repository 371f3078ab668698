"""To let a question go to the physician, or to word it anew: both pass the compliance gate (DOMAIN B65, B69).

Where the site wants it (by default for the validation of a diagnosis, Q-43), and where people have decided about the condition before
(Q-55), two people approve.
"""

from opencdi.events.people import QueryApproved, QueryEdited
from opencdi.events.wording import same_words, shown_text
from opencdi.knowledge.site import SiteData
from opencdi.queries import gate
from opencdi.queries.care_team import another
from opencdi.queries.casework import Casework
from opencdi.queries.query import STALE, Edits, Query
from opencdi.queries.signed_policy import stands
from opencdi.queries.wording import edited


def by_two(query: Query, site: SiteData) -> bool:
    """Whether a second person approves it, too."""
    return query.gap_type in site.second_review or bool(query.settled)


def by_policy(work: Casework, query: Query) -> bool:
    """Whether a written policy sends it without a person: as long as what was signed stands, and never where two people are needed."""
    rule = work.rules.get(query.rule_id)
    if rule is None or rule.revision != query.rule_revision or by_two(query, work.site) or query.gap_type == "unsupported-diagnosis":
        return False
    return any(one.approved_on <= work.at.date() and stands(one, rule, work.site) for one in work.site.auto_send_rules)


def why_not_approved(work: Casework, query: Query, fact: QueryApproved) -> str:
    """Why it cannot be let go; "" if it can."""
    if query.state != "draft":
        return f"only a draft can be approved; it is {query.state}"
    if work.records.stay.unread:
        return "an entry of this encounter has not been read"
    if work.suspended(query):
        return "its rule is suspended on this encounter"
    if old := query.stale(fact.as_of):
        return old
    if query.wording is None:
        return "it has no words"
    if not fact.shown_text.strip():
        return "it does not carry the words that were shown"
    if not same_words(fact.shown_text, shown_text(query.wording)):
        return STALE
    if query.approved_by is not None and not another(query.approved_by, fact.actor):
        return "a second person must approve it too"
    report = gate.inspect(query.wording, query.effect)
    return "" if report.compliant else "the compliance gate: " + ", ".join(sorted({told[0] for told in report.violations}))


def why_not_edited(query: Query, fact: QueryEdited) -> str:
    """Why it cannot be worded so; "" if it can."""
    if query.state != "draft" or query.wording is None:
        return f"only a draft can be edited; it is {query.state}"
    if old := query.stale(fact.as_of):
        return old
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


def approve(work: Casework, query: Query, fact: QueryApproved) -> None:
    """Sent, or approved by the first of two."""
    if query.wording is None:
        return
    if by_two(query, work.site) and query.approved_by is None:
        work.show(query.model_copy(update={"approved_by": fact.actor}), "APPROVED_ONCE", actor=fact.actor)
    else:
        work.send(query, gate.passed(query.wording, query.effect), "APPROVED", actor=fact.actor)


def edit(work: Casework, query: Query, fact: QueryEdited) -> None:
    """In these words from now on."""
    if query.wording is None:
        return
    wording, edits = edited(query.wording, _edits(query, fact)), _edits(query, fact)
    report = gate.inspect(wording, query.effect)
    work.show(query.model_copy(update={"wording": wording, "gate": report, "edits": edits}), "EDITED", actor=fact.actor)
