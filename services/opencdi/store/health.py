"""How the line is doing, and up to when this projection speaks."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from opencdi.store.tables import (
    APPLIED,
    ENCOUNTER,
    FAILED,
    OUTCOME_COUNT,
    PROJECTION,
    RULE_SUSPENDED,
    TOUCHED,
    UNREADABLE,
)


@dataclass(frozen=True, slots=True)
class AsOf:
    """The newest entry that the whole line has dealt with and this projection has stored."""

    entry_id: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class LineHealth:
    """Counts since the bus began."""

    outcomes: tuple[tuple[str, str, int], ...]  # outcome, reason, messages
    failed: int
    unreadable: int
    encounters: tuple[tuple[str, int], ...]  # status, how many


def as_of(connection: Connection, tenant: str) -> AsOf | None:
    """Up to when the pages of this tenant speak; None while nothing has come through."""
    row = connection.execute(select(APPLIED).where(APPLIED.c.tenant == tenant)).first()
    return AsOf(row.entry_id, datetime.fromisoformat(row.received_at)) if row else None


def version(connection: Connection) -> tuple[str, int]:
    """The projection's edition and the number of its last batch; ("", 0) before there is one."""
    row = connection.execute(select(PROJECTION.c.edition, PROJECTION.c.seq)).first()
    return (row.edition, row.seq) if row else ("", 0)


def touched_since(connection: Connection, tenant: str, seq: int) -> list[str]:
    """Encounters of the tenant that changed after that batch."""
    asked = select(TOUCHED.c.encounter_id).where(TOUCHED.c.tenant == tenant, TOUCHED.c.seq > seq)
    return sorted(connection.scalars(asked))


def line_health(connection: Connection, tenant: str) -> LineHealth:
    """What the health page shows."""
    outcomes = select(OUTCOME_COUNT).where(OUTCOME_COUNT.c.tenant == tenant).order_by(OUTCOME_COUNT.c.outcome, OUTCOME_COUNT.c.reason)
    statuses = select(ENCOUNTER.c.status, func.count()).where(ENCOUNTER.c.tenant == tenant).group_by(ENCOUNTER.c.status)
    failed = select(func.count()).select_from(FAILED).join(ENCOUNTER, ENCOUNTER.c.encounter_id == FAILED.c.encounter_id)
    failed = failed.where(ENCOUNTER.c.tenant == tenant, FAILED.c.reason != RULE_SUSPENDED)
    return LineHealth(
        outcomes=tuple((row.outcome, row.reason, row.messages) for row in connection.execute(outcomes)),
        failed=connection.scalar(failed) or 0,
        unreadable=connection.scalar(select(func.count()).select_from(UNREADABLE)) or 0,
        encounters=tuple((str(status), int(count)) for status, count in connection.execute(statuses.order_by(ENCOUNTER.c.status))),
    )
