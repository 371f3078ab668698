"""The feeds of a hospital: when each was last heard, and what came in each quarter of an hour of its last week."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from opencdi.clinical.vocabulary import Outcome
from opencdi.knowledge.site import SiteData
from opencdi.store.tables import FEED, FEED_QUARTER, SITE

QUARTER_S = 15 * 60
"""Every time zone's midnight begins a quarter of an hour."""
QUARTERS = 7 * 24 * 4
"""Of a week: so many are kept of each feed and outcome, whatever comes."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """The messages of one outcome in a quarter of an hour, and when the first and the last of them came."""

    outcome: Outcome
    begins_at: datetime
    first_at: datetime
    last_at: datetime
    messages: int


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed, or the documents of one ("<feed>/documents").  `heard_at`: as the last tick said; None where none has named it."""

    name: str
    heard_at: datetime | None
    quarters: tuple[Quarter, ...] = ()  # oldest first


def feeds(connection: Connection, tenant: str) -> list[Feed]:
    """All feeds by name: those that a tick has named, and those of which nothing could be used yet."""
    heard = {row.feed: datetime.fromisoformat(row.heard_at) for row in connection.execute(select(FEED).where(FEED.c.tenant == tenant))}
    quarters: dict[str, list[Quarter]] = {}
    told = select(FEED_QUARTER).where(FEED_QUARTER.c.tenant == tenant).order_by(FEED_QUARTER.c.begins_at, FEED_QUARTER.c.outcome)
    for row in connection.execute(told):
        begins_at, first_at, last_at = map(datetime.fromisoformat, (row.begins_at, row.first_at, row.last_at))
        quarters.setdefault(row.feed, []).append(Quarter(row.outcome, begins_at, first_at, last_at, row.messages))
    return [Feed(name, heard.get(name), _last_week(quarters.get(name, []))) for name in sorted({*heard, *quarters})]


def _last_week(quarters: list[Quarter]) -> tuple[Quarter, ...]:
    # A quarter in which nothing came any more is still that of an earlier week.
    newest = max((quarter.begins_at for quarter in quarters), default=None)
    week = timedelta(seconds=QUARTER_S * QUARTERS)
    return tuple(quarter for quarter in quarters if newest is not None and newest - quarter.begins_at < week)


def site_of(connection: Connection, tenant: str, otherwise: SiteData) -> SiteData:
    """The site data by which the line works: as last told on it, else as it began."""
    doc = connection.scalar(select(SITE.c.doc).where(SITE.c.tenant == tenant))
    return SiteData.model_validate_json(doc) if doc else otherwise
