"""One question as the specialist's decision needs it, its moves, and what became of decisions."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, delete, select

from opencdi.events.audiences import QueryAlert, QueryWording
from opencdi.events.query_moves import QueryChanged, QueryMoved
from opencdi.store.batch import Batch
from opencdi.store.tables import ENCOUNTER, QUERY, QUERY_MOVE, SENT_DECISION, SETTLED


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision that the gateway has taken: still on its way, or refused by the line."""

    decision_id: str
    query_id: str | None
    kind: str
    by_staff_id: str
    refused: str | None


def question(connection: Connection, tenant: str, query_id: str) -> tuple[QueryAlert, QueryWording | None] | None:
    """The question; None if this tenant has none of that id."""
    asked = select(QUERY.c.doc, QUERY.c.wording).join(ENCOUNTER, ENCOUNTER.c.encounter_id == QUERY.c.encounter_id)
    row = connection.execute(asked.where(QUERY.c.query_id == query_id, ENCOUNTER.c.tenant == tenant)).first()
    return (QueryAlert.read(row.doc), QueryWording.read(row.wording) if row.wording else None) if row else None


def moves(connection: Connection, encounter_id: str) -> list[QueryMoved | QueryChanged]:
    """Every move of the encounter's questions, and every time that one read otherwise where it stood; oldest first."""
    ordered = select(QUERY_MOVE.c.doc).where(QUERY_MOVE.c.encounter_id == encounter_id)
    docs = connection.scalars(ordered.order_by(QUERY_MOVE.c.entry_id, QUERY_MOVE.c.ordinal))
    told = ((QueryMoved if '"to_state":' in doc else QueryChanged).read(doc) for doc in docs)
    return sorted(told, key=lambda move: move.at)


def unsettled(connection: Connection, encounter_id: str) -> list[Pending]:
    """Decisions about this encounter that have not come back, or came back refused."""
    return _unsettled(connection, SENT_DECISION.c.encounter_id == encounter_id)


def unsettled_by(connection: Connection, staff_id: str) -> list[Pending]:
    """This person's decisions that have not come back, or came back refused."""
    return _unsettled(connection, SENT_DECISION.c.by_staff_id == staff_id)


def _unsettled(connection: Connection, which: ColumnElement[bool]) -> list[Pending]:
    asked = (
        select(SENT_DECISION, SETTLED.c.refused)
        .outerjoin(SETTLED, SETTLED.c.decision_id == SENT_DECISION.c.decision_id)
        .where(which, SETTLED.c.decision_id.is_(None) | SETTLED.c.refused.is_not(None))
    )
    return [Pending(row.decision_id, row.query_id, row.kind, row.by_staff_id, row.refused) for row in connection.execute(asked)]


def settled(connection: Connection, decision_ids: Iterable[str]) -> dict[str, str | None]:
    """What became of these decisions: None where the line took it, else why it was refused; one still on its way is not among them."""
    asked = select(SETTLED.c.decision_id, SETTLED.c.refused).where(SETTLED.c.decision_id.in_(list(decision_ids)))
    return {row.decision_id: row.refused for row in connection.execute(asked)}


def remember_sent(engine: Engine, *, decision_id: str, encounter_id: str, query_id: str | None, kind: str, by_staff_id: str) -> None:
    """The gateway has taken this decision: pages show it as pending until the line has dealt with it.

    It replaces what the same person's earlier decisions about the question were refused for.
    """
    with engine.begin() as connection:
        refused = select(SETTLED.c.decision_id).where(SETTLED.c.refused.is_not(None))
        earlier = (SENT_DECISION.c.query_id == query_id) & (SENT_DECISION.c.by_staff_id == by_staff_id)
        connection.execute(delete(SENT_DECISION).where(earlier, SENT_DECISION.c.decision_id.in_(refused)))
        batch = Batch(connection)
        batch.put(
            SENT_DECISION,
            {"decision_id": decision_id, "encounter_id": encounter_id, "query_id": query_id, "kind": kind, "by_staff_id": by_staff_id},
        )
        batch.write()
