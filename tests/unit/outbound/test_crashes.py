"""Whatever fails between the ledger, the gateway and the line: each sending of a question reaches its physician once, within the budget, or
says why not.

A machine of random steps over the real book and the real projection's rows; the gateway and the line are played.
"""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase
from hypothesis import settings as limits
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from by_hand.shorthand import measured, wording
from by_hand.telling import Telling, passed
from opencdi.bus.bus import Delivered
from opencdi.bus.room import Key, Record
from opencdi.clinical.time import ClinicalTime
from opencdi.events.audiences import Option
from opencdi.events.facts import DeliveryReceipted
from opencdi.events.inbound import Receipt
from opencdi.events.people import Person
from opencdi.knowledge.delivery_policy import DeliveryPolicy
from opencdi.knowledge.site import SiteData
from opencdi.outbound.worker import Ledger
from opencdi.store.batch import Batch
from opencdi.store.engine import open_engine, snapshot
from opencdi.store.physician import inbox
from opencdi.store.positions import empty
from opencdi.store.tables import DELIVERY_INTENDED, METADATA, PROJECTION
from opencdi.workbench.chart_rows import instant
from opencdi.workbench.projection import apply_record

START = datetime(2026, 5, 4, 13, tzinfo=UTC)
POLICY = DeliveryPolicy(times_a_day=1, open_at_most=2, bundle_minutes=10, quiet_from=time(22), quiet_until=time(6))
SITE = SiteData(delivery=POLICY)
HERE = ZoneInfo(SITE.timezone)
STAYS, DOCTORS = ("e1", "e2", "e3"), ("dr-a", "dr-b")


class Crash(Exception):
    """The worker's process ends here."""


def sending(told: Receipt) -> tuple[str, str, str]:
    """What a receipt is about: the question, its physician, and which sending."""
    return told.query_id, told.addressed_to, instant(told.sending) if told.sending else ""


class NoBus:
    """The projection of this test has always read everything."""

    def ends(self, _: object) -> dict[tuple[str, int], int]:
        return {}


class Deliveries(RuleBasedStateMachine):
    """Questions are sent, to others and again, answered and withdrawn; hours pass; the worker works and dies; receipts return late, twice."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.engine = open_engine(f"sqlite:///{Path(self.folder.name) / 'w.db'}")
        METADATA.create_all(self.engine)
        self.now, self.nth, self.state = START, 0, dict[str, tuple[str, str, str]]()  # query -> (stay, doctor, state)
        self.sending: dict[str, datetime] = {}
        self.urgency: dict[str, int] = {}
        self.on_their_way: list[Receipt] = []
        self.taken: dict[str, Receipt] = {}
        self.log: list[list[Record]] = []
        self.gateway_up, self.dies = True, ""
        self._new_projection()
        self._start()
        self.time_passes(0.25)

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            self.folder.cleanup()

    # --- what happens ---------------------------------------------------------------------------------------------------
    @rule(stay=st.sampled_from(STAYS), doctor=st.sampled_from(DOCTORS), urgency=st.integers(1, 3))
    def a_question_is_sent(self, stay: str, doctor: str, urgency: int = 2) -> None:
        self.nth += 1
        self.urgency[f"q{self.nth}"] = urgency
        self._send(f"q{self.nth}", stay, doctor)

    @rule(data=st.data(), doctor=st.sampled_from(DOCTORS))
    def one_goes_to_somebody_else_or_is_sent_again(self, data: st.DataObject, doctor: str) -> None:
        if able := [name for name, told in self.state.items() if told[2] != "sent" or told[1] != doctor]:
            name = data.draw(st.sampled_from(able))
            self._send(name, self.state[name][0], doctor)

    @rule(data=st.data(), state=st.sampled_from(["answered", "withdrawn"]))
    def one_ends(self, data: st.DataObject, state: str) -> None:
        if open_ones := [name for name, told in self.state.items() if told[2] == "sent"]:
            name = data.draw(st.sampled_from(open_ones))
            self._tell(name, *self.state[name][:2], state)

    @rule(hours=st.sampled_from([0.2, 1, 9]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
        self._line(Telling(), tick=True)

    @rule(dies=st.sampled_from(["", "", "before it tells", "after it told", "gateway away"]))
    def the_worker_works(self, dies: str) -> None:
        self.dies = dies
        try:
            self.ledger.turn()
        except Crash:
            self._start()
        if not dies:
            self._whatever_waits_has_its_reason()
        self.dies = ""

    @rule(data=st.data())
    def a_receipt_comes_down_the_line(self, data: st.DataObject) -> None:
        if not self.on_their_way:
            return
        told = data.draw(st.sampled_from(self.on_their_way))
        if not data.draw(st.booleans()):  # else it comes a second time
            self.on_their_way.remove(told)
        self._receive(told)

    @rule()
    def the_projection_is_built_anew(self) -> None:
        with self.engine.begin() as connection:
            empty(connection)
        self._new_projection()
        for records in self.log:
            self._apply(records)

    # --- what must hold -------------------------------------------------------------------------------------------------
    @invariant()
    def nothing_is_handed_over_twice_and_no_deferral_told_twice(self) -> None:
        told = Counter((*sending(one), one.status, one.because, one.until) for one in getattr(self, "taken", {}).values())
        assert not [name for name, times in told.items() if times > 1]

    @invariant()
    def nobody_is_asked_twice_in_a_day_about_one_patient(self) -> None:
        if not hasattr(self, "state"):
            return
        with snapshot(self.engine) as connection:
            rows = [row for row in connection.execute(DELIVERY_INTENDED.select()) if row.status == "delivered"]
        times = {(row.staff_id, row.encounter_id, datetime.fromisoformat(row.at)) for row in rows}
        days = Counter((staff_id, stay, at.astimezone(HERE).date()) for staff_id, stay, at in times)
        assert not [day for day, often in days.items() if often > POLICY.times_a_day]

    @invariant()
    def nobody_has_more_than_the_budget(self) -> None:
        if not hasattr(self, "state"):
            return
        handed = self._handed()
        for doctor in DOCTORS:
            with_them = [name for name, told in self.state.items() if told[1:] == (doctor, "sent") and self._stands(name) in handed]
            assert len(with_them) <= POLICY.open_at_most

    @invariant()
    def the_inbox_shows_what_was_handed_over_and_nothing_else(self) -> None:
        if not hasattr(self, "state"):
            return
        with snapshot(self.engine) as connection:
            for doctor in DOCTORS:
                assert {self._stands(one.query.wording.query_id) for one in inbox(connection, "demo", doctor)} <= self._handed()

    def _whatever_waits_has_its_reason(self) -> None:
        with snapshot(self.engine) as connection:
            decided = {(row.query_id, row.staff_id, row.sending) for row in connection.execute(DELIVERY_INTENDED.select())}
        assert {self._stands(name) for name, told in self.state.items() if told[2] == "sent"} <= decided
        assert decided <= {sending(told) for told in self.taken.values()}

    def _stands(self, name: str) -> tuple[str, str, str]:
        return name, self.state[name][1], instant(self.sending[name])

    def _handed(self) -> set[tuple[str, str, str]]:
        return {sending(one) for one in self.taken.values() if one.status == "delivered"}

    # --- the line, played -----------------------------------------------------------------------------------------------
    def _start(self) -> None:
        self.ledger = Ledger(self.engine, NoBus(), "demo", SITE, self._gateway)  # type: ignore[arg-type]

    def _gateway(self, receipt: Receipt) -> bool:
        if self.dies == "gateway away":
            return False
        if self.dies == "before it tells":
            raise Crash
        if receipt.id not in self.taken:  # intake knows a receipt by its id
            self.taken[receipt.id] = receipt
            self.on_their_way.append(receipt)
        if self.dies == "after it told":
            raise Crash
        return True

    def _new_projection(self) -> None:
        with self.engine.begin() as connection:
            batch = Batch(connection)
            batch.put(PROJECTION, {"id": 1, "epoch": 1, "seq": 0, "bus": "b", "edition": f"e{self.nth}"})
            batch.write()

    def _send(self, name: str, stay: str, doctor: str) -> None:
        self.now += timedelta(seconds=1)
        self.sending[name] = self.now
        self._tell(name, stay, doctor, "sent")

    def _tell(self, name: str, stay: str, doctor: str, state: str) -> None:
        self.state[name] = (stay, doctor, state)
        options = (Option(option_id="a", text="A"),)
        words = wording(name, stay, "t", "w", "q", options, indicators=(measured("x", "s", (0, 8)),), no_contrary_evidence_found=True)
        words = words.model_copy(update={"addressed_to": Person(staff_id=doctor)})
        times = {"asked_at": self.now.isoformat(), "sending": self.sending[name].isoformat()}
        told = passed(words, state, "x", delivery={"by": "ledger", "urgency": self.urgency[name], **times})  # type: ignore[arg-type]
        telling = Telling()
        telling.ask(told)
        self._line(telling)

    def _receive(self, receipt: Receipt) -> None:
        told = receipt.model_dump(include={"query_id", "status", "addressed_to", "sending", "until", "because"})
        fact = DeliveryReceipted(receipt_id=receipt.id, source="ledger", at=ClinicalTime(self.now), **told)
        telling = Telling()
        telling.entry(receipt.encounter_id, self.now, [fact])
        self._line(telling)

    def _line(self, telling: Telling, *, tick: bool = False) -> None:
        if tick:
            telling.tick(self.now)
        records = [Record(m.topic.name, m.to.key if isinstance(m.to, Key) else None, m.value, m.headers) for m in telling.messages]
        self.log.append(records)
        self._apply(records)

    def _apply(self, records: list[Record]) -> None:
        with self.engine.begin() as connection:
            batch = Batch(connection)
            for nth, record in enumerate(records):
                apply_record(batch, Delivered(record.topic, 0, nth, record), 1)
            batch.write()


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = limits(
    max_examples=40, stateful_step_count=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)  # shrinking takes minutes


def test_in_the_end_everything_reaches_its_physician() -> None:
    line = Deliveries()
    line.begin()
    try:
        for nth in range(9):
            line.a_question_is_sent(STAYS[nth % 3], "dr-a")
        for day in range(12):
            for _ in range(3):
                line.time_passes(7)
                line.the_worker_works("after it told" if day % 2 else "")
                line.the_worker_works("")
                while line.on_their_way:
                    line._receive(line.on_their_way.pop())
            with snapshot(line.engine) as connection:
                open_ones = [one.query.wording.query_id for one in inbox(connection, "demo", "dr-a") if one.query.state == "sent"]
            assert len(open_ones) <= POLICY.open_at_most
            for name in open_ones:
                line._tell(name, *line.state[name][:2], "answered")
        handed = [one.query_id for one in line.taken.values() if one.status == "delivered"]
        assert sorted(handed) == sorted(f"q{nth}" for nth in range(1, 10))
        assert {one.because for one in line.taken.values() if one.status == "deferred"} >= {"budget", "quiet-hours"}
    finally:
        line.teardown()


def shown(line: Deliveries, doctor: str) -> list[str]:
    with snapshot(line.engine) as connection:
        return [one.query.wording.query_id for one in inbox(connection, "demo", doctor)]


def next_day(line: Deliveries) -> None:
    """The budget of the day before is spent no more; receipts come back."""
    for hours in (9, 9, 9):
        line.time_passes(hours)
        line.the_worker_works("")
        while line.on_their_way:
            line._receive(line.on_their_way.pop())


@pytest.mark.parametrize("dies", ["", "before it tells", "after it told", "gateway away"])
def test_a_question_that_comes_back_to_its_physician_is_handed_over_anew_and_once(dies: str) -> None:
    line = Deliveries()
    line.begin()
    try:
        for doctor in ("dr-a", "dr-b", "dr-a"):
            line.a_question_is_sent("e1", "dr-a") if not line.state else line._send("q1", "e1", doctor)
            assert shown(line, doctor) == []  # the ledger holds it; that he had it the day before yesterday says nothing
            line.time_passes(1)
            line.the_worker_works(dies)
            next_day(line)
            assert shown(line, doctor) == ["q1"]
        handed = [one.addressed_to for one in line.taken.values() if one.status == "delivered"]
        assert sorted(handed) == ["dr-a", "dr-a", "dr-b"]
    finally:
        line.teardown()


def test_a_question_that_is_opened_and_sent_again_is_handed_over_again() -> None:
    line = Deliveries()
    line.begin()
    try:
        line.a_question_is_sent("e1", "dr-a")
        next_day(line)
        line._tell("q1", "e1", "dr-a", "auto-resolved")
        line._send("q1", "e1", "dr-a")
        next_day(line)
        line.the_projection_is_built_anew()
        line.the_worker_works("")
        assert [one.status for one in line.taken.values() if one.status == "delivered"] == ["delivered", "delivered"]
        assert shown(line, "dr-a") == ["q1"]
    finally:
        line.teardown()


def test_another_systems_word_that_names_no_sending_is_of_the_one_that_stood() -> None:
    line = Deliveries()
    line.begin()
    try:
        line.a_question_is_sent("e1", "dr-a")
        line.time_passes(1)
        viewed = Receipt(id="v", status="viewed", encounter_id="e1", query_id="q1", addressed_to="dr-a")
        line._receive(viewed)
        assert shown(line, "dr-a") == ["q1"]
        line._send("q1", "e1", "dr-b")
        line._send("q1", "e1", "dr-a")
        assert shown(line, "dr-a") == []
        line.time_passes(1)
        line._receive(viewed)
        assert shown(line, "dr-a") == ["q1"]
    finally:
        line.teardown()
