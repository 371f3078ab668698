"""Timers of discharged stays: the bill hold.  Due times follow from facts, never from the tick that shows them (DESIGN §1)."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from opencdi.bus.room import State
from opencdi.knowledge.site import SiteData


class Timer(BaseModel):
    """The bill hold of one encounter, counted from its discharge; it is not over before that was known."""

    model_config = ConfigDict(frozen=True)

    encounter_id: str
    since: datetime
    known_at: datetime

    def due(self, site: SiteData) -> datetime:
        """When: a changed bill hold moves the timers that already run."""
        return max(self.since + timedelta(days=site.bill_hold_days), self.known_at)


class Timers(State):
    """The timers of one tenant in this partition: one an encounter whose bill is held."""

    timers: tuple[Timer, ...] = ()

    def stopped(self, encounter_id: str) -> "Timers":
        """Without this one."""
        return Timers(timers=tuple(timer for timer in self.timers if timer.encounter_id != encounter_id))

    def started(self, encounter_id: str, since: datetime, known_at: datetime) -> "Timers":
        """With this one, in place of an earlier one.  `known_at`: a discharge told late is not overdue before it was told."""
        timer = Timer(encounter_id=encounter_id, since=since, known_at=known_at)
        return Timers(timers=(*self.stopped(encounter_id).timers, timer))

    def due_at(self, now: datetime, site: SiteData) -> list[Timer]:
        """What is due, in due order."""
        due = [timer for timer in self.timers if timer.due(site) <= now]
        return sorted(due, key=lambda timer: (timer.due(site), timer.encounter_id))
