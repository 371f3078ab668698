"""What falls due: reminders, candidates that waited for documents, ends of stays.  One tick over a gap does what many in it would."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from opencdi.bus.room import States
from opencdi.events.entry import Envelope
from opencdi.events.ids import derived_id
from opencdi.knowledge.site import SiteData
from opencdi.queries import closing
from opencdi.queries.casework import Casework
from opencdi.queries.chart import Stay
from opencdi.queries.clock import BACKLOG, Due, clock_of, documents_flow, file_due, take_due
from opencdi.queries.life import OVER, WITH_THE_PHYSICIAN
from opencdi.queries.query import Query
from opencdi.queries.review import advance

STEPS = ("reminder", "physician advisor", "department chair")
Begin = Callable[[Envelope], Casework]


def timer_envelope(tenant: str, encounter_id: str, what: str, at: datetime) -> Envelope:
    """The entry that a timer causes: its id is derived, its time is the due time, whenever the tick came."""
    return Envelope(
        entry_id=derived_id(tenant, encounter_id, what, at.isoformat()),
        tenant=tenant,
        received_at=at,
        source="queries",
        encounter_id=encounter_id,
    )


def fire(states: States, tenant: str, now: datetime, site: SiteData, begin: Begin) -> Iterator[Casework]:
    """The casework of each timer due by now, in due order."""
    for encounter_id, at in _released(states, tenant, now, site):
        work = begin(timer_envelope(tenant, encounter_id, "documents", at))
        for condition in work.records.stay.queries:
            query = work.current(condition)
            if query is not None and query.state == "waiting-for-documents":
                advance(work, query)
        yield work
    gone: set[str] = set()
    while (due := take_due(states, tenant, now)) is not None:
        what = f"reminder/{due.query_id}" if due.what == "reminder" else due.what
        work = begin(timer_envelope(tenant, due.encounter_id, what, due.at))
        if due.what == "reminder":
            yield _escalate(work, due, site)
        elif closing.stands(work, due):
            closing.expire(work, due.what)
            yield work
            if due.what == "forget":
                gone.add(due.encounter_id)
    closing.forget(states, gone)


def _released(states: States, tenant: str, now: datetime, site: SiteData) -> list[tuple[str, datetime]]:
    """Stays whose candidates need not wait any longer, and since when: not when the tick happened to come."""
    clock = clock_of(states, tenant)
    since = clock.resumed + BACKLOG if clock.resumed else clock.heard
    if not clock.waiting or since is None or since > now or not documents_flow(clock, since, site):
        return []
    states[f"clock/{tenant}"] = clock.model_copy(update={"waiting": ()})
    return [(encounter_id, max(since, _waiting_since(states, encounter_id, since))) for encounter_id in clock.waiting]


def _waiting_since(states: States, encounter_id: str, default: datetime) -> datetime:
    stay = states.get(f"stay/{encounter_id}")
    if not isinstance(stay, Stay):
        return default
    held = [states.get(f"query/{encounter_id}/{query_id}") for query_id in stay.queries.values()]
    return max((query.moved_at for query in held if isinstance(query, Query) and query.state == "waiting-for-documents"), default=default)


def _escalate(work: Casework, due: Due, site: SiteData) -> Casework:
    query = work.query(due.query_id)
    if query is None or query.sent_at is None or query.state in OVER or query.state in ("answered", "answered-awaiting-chart", "validated"):
        return work
    step = query.reminders
    since = query.pressed_since
    if since is None:
        return work  # it waits with the ledger: reminders begin when it has reached its physician
    due_at = since + timedelta(hours=site.reminder_hours[step]) if step < len(site.reminder_hours) else due.at
    if query.ledger and due.at < due_at:  # of the physician of before
        file_due(work.states, work.entry.envelope.tenant, due.model_copy(update={"at": due_at}))
        return work
    if query.state in WITH_THE_PHYSICIAN and not work.suspended(query):
        hours = site.reminder_hours[step] if step < len(site.reminder_hours) else 0
        query = work.move(query, "escalated", f"{STEPS[min(step, len(STEPS) - 1)].upper().replace(' ', '_')} {hours} h", reminders=step + 1)
    else:  # held by a note that may answer, or by its rule that was suspended: nobody is pressed, the ladder goes on
        query = query.model_copy(update={"reminders": step + 1})
        work.store(query)
    if step + 1 < len(site.reminder_hours):
        next_at = since + timedelta(hours=site.reminder_hours[step + 1])
        file_due(work.states, work.entry.envelope.tenant, Due(at=next_at, encounter_id=due.encounter_id, query_id=due.query_id))
    return work
