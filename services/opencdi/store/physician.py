"""What the physician's pages may read, and an engine that can read nothing else (DOMAIN Q-30, Q-31)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, event, func, select
from sqlalchemy.sql import ClauseElement, visitors

from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import Sex
from opencdi.events.audiences import ProviderQuery
from opencdi.events.contract import Contract
from opencdi.events.people import Person
from opencdi.store.questions import Pending, unsettled_by
from opencdi.store.tables import DELIVERY, PHYSICIAN_TABLES, PROVIDER_PATIENT, PROVIDER_QUERY


class PatientShown(Contract):
    """Who the question is about, as a physician needs it to find the patient."""

    name: str = ""
    mrn: str = ""
    birth_date: str | None = None
    sex: Sex = "U"
    location: str | None = None
    admitted_at: ClinicalTime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a physician, the patient it is about, and this physician's decisions still on their way."""

    query: ProviderQuery
    patient: PatientShown
    pending: tuple[Pending, ...]


class NotForPhysicians(Exception):
    """A statement on the physician's connection reached for a table that is not theirs."""


def money_blind(engine: Engine) -> Engine:
    """Make this engine refuse every statement beyond `PHYSICIAN_TABLES`, whoever wrote it."""
    event.listen(engine, "before_execute", _only_theirs)
    return engine


def _only_theirs(_: Connection, statement: Any, *rest: Any) -> None:
    told = (
        [element for element in visitors.iterate(statement) if isinstance(element, Table)] if isinstance(statement, ClauseElement) else []
    )
    if not told or any(table not in PHYSICIAN_TABLES for table in told):
        raise NotForPhysicians(", ".join(sorted(table.name for table in told)))


def inbox(connection: Connection, tenant: str, staff_id: str) -> list[Asked]:
    """The questions to this physician, oldest first: by age only, never by what an answer would change (DOMAIN F.14)."""
    theirs = (PROVIDER_QUERY.c.tenant == tenant) & (PROVIDER_QUERY.c.staff_id == staff_id)
    return _asked(connection, theirs, staff_id)


def asked(connection: Connection, tenant: str, query_id: str, staff_id: str) -> Asked | None:
    """One question to this physician; None if there is none of that id for them."""
    theirs = (PROVIDER_QUERY.c.tenant == tenant) & (PROVIDER_QUERY.c.query_id == query_id) & (PROVIDER_QUERY.c.staff_id == staff_id)
    return next(iter(_asked(connection, theirs, staff_id)), None)


def _asked(connection: Connection, which: ColumnElement[bool], staff_id: str) -> list[Asked]:
    both = select(PROVIDER_QUERY.c.query_id, PROVIDER_QUERY.c.doc, PROVIDER_PATIENT.c.doc.label("patient"))
    handed = select(DELIVERY.c.query_id).where(
        DELIVERY.c.query_id == PROVIDER_QUERY.c.query_id,
        DELIVERY.c.staff_id.in_((PROVIDER_QUERY.c.staff_id, "")),
        DELIVERY.c.delivered_at.is_not(None),
        (DELIVERY.c.sending == PROVIDER_QUERY.c.sending)
        | ((DELIVERY.c.sending == "") & (DELIVERY.c.delivered_at >= PROVIDER_QUERY.c.sending)),
    )
    theirs = which & (~PROVIDER_QUERY.c.held | handed.exists())  # what a ledger holds is not theirs yet
    joined = both.outerjoin(PROVIDER_PATIENT, PROVIDER_PATIENT.c.encounter_id == PROVIDER_QUERY.c.encounter_id).where(theirs)
    told = connection.execute(joined.order_by(PROVIDER_QUERY.c.created_at, PROVIDER_QUERY.c.query_id)).all()
    pending: dict[str, list[Pending]] = {}
    for decision in unsettled_by(connection, staff_id):
        pending.setdefault(decision.query_id or "", []).append(decision)
    return [
        Asked(
            query=ProviderQuery.read(row.doc),
            patient=PatientShown.read(row.patient) if row.patient else PatientShown(),
            pending=tuple(pending.get(row.query_id, ())),
        )
        for row in told
    ]


def physicians(connection: Connection, tenant: str) -> list[Person]:
    """Everybody whom a question was addressed to."""
    one_each = select(func.min(PROVIDER_QUERY.c.query_id)).where(PROVIDER_QUERY.c.tenant == tenant).group_by(PROVIDER_QUERY.c.staff_id)
    docs = connection.scalars(select(PROVIDER_QUERY.c.doc).where(PROVIDER_QUERY.c.query_id.in_(one_each)))
    told = [ProviderQuery.read(doc).wording.addressed_to for doc in docs]
    return sorted(told, key=lambda person: (person.name, person.staff_id))
