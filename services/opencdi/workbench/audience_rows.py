"""The audience topics, message outcomes and dead letters as rows."""

from opencdi.bus.room import Record
from opencdi.clinical.vocabulary import Outcome
from opencdi.events.audiences import DrgChanged, FinalCodeSet, MessageEnded, ProviderQuery, QueryAlert
from opencdi.store.batch import Batch
from opencdi.store.tables import DEAD_COUNT, DRG_CHANGE, FINAL_SET, OUTCOME_COUNT, PROVIDER_QUERY, QUERY, SETTLED
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
        },
    )
    return query.tenant


def apply_final(batch: Batch, record: Record) -> str:
    """A final code set, or its successor."""
    final = FinalCodeSet.read(record.value)
    batch.put(FINAL_SET, {"encounter_id": final.encounter_id, "nth": final.nth, "doc": record.value.decode()})
    return final.tenant


def apply_outcome(batch: Batch, record: Record) -> str:
    """One more message that ended this way; a decision that reached no chart is refused."""
    ended = MessageEnded.read(record.value)
    _count_outcome(batch, ended.tenant, ended.outcome, ended.reason or "")
    if ended.message_type == "decision" and ended.outcome == "dead_letter":  # it has no entry that could come back
        told = {"query_id": None, "refused": ended.reason or "dead letter", "entry_id": ended.entry_id}
        batch.put(SETTLED, {"decision_id": ended.entry_id, **told})
    return ended.tenant


def _count_outcome(batch: Batch, tenant: str, outcome: Outcome, reason: str) -> None:
    before = batch.get(OUTCOME_COUNT, tenant, outcome, reason)
    count = (before["messages"] if before else 0) + 1
    batch.put(OUTCOME_COUNT, {"tenant": tenant, "outcome": outcome, "reason": reason, "messages": count})


def apply_dead_letter(batch: Batch, room: str, record: Record) -> None:
    """One more record that this room could not use; only its reason is kept here, never its bytes."""
    reason = record.header("reason") or ""
    before = batch.get(DEAD_COUNT, room, reason)
    batch.put(DEAD_COUNT, {"room": room, "reason": reason, "records": (before["records"] if before else 0) + 1})
    if room == "gateway" and record.key:  # what the gate refuses never reaches the room that tells outcomes; its key is the tenant
        _count_outcome(batch, record.key, "refused", reason)
