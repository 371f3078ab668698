"""Closed charts are forgotten (DESIGN §2): a month after the bill dropped, a set that nobody attested a year after.

A day at a time, by the day of the tick, and a day to a record, so that looking costs nothing for those whose day has not come.
"""

from datetime import UTC, datetime, timedelta

from opencdi.bus import agenda
from opencdi.bus.room import States
from opencdi.finalize.record import recalled
from opencdi.finalize.stay import Stay
from opencdi.finalize.told import Told
from opencdi.knowledge.site import KEPT_AFTER_BILL, SiteData

UNATTESTED = timedelta(days=365)
"""As long as Medicare takes a claim, a coder may still vouch for it (42 CFR 424.44)."""


def forget(states: States, tenant: str, now: datetime, site: SiteData) -> None:
    """Forget what is due by the day of this tick; what has been discharged again or attested since is looked at later."""
    for encounter_id in agenda.over_by(states, tenant, now):
        kept = _kept_until(states, encounter_id, site)
        if kept is not None and agenda.day_of(kept) >= agenda.day_of(now):
            agenda.look_at(states, tenant, encounter_id, kept)
        elif kept is not None:
            for record in ("stay", "working", "questions", "told"):
                states.pop(f"{record}/{encounter_id}", None)


def _kept_until(states: States, encounter_id: str, site: SiteData) -> datetime | None:
    """None: the patient is in bed; the next discharge will say."""
    stay, told = states.get(f"stay/{encounter_id}"), recalled(states, f"told/{encounter_id}", Told())
    ends = [datetime.min.replace(tzinfo=UTC)]
    if isinstance(stay, Stay):
        if not stay.ended and stay.discharged_at is None:
            return None
        if stay.discharged_at is not None:
            ends.append(stay.discharged_at.at + timedelta(days=site.bill_hold_days) + KEPT_AFTER_BILL)
    if told.at is not None:
        ends.append(told.at + (UNATTESTED if told.stands and told.status != "attested" else KEPT_AFTER_BILL))
    return max(ends)
