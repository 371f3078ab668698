"""What an encounter's facts leave in its header and on its chart."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from by_hand.kidney import AKI
from by_hand.other_stays import PNEUMONIA
from by_hand.shorthand import admit, result
from by_hand.telling import Telling, at, seen, written
from opencdi.bus.bus import Delivered
from opencdi.bus.room import Key, Outgoing, Record
from opencdi.events import facts as told
from opencdi.events.topics import CHART, QUERIES, QUERY_ALERTS
from opencdi.store.batch import Batch
from opencdi.store.encounters import failures, header_of, items, notes
from opencdi.store.engine import open_engine, snapshot
from opencdi.store.health import as_of, line_health
from opencdi.store.migrate import migrate
from opencdi.workbench.encounter_page import encounter_page
from opencdi.workbench.personas import CODER, SPECIALIST
from opencdi.workbench.projection import apply_record


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'w.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def tell(engine: Engine, messages: list[Outgoing]) -> None:
    with engine.begin() as connection:
        batch = Batch(connection)
        for position, message in enumerate(messages):
            key = message.to.key if isinstance(message.to, Key) else None
            apply_record(
                batch, Delivered(message.topic.name, 0, position, Record(message.topic.name, key, message.value, message.headers)), 1
            )
        batch.write()


def test_a_note_signed_corrected_and_retracted(engine: Engine) -> None:
    telling = Telling()
    admit(telling, AKI, "A^B", "1", "1950-01-01", "F", "4 W", "x")
    first = written("n", "first words", seen(0, 9), note_type="progress", author="X", authentication="unsigned")
    second = written("n", "other words", seen(0, 9), note_type="progress", author="X", revision=2, relation="replacement")
    telling.entry(AKI, at(0, 10), notes=[first])
    telling.entry(AKI, at(0, 11), [told.NoteStatusChanged(note_id="n", revision=1, authentication="authenticated", at=seen(0, 11))])
    telling.entry(AKI, at(0, 12), notes=[second])
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        shown = notes(connection, AKI)
    assert [(one.note.revision, one.text, one.note.authentication) for one in shown] == [
        (2, "other words", "authenticated"), (1, "first words", "authenticated"),
    ]  # fmt: skip
    gone = Telling(_count=50)
    gone.entry(AKI, at(0, 13), [told.NoteRetracted(note_id="n", at=seen(0, 13))])
    tell(engine, gone.messages)
    with snapshot(engine) as connection:
        assert [one.retracted for one in notes(connection, AKI)] == [True, True]


def test_a_corrected_result_keeps_what_it_was_and_when_that_was_known(engine: Engine) -> None:
    telling = Telling()
    result(telling, AKI, (0, 8), "creatinine", 2.9, "mg/dL", measurement_id="m")
    result(telling, AKI, (0, 8), "creatinine", 0.9, "mg/dL", measurement_id="m", status="corrected")
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        (item,) = items(connection, AKI)
    assert isinstance(item.fact, told.MeasurementResulted)
    assert item.fact.value == 0.9
    ((known_at, before),) = item.earlier
    assert (getattr(before, "value", None), known_at) == (2.9, at(0, 8, 40))


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ([told.EncounterDischarged(at=seen(2, 9), disposition="01")], "discharged"),
        ([told.EncounterDischarged(at=seen(2, 9)), told.DischargeCancelled(at=seen(2, 10))], "open"),
        ([told.EncounterCancelled(at=seen(2, 9))], "cancelled"),
        ([told.EncounterMoved(into="other", at=seen(2, 9))], "moved"),
    ],
)
def test_the_status_follows_the_facts(engine: Engine, facts: list[told.Fact], status: str) -> None:
    telling = Telling()
    admit(telling, AKI, "A^B", "1", "1950-01-01", "F", "4 W", "x")
    telling.entry(AKI, at(2, 11), facts)
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        header = header_of(connection, "demo", AKI)
        assert header_of(connection, "other-hospital", AKI) is None
    assert header is not None
    assert (header.status, header.location, header.name) == (status, "4 W", "A^B")


def test_what_cannot_be_read_is_counted_and_shown_on_the_encounter(engine: Engine) -> None:
    tell(
        engine,
        [
            Outgoing(QUERY_ALERTS, Key(AKI), b'{"kind": "query_alert"}'),
            Outgoing(CHART, Key(AKI), b"\x00garbage"),
            Outgoing(QUERIES, Key(AKI), b""),
        ],
    )
    with snapshot(engine) as connection:
        assert line_health(connection, "demo").unreadable == 3
        assert {reason for _, reason, _ in failures(connection, AKI)} == {"NOT_THE_CONTRACT", "NOT_AN_ENTRY"}


def test_as_of_is_the_newest_entry_whatever_partition_came_last(engine: Engine) -> None:
    telling = Telling()
    telling.tick(at(2, 10))
    telling.tick(at(1, 10))
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        now = as_of(connection, "demo")
    assert now is not None
    assert now.received_at == at(2, 10)
    assert now.received_at - at(1, 10) == timedelta(days=1)


def test_restricted_words_are_withheld_from_who_has_no_right(engine: Engine) -> None:
    telling = Telling()
    admit(telling, PNEUMONIA, "A^B", "1", "1950-01-01", "F", "4 W", "x")
    secret = written("s", "told in confidence", seen(0, 9), note_type="social-work", author="X", confidentiality="R")
    telling.entry(PNEUMONIA, at(0, 10), notes=[secret])
    tell(engine, telling.messages)
    with snapshot(engine) as connection:
        shown = encounter_page(connection, "demo", PNEUMONIA, SPECIALIST, ZoneInfo("America/New_York"))
        entitled = encounter_page(connection, "demo", PNEUMONIA, replace(CODER, sees_restricted=True), ZoneInfo("America/New_York"))
    assert shown is not None
    assert entitled is not None
    assert "told in confidence" not in str(shown)
    assert "told in confidence" in str(entitled["notes"])
