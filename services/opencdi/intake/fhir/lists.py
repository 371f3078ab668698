"""Condition, AllergyIntolerance, MedicationRequest, MedicationAdministration: lists that may indicate and never satisfy (DOMAIN F.6)."""

from typing import Literal

from opencdi.events.facts import AllergyListed, Coded, DiagnosisListed, MedicationGiven, MedicationOrdered
from opencdi.events.ids import keyed_hash
from opencdi.events.problems import Unusable
from opencdi.intake.fhir.orders import order_numbers, orders_behind
from opencdi.intake.fhir.reading import Resource, at, coded, each, first, has_own_id, own_id, reference_of, time_in, version_time
from opencdi.intake.tables import ALLERGY_CATEGORY, ALLERGY_SEVERITY, ORDER_STATUS_BY_FHIR, none_known
from opencdi.intake.time import claims_future
from opencdi.intake.told import Context, Item


def condition_of(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> list[Item]:
    """A diagnosis on a list; ICD-9 stays uncoded with a problem (DOMAIN F.19)."""
    code = coded(at(resource, "code"))
    if code is None:
        raise Unusable("NO_CODE", "Condition.code")
    if code.system == "I9":
        problems.append(("CODE_SYSTEM", "Condition.code"))
    wrong = first(resource, "verificationStatus.coding.0.code") in ("entered-in-error", "refuted")
    over = first(resource, "clinicalStatus.coding.0.code") in ("resolved", "inactive", "remission")
    category = first(resource, "category.0.coding.0.code")
    told_at = version_time(resource, context, "meta.lastUpdated", "recordedDate")
    since = time_in(resource, context, "recordedDate", "onsetDateTime", "onsetPeriod.start", problems=problems)
    role: Literal["problem", "billing"] = "problem" if category == "problem-list-item" else "billing"
    named = has_own_id(resource)
    said = ("diagnosis", role) if role == "billing" else (role,)  # as DG1 and PRB name it
    fact = DiagnosisListed(
        listing_id=own_id(resource, context, "condition") if named else keyed_hash(context.key, *said, code.code or code.text),
        code=code,
        role=role,
        status="withdrawn" if wrong else "resolved" if over else "active",
        at=since or told_at,
    )
    return [Item(fact, (told_at.sortable,), undated=since is None, of_stay=not named)]


def allergy_of(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> list[Item]:
    """An allergy, or the word that there is none."""
    wrong = first(resource, "verificationStatus.coding.0.code") in ("entered-in-error", "refuted")
    told = list(each(resource, "reaction"))
    code = coded(at(resource, "code")) or next((substance for one in told if (substance := coded(at(one, "substance")))), None)
    if code is None and not wrong:
        raise Unusable("NO_CODE", "AllergyIntolerance.code")
    told_at = version_time(resource, context, "meta.lastUpdated", "recordedDate")
    none, category = none_known(code or Coded(code=""), ALLERGY_CATEGORY.get(first(resource, "category.0")))
    reactions = [coded(manifested) for one in told for manifested in each(one, "manifestation")]
    over = first(resource, "clinicalStatus.coding.0.code") in ("inactive", "resolved")
    fact = AllergyListed(
        allergy_id=own_id(resource, context, "allergy"),
        code=code or Coded(code=""),
        none_known=none,
        category=category,
        severity=next((ALLERGY_SEVERITY.get(sent) for one in told if (sent := first(one, "severity"))), None),
        reactions=tuple(reaction.text or reaction.code for reaction in reactions if reaction is not None),
        status="withdrawn" if wrong else "inactive" if over else "active",
        at=time_in(resource, context, "onsetDateTime", "onsetPeriod.start", "recordedDate", problems=problems),
    )
    return [Item(fact, (told_at.sortable,))]


def _drug(resource: Resource, problems: list[tuple[str, str]]) -> Coded:
    found = coded(at(resource, "medicationCodeableConcept") or at(resource, "medication.concept") or at(resource, "contained.0.code"))
    if found is not None:
        return found
    reference = reference_of(resource, "medicationReference", "medication.reference", "medication")
    if not reference:
        raise Unusable("DRUG_MISSING", f"{first(resource, 'resourceType')}.medication")
    path = "medication.reference" if at(resource, "medicationReference") is None else "medicationReference"  # R5, R4
    problems.append(("MEDICATION_BY_REFERENCE", f"{first(resource, 'resourceType')}.{path}"))
    return Coded(code=reference, system="reference", text=first(resource, f"{path}.display"))


def _dose(resource: Resource, quantity: str, text: str) -> str | None:
    return (
        " ".join(part for part in (first(resource, f"{quantity}.value"), first(resource, f"{quantity}.unit")) if part)
        or first(resource, text)
        or None
    )


def medication_request_of(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> list[Item]:
    """A drug ordered."""
    told_at = version_time(resource, context, "meta.lastUpdated", "authoredOn")
    numbers = order_numbers(resource, context) or (own_id(resource, context, "order"),)
    route = coded(at(resource, "dosageInstruction.0.route"))
    fact = MedicationOrdered(
        order_id=numbers[0],
        drug=_drug(resource, problems),
        dose=_dose(resource, "dosageInstruction.0.doseAndRate.0.doseQuantity", "dosageInstruction.0.text"),
        route=(route.text or route.code) if route else None,
        status=ORDER_STATUS_BY_FHIR.get(first(resource, "status"), "active"),
        ordered_at=time_in(resource, context, "authoredOn", problems=problems) or told_at,
    )
    return [Item(fact, (told_at.sortable,), numbers)]


def medication_administration_of(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> list[Item]:
    """A drug given, or not."""
    given_at = time_in(
        resource, context, "effectiveDateTime", "effectivePeriod.start", "occurenceDateTime", "occurencePeriod.start", problems=problems
    )
    told_at = time_in(resource, context, "meta.lastUpdated") or given_at or context.arrived_at
    if given_at is not None and claims_future(given_at, context.received_at):
        problems.append(("FUTURE_TIME", "MedicationAdministration.effective"))
        return []
    status = first(resource, "status")
    orders = orders_behind(resource, context, "request")
    route = coded(at(resource, "dosage.route"))
    fact = MedicationGiven(
        administration_id=own_id(resource, context, "given"),
        order_id=orders[0] if orders else None,
        drug=_drug(resource, problems),
        dose=_dose(resource, "dosage.dose", "dosage.text"),
        route=(route.text or route.code) if route else None,
        status="withdrawn" if status == "entered-in-error" else "not-given" if status == "not-done" else "given",
        given_at=given_at or told_at,
    )
    return [Item(fact, (told_at.sortable,), orders)]
