"""Topics: one writer each, one naming, one retention rule (DESIGN §1)."""

import re

import pytest

from opencdi.cli.line import line_of
from opencdi.events.topics import ALARMS, LINE, NDJSON, ROOMS, STATEFUL_ROOMS, TOPICS, Topic, changelog, dead_letters
from opencdi.knowledge.site import SiteData


def test_names_are_unique_and_tell_their_version() -> None:
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
    assert [topic.name for topic in TOPICS if not re.fullmatch(r"cdi\.(dead\.)?[a-z-]+\.v1", topic.name)] == []
    assert [changelog(room).name for room in STATEFUL_ROOMS] == [f"cdi-{room}-changelog" for room in STATEFUL_ROOMS]


def test_the_line_is_written_by_the_rooms_in_their_order() -> None:
    assert [topic.writer for topic in LINE] == list(ROOMS)
    assert {topic.content_type for topic in LINE[1:-1]} == {NDJSON}


def test_every_room_has_its_dead_letters_kept_as_long_as_each_other() -> None:
    dead = [topic for topic in TOPICS if topic.name.startswith("cdi.dead.")]
    assert dead == [dead_letters(room) for room in ROOMS]
    assert {(topic.retention_days, topic.compacted) for topic in dead} == {(90, False)}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_retention_follows_the_rule(topic: Topic) -> None:
    # The legal record, what people read for years, or what can be rebuilt: there is no fourth kind.
    legal = ("cdi.inbound.v1", "cdi.chart.v1")
    years = ("cdi.drg-changes.v1", "cdi.query-alerts.v1", "cdi.provider-queries.v1", "cdi.final.v1")
    expected = None if topic.name in legal else 3650 if topic.name in years else 90
    assert topic.retention_days == expected


def test_only_changelogs_are_compacted() -> None:
    assert [topic.name for topic in TOPICS if topic.compacted] == []
    assert all(changelog(room).compacted and changelog(room).retention_days is None for room in STATEFUL_ROOMS)


@pytest.mark.parametrize("room", STATEFUL_ROOMS)
def test_each_room_reads_what_the_one_before_writes_and_writes_its_own(room: str) -> None:
    made = line_of(SiteData(), lambda tenant: b"k" * 32)[room]()
    position = ROOMS.index(room)
    assert made.name == room
    assert made.reads == LINE[position - 1]
    assert made.writes[0] == LINE[position]
    own = set(made.writes) - {ALARMS}  # what a room suspends is told in the same act, on the supervisors' topic
    assert own == {topic for topic in TOPICS if topic.writer == room and not topic.name.startswith("cdi.dead.")}
