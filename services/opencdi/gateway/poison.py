"""An entry at which a room has stopped twice: told on `inbound`, so that every replay leaves it out too, and on `alarms` (DESIGN §2)."""

from datetime import datetime

from opencdi.bus.bus import Bus
from opencdi.bus.room import Key, Outgoing
from opencdi.events.audiences import Alarm
from opencdi.events.ids import derived_id
from opencdi.events.inbound import EntryPoisoned, Inbound
from opencdi.events.topics import ALARMS, INBOUND, JSON
from opencdi.gateway.clock import Clock, last_received


def record_poisoned(bus: Bus, clock: Clock, tenant: str, room: str, entry_id: str, reason: str) -> None:
    """Both records in one publish: the alarm is what the room's skip set is rebuilt from."""
    at = _now(bus, clock, tenant)
    body = EntryPoisoned(room=room, entry_id=entry_id).to_json()
    ce_id = "poisoned-" + derived_id(room, entry_id)
    told = Inbound(ce_id, "cdi.inbound.poisoned", tenant, "supervisor", at, body)
    bus.publish(
        [
            Outgoing(INBOUND, Key(tenant), body, told.headers()),
            _alarm(Alarm(room=room, at=at, what="entry-poisoned", entry_id=entry_id, reason=reason), tenant),
        ]
    )


def alarm_told(poisoned: Inbound) -> Outgoing:
    """The alarm of an entry that another bus's `inbound` tells of: a bus that is made anew knows it too."""
    told = EntryPoisoned.read(poisoned.body)
    at = poisoned.received_at
    return _alarm(Alarm(room=told.room, at=at, what="entry-poisoned", entry_id=told.entry_id, reason="replayed"), poisoned.tenant)


def record_stopped(bus: Bus, clock: Clock, tenant: str, room: str, reason: str) -> None:
    """A room stays stopped until a person has mended it."""
    bus.publish([_alarm(Alarm(room=room, at=_now(bus, clock, tenant), what="room-stopped", reason=reason), tenant)])


def _now(bus: Bus, clock: Clock, tenant: str) -> datetime:
    """By the messages' clock, where there are any: a demo's gate may live in another month."""
    return last_received(bus, tenant) or clock.now()


def _alarm(alarm: Alarm, tenant: str) -> Outgoing:
    body = alarm.to_json()
    told = (
        ("ce_specversion", "1.0"),
        ("ce_id", "alarm-" + derived_id(alarm.room, alarm.what, alarm.entry_id or "", alarm.at.isoformat())),
        ("ce_type", "cdi.alarm"),
        ("ce_source", "supervisor"),
        ("ce_subject", tenant),
        ("ce_time", alarm.at.isoformat()),
        ("content-type", JSON),
    )
    return Outgoing(ALARMS, Key(alarm.room), body, tuple((name, value.encode()) for name, value in told))
