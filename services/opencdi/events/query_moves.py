"""What becomes of a question, as it travels on the queries page: it moves, it reads otherwise, a decision about it is refused."""

from datetime import datetime

from opencdi.clinical.vocabulary import QueryState
from opencdi.events.causes import Caused
from opencdi.events.contract import Contract
from opencdi.events.people import Person


class QueryMoved(Caused):
    """One legal move of a question's life, with its cause."""

    query_id: str
    condition: str
    rule_id: str
    rule_revision: int
    from_state: QueryState | None = None
    to_state: QueryState
    at: datetime
    actor: Person | None = None
    title: str = ""


class QueryChanged(Caused):
    """A question stays where its life stands and reads or stands otherwise: its words, whom it is for, what is left of it to ask.

    `text_hash` names the words from then on; the words themselves are in the alert of the same entry.
    """

    query_id: str
    condition: str
    state: QueryState
    at: datetime
    actor: Person | None = None
    text_hash: str | None = None


class DecisionRefused(Contract):
    """A decision that could not be carried out (stale, illegal in that state): visible to who made it.

    `kept`: an answer that did not count, and stands beside the question as also said.
    """

    decision_id: str
    query_id: str | None = None
    reason: str
    kept: bool = False
