"""ServiceRequest and Procedure: what was ordered, what was done."""

from opencdi.events.facts import InpatientOrderCancelled, InpatientOrdered, OrderPlaced, ProcedureRecorded
from opencdi.events.ids import keyed_hash
from opencdi.events.problems import Unusable
from opencdi.intake.fhir.reading import (
    Resource,
    at,
    coded,
    each,
    first,
    has_own_id,
    identifiers,
    own_id,
    person_in,
    relative,
    time_in,
    version_time,
)
from opencdi.intake.tables import NO_ORDER_INTENTS, ORDER_STATUS_BY_FHIR, PROCEDURE_STATUS_BY_FHIR
from opencdi.intake.time import claims_future
from opencdi.intake.told import Context, Item


def order_numbers(resource: Resource, context: Context) -> tuple[str, ...]:
    """Ids of this order: each of its identifiers, the placer's first (as ORC-2), and its id at this feed.  They lead to the visit (F.1)."""
    placed = (first(one, "value") for one in each(resource, "identifier") if first(one, "type.coding.0.code") == "PLAC")
    numbers = (*filter(None, placed), *(number.value for number in identifiers(resource)))
    found = [keyed_hash(context.key, "order", number) for number in numbers]
    if number := first(resource, "id"):
        found.append(keyed_hash(context.key, "order", context.feed, number))
    return tuple(dict.fromkeys(found))


def orders_behind(resource: Resource, context: Context, path: str = "basedOn") -> tuple[str, ...]:
    """Ids of the orders that stand there, by number, or by what came beside them, or by reference."""
    found: list[str] = []
    for order in each(resource, path):
        if number := first(order, "identifier.value"):
            found.append(keyed_hash(context.key, "order", number))
        if reference := first(order, "reference"):
            meant = dict(context.beside.get(relative(reference), {}))
            if reference.startswith("#"):  # contained: its id means nothing outside
                found.extend(order_numbers(meant | {"id": None}, context))
                continue
            found.extend(order_numbers(meant, context))
            found.append(keyed_hash(context.key, "order", context.feed, reference.rpartition("/")[2].removeprefix("urn:uuid:")))
    return tuple(dict.fromkeys(found))


def service_request_of(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> list[Item]:
    """An order that is no drug; a plan or proposal is none.  Raises `Unusable` for one without code."""
    if first(resource, "intent") in NO_ORDER_INTENTS or at(resource, "doNotPerform") is True:
        return []
    code = coded(at(resource, "code"))
    if code is None:
        raise Unusable("NO_CODE", "ServiceRequest.code")
    told_at = version_time(resource, context, "meta.lastUpdated", "authoredOn")
    ordered_at = time_in(resource, context, "authoredOn", problems=problems) or told_at
    sent = first(resource, "status")
    status = ORDER_STATUS_BY_FHIR.get(sent)
    if status is None:
        problems.append(("ORDER_STATUS_UNKNOWN", "ServiceRequest.status"))
    reason = coded(at(resource, "reasonCode.0"))
    numbers = order_numbers(resource, context) or (own_id(resource, context, "order"),)
    version = (told_at.sortable,)
    fact = OrderPlaced(
        order_id=numbers[0],
        code=code,
        status=status or "active",
        ordered_at=ordered_at,
        reason=(reason.text or reason.code) if reason else None,
        by=person_in(at(resource, "requester"), "provider", context),
    )
    items = [Item(fact, version, numbers)]
    if code.code in context.site.inpatient_order_codes:
        if status != "cancelled":
            items.append(Item(InpatientOrdered(at=ordered_at, basis="order"), version, numbers))
        elif sent == "entered-in-error":
            # "revoked" says of a discontinued order and of a cancelled one the same, and discharge discontinues all (as ORC-1 DC).
            items.append(Item(InpatientOrderCancelled(at=told_at), version, numbers))
    return items


def procedure_of(resource: Resource, context: Context, problems: list[tuple[str, str]]) -> list[Item]:
    """A procedure that was done, or is no longer said to be.  Raises `Unusable` for one without code."""
    status = PROCEDURE_STATUS_BY_FHIR.get(first(resource, "status"))
    if status is None:
        return []
    code = coded(at(resource, "code"), "I10P", "CPT", "HCPCS")
    if code is None:
        raise Unusable("NO_CODE", "Procedure.code")
    if code.system == "I9":
        problems.append(("CODE_SYSTEM", "Procedure.code"))
    told_at = version_time(resource, context, "meta.lastUpdated", "performedPeriod.end", "performedDateTime")
    done_at = time_in(
        resource, context, "performedDateTime", "performedPeriod.start", "occurrenceDateTime", "occurrencePeriod.start", problems=problems
    )
    if done_at is not None and claims_future(done_at, context.received_at):
        problems.append(("FUTURE_TIME", "Procedure.performed"))
        return []
    named = has_own_id(resource)
    said = keyed_hash(context.key, "procedure", code.code or code.text, done_at.sortable if done_at is not None else "")  # as PR1 names it
    procedure_id = own_id(resource, context, "procedure") if named else said
    until = time_in(resource, context, "performedPeriod.end", problems=problems)
    if done_at is None or (until is not None and (until.at < done_at.at or claims_future(until, context.received_at))):
        until = None  # an end without its beginning, before it or yet to come ends nothing
    fact = ProcedureRecorded(procedure_id=procedure_id, code=code, status=status, at=done_at or told_at, until=until)
    return [Item(fact, (told_at.sortable,), orders_behind(resource, context), undated=done_at is None, of_stay=not named)]
