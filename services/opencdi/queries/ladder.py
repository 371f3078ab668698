"""Who hears next that nobody has answered a question, and when (pure; DOMAIN Q-54, B73, F.15)."""

from datetime import datetime, timedelta
from typing import NamedTuple, get_args

from opencdi.clinical.vocabulary import QueryCause
from opencdi.knowledge.escalation_policy import EscalatedTo, Rung
from opencdi.knowledge.site import SiteData
from opencdi.queries.chart import Stay
from opencdi.queries.query import Query

CAUSE_BY_ROLE: dict[EscalatedTo, QueryCause] = {
    "physician": "REMINDER",
    "physician-advisor": "PHYSICIAN_ADVISOR",
    "department-chair": "DEPARTMENT_CHAIR",
    "administration": "ADMINISTRATION",
}
_WITHOUT_POLICY: tuple[EscalatedTo, ...] = get_args(EscalatedTo)[:3]


class Step(NamedTuple):
    """A rung of a question's ladder, and when it is due; `words`: after how long."""

    nth: int
    rung: Rung
    at: datetime
    words: str


def next_step(query: Query, stay: Stay, site: SiteData, now: datetime) -> Step | None:
    """The next rung of this question; None at the ladder's end, or while it has not reached its physician.

    The last rung is due before the bill drops, whatever its hours; a lower one that would come after it is passed over.  Where several are
    overdue (the site has another policy since), the highest of them alone is told.
    """
    if (since := query.pressed_since) is None or not (rungs := _ladder(query, site)):
        return None
    due = [since + timedelta(hours=rung.after_hours) for rung in rungs]
    told = [f"{rung.after_hours} h" for rung in rungs]
    if (latest := _before_the_bill(since, stay, site)) is not None and latest < due[-1]:
        due[-1], told[-1] = latest, f"{(latest - since).total_seconds() / 3600:.0f} h, before the bill drops"
    to_come = [nth for nth in range(query.reminders, len(rungs)) if nth == len(rungs) - 1 or due[nth] < due[-1]]
    overdue = [nth for nth in to_come if due[nth] <= now]
    nth = next(iter(overdue[-1:] or to_come), None)
    return None if nth is None else Step(nth, rungs[nth], due[nth], told[nth])


def _ladder(query: Query, site: SiteData) -> tuple[Rung, ...]:
    if site.escalation is not None:
        return site.escalation.by_severity[query.severity]
    roles = (*_WITHOUT_POLICY, *(_WITHOUT_POLICY[-1:] * len(site.reminder_hours)))
    return tuple(Rung(after_hours=hours, to=to) for hours, to in zip(site.reminder_hours, roles, strict=False))


def _before_the_bill(since: datetime, stay: Stay, site: SiteData) -> datetime | None:
    """When the last rung is due at the latest; a question that is asked shortly before has half of the time that is left."""
    if site.escalation is None or stay.discharged_at is None or (drops := stay.leaves_at(site)) is None or drops <= since:
        return None
    return max(drops - timedelta(hours=site.escalation.before_bill_drop_hours), since + (drops - since) / 2)
