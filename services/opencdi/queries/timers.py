"""What falls due: reminders, candidates that waited for documents, ends of stays.  One tick over a gap does what many in it would."""

from collections.abc import Callable, Iterator
from datetime import datetime

from opencdi.bus.room import States
from opencdi.clinical.vocabulary import OVER
from opencdi.events.entry import Envelope
from opencdi.events.ids import derived_id
from opencdi.events.pages import TickPage
from opencdi.knowledge.site import SiteData
from opencdi.queries import bill_nears, closing
from opencdi.queries.casework import Casework
from opencdi.queries.chart import Stay
from opencdi.queries.clock import Due, absence_known, clock_of, hear, hearings, stop_waiting, take_due
from opencdi.queries.ladder import CAUSE_BY_ROLE, next_step
from opencdi.queries.life import WITH_THE_PHYSICIAN
from opencdi.queries.query import Query
from opencdi.queries.review import advance
from opencdi.queries.setting_aside import recheck

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


def fire(states: States, tenant: str, tick: TickPage, site: SiteData, begin: Begin) -> Iterator[Casework]:
    """The casework of each document heard and each timer due by this tick, in the order of their times."""
    for at, names in hearings(tick):
        yield from _fall_due(states, tenant, at, begin)
        hear(states, tenant, names, at, site)
        yield from _released(states, tenant, at, site, begin)
    yield from _fall_due(states, tenant, tick.at, begin)


def _released(states: States, tenant: str, at: datetime, site: SiteData, begin: Begin) -> Iterator[Casework]:
    """A document was heard: the stays with candidates that need not wait any longer."""
    if (known := absence_known(states, tenant, at, site)) is None:
        return
    for encounter_id in clock_of(states, tenant).waiting:
        waiting = _waiting(states, encounter_id)
        if any(query.opened_at <= known for query in waiting):
            work = begin(timer_envelope(tenant, encounter_id, "documents", at))
            for query in waiting:
                advance(work, query)
            yield work
        if not _waiting(states, encounter_id):
            stop_waiting(states, tenant, encounter_id)


def _waiting(states: States, encounter_id: str) -> list[Query]:
    stay = states.get(f"stay/{encounter_id}")
    held = [states.get(f"query/{encounter_id}/{query_id}") for query_id in stay.queries.values()] if isinstance(stay, Stay) else []
    return [query for query in held if isinstance(query, Query) and query.state == "waiting-for-documents"]


def _fall_due(states: States, tenant: str, now: datetime, begin: Begin) -> Iterator[Casework]:
    """What is due by now, in due order."""
    gone: set[str] = set()
    while (due := take_due(states, tenant, now)) is not None:
        what = f"{due.what}/{due.query_id}" if due.query_id else due.what
        work = begin(timer_envelope(tenant, due.encounter_id, what, due.at))
        if due.what == "reminder":
            yield _escalate(work, due)
        elif due.what == "recheck":
            recheck(work, due)
            yield work
        elif due.what == "bill-nears":
            if closing.stands(work, due):
                bill_nears.press(work, due)
            yield work
        elif closing.stands(work, due):
            closing.expire(work, due.what)
            yield work
            if due.what == "forget":
                gone.add(due.encounter_id)
    closing.forget(states, gone)


def _escalate(work: Casework, due: Due) -> Casework:
    query = work.query(due.query_id)
    if query is None or query.sent_at is None or query.state in OVER or query.state in ("answered", "answered-awaiting-chart"):
        return work
    step = next_step(query, work.records.stay, work.site, due.at)
    if step is None:
        return work  # it waits with the ledger: reminders begin when it has reached its physician; or all have been told
    if step.at <= due.at:  # else of the physician of before, or of the time before it was opened again
        if query.state in WITH_THE_PHYSICIAN and not work.suspended(query):
            query = work.move(
                query, "escalated", CAUSE_BY_ROLE[step.rung.to], step.words, reminders=step.nth + 1, escalated_to=step.rung.to
            )
        else:  # held by a note that may answer, or by its rule that was suspended: nobody is pressed, the ladder goes on
            query = query.model_copy(update={"reminders": step.nth + 1})
            work.store(query)
    work.press(query)
    return work
