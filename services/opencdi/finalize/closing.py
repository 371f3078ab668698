"""When a set is made: at discharge, at each change after it, at a coder's word, and when the bill hold is over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from opencdi.bus import agenda
from opencdi.bus.room import Key, Outgoing, States
from opencdi.events.audiences import FinalCodeSet, FinalStatus
from opencdi.events.entry import Entry, Envelope, headers_of
from opencdi.events.facts import EncounterCancelled, EncounterDischarged, EncounterMoved
from opencdi.events.ids import derived_id
from opencdi.events.people import CodeSetAttested, Person
from opencdi.events.problems import Unusable
from opencdi.events.topics import FINAL
from opencdi.finalize.attestation import refusal, with_waivers
from opencdi.finalize.awaited import waiting_for
from opencdi.finalize.cause import cause_of
from opencdi.finalize.record import Questions, coding_of, facts_in, notes_in, recalled, record, remember
from opencdi.finalize.retention import forget
from opencdi.finalize.stay import Stay
from opencdi.finalize.timers import Timers
from opencdi.finalize.told import Chart, Told, next_set
from opencdi.knowledge.site import KEPT_AFTER_BILL, SiteData


def closed_by(states: States, entry: Entry, site: SiteData) -> Iterator[Outgoing]:
    """What this entry makes of the stay's code set; nothing while the patient is in bed."""
    encounter_id, entry_id = entry.envelope.encounter_id, entry.envelope.entry_id
    if encounter_id is None:
        raise Unusable("NO_ENCOUNTER", "encounter_id")
    facts, notes = facts_in(entry), notes_in(entry)
    stay = record(states, encounter_id, entry, facts, notes)
    at, tenant = entry.envelope.received_at, entry.envelope.tenant
    if any(isinstance(fact, EncounterDischarged | EncounterCancelled | EncounterMoved) for fact in facts):
        agenda.look_at(states, tenant, encounter_id, at + timedelta(days=site.bill_hold_days) + KEPT_AFTER_BILL)
    told = recalled(states, f"told/{encounter_id}", Told())
    decisions = [fact for fact in facts if isinstance(fact, CodeSetAttested)]
    if not (stay.to_be_closed or told.stands or decisions):
        return
    chart = _chart(states, encounter_id, stay, site, tenant, entry_id, at)
    said: list[FinalCodeSet] = []
    if need := _need(chart, stay, told, cause_of(entry_id, facts, notes)):
        final, told = _publish(states, chart, told, *need)
        said.append(final)
    elif told.stands:
        told = told.seen_at(entry_id)
    for decision in decisions:
        final, told = _attested(states, chart, told, decision, site)
        said.append(final)
    if decisions and not told.stands:  # it may be about a chart that has been forgotten
        agenda.look_at(states, tenant, encounter_id, at + KEPT_AFTER_BILL)
    states[f"told/{encounter_id}"] = told
    for ordinal, final in enumerate(said, 1):
        yield _outgoing(final, ordinal)


def fired(states: States, tenant: str, now: datetime, site: SiteData) -> Iterator[Outgoing]:
    """What has come due by now, each at its due time: one tick over a gap says what many in it would have said."""
    timers = recalled(states, f"timers/{tenant}", Timers())
    for timer in timers.due_at(now, site):
        encounter_id, due = timer.encounter_id, timer.due(site)
        timers = timers.stopped(encounter_id)
        told = recalled(states, f"told/{encounter_id}", Told())
        if told.stands and told.status != "attested":
            stay = recalled(states, f"stay/{encounter_id}", Stay())
            chart = _chart(states, encounter_id, stay, site, tenant, derived_id(encounter_id, "bill-hold", due.isoformat()), due)
            final, told = next_set(chart, told, "held", f"bill hold of {site.bill_hold_days} days is over")
            states[f"told/{encounter_id}"] = told
            yield _outgoing(final, 1)
    remember(states, f"timers/{tenant}", timers)
    forget(states, tenant, now, site)


def _chart(states: States, encounter_id: str, stay: Stay, site: SiteData, tenant: str, entry_id: str, at: datetime) -> Chart:
    return Chart(
        tenant=tenant,
        encounter_id=encounter_id,
        entry_id=entry_id,
        at=at,
        coding=coding_of(states, encounter_id),
        discharged_at=stay.discharged_at,
        disposition=stay.disposition,
        open_questions=recalled(states, f"questions/{encounter_id}", Questions()).open,
        waiting_for=waiting_for(stay, site) if stay.to_be_closed else (),
    )


def _need(chart: Chart, stay: Stay, told: Told, cause: str) -> tuple[FinalStatus, str] | None:
    """Which set this entry makes necessary, and why; None where the last one still says it all."""
    if not stay.to_be_closed:
        status: FinalStatus = "reopened" if stay.inpatient and not stay.ended else "cancelled"
        return (status, stay.ended or cause) if told.stands else None
    if not told.stands:
        return "provisional", cause
    if chart.recoded_since(told):
        return "amended", cause
    if not chart.moved_since(told):
        return None
    if told.status != "attested":
        return told.base, cause
    # What was attested stands, whatever questions are still talked about; another discharge makes another claim.
    return ("amended", cause) if chart.left_otherwise(told) else None


def _timed(timers: Timers, chart: Chart, told: Told, status: FinalStatus) -> Timers:
    """The timers after this set; `told` is the one before it."""
    if status in ("reopened", "cancelled"):
        return timers.stopped(chart.encounter_id)
    if chart.discharged_at and (chart.discharged_at != told.discharged_at or not told.stands):
        return timers.started(chart.encounter_id, chart.discharged_at.at, chart.at)
    return timers


def _publish(
    states: States, chart: Chart, told: Told, status: FinalStatus, cause: str, attested_by: Person | None = None
) -> tuple[FinalCodeSet, Told]:
    final, after = next_set(chart, told, status, cause, attested_by=attested_by)
    timers = recalled(states, f"timers/{chart.tenant}", Timers())
    remember(states, f"timers/{chart.tenant}", _timed(timers, chart, told, status))
    if status in ("attested", "cancelled"):
        agenda.look_at(states, chart.tenant, chart.encounter_id, chart.at + KEPT_AFTER_BILL)
    return final, after


def _attested(states: States, chart: Chart, told: Told, decision: CodeSetAttested, site: SiteData) -> tuple[FinalCodeSet, Told]:
    """The set as this coder vouches for it, or the visible reason why not."""
    stay = with_waivers(recalled(states, f"stay/{chart.encounter_id}", Stay()), decision)
    refused = refusal(stay, told, decision, site)
    if refused is None:
        remember(states, f"stay/{chart.encounter_id}", stay)
        chart = replace(chart, waiting_for=waiting_for(stay, site))
        return _publish(states, chart, told, "attested", f"decision {decision.decision_id}", decision.actor)
    cause = f"attestation refused: {refused}"
    if told.status == "attested":  # somebody else's word is not undone by a refused one
        return next_set(chart, told, "attested", cause, attested_by=told.attested_by)
    final, after = next_set(chart, told, "held", cause)
    return final, after if told.stands else told.model_copy(update={"nth": after.nth})


def _outgoing(final: FinalCodeSet, ordinal: int) -> Outgoing:
    envelope = Envelope(
        entry_id=f"{final.as_of}/{ordinal}", tenant=final.tenant, received_at=final.at, source="finalize", encounter_id=final.encounter_id
    )
    headers = headers_of(Entry(envelope), event_type="cdi.final", source="finalize", content_type=FINAL.content_type)
    return Outgoing(FINAL, Key(final.encounter_id), final.to_json(), headers)
