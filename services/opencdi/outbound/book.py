"""The ledger's book: what waits and what was handed over, as the projection has it, and what was decided, written before it is sent.

A decision is known by what it says of which sending, so one made again after a crash is the same row and the same receipt: nothing is
handed over twice, and what was written and not sent is sent when the worker is back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Row, select, text, update

from opencdi.clinical.vocabulary import QueryState
from opencdi.events.audiences import ProviderQuery
from opencdi.events.ids import derived_id
from opencdi.events.inbound import Receipt
from opencdi.outbound.ledger import Act, Handed, Waiting
from opencdi.store.batch import Batch
from opencdi.store.tables import DELIVERY, DELIVERY_INTENDED, PROVIDER_QUERY

OPEN: frozenset[QueryState] = frozenset({"sent", "viewed", "escalated"})
"""With its physician, and unanswered."""
REMEMBERED = timedelta(days=2)
"""What was handed over so long ago and is open no more is in nobody's budget of today, whatever the zone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the ledger decides by."""

    waiting: tuple[Waiting, ...]
    handed: tuple[Handed, ...]


def lock(connection: Connection) -> None:
    """Begin as the one writer: whoever else keeps this book waits here until what is decided now is committed, and then reads it.

    SQLite, besides, would not let a transaction that has read go on to write where the projection wrote meanwhile.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"lock table {DELIVERY_INTENDED.name} in share row exclusive mode"))
    else:
        connection.execute(update(DELIVERY_INTENDED).where(DELIVERY_INTENDED.c.receipt_id == "").values(sent=True))


def standing(connection: Connection, tenant: str, now: datetime) -> Standing:
    """What waits and what was handed over; what is decided and on its way counts as handed over."""
    told, ours = _told(connection), _intended(connection, tenant)
    waiting: list[Waiting] = []
    handed: list[Handed] = []
    for row in connection.execute(select(PROVIDER_QUERY).where(PROVIDER_QUERY.c.tenant == tenant)):
        before = ours.pop((row.query_id, row.staff_id, row.sending), None)  # by our own word all of one bundle went at one instant
        delivered_at = (before.at if before else _told_of(row, told)) if row.held else datetime.fromisoformat(row.created_at)
        if delivered_at is not None:
            handed.append(Handed(row.query_id, row.encounter_id, row.staff_id, delivered_at, row.state in OPEN))
        elif row.state == "sent":
            waiting.append(_waiting(row))
    handed += ours.values()  # sendings of before: asked of somebody else now, or of the same one anew
    return Standing(tuple(waiting), tuple(one for one in handed if one.is_open or now - one.at < REMEMBERED))


_Sending = tuple[str, str, str]
"""A question, its physician, and which sending of it."""


def _told(connection: Connection) -> dict[_Sending, datetime]:
    rows = connection.execute(select(DELIVERY).where(DELIVERY.c.delivered_at.is_not(None)))
    return {(row.query_id, row.staff_id, row.sending): datetime.fromisoformat(row.delivered_at) for row in rows}


def _told_of(row: "Row[tuple[object, ...]]", told: dict[_Sending, datetime]) -> datetime | None:
    """When it was handed over, as receipts say; one that names no sending is of the one that stood then."""
    sent_at = datetime.fromisoformat(row.sending) if row.sending else None
    for key in ((row.query_id, whom, which) for which in dict.fromkeys((row.sending, "")) for whom in (row.staff_id, "")):
        if (at := told.get(key)) and (key[2] or sent_at is None or at >= sent_at):
            return at
    return None


def _intended(connection: Connection, tenant: str) -> dict[_Sending, Handed]:
    ours = select(DELIVERY_INTENDED).where(DELIVERY_INTENDED.c.tenant == tenant, DELIVERY_INTENDED.c.status == "delivered")
    return {
        (row.query_id, row.staff_id, row.sending): Handed(
            row.query_id, row.encounter_id, row.staff_id, datetime.fromisoformat(row.at), is_open=False
        )
        for row in connection.execute(ours)
    }


def _waiting(row: "Row[tuple[object, ...]]") -> Waiting:
    query = ProviderQuery.read(row.doc)
    told = query.delivery
    created = query.wording.created_at
    return Waiting(
        query_id=row.query_id,
        encounter_id=row.encounter_id,
        staff_id=row.staff_id,
        urgency=told.urgency if told else 1,
        asked_at=told.asked_at if told else created,
        leaves_at=told.leaves_at if told else None,
        sending=told.sending if told else None,
    )


def intend(connection: Connection, tenant: str, acts: Iterable[Act], now: datetime) -> int:
    """Write down what was decided and is not known yet; how many that were."""
    known = set(connection.scalars(select(DELIVERY_INTENDED.c.receipt_id).where(DELIVERY_INTENDED.c.tenant == tenant)))
    batch, new = Batch(connection), 0
    for act in acts:
        one, until = act.question, act.until.astimezone(UTC).isoformat() if act.until else None
        sending = one.sending.astimezone(UTC).isoformat(timespec="microseconds") if one.sending else ""
        name = derived_id(tenant, one.query_id, one.staff_id, act.status, act.because or "", until or "", *filter(None, [sending]))
        if name in known:
            continue
        row = {"receipt_id": name, "tenant": tenant, "query_id": one.query_id, "encounter_id": one.encounter_id, "staff_id": one.staff_id}
        when = {"status": act.status, "at": now.astimezone(UTC).isoformat(), "until": until, "because": act.because, "sent": False}
        batch.put(DELIVERY_INTENDED, row | when | {"sending": sending})
        new += 1
    batch.write()
    return new


def unsent(connection: Connection, tenant: str) -> Iterator[Receipt]:
    """What was decided and has not reached the gateway, in the order in which it was decided."""
    asked = select(DELIVERY_INTENDED).where(DELIVERY_INTENDED.c.tenant == tenant, ~DELIVERY_INTENDED.c.sent)
    for row in connection.execute(asked.order_by(DELIVERY_INTENDED.c.at, DELIVERY_INTENDED.c.receipt_id)).all():
        yield Receipt(
            id=row.receipt_id,
            status=row.status,
            encounter_id=row.encounter_id,
            query_id=row.query_id,
            addressed_to=row.staff_id,
            sending=datetime.fromisoformat(row.sending) if row.sending else None,
            until=datetime.fromisoformat(row.until) if row.until else None,
            because=row.because,
        )


def mark_sent(connection: Connection, receipt_id: str) -> None:
    """The gateway has it."""
    connection.execute(update(DELIVERY_INTENDED).where(DELIVERY_INTENDED.c.receipt_id == receipt_id).values(sent=True))
