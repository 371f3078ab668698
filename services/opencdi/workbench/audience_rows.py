"""The audience topics as rows."""

from opencdi.bus.room import Record
from opencdi.events.audiences import DrgChanged, FinalCodeSet, ProviderQuery, QueryAlert
from opencdi.store.batch import Batch
from opencdi.store.tables import DRG_CHANGE, FINAL_SET, PROVIDER_QUERY, QUERY
from opencdi.workbench.chart_rows import instant


def apply_drg_change(batch: Batch, record: Record) -> str:
    """What moved the DRG.  Returns the tenant."""
    change = DrgChanged.read(record.value)
    batch.put(DRG_CHANGE, {"encounter_id": change.encounter_id, "nth": change.nth, "doc": record.value.decode()})
    return change.tenant


def apply_query_alert(batch: Batch, record: Record) -> str:
    """The specialist's half of a question; an alert without wording leaves the last one standing."""
    alert = QueryAlert.read(record.value)
    before = batch.get(QUERY, alert.query_id)
    wording = alert.wording.to_json().decode() if alert.wording else before["wording"] if before else None
    batch.put(
        QUERY,
        {
            "query_id": alert.query_id,
            "encounter_id": alert.encounter_id,
            "state": alert.state,
            "priority": alert.priority,
            "doc": record.value.decode(),
            "wording": wording,
            "opened_at": before["opened_at"] if before else instant(alert.at),
        },
    )
    return alert.tenant


def apply_provider_query(batch: Batch, record: Record) -> str:
    """The physician's half: it goes to the physician's tables and nowhere else."""
    query = ProviderQuery.read(record.value)
    batch.put(
        PROVIDER_QUERY,
        {
            "query_id": query.wording.query_id,
            "encounter_id": query.wording.encounter_id,
            "tenant": query.tenant,
            "staff_id": query.wording.addressed_to.staff_id.replace("\x00", "\ufffd"),  # PostgreSQL's text takes no NUL
            "state": query.state,
            "created_at": instant(query.wording.created_at),
            "doc": record.value.decode(),
            "held": query.delivery is not None and query.delivery.by == "ledger",
            "sending": instant(query.delivery.sending) if query.delivery and query.delivery.sending else "",
        },
    )
    return query.tenant


def apply_final(batch: Batch, record: Record) -> str:
    """A final code set, or its successor."""
    final = FinalCodeSet.read(record.value)
    batch.put(FINAL_SET, {"encounter_id": final.encounter_id, "nth": final.nth, "doc": record.value.decode()})
    return final.tenant
