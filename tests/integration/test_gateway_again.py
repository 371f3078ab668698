"""A room behind intake could not step an entry: `dead replay` brings back the message that it came from, and intake says it again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from by_hand.shorthand import ANALYST
from opencdi.bus.bus import Delivered, Place
from opencdi.bus.embedded import EmbeddedBus
from opencdi.bus.embedded_reader import EmbeddedReader
from opencdi.bus.lying import everything
from opencdi.bus.room import Record
from opencdi.bus.stepping import dead_letter
from opencdi.cli.app import app
from opencdi.cli.playing import stored
from opencdi.events.entry import Entry, Envelope, headers_of, read_entry
from opencdi.events.inbound import Inbound, read_inbound
from opencdi.events.pages import FactsPage, TextsPage
from opencdi.events.people import Person
from opencdi.events.topics import CHART, INBOUND, Topic
from opencdi.gateway.again import Incomplete, second_try, send_again
from opencdi.testing import TENANT, Ward, story


def chart(ward: Ward) -> list[Record]:
    return [record for record in (told.record for told in everything(ward.bus, [CHART])) if record.header("ce_type") == "cdi.chart.entry"]


def letter_of(record: Record) -> Record:
    said = dead_letter("nlp", record, "POISONED")
    return Record(said.topic.name, record.key, said.value, said.headers)


def told_by(entry: Entry) -> list[tuple[str, str]]:
    page = entry.page(FactsPage)
    assert page is not None
    return [(fact.kind, fact.to_json().decode()) for fact in page.facts if fact.kind != "encounter_updated"]


@pytest.mark.parametrize("name", ["sepsis", "aki-fhir"])
def test_each_entry_of_a_stay_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    ward = Ward(tmp_path).live([story(name)], "1 12:00")
    before = chart(ward)
    tried = 0
    for record in before:
        entry = read_entry(record.value)
        if not entry.has("texts"):
            continue
        tried += 1
        again = send_again(ward.bus, letter_of(record), ANALYST)
        ward.line.drain()
        mine = [read_entry(one.value) for one in chart(ward) if (one.header("ce_id") or "").startswith(again)]
        (back,) = [one for one in mine if one.envelope.encounter_id == entry.envelope.encounter_id]
        assert back.envelope.replays == entry.envelope.entry_id
        assert back.page(TextsPage) == entry.page(TextsPage)
        assert [fact for fact in told_by(back) if fact in told_by(entry)] == told_by(entry)  # and what stands besides
    assert tried


def test_what_came_from_nothing_cannot_come_back(tmp_path: Path) -> None:
    ward = Ward(tmp_path).live([story("sepsis")], "0 12:00")
    record = next(iter(chart(ward)))
    entry = read_entry(record.value)
    lost = Entry(entry.envelope.model_copy(update={"entry_id": "nowhere-0"}), entry.pages)
    with pytest.raises(Incomplete, match="no longer on inbound"):
        send_again(ward.bus, letter_of(Record(record.topic, record.key, lost.encode(), record.headers)), ANALYST)
    with pytest.raises(Incomplete, match="neither"):
        send_again(ward.bus, letter_of(Record(record.topic, record.key, b"{", ())), ANALYST)


def test_a_letter_may_be_tried_again_as_often_as_one_likes(tmp_path: Path) -> None:
    ward = Ward(tmp_path).live([story("sepsis")], "0 12:00")
    record = next(iter(chart(ward)))
    tries = [send_again(ward.bus, letter_of(record), ANALYST) for _ in range(3)]
    ward.line.drain()
    assert len(set(tries)) == 3
    entries = [one.header("ce_id") for one in chart(ward)]
    assert len(entries) == len(set(entries))


class Counted(EmbeddedBus):
    """Counts what its readers are given."""

    given = 0

    def reader(self, topics: Sequence[Topic], positions: Mapping[Place, int]) -> EmbeddedReader:
        bus, reader = self, super().reader(topics, positions)

        class Counting(EmbeddedReader):
            def poll(self, limit: int = 500, timeout_s: float = 0.5) -> list[Delivered]:
                told = super().poll(limit, timeout_s)
                bus.given += len(told)
                return told

        reader.__class__ = Counting
        return reader


@pytest.mark.parametrize("forgotten", [0, 1500])
def test_the_message_is_found_without_reading_all_that_ever_came(tmp_path: Path, forgotten: int) -> None:
    path = str(tmp_path / "bus.db")
    began = datetime(2026, 5, 4, tzinfo=UTC)
    with Counted(path, partitions=2) as bus:
        told = [Inbound(f"m-{n}", "cdi.inbound.tick", TENANT, "tick", began + timedelta(minutes=n), b"{}") for n in range(20_000)]
        told[7000:7001] = [replace(told[7000], ce_id=f"m-7000.{n}", part=f"{n}/3") for n in (1, 2, 3)]
        bus.publish([stored(one) for one in told])
        bus.db.execute("delete from log where topic=? and pos<?", (INBOUND.name, forgotten))
        for wanted in (told[2000], told[-1]):
            bus.given = 0
            assert second_try(bus, entry_of_message(wanted.ce_id, wanted.received_at)).told == (wanted,)
            assert bus.given < 600
        bus.given = 0
        assert second_try(bus, entry_of_message("m-7000", told[7000].received_at)).told == tuple(told[7000:7003])
        assert bus.given < 600


def test_a_message_is_found_though_the_clock_of_its_bus_once_went_back(tmp_path: Path) -> None:
    began = datetime(2026, 5, 4, tzinfo=UTC)
    with EmbeddedBus(str(tmp_path / "bus.db"), partitions=2) as bus:
        told = [Inbound(f"m-{n}", "cdi.inbound.tick", TENANT, "tick", began - timedelta(days=n), b"{}") for n in range(50)]
        bus.publish([stored(one) for one in told])
        for wanted in told:
            assert second_try(bus, entry_of_message(wanted.ce_id, wanted.received_at)).told == (wanted,)


def entry_of_message(ce_id: str, at: datetime) -> Record:
    entry = Entry(Envelope(entry_id=f"{ce_id}-0", tenant=TENANT, received_at=at, source="intake", encounter_id="enc-1"))
    headers = headers_of(entry, event_type="cdi.chart.entry", source="intake")
    return letter_of(Record(CHART.name, "enc-1", entry.encode(), headers))


@pytest.mark.parametrize("by", [(), ("--by", "IT-7")])
def test_the_command_says_on_inbound_who_gave_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: tuple[str, ...]) -> None:
    monkeypatch.setenv("CDI_BUS", f"sqlite:///{tmp_path / 'bus.db'}")
    monkeypatch.setenv("LOGNAME", "reyes")
    with EmbeddedBus(str(tmp_path / "bus.db"), partitions=2) as bus:
        dead = Inbound("m-1", "cdi.inbound.hl7v2", TENANT, "lab", datetime(2026, 5, 4, tzinfo=UTC), b"MSH|")
        record = Record(INBOUND.name, TENANT, dead.body, dead.headers())
        bus.publish([dead_letter("intake", record, "NO_PATIENT")])
        assert CliRunner().invoke(app, ["dead", "replay", "m-1", *by]).exit_code == 0
        (again,) = [read_inbound(told.record.value, told.record.headers) for told in everything(bus, [INBOUND])]
    assert (again.replays, again.by) == ("m-1", Person(staff_id="IT-7" if by else "reyes"))
