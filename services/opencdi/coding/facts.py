"""What a fact tells the coder about the stay.  Drugs and orders tell nothing here and are not even decoded; of results see `signs`."""

import re
from collections.abc import Iterable

from opencdi.coding.state import Listed, Recorded, Stay
from opencdi.events.facts import (
    DiagnosisListed,
    DischargeCancelled,
    EncounterCancelled,
    EncounterDischarged,
    EncounterMoved,
    EncounterUpdated,
    Fact,
    InpatientOrderCancelled,
    InpatientOrdered,
    PatientIdentified,
    ProcedureRecorded,
)

KINDS = (
    "patient_identified", "encounter_updated", "inpatient_ordered", "inpatient_order_cancelled", "encounter_discharged",
    "discharge_cancelled", "encounter_cancelled", "encounter_moved", "diagnosis_listed", "procedure_recorded",
)  # fmt: skip
_CONCERNS_US = re.compile(rb'"kind":\s*"(?:' + "|".join(KINDS).encode() + rb')"')


def concerns_coding(facts_page: bytes) -> bool:
    """Whether the page holds a fact of a kind that coding uses: a look at the bytes, so that a flood of results costs nothing."""
    return _CONCERNS_US.search(facts_page) is not None


def told(stay: Stay, facts: Iterable[Fact]) -> Stay:
    """The stay after these facts, in their order."""
    for fact in facts:
        stay = _after(stay, fact)
    return stay


def _after(stay: Stay, fact: Fact) -> Stay:
    match fact:
        case PatientIdentified():
            return stay.model_copy(
                update={"birth_date": fact.birth_date or stay.birth_date, "sex": fact.sex if fact.sex != "U" else stay.sex}
            )
        case EncounterUpdated():
            news = {"encounter_class": fact.encounter_class, "admitted_at": fact.admitted_at, "admitting_reason": fact.admitting_reason}
            # Of a stay that is cancelled nothing is told but that it is admitted anew.
            reopened = {"closed": None} if stay.closed == "cancelled" else {}
            return stay.model_copy(update={name: value for name, value in news.items() if value is not None} | reopened)
        case InpatientOrdered():
            return stay.model_copy(update={"inpatient_at": fact.at.at})  # the newest word: intake has weighed order against class
        case InpatientOrderCancelled():
            return stay.model_copy(update={"inpatient_at": None})
        case EncounterDischarged():
            return stay.model_copy(update={"discharged_at": fact.at, "disposition": fact.disposition})
        case DischargeCancelled():
            return stay.model_copy(update={"discharged_at": None, "disposition": None})
        case EncounterCancelled():
            return stay.model_copy(update={"closed": "cancelled"})
        case EncounterMoved():
            return stay.model_copy(update={"closed": "moved"})
        case DiagnosisListed():
            listed = {key: value for key, value in stay.listed.items() if key != fact.listing_id}
            if fact.status == "active":
                listed[fact.listing_id] = Listed(code=fact.code.code, system=fact.code.system, role=fact.role)
            return stay.model_copy(update={"listed": listed})
        case ProcedureRecorded():
            recorded = {key: value for key, value in stay.recorded.items() if key != fact.procedure_id}
            if fact.status == "done":
                recorded[fact.procedure_id] = Recorded(code=fact.code.code.upper(), system=fact.code.system, at=fact.at)
            return stay.model_copy(update={"recorded": recorded})
        case _:
            return stay
