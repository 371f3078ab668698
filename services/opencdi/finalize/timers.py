"""Timers of closed charts: the bill hold, and forgetting.  Due times follow from facts, never from the tick that shows them (DESIGN §1)."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from opencdi.bus.room import State
from opencdi.knowledge.site import SiteData

RETENTION_DAYS = 30  # after the bill dropped (DESIGN §2)
What = Literal["bill-hold", "retention"]


class Timer(BaseModel):
    """Something to be done for one encounter, counted from `since`: its discharge, or its attestation; not before it was known."""

    model_config = ConfigDict(frozen=True)

    encounter_id: str
    what: What
    since: datetime
    known_at: datetime

    def due(self, site: SiteData) -> datetime:
        """When: a changed bill hold moves the timers that already run."""
        return max(self.since + timedelta(days=site.bill_hold_days if self.what == "bill-hold" else RETENTION_DAYS), self.known_at)


class Timers(State):
    """The timers of one tenant in this partition: about one a recently discharged encounter."""

    timers: tuple[Timer, ...] = ()

    def stopped(self, encounter_id: str, what: What) -> "Timers":
        """Without this one."""
        return Timers(timers=tuple(t for t in self.timers if (t.encounter_id, t.what) != (encounter_id, what)))

    def started(self, encounter_id: str, what: What, since: datetime, known_at: datetime) -> "Timers":
        """With this one, in place of an earlier one of its kind.  `known_at`: a discharge told late is not overdue before it was told."""
        timer = Timer(encounter_id=encounter_id, what=what, since=since, known_at=known_at)
        return Timers(timers=(*self.stopped(encounter_id, what).timers, timer))

    def due_at(self, now: datetime, site: SiteData) -> list[Timer]:
        """What is due, in due order."""
        due = [timer for timer in self.timers if timer.due(site) <= now]
        return sorted(due, key=lambda timer: (timer.due(site), timer.encounter_id, timer.what))
