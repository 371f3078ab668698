"""The ledger's decision (pure): of the questions that wait, which reach their physicians now, and why the others do not yet (DOMAIN B68).

Every question that waits gets exactly one answer, so none is lost between two rules.  Severity decides, then time left, then age, and
nothing else: money is in no field that is read here (F.14).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

from opencdi.clinical.vocabulary import DeferredBecause
from opencdi.knowledge.delivery_policy import DeliveryPolicy

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that is sent and, in this sending, has not been handed over."""

    query_id: str
    encounter_id: str
    staff_id: str
    urgency: int
    asked_at: datetime
    leaves_at: datetime | None = None
    sending: datetime | None = None

    @property
    def rank(self) -> tuple[int, datetime, datetime, str]:
        """The more severe first, then who leaves sooner, then the older; by id at last, so that the order is reproducible."""
        return -self.urgency, self.leaves_at or _NEVER, self.asked_at, self.query_id


@dataclass(frozen=True, slots=True)
class Handed:
    """A question that was handed over in one of its sendings; `is_open`: it still asks this physician, who has not answered it."""

    query_id: str
    encounter_id: str
    staff_id: str
    at: datetime
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Act:
    """What the ledger does about one question: it is delivered, or deferred, and then why and until when (None: until there is room)."""

    question: Waiting
    status: Literal["delivered", "deferred"]
    because: DeferredBecause | None = None
    until: datetime | None = None


def acts(waiting: Iterable[Waiting], handed: Iterable[Handed], policy: DeliveryPolicy, zone: ZoneInfo, now: datetime) -> tuple[Act, ...]:
    """One act for each question that waits, those that go first in front."""
    waiting, handed = tuple(waiting), tuple(handed)
    if (until := _quiet_until(policy, zone, now)) is not None:
        return tuple(Act(one, "deferred", "quiet-hours", until) for one in sorted(waiting, key=lambda one: one.rank))
    by_physician = groupby(sorted(waiting, key=lambda one: one.staff_id), key=lambda one: one.staff_id)
    told = [
        act
        for staff_id, theirs in by_physician
        for act in _to_one(tuple(theirs), tuple(one for one in handed if one.staff_id == staff_id), policy, zone, now)
    ]
    return tuple(sorted(told, key=lambda act: (act.status == "deferred", act.question.rank)))


def _to_one(
    waiting: tuple[Waiting, ...], handed: tuple[Handed, ...], policy: DeliveryPolicy, zone: ZoneInfo, now: datetime
) -> Iterator[Act]:
    """What one physician gets: all that is asked about one patient goes together, as long as there is room."""
    room = policy.open_at_most - sum(one.is_open for one in handed)
    patients = sorted(dict.fromkeys(one.encounter_id for one in waiting))
    together = [sorted((one for one in waiting if one.encounter_id == name), key=lambda one: one.rank) for name in patients]
    for bundle in sorted(together, key=lambda some: some[0].rank):
        because, until = _not_yet(bundle, handed, policy, zone, now)
        for one in bundle:
            if because is not None:
                yield Act(one, "deferred", because, until)
            elif room > 0:
                room -= 1
                yield Act(one, "delivered")
            else:
                yield Act(one, "deferred", "budget")


def _not_yet(
    bundle: list[Waiting], handed: tuple[Handed, ...], policy: DeliveryPolicy, zone: ZoneInfo, now: datetime
) -> tuple[DeferredBecause | None, datetime | None]:
    today = now.astimezone(zone).date()
    times = {one.at for one in handed if one.encounter_id == bundle[0].encounter_id and one.at.astimezone(zone).date() == today}
    if len(times) >= policy.times_a_day:
        return "budget", _at(today + timedelta(days=1), time(), zone)
    ready = min(one.asked_at for one in bundle) + timedelta(minutes=policy.bundle_minutes)
    leaves = min((one.leaves_at for one in bundle if one.leaves_at), default=_NEVER)
    return ("bundle", ready) if now < ready < leaves else (None, None)


def _quiet_until(policy: DeliveryPolicy, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The end of the quiet hours that it is in; None outside of them."""
    begin, end = policy.quiet_from, policy.quiet_until
    if begin is None or end is None:
        return None
    here = now.astimezone(zone)
    clock = here.time().replace(tzinfo=None)
    over_midnight = begin > end
    if not (clock >= begin or clock < end if over_midnight else begin <= clock < end):
        return None
    return _at(here.date() + timedelta(days=over_midnight and clock >= begin), end, zone)


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
