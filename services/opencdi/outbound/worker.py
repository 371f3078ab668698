"""The outbound ledger at work: it reads what the projection has, writes down what it decides, and tells the gateway (DESIGN §2).

It has no clock: it is as late as the newest entry that the line has dealt with, so a replay decides as the day did.  It decides only over a
projection that has read all that was there when it began, or began again: over half a history a question would look unanswered.
"""

import logging
from collections.abc import Callable
from threading import Event
from zoneinfo import ZoneInfo

import httpx
from sqlalchemy import Connection, Engine, select

from opencdi.bus.bus import Bus
from opencdi.events.inbound import Receipt
from opencdi.events.topics import CHART, PROVIDER_QUERIES, QUERIES
from opencdi.knowledge.site import SiteData
from opencdi.outbound.book import intend, lock, mark_sent, standing, unsent
from opencdi.outbound.ledger import acts
from opencdi.store.health import as_of, version
from opencdi.store.tables import POSITION, SITE

log = logging.getLogger(__name__)
READS = (CHART, QUERIES, PROVIDER_QUERIES)
Tell = Callable[[Receipt], bool]
"""Hands a receipt to the gateway: whether it is stored there."""


class Ledger:
    """One tenant's ledger.  `site`: until site data have come down the line."""

    def __init__(self, engine: Engine, bus: Bus, tenant: str, site: SiteData, tell: Tell) -> None:
        """Nothing is remembered here but up to where the projection must have read."""
        self.engine, self.bus, self.tenant, self.site, self.tell = engine, bus, tenant, site, tell
        self._edition: str | None = None
        self._ends: dict[tuple[str, int], int] = {}

    def turn(self) -> int:
        """Decide, write it down, and tell; how many receipts the gateway took."""
        with self.engine.begin() as connection:
            lock(connection)
            if not self._caught_up(connection):
                return 0
            site, now = self._site_of(connection), as_of(connection, self.tenant)
            if site.delivery is not None and now is not None:
                held = standing(connection, self.tenant, now.received_at)
                decided = acts(held.waiting, held.handed, site.delivery, ZoneInfo(site.timezone), now.received_at)
                intend(connection, self.tenant, decided, now.received_at)
        with self.engine.connect() as connection:
            waiting = tuple(unsent(connection, self.tenant))
        told = 0
        for receipt in waiting:
            if not self.tell(receipt):
                break  # the others would fare no better; they are written down
            with self.engine.begin() as connection:
                mark_sent(connection, receipt.id)
            told += 1
        return told

    def _caught_up(self, connection: Connection) -> bool:
        edition, _ = version(connection)
        if edition != self._edition:
            self._edition, self._ends = edition, dict(self.bus.ends(READS))
        positions = {(row.topic, row.part): row.next for row in connection.execute(select(POSITION))}
        if all(positions.get(place, 0) >= end for place, end in self._ends.items()):
            self._ends = {}
            return edition != ""
        return False

    def _site_of(self, connection: Connection) -> SiteData:
        doc = connection.scalar(select(SITE.c.doc).where(SITE.c.tenant == self.tenant))
        return SiteData.model_validate_json(doc) if doc else self.site


def gateway_at(url: str, token: str | None, timeout_s: float = 10.0) -> Tell:
    """The gateway's door for receipts."""
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}

    def tell(receipt: Receipt) -> bool:
        headed = headers | {"Content-Type": "application/json"}
        try:
            answer = httpx.post(f"{url}/receipts", content=receipt.to_json(), headers=headed, timeout=timeout_s, trust_env=False)
        except httpx.HTTPError as error:
            log.warning("the gateway did not take a receipt: %s", type(error).__name__)
            return False
        if answer.status_code != httpx.codes.ACCEPTED:
            log.warning("the gateway did not take a receipt: %d", answer.status_code)
        return answer.status_code == httpx.codes.ACCEPTED

    return tell


def keep(ledger: Ledger, stop: Event, every_s: float, beat: Callable[[], None] = lambda: None) -> None:
    """Keep the ledger until `stop`."""
    while not stop.is_set():
        ledger.turn()
        beat()
        stop.wait(every_s)
