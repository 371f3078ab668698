"""Two ledgers of one hospital, on a PostgreSQL that both write: nothing is handed over twice, and the budget is one."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, select, text

from by_hand.postgres import postgres_server
from by_hand.shorthand import measured, wording
from by_hand.telling import Telling, passed
from opencdi.bus.bus import Delivered
from opencdi.bus.room import Key, Record
from opencdi.events.audiences import Option
from opencdi.events.inbound import Receipt
from opencdi.events.people import Person
from opencdi.knowledge.delivery_policy import DeliveryPolicy
from opencdi.knowledge.site import SiteData
from opencdi.outbound.book import intend, lock, standing
from opencdi.outbound.ledger import Act
from opencdi.outbound.worker import Ledger
from opencdi.store.batch import Batch
from opencdi.store.engine import open_engine
from opencdi.store.migrate import migrate
from opencdi.store.tables import DELIVERY_INTENDED, PROJECTION
from opencdi.workbench.projection import apply_record

pytestmark = pytest.mark.postgres
NOON = datetime(2026, 5, 4, 16, tzinfo=UTC)
SITE = SiteData(delivery=DeliveryPolicy(open_at_most=1, bundle_minutes=0))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture
def engine(server: str) -> Iterator[Engine]:
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"t{uuid4().hex}"
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    engine = open_engine(admin.url.set(database=name).render_as_string(hide_password=False))
    migrate(engine)
    with engine.begin() as connection:
        batch = Batch(connection)
        batch.put(PROJECTION, {"id": 1, "epoch": 1, "seq": 0, "bus": "b", "edition": "e"})
        batch.write()
    yield engine
    engine.dispose()
    admin.dispose()


class NoBus:
    """The projection of this test has always read everything."""

    def ends(self, _: object) -> dict[tuple[str, int], int]:
        return {}


class Gateway:
    """Takes receipts; one told twice is one (its id makes the record's)."""

    def __init__(self) -> None:
        self.taken: dict[str, Receipt] = {}

    def __call__(self, receipt: Receipt) -> bool:
        self.taken.setdefault(receipt.id, receipt)
        return True

    @property
    def delivered(self) -> list[str]:
        return sorted(one.query_id for one in self.taken.values() if one.status == "delivered")


def asked(engine: Engine, *questions: tuple[str, int], at: datetime = NOON) -> None:
    """These questions to one physician, of that urgency, each about a patient of its own."""
    telling = Telling()
    for name, urgency in questions:
        words = wording(name, f"e-{name}", "t", "w", "q", (Option(option_id="a", text="A"),), indicators=(measured("x", "s", (0, 8)),),
                        no_contrary_evidence_found=True)  # fmt: skip
        words = words.model_copy(update={"addressed_to": Person(staff_id="dr")})
        times: dict[str, Any] = {"asked_at": at.isoformat(), "sending": at.isoformat()}
        telling.ask(passed(words, "sent", "x", delivery={"by": "ledger", "urgency": urgency, **times}))
    telling.tick(at + timedelta(minutes=1))
    with engine.begin() as connection:
        batch = Batch(connection)
        for nth, m in enumerate(telling.messages):
            record = Record(m.topic.name, m.to.key if isinstance(m.to, Key) else None, m.value, m.headers)
            apply_record(batch, Delivered(record.topic, 0, nth, record), 1)
        batch.write()


def waits_for_the_book(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.scalar(text("select count(*) from pg_locks where not granted")))


def test_the_second_ledger_waits_for_what_the_first_decides_and_keeps_the_one_budget(engine: Engine) -> None:
    asked(engine, ("mild", 1), ("grave", 3))
    gateway = Gateway()
    second = threading.Thread(target=Ledger(engine, NoBus(), "demo", SITE, gateway).turn)  # type: ignore[arg-type]
    with engine.begin() as first:
        lock(first)
        held = standing(first, "demo", NOON)
        (mild,) = (one for one in held.waiting if one.query_id == "mild")
        intend(first, "demo", [Act(mild, "delivered")], NOON)  # when it decided, the grave one had not been asked yet
        second.start()
        while second.is_alive() and not waits_for_the_book(engine):
            second.join(0.01)
    second.join()
    assert gateway.delivered == ["mild"]
    assert [(one.query_id, one.because) for one in gateway.taken.values() if one.status == "deferred"] == [("grave", "budget")]


def test_any_number_of_ledgers_at_once_hand_each_question_over_once_and_none_beyond_the_budget(engine: Engine) -> None:
    gateway, site = Gateway(), SiteData(delivery=DeliveryPolicy(open_at_most=3, bundle_minutes=0))
    at_once = threading.Barrier(4, timeout=60)

    def keep(turns: int) -> None:
        ledger = Ledger(engine, NoBus(), "demo", site, gateway)  # type: ignore[arg-type]
        for _ in range(turns):
            at_once.wait()
            ledger.turn()

    ledgers = [threading.Thread(target=keep, args=(6,)) for _ in range(3)]
    for one in ledgers:
        one.start()
    for nth in range(6):
        asked(engine, (f"q{nth}", 1 + nth % 3), at=NOON + timedelta(minutes=nth))
        at_once.wait()
    for one in ledgers:
        one.join()
    assert len(gateway.delivered) == len(set(gateway.delivered)) == 3
    with engine.connect() as connection:
        intended = [row for row in connection.execute(select(DELIVERY_INTENDED)) if row.status == "delivered"]
    assert sorted(row.query_id for row in intended) == gateway.delivered
    assert all(row.sent for row in intended)
