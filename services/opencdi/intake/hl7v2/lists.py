"""DG1, PR1, PRB, AL1, IAM: what coders, registrars and clinicians listed; it may indicate and never satisfies (DOMAIN F.6)."""

from typing import Literal

from opencdi.events.facts import AllergyListed, DiagnosisListed, ProcedureRecorded
from opencdi.intake.hl7v2.message import Segment, raw
from opencdi.intake.hl7v2.reading import Reading, without_dots
from opencdi.intake.tables import ALLERGY_CATEGORY, ALLERGY_SEVERITY, none_known
from opencdi.intake.time import claims_future
from opencdi.intake.told import Item

Role = Literal["admitting", "working", "final", "billing"]
_ROLE: dict[str, Role] = {
    "A": "admitting", "W": "working", "F": "final", "ADMITTING": "admitting", "ADMIT": "admitting", "WORKING": "working", "FINAL": "final",
}  # fmt: skip
_DELETED = "D"


def diagnoses_of(reading: Reading, otherwise: Role = "working") -> None:
    """DG1, with the sender's POA indicator; `otherwise`: the role of one without DG1-6."""
    message = reading.message
    for dg1 in message.every("DG1"):
        code = reading.listed(dg1, 3, "I10")
        if not code.code and not code.text:
            continue
        role = _ROLE.get(message.component(dg1, 6).upper(), otherwise)
        at = reading.time(dg1, 5)
        _list(
            reading,
            DiagnosisListed(
                listing_id=_id(reading, "diagnosis", dg1, 20, role, code.code or code.text),
                code=code,
                role=role,
                status="withdrawn" if message.component(dg1, 21) == _DELETED else "active",
                poa=message.component(dg1, 26) or None,
                at=at or reading.sent_at,
            ),
            undated=at is None,
            of_stay=True,
        )


def problems_of(reading: Reading) -> None:
    """PRB of the problem list: added, changed, resolved (PRB-9) or deleted."""
    message = reading.message
    for prb in message.every("PRB"):
        code = reading.code(raw(prb, 3), "I10")
        if not code.code and not code.text:
            continue
        gone, over = message.component(prb, 1) == "DE", reading.time(prb, 9) is not None
        at = reading.time(prb, 7) or reading.time(prb, 2)
        fact = DiagnosisListed(
            listing_id=_id(reading, "problem", prb, 4, code.code or code.text),
            code=without_dots(code),
            role="problem",
            status="withdrawn" if gone else "resolved" if over else "active",
            at=at or reading.sent_at,
        )
        order = ((reading.time(prb, 2) or reading.told_at).sortable,)
        reading.told.items.append(Item(fact, order, undated=at is None, of_stay=True))


def procedures_of(reading: Reading) -> None:
    """PR1; one that is still to come was not done."""
    message = reading.message
    for pr1 in message.every("PR1"):
        code = reading.listed(pr1, 3, "I10P", "CPT", "HCPCS")
        if not code.code and not code.text:
            continue
        at = reading.time(pr1, 5)
        if at is not None and claims_future(at, reading.context.received_at):
            reading.told.problems.append(("FUTURE_TIME", "PR1-5"))
            continue
        done = at.sortable if at is not None else ""  # the same code twice in a stay is two procedures
        _list(
            reading,
            ProcedureRecorded(
                procedure_id=_id(reading, "procedure", pr1, 19, code.code or code.text, done),
                code=code,
                status="withdrawn" if message.component(pr1, 20) == _DELETED else "done",
                at=at or reading.sent_at,
            ),
            undated=at is None,
            of_stay=True,
        )


def allergies_of(reading: Reading) -> None:
    """AL1 and IAM.  A list that no longer names one says nothing of it: only an action or a status takes it back (DOMAIN F.4)."""
    message = reading.message
    for segment in (*message.every("AL1"), *message.every("IAM")):
        adverse = segment[0] == "IAM"  # told one by one, each with what is to be done with it
        code = reading.code(raw(segment, 3))
        if not code.code and not code.text:
            continue
        kind = message.component(segment, 2)
        none, category = none_known(code, ALLERGY_CATEGORY.get(kind.upper()))
        standing = message.component(segment, 17) if adverse else ""
        gone = adverse and (message.component(segment, 6) == _DELETED or standing == "E")
        own = message.component(segment, 7) if adverse else ""
        fact = AllergyListed(
            allergy_id=reading.id_of("allergy", *_person(reading), own or code.code or code.text),
            code=code,
            none_known=none,
            category=category,
            severity=ALLERGY_SEVERITY.get(message.component(segment, 4).upper()),
            reactions=tuple(filter(None, (_reaction(reading, value) for value in message.repetitions(segment, 5)))),
            status="withdrawn" if gone else "inactive" if standing == "I" else "active",
            at=(reading.time(segment, 11) or reading.time(segment, 13)) if adverse else reading.time(segment, 6),
        )
        _list(reading, fact)


def _reaction(reading: Reading, value: str) -> str:
    parts = [part.strip() for part in reading.message.parts(value)]
    return next(filter(None, (*parts[1:2], parts[0])), "")


def _id(reading: Reading, what: str, segment: Segment, number: int, *otherwise: str) -> str:
    """The list's own name for the line, else what it says; either is meant within the stay."""
    own = reading.message.component(segment, number)
    return reading.id_of(what, *((own,) if own else otherwise))


def _person(reading: Reading) -> tuple[str, str]:
    """Whose an allergy is, in whatever stay it is told, and before any."""
    pid = reading.message.first("PID")
    return reading.message.component(pid, 3), reading.message.assigner(raw(pid, 3))


def _list(
    reading: Reading, fact: DiagnosisListed | ProcedureRecorded | AllergyListed, *, undated: bool = False, of_stay: bool = False
) -> None:
    """Once in a message."""
    item = Item(fact, (reading.told_at.sortable,), undated=undated, of_stay=of_stay)
    if all(item != other for other in reading.told.items):
        reading.told.items.append(item)
