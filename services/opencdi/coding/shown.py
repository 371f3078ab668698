"""What the admission itself shows of a diagnosis that was documented only later (Guidelines appendix I; DOMAIN F.12).

Appendix I: Y for "conditions diagnosed during the admission that were clearly present but not diagnosed until after admission occurred".
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from opencdi.clinical.codes import dotted
from opencdi.coding.candidates import Candidate
from opencdi.coding.signs import Presenting, sign_of
from opencdi.coding.table import ConceptTable
from opencdi.knowledge.specificity import vagueness


def shown_at_admission(
    table: ConceptTable,
    one: Candidate,
    held: tuple[Candidate, ...],
    came: list[Candidate],
    seen: tuple[Presenting, ...],
    reason: frozenset[str],
    inpatient_at: datetime | None,
) -> str | None:
    """How, in words: the same disease less exactly, the stated reason, a symptom that nothing else explains, a finding, its slow course.

    `came`: of the codes `held` those that were there; `seen`: findings from before the order; `reason`: codes of the stated reason.
    """
    for other in came:
        if other.family == one.family and other.code != one.code and _says_less(other, one):
            return f"the same disease, less exactly, at admission ({dotted(other.code)})"
    if any(one.kind == "diagnosis" and one.code[:3] == told[:3] for told in reason):
        return "the stated reason for the admission names it"
    if (symptom := _explains(table, one, came, reason)) is not None:
        return f"it explains a symptom of the admission ({dotted(symptom)})"
    if (disease := _deficit_of(table, one, came)) is not None:
        return f"a deficit of what was present on admission ({dotted(disease)})"
    claimed = [other.code for other in held if other.status == "proposed"]
    if (found := sign_of(one.code, table.guidelines, seen, claimed)) is not None:
        return f"found before the inpatient order or in the admission note ({found})"
    return _too_slow(table, one, inpatient_at)


def _explains(table: ConceptTable, one: Candidate, came: list[Candidate], reason: Iterable[str]) -> str | None:
    """The symptom, or the bleeding, of the admission that it explains and that nothing else established there does."""
    blood = table.guidelines.bleeding
    symptoms = [other.code for other in came if other.kind != "diagnosis" or other.code.startswith(blood.codes)]
    bled = {other.code for other in came if other.concept in blood.concepts}
    established = [other for other in came if other.kind == "diagnosis" and other.status == "proposed"]
    for symptom in (*symptoms, *sorted(reason)):
        explained_by = (*table.integral_to(symptom), *(blood.sources if symptom in bled else ()))
        if explained_by and one.code.startswith(explained_by) and not any(other.code.startswith(explained_by) for other in established):
            return symptom
    return None


def _deficit_of(table: ConceptTable, one: Candidate, came: list[Candidate]) -> str | None:
    """The stroke of the admission whose deficit it is: the swallow was tested only on the second day."""
    for row in table.guidelines.deficits:
        if one.code.startswith(row.codes):
            return next((other.code for other in came if other.code.startswith(row.of) and other.status == "proposed"), None)
    return None


def _too_slow(table: ConceptTable, one: Candidate, inpatient_at: datetime | None) -> str | None:
    """Weeks it takes to come, and it was named within days."""
    slow = table.guidelines.slow
    if inpatient_at is None or one.order is None or not one.code.startswith(slow.codes):
        return None
    named = one.order[0] - inpatient_at
    return f"it takes longer to come than the {named.days + 1} days till it was named" if named < timedelta(days=slow.days) else None


def _says_less(other: Candidate, one: Candidate) -> bool:
    """Whether `other` is the same disease said less exactly: not its chronic form, nor another degree (a pressure injury's stage)."""
    return (other.nature in (one.nature, "")) and not (other.specific and vagueness(other.code) <= vagueness(one.code))
