"""The law of any order (DOMAIN B04, B05): what a hospital's messages leave behind, however they are shuffled and however often they come."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from opencdi.bus.room import State
from opencdi.coding.state import Today
from opencdi.hospital.message import Message
from opencdi.queries.chart import Stay
from opencdi.queries.life import OVER
from opencdi.queries.query import Query
from opencdi.testing import Ward, inbound_records

_CHART = ("series", "day", "concept", "acts")
"""What rules may look at, as queries remembers it."""


def left_behind(messages: Iterable[Message], arriving: datetime) -> dict[tuple[str, ...], Any]:
    """The charts, their working codes and DRGs, and the questions that are open, once these messages have come in this order.

    By patient, not by encounter: which of a stay's numbers gave it its id depends on what came first, and nothing else may.
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
    patients = {key.split("/")[1]: state.patient_id for (_, key), state in remembered.items() if isinstance(state, Stay)}
    left: dict[tuple[str, ...], Any] = {}
    for (room, key), state in remembered.items():
        kind, encounter_id, *rest = (*key.split("/"), "")
        if (told := _told(room, kind, state)) is not None:
            name = (state.condition,) if isinstance(state, Query) else rest
            left[room, kind, patients.get(encounter_id, encounter_id), *name] = told
    return left


def _told(room: str, kind: str, state: State) -> Any:
    match state:
        case Query():
            return None if state.state in OVER else (state.state, sorted(state.kinds))
        case Today():
            codes = sorted((code.code, code.role, code.status, code.poa) for code in state.page.codes)
            return state.page.claim, state.page.drg, codes
        case _:
            return state if room == "queries" and kind in _CHART else None
