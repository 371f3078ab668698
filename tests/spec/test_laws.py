"""Laws of the whole line: tenants do not meet, and time passes alike in one tick and in many."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from every_feed import every_feed
from opencdi.bus.embedded import EmbeddedBus
from opencdi.bus.lying import everything
from opencdi.cli.line import line_of
from opencdi.cli.playing import line_on, play, stored, tick
from opencdi.events.inbound import Inbound
from opencdi.events.people import Person
from opencdi.events.topics import CHART, DRG_CHANGES, FINAL, OUTCOMES, PROVIDER_QUERIES, QUERIES, QUERY_ALERTS
from opencdi.hospital.message import play as messages_of
from opencdi.hospital.story import load_stories
from opencdi.queries.case_chart import approval_of
from opencdi.testing import DAY_ZERO, TENANT, Ward, default_site, inbound_records

UNSHRUNK = settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
DAY = timedelta(days=1)
SPECIALIST = Person(staff_id="cdi-1", name="Robin Vale")


# --- two tenants ------------------------------------------------------------------------------------------------------
def told_by(tenant: str) -> list[Inbound]:
    """A hospital's messages, and the same patients with the same numbers as the other's."""
    told = [record for message in sorted(every_feed(), key=lambda one: one.at) for record in inbound_records(message, tenant)]
    return [*told, tick(tenant, DAY_ZERO + 5 * DAY)]


def said_of(tenant: str, messages: Iterable[Inbound]) -> dict[tuple[str, str | None], list[bytes]]:
    """All that the rooms say of this tenant, by topic and key, in its order."""
    with TemporaryDirectory() as folder:
        bus = EmbeddedBus(str(Path(folder) / "bus.db"), partitions=2)
        line = line_on(bus, [make() for make in line_of(default_site(), lambda name: name.encode() * 16).values()])
        play(bus, line, [stored(message) for message in messages])
        said: dict[tuple[str, str | None], list[bytes]] = {}
        for told in everything(bus, (CHART, QUERIES, DRG_CHANGES, QUERY_ALERTS, PROVIDER_QUERIES, FINAL, OUTCOMES)):
            record = told.record
            if f'"tenant":"{tenant}"'.encode() in record.value.partition(b"\n")[0]:
                said.setdefault((record.topic, record.key), []).append(record.value)
    return said


@cache
def alone(tenant: str) -> dict[tuple[str, str | None], list[bytes]]:
    return said_of(tenant, told_by(tenant))


@settings(UNSHRUNK, max_examples=4)
@given(seed=st.integers(0, 2**32))
def test_two_tenants_shuffled_together_change_neither(seed: int) -> None:
    dice, waiting = Random(seed), {"a": told_by("a")[::-1], "b": told_by("b")[::-1]}
    together = []
    while any(waiting.values()):
        together.append(waiting[dice.choice([tenant for tenant, left in waiting.items() if left])].pop())
    for tenant in waiting:
        assert len(alone(tenant)) > 20
        assert said_of(tenant, together) == alone(tenant)


# --- one tick and many ------------------------------------------------------------------------------------------------
def after(ticks: Iterable[datetime]) -> list[Any]:
    """What the audiences are told from day 3 on, where nothing comes but these ticks; one question is with a physician by then."""
    with TemporaryDirectory() as folder:
        ward = Ward(Path(folder)).live(load_stories(), until="3 10:00")
        draft = next(alert for alert in ward.alerts() if alert.state == "draft" and ward.states()[alert.condition] == "draft")
        ward.decide(approval_of(draft, decision_id="approve", actor=SPECIALIST, decided_at=ward.now))
        ward.hear(
            record for message in messages_of(load_stories(), DAY_ZERO) if message.at > ward.now for record in inbound_records(message)
        )
        for at in ticks:
            ward.hear([tick(TENANT, at)])
        alerts = [(told.query_id, told.state, told.from_state, told.at) for told in ward.alerts()]
        asked = [(told.wording.query_id, told.state, told.at) for told in ward.asked()]
        finals = [(told.encounter_id, told.nth, told.status, told.at, [code.code for code in told.codes]) for told in ward.finals()]
        return [sorted(alerts, key=repr), sorted(asked, key=repr), sorted(finals, key=repr)]


LAST = 45 * 24


@cache
def after_one() -> list[Any]:
    return after([DAY_ZERO + timedelta(hours=LAST)])


@cache
def after_none() -> list[Any]:
    return after([])


@settings(UNSHRUNK, max_examples=4)
@given(hours=st.sets(st.integers(6 * 24, LAST - 1), min_size=3, max_size=30))
def test_one_tick_over_a_gap_does_what_many_in_it_do(hours: set[int]) -> None:
    assert after_one() != after_none(), "time does something"
    assert after(DAY_ZERO + timedelta(hours=hour) for hour in [*sorted(hours), LAST]) == after_one()
