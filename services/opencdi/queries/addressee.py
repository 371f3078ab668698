"""Whom a question is for: the attending physician who is responsible now, not the one of the day it was asked (DOMAIN B70)."""

from typing import Final

from opencdi.clinical.vocabulary import QueryCause
from opencdi.events.audiences import QueryWording
from opencdi.events.people import Person
from opencdi.queries import gate
from opencdi.queries.care_team import another
from opencdi.queries.casework import Casework
from opencdi.queries.chart import Stay
from opencdi.queries.life import UNANSWERED, WITH_THE_PHYSICIAN
from opencdi.queries.query import Query
from opencdi.queries.sending import sent_as

CHANGED: Final = "ATTENDING_CHANGED"


def only_for_another(before: QueryWording, after: QueryWording) -> bool:
    """Whether nothing but the addressee differs."""
    return before != after and before.model_copy(update={"addressed_to": after.addressed_to}) == after


def addressee_of(stay: Stay, query: Query | None) -> Person:
    """Whom the question is for now: who a person chose, else the attending physician."""
    chosen = query.chosen if query else None
    if chosen and (chosen.covers is None or (stay.attending and not another(chosen.covers, stay.attending))):
        return chosen.to
    return stay.attending or Person()


def readdress(work: Casework) -> None:
    """Each unanswered question goes to the one who is responsible now.

    How long it has been open counts on.  Nothing is sent while an entry of the stay has not been read, or the rule cannot be judged.
    """
    stay = work.records.stay
    if stay.attending is None or stay.failed:
        return
    for query in filter(None, map(work.current, stay.queries)):
        if query.state not in UNANSWERED or query.wording is None or work.suspended(query):
            continue
        to = addressee_of(stay, query)
        if another(query.wording.addressed_to, to):
            put_to(work, query, to, CHANGED)


def put_to(work: Casework, query: Query, to: Person, cause: QueryCause, detail: str = "", *, actor: Person | None = None) -> Query:
    """The question is for this person from now on: what a physician has is asked anew of the other one, in the same words."""
    if query.wording is None:
        return query
    wording = query.wording.model_copy(update={"addressed_to": to})
    if query.sent_at is None:
        words = {"wording": wording, "gate": gate.inspect(wording, query.effect)}
        return work.show(query.model_copy(update=words), cause, detail, actor=actor)
    try:
        passed = gate.passed(wording, query.effect)
    except gate.NotCompliant:  # by an edition of the requirements that came after it was sent
        return work.move(query, "withdrawn", cause, detail, actor=actor)
    if query.state in WITH_THE_PHYSICIAN:
        return work.move(query, "sent", cause, detail, actor=actor, **sent_as(passed, work.at))
    # Held by a note that may answer: whoever has it now sees the same.
    return work.show(query.model_copy(update={**sent_as(passed, work.at), "held_from": "sent"}), cause, detail, actor=actor)
