"""The DRG's history: each change with what caused it, numbered, so that any past instant can be told again (DOMAIN B57)."""

from opencdi.coding.cause import changed, label_of_change, told_by
from opencdi.coding.state import Stay
from opencdi.events.audiences import DrgCause, DrgChanged
from opencdi.events.entry import Entry
from opencdi.events.pages import CodingPage, FactsPage, FindingsPage


def _claimed(page: CodingPage | None) -> set[str]:
    return {code.code for code in page.codes if code.status == "proposed"} if page else set()


def _principal(page: CodingPage | None) -> str | None:
    return next((code.code for code in page.codes if code.role == "principal"), None) if page else None


def change_of(entry: Entry, encounter_id: str, stay: Stay, before: CodingPage | None, after: CodingPage) -> DrgChanged | None:
    """The change, if the DRG or its weight is another one, there is one now, or there is none any more."""
    envelope = entry.envelope
    was, now = (before.drg if before else None), after.drg
    if (was and (was.drg, was.weight, was.grouper)) == (now and (now.drg, now.weight, now.grouper)):
        return None
    delta = round(now.weight - was.weight, 4) if now and was and now.weight is not None and was.weight is not None else None
    return DrgChanged(
        tenant=envelope.tenant,
        encounter_id=encounter_id,
        at=envelope.received_at,
        as_of=envelope.entry_id,
        made_by=after.made_by,
        before=was,
        after=now,
        weight_delta=delta,
        cause=DrgCause(
            entry_id=envelope.entry_id,
            added=tuple(sorted(_claimed(after) - _claimed(before))),
            removed=tuple(sorted(_claimed(before) - _claimed(after))),
            other=_other_cause(before, after),
            words=_in_words(entry, before, after),
            confidentiality=label_of_change(findings.notes if (findings := entry.page(FindingsPage)) else (), before, after),
        ),
        nth=stay.nth + 1,
    )


def _in_words(entry: Entry, before: CodingPage | None, after: CodingPage) -> str:
    findings, facts = entry.page(FindingsPage), entry.page(FactsPage)
    source = told_by(findings.notes if findings else (), facts.facts if facts else ())
    what = changed(before, after) or _other_cause(before, after)
    return f"{source}: {what}" if what else source


def _other_cause(before: CodingPage | None, after: CodingPage) -> str:
    told = []
    if after.no_drg:
        told.append(after.no_drg)
    elif before and before.no_drg:
        told.append(f"no longer: {before.no_drg}")
    if before and _principal(before) != _principal(after):
        told.append(f"principal {_principal(before) or 'none'} -> {_principal(after) or 'none'}")
    was, now = (before.claim if before else None), after.claim
    if was and now:
        told += [f"{name} {a} -> {b}" for name, a, b in (
            ("disposition", was.discharge_status, now.discharge_status), ("grouper", was.version, now.version), ("age", was.age, now.age),
        ) if a != b]  # fmt: skip
        if was.procedures != now.procedures:
            told.append("procedures")
    return "; ".join(told)
