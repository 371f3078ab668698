"""The working DRG of a stay through time, told from what `drg-changes` said: at an instant, and day by day (DOMAIN B57)."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo

from opencdi.events.audiences import DrgChanged
from opencdi.events.pages import WorkingDrg


def in_order(changes: Iterable[DrgChanged]) -> list[DrgChanged]:
    """The changes of one stay as they were numbered, each once: a topic may hold a change twice."""
    return [change for _, change in sorted({change.nth: change for change in changes}.items())]


def change_at(changes: Iterable[DrgChanged], at: datetime) -> DrgChanged | None:
    """The last change that was known at that instant; None before the first.  What came at the very instant was known."""
    return max((change for change in changes if change.at <= at), key=lambda change: change.nth, default=None)


def drg_at(changes: Iterable[DrgChanged], at: datetime) -> WorkingDrg | None:
    """The working DRG of one stay as it stood at that instant; None where there was none."""
    last = change_at(changes, at)
    return last.after if last else None


def by_day(changes: Iterable[DrgChanged], zone: tzinfo, until: date) -> Iterator[tuple[date, WorkingDrg | None]]:
    """The working DRG at the end of each day, from the day of the first change on."""
    told = in_order(changes)
    if not told:
        return
    day = told[0].at.astimezone(zone).date()
    while day <= until:
        known = [change for change in told if change.at.astimezone(zone).date() <= day]
        yield day, known[-1].after
        day += timedelta(days=1)
