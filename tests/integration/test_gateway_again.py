"""A room behind intake could not step an entry: `dead replay` brings back the message that it came from, and intake says it again."""

from pathlib import Path

import pytest

from opencdi.bus.lying import everything
from opencdi.bus.room import Record
from opencdi.bus.stepping import dead_letter
from opencdi.events.entry import Entry, read_entry
from opencdi.events.pages import FactsPage, TextsPage
from opencdi.events.topics import CHART
from opencdi.gateway.again import Incomplete, send_again
from opencdi.testing import Ward, story


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
        again = send_again(ward.bus, letter_of(record))
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
        send_again(ward.bus, letter_of(Record(record.topic, record.key, lost.encode(), record.headers)))
    with pytest.raises(Incomplete, match="neither"):
        send_again(ward.bus, letter_of(Record(record.topic, record.key, b"{", ())))


def test_a_letter_may_be_tried_again_as_often_as_one_likes(tmp_path: Path) -> None:
    ward = Ward(tmp_path).live([story("sepsis")], "0 12:00")
    record = next(iter(chart(ward)))
    tries = [send_again(ward.bus, letter_of(record)) for _ in range(3)]
    ward.line.drain()
    assert len(set(tries)) == 3
    entries = [one.header("ce_id") for one in chart(ward)]
    assert len(entries) == len(set(entries))
