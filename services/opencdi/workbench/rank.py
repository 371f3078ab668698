"""The specialist's worklist: what waits for a decision first, then the published priority (DOMAIN E.2, B74) (pure)."""

from dataclasses import dataclass
from datetime import datetime

from opencdi.events.audiences import QueryAlert
from opencdi.store.encounters import Header, OnWorklist
from opencdi.workbench.vocabulary import OVER


@dataclass(frozen=True, slots=True)
class Ranked:
    """One row: the encounter, its questions still open, the one that ranks it, and those settled, latest first."""

    row: OnWorklist
    questions: tuple[QueryAlert, ...]
    top: QueryAlert | None
    drafts: int
    settled: tuple[QueryAlert, ...]
    days: int | None

    @property
    def over_gmlos(self) -> bool:
        """Whether the stay is longer than the geometric mean of its DRG."""
        drg = self.row.drg
        return self.days is not None and drg is not None and drg.gmlos is not None and self.days > drg.gmlos


def ranked(rows: list[OnWorklist], now: datetime | None) -> list[Ranked]:
    """Drafts first, then priority, then the longest stay; ties by id, so that the order is reproducible."""
    shown = [_ranked(row, now) for row in rows]
    shown.sort(key=lambda one: (one.drafts == 0, -(one.top.priority if one.top else -1.0), -(one.days or 0), one.row.header.encounter_id))
    return shown


def _ranked(row: OnWorklist, now: datetime | None) -> Ranked:
    questions = sorted((alert for alert in row.alerts if alert.state not in OVER), key=lambda alert: (-alert.priority, alert.query_id))
    drafts = [alert for alert in questions if alert.state == "draft"]
    return Ranked(
        row=row,
        questions=tuple(questions),
        top=next(iter(drafts or questions), None),
        drafts=len(drafts),
        settled=tuple(sorted((alert for alert in row.alerts if alert.state in OVER), key=lambda alert: (alert.at, alert.query_id))[::-1]),
        days=days_in(row.header, now),
    )


def days_in(header: Header, now: datetime | None) -> int | None:
    """Midnights since admission by the line's own clock (until discharge); None before either is known."""
    until = header.discharged_at.at if header.discharged_at else now
    if header.admitted_at is None or until is None:
        return None
    zone = header.admitted_at.at.tzinfo
    return max(0, (until.astimezone(zone).date() - header.admitted_at.at.date()).days)
