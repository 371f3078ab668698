"""A stay is over: what is still open expires with the bill hold (DOMAIN F.15), and a month later the stay is forgotten (DESIGN §2)."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta

from opencdi.bus.room import States
from opencdi.knowledge.site import KEPT_AFTER_BILL, SiteData
from opencdi.queries.casework import Casework
from opencdi.queries.chart import Stay
from opencdi.queries.clock import Due, What, file_due
from opencdi.queries.life import LEGAL, UNANSWERED


def watch(work: Casework) -> None:
    """The end of the stay, or the site's policy, is known to be another: what that makes due is remembered, and not before it was known."""
    known_at: dict[What, datetime] = {"bill-nears": work.at, "bill-hold": work.at, "forget": _next_day(work.at)}
    for what, known in known_at.items():
        if (at := _due_at(work.records.stay, what, work.site)) is not None:
            _file(work, what, max(at, known))
    if work.site.escalation is not None:  # the last rung comes before the bill drops
        for query in filter(None, map(work.current, work.records.stay.queries)):
            if query.sent_at is not None and query.state in UNANSWERED:
                work.press(query)


def stands(work: Casework, due: Due) -> bool:
    """Whether this is still due: not if the patient is back; if the discharge or the bill hold has moved, it is filed for then."""
    at = _due_at(work.records.stay, due.what, work.site)
    if at is not None and at > due.at:
        _file(work, due.what, at)
    return at is not None and at <= due.at


def expire(work: Casework, what: What) -> None:
    """Nobody will answer any more; an answer that nobody wrote into the chart is waited for until the stay is forgotten."""
    for query in filter(None, map(work.current, work.records.stay.queries)):
        if query.state in UNANSWERED or (what == "forget" and "expired" in LEGAL[query.state]):
            work.move(query, "expired", "BILL_HOLD_OVER")


def forget(states: States, gone: Collection[str]) -> None:
    """All records of these stays.  They end a day at a time, so the search through the keys comes once a day at most."""
    if gone:
        for key in [key for key in states if key.split("/", 2)[1] in gone]:
            del states[key]


def _file(work: Casework, what: What, at: datetime) -> None:
    file_due(work.states, work.entry.envelope.tenant, Due(at=at, encounter_id=work.records.encounter_id, what=what))


def _due_at(stay: Stay, what: What, site: SiteData) -> datetime | None:
    left = stay.ended_at or (stay.discharged_at.at if stay.discharged_at else None)
    if left is None:
        return None
    if what == "bill-nears":
        return stay.bill_nears_at(site)
    dropped = left + timedelta(days=site.bill_hold_days)
    return dropped if what == "bill-hold" else _next_day(dropped + KEPT_AFTER_BILL)


def _next_day(at: datetime) -> datetime:
    """The midnight after: with the tick on which intake forgets the stay too, so that nothing of it comes later."""
    return datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
