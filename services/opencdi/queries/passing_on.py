"""A person decides that somebody else is to be asked (DOMAIN B70): not for me, another provider, a colleague who covers.

An answer that one of the care team gave before being asked is kept; once the question is put to that provider, it counts.
"""

from opencdi.events.people import Person, QueryReaddressed
from opencdi.queries import answers
from opencdi.queries.addressee import put_to
from opencdi.queries.care_team import another, with_member
from opencdi.queries.casework import Casework
from opencdi.queries.life import UNANSWERED, WITH_THE_PHYSICIAN
from opencdi.queries.query import Chosen, Query


def why_not(work: Casework, query: Query, fact: QueryReaddressed) -> str:
    """Why it cannot be put to somebody else; "" if it can."""
    if query.state not in UNANSWERED or query.wording is None:
        return f"only an open question can be put to somebody else; it is {query.state}"
    if work.records.stay.unread:
        return "an entry of this encounter has not been read"
    asked = query.wording.addressed_to
    if (fact.because == "not-for-me" or fact.actor.role == "provider") and another(asked, fact.actor):
        return "only the one who was asked can pass it on"
    if fact.because == "not-for-me":
        if query.sent_at is None:
            return "it has not been sent"
    elif fact.to is None:
        return "it does not say to whom"
    if fact.to is not None:
        if not (fact.to.staff_id or fact.to.name):
            return "it does not say to whom"
        if not another(asked, fact.to):
            return "it is with that provider already"
    return ""


def carry_out(work: Casework, query: Query, fact: QueryReaddressed) -> None:
    """Put to the other one, or, where nobody is named and the attending has it already, for CDI to say to whom."""
    asked, attending = query.wording.addressed_to if query.wording else Person(), work.records.stay.attending
    to = fact.to or (attending if attending and another(attending, asked) else None)
    if to is None:
        work.show(query, "NOT_FOR_ME", actor=fact.actor)
        return
    covers = attending if fact.because == "covering" else None
    work.records.update(rules_care=False, team=with_member(work.records.stay, to))
    chosen = query.model_copy(update={"chosen": Chosen(to=to, covers=covers)})
    now = put_to(work, chosen, to, "READDRESSED", fact.because, actor=fact.actor)
    held = next((one for one in now.also_said if one.why == "held" and not another(one.actor, to)), None)
    if held is None or now.state not in WITH_THE_PHYSICIAN or (held.option_id and answers.option_of(now, held.option_id) is None):
        return
    rest = tuple(one for one in now.also_said if one is not held)
    answers.take(work, now.model_copy(update={"also_said": rest}), actor=held.actor, option_id=held.option_id, words=held.free_text)
