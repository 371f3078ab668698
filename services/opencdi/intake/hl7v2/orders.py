"""Orders, drugs ordered, drugs given: ORM, OMG, OML, OMI, OMD, OMB, OMP, RDE, RDS, RAS.  Given is not ordered."""

from typing import Literal

from opencdi.events.facts import Coded, InpatientOrderCancelled, InpatientOrdered, MedicationGiven, MedicationOrdered, OrderPlaced
from opencdi.intake.hl7v2.groups import order_numbers
from opencdi.intake.hl7v2.message import Segment, raw
from opencdi.intake.hl7v2.reading import Reading
from opencdi.intake.tables import CANCELLED_ORDERS
from opencdi.intake.time import claims_future
from opencdi.intake.told import Item

_DRUG_FIELDS = {"RXO": (1, (2, 3), 4), "RXE": (2, (3, 4), 5), "RXD": (2, (4,), 5)}
"""Segment -> fields of the drug, the amount (the least, else the most), its unit."""
_PRESCRIPTION = {"RXE": 15, "RXD": 7}
"""Segment -> field of the prescription's number, by which an order without ORC is known."""
_ORDER_FIELDS = {"OBR": 4, "ODS": 3, "BPO": 2}
"""Segment -> field that says what is ordered: a service, a diet, a blood product."""
_DISCONTINUED = frozenset({"DC", "DR", "OD"})
OrderStatus = Literal["active", "completed", "cancelled"]


def orders_of(reading: Reading) -> None:
    """Walks the segments once; each ORC opens an order."""
    orc: Segment | None = None
    route: dict[int, str] = {}  # of the segment that names the drug: RXR comes behind it
    owner = -1
    segments = reading.message.segments
    for nth, segment in enumerate(segments):
        if segment[0] in ("RXO", "RXE", "RXA", "RXD"):
            owner = nth
        elif segment[0] == "RXR":
            route[owner] = reading.message.component(segment, 1, 2) or reading.message.component(segment, 1)
    encoded = any(segment[0] == "RXE" for segment in segments)
    known: dict[tuple[str, str], str] = {}
    for nth, segment in enumerate(segments):
        name = segment[0]
        if name == "ORC":
            orc = segment
        elif name in _ORDER_FIELDS:
            _order(reading, orc, segment, known)
        elif name == "RXA":
            _given(reading, orc, segment, route.get(nth), nth)
        elif name in _DRUG_FIELDS and not (name == "RXO" and encoded):
            _drug(reading, orc, segment, route.get(nth), known)


def _own_id(reading: Reading, segment: Segment, number: str, code: Coded, known: dict[tuple[str, str], str]) -> str:
    """The order's id: its number's; several services or drugs of one message under one number are as many orders."""
    what = code.code or code.text
    return number if known.setdefault((segment[0], number), what) == what else reading.id_of("order", number, what)


def _status(reading: Reading, orc: Segment | None) -> OrderStatus:
    if reading.message.component(orc, 1) in CANCELLED_ORDERS or reading.message.component(orc, 5) in ("CA", "DC"):
        return "cancelled"
    return "completed" if reading.message.component(orc, 5) == "CM" else "active"


def _order(reading: Reading, orc: Segment | None, segment: Segment, known: dict[tuple[str, str], str]) -> None:
    message = reading.message
    field = _ORDER_FIELDS[segment[0]]
    obr = segment if segment[0] == "OBR" else None
    code = reading.code(raw(segment, field))
    numbers = order_numbers(reading, orc, obr)
    if not (code.code or code.text) or not numbers:
        reading.told.problems.append(("ORDER_WITHOUT_NUMBER_OR_CODE", f"{segment[0]}-{field}"))
        return
    at = reading.time(orc, 9) or reading.time(orc, 15) or reading.sent_at
    status = _status(reading, orc)
    fact = OrderPlaced(
        order_id=_own_id(reading, segment, numbers[0], code, known),
        code=code,
        status=status,
        ordered_at=at,
        reason=message.component(obr, 31, 2) or message.component(obr, 31) or None,
        by=reading.person(orc, 12, "provider") or reading.person(obr, 16, "provider"),
    )
    reading.told.items.append(Item(fact, (reading.sent_at.sortable,), numbers))
    if code.code not in reading.context.site.inpatient_order_codes:
        return
    if status != "cancelled":
        reading.told.items.append(Item(InpatientOrdered(at=at, basis="order"), (reading.sent_at.sortable,), numbers))
    elif message.component(orc, 1) not in _DISCONTINUED and message.component(orc, 5) != "DC":
        # Many systems discontinue all orders at discharge: that does not take the admission back, a cancel does.
        reading.told.items.append(Item(InpatientOrderCancelled(at=reading.sent_at), (reading.sent_at.sortable,), numbers))


def _drug(reading: Reading, orc: Segment | None, segment: Segment, route: str | None, known: dict[tuple[str, str], str]) -> None:
    message = reading.message
    drug, amounts, unit = _DRUG_FIELDS[segment[0]]
    code = reading.code(raw(segment, drug))
    prescription = message.component(segment, _PRESCRIPTION[segment[0]]) if segment[0] in _PRESCRIPTION else ""
    numbers = order_numbers(reading, orc) or ((reading.id_of("order", prescription),) if prescription else ())
    if not (code.code or code.text) or not numbers:
        reading.told.problems.append(("ORDER_WITHOUT_NUMBER_OR_CODE", segment[0]))
        return
    amount = next(filter(None, (message.component(segment, number) for number in amounts)), "")
    fact = MedicationOrdered(
        order_id=_own_id(reading, segment, numbers[0], code, known),
        drug=code,
        dose=f"{amount} {message.component(segment, unit)}".strip() if amount else None,
        route=route or None,
        status=_status(reading, orc),
        ordered_at=reading.time(orc, 9) or reading.sent_at,
    )
    reading.told.items.append(Item(fact, (reading.sent_at.sortable,), numbers))


def _given(reading: Reading, orc: Segment | None, rxa: Segment, route: str | None, nth: int) -> None:
    message = reading.message
    code = reading.code(raw(rxa, 5))
    if not (code.code or code.text):
        reading.told.problems.append(("DRUG_MISSING", "RXA-5"))
        return
    at = reading.time(rxa, 3) or reading.sent_at
    if claims_future(at, reading.context.received_at):
        reading.told.problems.append(("FUTURE_TIME", "RXA-3"))
        return
    numbers = order_numbers(reading, orc)
    done = message.component(rxa, 20)
    withdrawn = message.component(rxa, 21) == "D"
    status: Literal["given", "not-given", "withdrawn"] = "withdrawn" if withdrawn else "not-given" if done in ("RE", "NA") else "given"
    patient = message.component(message.first("PID"), 3)
    fact = MedicationGiven(
        administration_id=reading.id_of("given", *(numbers[:1] or (patient, str(nth))), code.code or code.text, raw(rxa, 3), raw(rxa, 2)),
        order_id=numbers[0] if numbers else None,
        drug=code,
        dose=" ".join(part for part in (message.component(rxa, 6), message.component(rxa, 7)) if part) or None,
        route=route or None,
        status=status,
        given_at=at,
    )
    reading.told.items.append(Item(fact, (reading.sent_at.sortable,), numbers))
