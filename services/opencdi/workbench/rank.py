"""The specialist's worklist: what waits for a decision first, then the published priority (DOMAIN E.2, B74) (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from opencdi.clinical.vocabulary import OVER
from opencdi.events.audiences import QueryAlert
from opencdi.events.priority import weighed
from opencdi.store.encounters import Header, OnWorklist
from opencdi.workbench.moments import local


@dataclass(frozen=True, slots=True)
class Ranked:
    """One row: the encounter, its questions still open, the one that ranks it, and those settled, latest first."""

    row: OnWorklist
    questions: tuple[QueryAlert, ...]
    top: QueryAlert | None
    drafts: int
    settled: tuple[QueryAlert, ...]
    days: int | None
    is_new: bool  # the inpatient order is less than a day old: the first review is due (DOMAIN E.2)
    leaves_today: bool  # as expected: the last chance to ask while the patient is here

    @property
    def over_gmlos(self) -> bool:
        """Whether the stay is longer than the geometric mean of its DRG."""
        drg = self.row.drg
        return self.days is not None and drg is not None and drg.gmlos is not None and self.days > drg.gmlos


def ranked(rows: list[OnWorklist], now: datetime | None, zone: ZoneInfo) -> list[Ranked]:
    """Drafts first, then priority, then the longest stay; ties by id, so that the order is reproducible."""
    shown = [_ranked(row, now, zone) for row in rows]
    shown.sort(key=lambda one: (one.drafts == 0, -(one.top.priority if one.top else -1.0), -(one.days or 0), one.row.header.encounter_id))
    return shown


def _ranked(row: OnWorklist, now: datetime | None, zone: ZoneInfo) -> Ranked:
    ordered, expected = row.header.ordered_at, row.header.expected_discharge_at
    days = days_in(row.header, now, zone)
    questions = sorted(weighed_now((alert for alert in row.alerts if alert.state not in OVER), row.header, now), key=urgency)
    drafts = [alert for alert in questions if alert.state == "draft"]
    return Ranked(
        row=row,
        questions=tuple(questions),
        top=next(iter(drafts or questions), None),
        drafts=len(drafts),
        settled=tuple(sorted((alert for alert in row.alerts if alert.state in OVER), key=lambda alert: (alert.at, alert.query_id))[::-1]),
        days=days,
        is_new=now is not None and ordered is not None and now - ordered.at < timedelta(hours=24),
        leaves_today=now is not None and expected is not None and local(expected, zone).date() == now.astimezone(zone).date(),
    )


def weighed_now(alerts: Iterable[QueryAlert], header: Header, now: datetime | None) -> Iterable[QueryAlert]:
    """The alerts with the priority of this hour; as they were last told before the line has said what time it is."""
    expected = header.expected_discharge_at.at if header.expected_discharge_at and not header.discharged_at else None
    return alerts if now is None else (weighed(alert, now, expected) for alert in alerts)


def urgency(alert: QueryAlert) -> tuple[float, str]:
    """The higher priority first; ties by id."""
    return -alert.priority, alert.query_id


def days_in(header: Header, now: datetime | None, zone: ZoneInfo) -> int | None:
    """Midnights since admission by the line's own clock (until discharge), by the bedside's; None before either is known."""
    if header.admitted_at is None or now is None:
        return None
    until = local(header.discharged_at, zone) if header.discharged_at else now.astimezone(zone)
    return max(0, (until.date() - local(header.admitted_at, zone).date()).days)
