"""Whom a question is for: the attending physician who is responsible now, not the one of the day it was asked (DOMAIN B70)."""

from typing import Final

from opencdi.events.audiences import QueryWording
from opencdi.queries import gate
from opencdi.queries.care_team import another
from opencdi.queries.casework import Casework, shown
from opencdi.queries.life import UNANSWERED, WITH_THE_PHYSICIAN

CHANGED: Final = "ATTENDING_CHANGED"


def only_for_another(before: QueryWording, after: QueryWording) -> bool:
    """Whether nothing but the addressee differs."""
    return before != after and before.model_copy(update={"addressed_to": after.addressed_to}) == after


def readdress(work: Casework) -> None:
    """Each unanswered question goes to the attending of now: what a physician has is asked anew of the other one, in the same words.

    How long it has been open counts on.  Nothing is sent while an entry of the stay has not been read, or the rule cannot be judged.
    """
    attending, stay = work.records.stay.attending, work.records.stay
    if attending is None or stay.failed:
        return
    for query in filter(None, map(work.current, stay.queries)):
        if query.state not in UNANSWERED or query.wording is None or work.suspended(query):
            continue
        if not another(query.wording.addressed_to, attending):
            continue
        wording = query.wording.model_copy(update={"addressed_to": attending})
        if query.sent_at is None:
            work.show(query.model_copy(update={"wording": wording, "gate": gate.inspect(wording, query.effect)}), CHANGED)
            continue
        try:
            words = gate.passed(wording, query.effect)
        except gate.NotCompliant:  # by an edition of the requirements that came after it was sent
            work.move(query, "withdrawn", CHANGED)
            continue
        if query.state in WITH_THE_PHYSICIAN:
            work.move(query, "sent", CHANGED, **shown(words))
        else:  # held by a note that may answer: whoever has it now sees the same
            work.show(query.model_copy(update={**shown(words), "held_from": "sent"}), CHANGED)
