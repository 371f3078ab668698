"""What one event of a long chart costs the coding room, counted and not timed: `make bench-code` has the clock."""

import pytest

from bench.thirty_notes import Stay
from opencdi.bus.room import Record, State
from opencdi.coding import stated, table
from opencdi.coding.room import coding_room
from opencdi.coding.state import ReadNote, Today
from opencdi.knowledge import grouper
from opencdi.knowledge.site import SiteData

ROOM = coding_room(SiteData())


@pytest.fixture(scope="module")
def stay() -> Stay:
    return Stay()


@pytest.fixture(scope="module")
def held(stay: Stay) -> dict[str, State]:
    states: dict[str, State] = {}
    for record in stay.thirty_notes():
        list(ROOM.step(states, record))
    return states


@pytest.fixture(scope="module")
def further(stay: Stay, held: dict[str, State]) -> dict[str, list[Record]]:
    by_kind: dict[str, list[Record]] = {}
    for kind, record in stay.further():
        by_kind.setdefault(kind, []).append(record)
    return by_kind


def misses() -> int:
    return sum(asked.cache_info().misses for asked in (grouper.group, grouper.drg_of))


def grouped_by(held: dict[str, State], record: Record) -> int:
    """Claims grouped that were not grouped before."""
    before = misses()
    list(ROOM.step(dict(held), record))
    return misses() - before


def claimed(held: dict[str, State]) -> int:
    today = held["today/enc"]
    assert isinstance(today, Today)
    assert today.page.claim is not None
    return 1 + len(today.page.claim.secondary)


def test_a_note_with_a_new_diagnosis_groups_less_than_twice_for_each_code_of_the_claim(
    held: dict[str, State], further: dict[str, list[Record]]
) -> None:
    assert 0 < max(grouped_by(held, record) for record in further["progress note"]) <= 2 * claimed(held)


def test_what_changes_no_code_regroups_nothing_but_asks_whether_a_listed_code_is_valid(
    held: dict[str, State], further: dict[str, list[Record]]
) -> None:
    listed = further["listed diagnosis"]
    assert max(grouped_by(held, record) for record in listed) <= 1
    assert [grouped_by(held, record) for record in listed] == [0] * len(listed), "and only once"


def test_each_wording_is_looked_up_once_however_often_and_at_however_many_events_it_is_said(
    stay: Stay, further: dict[str, list[Record]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str, str]] = []
    looked_up = table.assignments

    def counted(of, concept, attributes, text=""):  # type: ignore[no-untyped-def]
        if text:  # a mention's; the reason for the admission is looked up by its concept alone
            asked.append((concept, str(attributes), text))
        return looked_up(of, concept, attributes, text)

    table.load_table.cache_clear()
    monkeypatch.setattr(table, "assignments", counted)
    room, states = coding_room(SiteData()), dict[str, State]()
    for record in (*stay.thirty_notes(), further["progress note"][0]):
        list(room.step(states, record))
    assert 10 < len(asked) < 200
    assert len(asked) == len(set(asked))


def test_what_a_note_says_is_worked_out_once_for_as_long_as_it_is_remembered(
    held: dict[str, State], further: dict[str, list[Record]], monkeypatch: pytest.MonkeyPatch
) -> None:
    list(ROOM.step(dict(held), further["addendum"][0]))
    looked_at: list[str] = []
    sure = stated._is_certain

    def counted(finding):  # type: ignore[no-untyped-def]
        looked_at.append(finding.text)
        return sure(finding)

    monkeypatch.setattr(stated, "_is_certain", counted)
    list(ROOM.step(dict(held), further["result before the order"][0]))
    assert looked_at == []
    list(ROOM.step(dict(held), further["addendum"][1]))
    everything = sum(len(note.note.findings) for note in held.values() if isinstance(note, ReadNote))
    assert 0 < len(looked_at) < everything / 5, "only of the notes that are new, or read anew"
