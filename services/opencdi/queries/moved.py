"""A stay that was two: who decides about a question of the other one means this stay's question on the same condition.

Intake tells the people's decisions of the other stay again here; what arrives later with the other one's ids comes here too.  Rooms share
nothing across partitions, so the other stay's questions are not known, but their ids are derived: a condition's can be told by its id.
"""

from opencdi.events.ids import derived_id, message_of
from opencdi.events.people import (
    QueryAnswered,
    QueryApproved,
    QueryDismissed,
    QueryEdited,
    QueryMonitored,
    QueryReaddressed,
    QueryReopened,
    QueryViewed,
    QueryWithdrawn,
)  # fmt: skip
from opencdi.events.wording import shown_text
from opencdi.queries.casework import Casework
from opencdi.queries.query import Query

QueryDecision = (
    QueryApproved | QueryEdited | QueryDismissed | QueryViewed | QueryAnswered | QueryReaddressed | QueryMonitored | QueryWithdrawn
    | QueryReopened
)  # fmt: skip
MOST_ASKED = 20
"""So many questions on one condition of one stay are looked for: after each decision the condition rests for days (Q-55)."""


def addressed(work: Casework, fact: QueryDecision, *, told_again: bool) -> QueryDecision:
    """The decision, addressed to the question that stands here now; as it is, where it names one of this stay or none of the other's.

    What was decided before the move stands (`told_again`), whatever words the question has now.  What comes later was decided on the words
    of the other stay: that is stale once the question reads otherwise than it did right after the move.
    """
    found = _meant(work, fact.query_id)
    if found is None:
        return fact
    query, move = found
    changes = {"query_id": query.query_id}
    if told_again or message_of(query.as_of) == move:
        changes["as_of"] = query.as_of
    if told_again and isinstance(fact, QueryApproved) and query.wording is not None:
        changes["shown_text"] = shown_text(query.wording)
    return fact.model_copy(update=changes)


def _meant(work: Casework, query_id: str) -> tuple[Query, str] | None:
    stay = work.records.stay
    if not stay.moved_from or work.query(query_id) is not None:
        return None
    for condition in stay.queries:
        for encounter_id, move in stay.moved_from.items():
            if any(derived_id(stay.tenant, encounter_id, condition, str(nth + 1)) == query_id for nth in range(MOST_ASKED)):
                query = work.current(condition)
                return (query, move) if query is not None else None
    return None
