"""The law of any order (DOMAIN B04, B05): what a hospital's messages leave behind, however they are shuffled and however often they come."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from every_feed import every_feed, is_merge
from opencdi.bus.room import State
from opencdi.coding.state import Stay as CodedStay
from opencdi.coding.state import Today
from opencdi.finalize.stay import Stay as ClosingStay
from opencdi.hospital.message import Message, play
from opencdi.hospital.story import load_stories
from opencdi.intake.memory import Person
from opencdi.queries.chart import Stay
from opencdi.queries.life import OVER
from opencdi.queries.query import Query
from opencdi.testing import DAY_ZERO, Ward, inbound_records

_CHART = ("day", "concept", "acts")
"""What rules may look at, as queries remembers it."""
_NAMES = {"note_id", "revision", "entry_id"}
"""Under which of its numbers a document is told, how often it was, and which entry told a value first, depends on which came first; what
they say does not."""
Left = dict[tuple[str, ...], Any]
_ALL = [*play(load_stories(), DAY_ZERO), *every_feed()]
IN_TIME: tuple[tuple[tuple[Message, ...], datetime], ...] = tuple(
    (tuple(sorted((message for message in _ALL if message.at <= until), key=lambda message: message.at)), until)
    for until in (DAY_ZERO + timedelta(days=3, hours=10), DAY_ZERO + timedelta(days=6))
)
"""The messages in the order of the clock, while questions are open and to the end; and when they come."""


def left_behind(messages: Iterable[Message], arriving: datetime) -> Left:
    """The charts, their working codes and DRGs, and the questions that are open, once these messages have come in this order.

    By patient and content, not by our own ids: which of a stay's numbers gave it its id depends on what came first, and nothing else may.
    """
    with TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        ward.hear(
            replace(record, received_at=arriving + timedelta(milliseconds=nth))
            for nth, message in enumerate(messages)
            for record in inbound_records(message)
        )
        remembered = {
            (runner.room.name, key): state
            for runner in ward.line.runners
            for states in runner.states.values()
            for key, state in states.items()
        }
    stays: dict[str, Left] = {}
    for (room, key), state in remembered.items():
        kind, encounter_id, *rest = (*key.split("/"), "")
        if (told := _told(room, kind, state)) is not None:
            name = (state.condition,) if isinstance(state, Query) else rest
            stays.setdefault(encounter_id, {})[room, kind, *name] = told
    left: Left = {}
    whose = {key.split("/")[1]: state.patient_id for (_, key), state in remembered.items() if isinstance(state, Stay)}
    of_one: dict[tuple[str, ...], list[Left]] = {}
    for encounter_id, stay in stays.items():
        if ("queries", "stay", "") not in stay:
            continue  # what is left of one that is part of another now
        person = remembered["intake", f"person/{whose[encounter_id]}"]
        assert isinstance(person, Person)
        of_one.setdefault((person.name, person.birth_date or "", person.sex), []).append(stay)
    for patient, found in of_one.items():
        for nth, stay in enumerate(sorted(found, key=repr)):
            left |= {(*patient, str(nth), *name): told for name, told in stay.items()}
    return left


def any_order(messages: Sequence[Message], dice: Random) -> list[Message]:
    """Each message one to three times, in any order; merges, wherever they come, in their own."""
    sent = [message for message in messages for _ in range(dice.randint(1, 3))]
    dice.shuffle(sent)
    merges = iter(sorted(filter(is_merge, sent), key=lambda message: message.at))
    return [next(merges) if is_merge(message) else message for message in sent]


def _told(room: str, kind: str, state: State) -> Any:
    match state:
        case Query():
            return None if state.state in OVER else (state.state, sorted(state.kinds))
        case Today():
            codes = sorted((code.code, code.role, code.status, code.poa) for code in state.page.codes)
            return state.page.claim, state.page.drg, codes
        case Stay():
            if state.ended == "SUPERSEDED":
                return None
            listed = sorted((listing.code, listing.text) for listing in state.listings)
            return (
                state.encounter_class, state.attending, state.birth_date, state.started_at, state.discharged_at, state.ended,
                state.notes_read, listed,
            )  # fmt: skip
        case CodedStay():
            listed = sorted((one.code, one.role) for one in state.listed.values())
            given = (state.sex, state.admitted_at, state.admitting_reason, state.inpatient_at, state.disposition)
            return None if state.closed == "moved" else (*given, state.closed, listed, sorted(one.code for one in state.recorded.values()))
        case ClosingStay():
            awaited = sorted((one.note_type, one.written_at.sortable, one.in_force) for one in state.documents)
            return None if state.ended.startswith("moved") else (awaited, len(state.pathology_orders))
        case _ if room == "queries" and kind in _CHART:
            return _plain(state.model_dump(exclude_defaults=True)) or None  # all that was said of it was taken back
        case _:
            return None


def _plain(told: Any) -> Any:
    """The record without our own names, in an order of its own."""
    if isinstance(told, dict):
        return {name: _plain(value) for name, value in sorted(told.items()) if name not in _NAMES}
    return sorted(map(_plain, told), key=repr) if isinstance(told, list | tuple) else told
