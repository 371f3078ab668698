"""A stay lived through again, by the room's own steps over the entries that concern it: to say later why something was asked, or not."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from opencdi.bus.room import Overlay, Record, State
from opencdi.bus.stepping import Stepper
from opencdi.events.entry import Envelope, read_entry
from opencdi.events.ids import message_of
from opencdi.events.pages import QueriesPage
from opencdi.events.query_moves import QueryMoved
from opencdi.events.topics import QUERIES
from opencdi.queries.casework import Casework
from opencdi.queries.room import Desk, room_at


@dataclass
class Relived:
    """The stay's states after its last entry, that entry, and all moves of its questions until then."""

    desk: Desk
    encounter_id: str
    states: dict[str, State] = field(default_factory=dict)
    last: Envelope | None = None
    moved: list[QueryMoved] = field(default_factory=list)

    def work(self) -> Casework | None:
        """The stay as it stands; None where no entry was about it."""
        if self.last is None:
            return None
        return self.desk.look(self.states, self.last.model_copy(update={"encounter_id": self.encounter_id}))


def relive(desk: Desk, encounter_id: str, records: Iterable[Record], as_of: str = "") -> Relived:
    """Step over what is about this stay, or about its tenant, no further than to the entry, or all entries of the message, `as_of`.

    A stay that the room has forgotten since is told as it stood before.
    """
    told, stepper, reached = Relived(desk, encounter_id), Stepper(room_at(desk)), False
    for record in records:
        envelope = read_entry(record.value).envelope
        if envelope.encounter_id not in (None, encounter_id):
            continue
        named = as_of in (envelope.entry_id, message_of(envelope.entry_id)) and envelope.encounter_id == encounter_id
        if reached and not named:
            break
        reached = named
        states, stay = Overlay(told.states), f"stay/{encounter_id}"
        said = stepper.step(states, record)
        if stay in told.states and stay not in states:
            break  # forgotten, long after the bill: as it stood before
        for message in said:
            entry = read_entry(message.value) if message.topic is QUERIES else None
            page = entry.page(QueriesPage) if entry and entry.envelope.encounter_id == encounter_id else None
            told.moved += page.moved if page else ()
        states.settle()
        if envelope.encounter_id == encounter_id:
            told.last = envelope
        elif told.last is not None and told.last.tenant == envelope.tenant:  # it has become later
            told.last = told.last.model_copy(update={"received_at": max(told.last.received_at, envelope.received_at)})
        if as_of and as_of == envelope.entry_id:
            break
    return told
