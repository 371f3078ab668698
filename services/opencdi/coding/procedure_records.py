"""Procedures on the hospital's own list (PR1, FHIR Procedure): they count with the ICD-10-PCS code that they carry (DOMAIN B46)."""

from opencdi.clinical.codes import undotted
from opencdi.coding.done import StayDays
from opencdi.coding.procedure_table import ProcedureTable, resolved
from opencdi.coding.procedure_times import whole_day
from opencdi.coding.state import Recorded, Stay
from opencdi.events.pages import WorkingProcedure

_PCS_SYSTEMS = frozenset({"I10P", "L", ""})
"""ICD-10-PCS, and senders that name no system: seven characters of PCS are no code of another."""
_PCS_LENGTH = 7
_SHOWN = 20
"""Characters of a sender's own code."""


def from_records(stay: Stay, table: ProcedureTable, days: StayDays) -> tuple[WorkingProcedure, ...]:
    """What stands on the list, each once; a code of another system is what it names, or stays visible as unmapped."""
    told: dict[tuple[str, str], WorkingProcedure] = {}
    for _, record in sorted(stay.recorded.items(), key=lambda item: (item[1].at.at, item[0])):
        for one in _from_record(record, table, days):
            told.setdefault((one.procedure, one.code), one)
    return tuple(told.values())


def _from_record(record: Recorded, table: ProcedureTable, days: StayDays) -> tuple[WorkingProcedure, ...]:
    asks: tuple[str, ...]
    when = whole_day(record.at.at.astimezone(days.zone).date(), days.zone)
    on = when.earliest.date().isoformat()
    code = undotted(record.code)
    refused = days.refusal_of_record(when)
    if is_pcs(record):
        if refused:
            return (WorkingProcedure(procedure="", code=code, status="flagged", on=on, reasons=("on a list", refused)),)
        return (WorkingProcedure(procedure="", code=code, status="recorded", on=on, reasons=("on a list",)),)
    named = table.others.get(record.system, {}).get(record.code)
    if named is None:
        said = f"on a list as {record.system} {record.code[:_SHOWN]}: not mapped"
        return (WorkingProcedure(procedure="", status="flagged", on=on, reasons=(said,)),)
    slug = named["procedure"]
    reasons = (f"on a list as {record.system} {record.code}",)
    if refused:
        return (WorkingProcedure(procedure=slug, status="flagged", on=on, reasons=(*reasons, refused)),)
    if slug not in table.codes:
        return ()  # of the ventilator: told with its hours (`ventilator_notes`)
    found = resolved(table, slug, {name: value for name, value in named.items() if name != "procedure"})
    if found.missing:
        asks = tuple(table.asks[name] for name in found.missing)
        told = {"asks": asks, "lacking": found.missing, "choices": found.choices, "reasons": reasons}
        return (WorkingProcedure.model_validate({"procedure": slug, "status": "question", "on": on, **told}),)
    return tuple(WorkingProcedure(procedure=slug, code=one, status="recorded", on=on, reasons=reasons) for one in found.codes)


def is_pcs(record: Recorded) -> bool:
    """Whether the record carries an ICD-10-PCS code, valid or not."""
    code = undotted(record.code)
    return record.system in _PCS_SYSTEMS and len(code) == _PCS_LENGTH and code.isalnum() and code.isascii() and not {"I", "O"} & set(code)
