"""PID and PV1: who, and which visit; ADT events and merges (DOMAIN F.1, F.4)."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from opencdi.clinical.vocabulary import Sex
from opencdi.events.facts import Coded
from opencdi.events.problems import Unusable
from opencdi.intake.hl7v2.message import NULL, Segment, raw
from opencdi.intake.hl7v2.reading import Reading
from opencdi.intake.tables import NEWBORN_ADMISSIONS, VISIT_EVENT_BY_TRIGGER, class_of, says_no_class
from opencdi.intake.time import birth_date
from opencdi.intake.told import Identifier, Merge, Merged, PatientTold, VisitEvent, VisitTold

_SEX: dict[str, Sex] = {"M": "M", "F": "F", "MALE": "M", "FEMALE": "F"}


def patient_of(reading: Reading, segment: Segment | None = None) -> PatientTold:
    """PID; raises `Unusable` where it names nobody: nothing in the message could be filed."""
    message = reading.message
    pid = segment or message.first("PID")
    ids = reading.identifiers(pid, 3) or reading.identifiers(pid, 2) or reading.identifiers(pid, 4)
    if not ids:
        raise Unusable("NO_PATIENT", "PID-3")
    # XPN: given, more of them, family.
    name = (part for part in (message.component(pid, 5, n) for n in (2, 3, 1)) if part)
    sent, sex = message.component(pid, 7), message.component(pid, 8)
    born = birth_date(sent)
    if sent and born is None:
        reading.told.problems.append(("BIRTH_DATE_UNREADABLE", "PID-7"))
    return PatientTold(
        ids=ids,
        name=" ".join(name) or None,
        birth_date=born,
        sex=_SEX.get(sex.upper(), "U") if sex or raw(pid, 8) == NULL else None,
    )


def _class_told(reading: Reading, pv1: Segment) -> Coded | None:
    """PV1-2, or its words where it has no code, with PV1-18, as the site's table names them."""
    sent, kind = reading.message.component(pv1, 2) or reading.message.component(pv1, 2, 2), reading.message.component(pv1, 18)
    if not sent or says_no_class(sent, reading.context.site):
        return None
    return Coded(code=f"{sent}/{kind}" if kind else sent, text=reading.message.component(pv1, 2, 2))


def _newborn(reading: Reading, pv1: Segment, pv2: Segment | None) -> bool | None:
    """PV1-4 and PV2-36; None where neither is told."""
    admission, indicator = reading.message.component(pv1, 4), reading.message.component(pv2, 36)
    if not admission and not indicator:
        return None
    return admission in NEWBORN_ADMISSIONS or indicator == "Y"


def visit_of(reading: Reading, event: VisitEvent = "mention", *, on_leave: bool | None = None) -> VisitTold | None:
    """PV1 with PID-18; None where the message has neither."""
    message, site = reading.message, reading.context.site
    pid, pv1 = message.first("PID"), message.first("PV1")
    account = message.component(pid, 18)
    if pv1 is None:
        return VisitTold(account=account, event=event) if account or event != "mention" else None
    assigner = message.assigner(raw(pv1, 19))
    told = partial(
        VisitTold,
        number=message.component(pv1, 19),
        facility=assigner or message.header.party(4),
        facility_assumed=not assigner,
        account=account,
        event=event,
    )
    if event == "mention":
        return told()
    class_code = _class_told(reading, pv1)
    encounter_class = class_of(class_code.code, site) if class_code is not None else None
    if encounter_class == "unmapped":
        reading.told.problems.append(("CLASS_UNMAPPED", "PV1-2"))
    disposition = message.component(pv1, 36)
    if disposition and disposition not in site.disposition_by_code:
        reading.told.problems.append(("DISPOSITION_UNMAPPED", "PV1-36"))
    pv2 = message.first("PV2")
    location = raw(pv1, 3)
    return told(
        encounter_class=encounter_class,
        class_source=class_code.code.partition("/")[0] if class_code and encounter_class == "unmapped" else None,
        class_code=class_code,
        location="" if location == NULL else "^".join(part for part in message.parts(location)[:3] if part) or None,
        service=reading.changed(pv1, 10),
        attending=reading.person(pv1, 7),
        admitting_reason=message.component(pv2, 3, 2) or message.component(pv2, 3) or None,
        admitted_at=reading.time(pv1, 44),
        expected_discharge_at=reading.time(pv2, 9),
        on_leave=on_leave,
        newborn=_newborn(reading, pv1, pv2),
        discharged_at=reading.time(pv1, 45),
        disposition=site.disposition_by_code.get(disposition),
        disposition_source=(disposition or None) if disposition not in site.disposition_by_code else None,
        disposition_code=Coded(code=disposition, text=message.component(pv1, 36, 2)) if disposition else None,
    )


def event_of(trigger: str) -> VisitEvent:
    """What an ADT event says about the visit."""
    return VISIT_EVENT_BY_TRIGGER.get(trigger, "mention")


def merges_of(reading: Reading, what: Merged, patient: PatientTold) -> tuple[Merge, ...]:
    """MRG: the old number lives on as the new one; of a patient, each of the old record's numbers.

    Raises `Unusable` where a number is missing.
    """
    if what == "visit-to-account" and _renumbered(reading):
        moved, merged = _merge_of(reading, what), _merge_of(reading, "visit")
        return moved, replace(moved, old=merged.new), merged
    if what != "patient":
        return (_merge_of(reading, what),)
    old = reading.identifiers(reading.message.first("MRG"), 1)
    if not old:
        raise Unusable("NO_OLD_IDENTIFIER", "MRG-1")
    return tuple(Merge(what, one, living_on(patient, old).ids[0]) for one in old)


def living_on(patient: PatientTold, old: Collection[Identifier]) -> PatientTold:
    """The patient by the numbers that live on: of a merge PID-3 may list the old one too, as MRG-1 does."""
    return replace(patient, ids=tuple(one for one in patient.ids if one not in old) or patient.ids)


def _renumbered(reading: Reading) -> bool:
    """A45 may give the visit another number too (HL7 2.5.1, 3.3.45)."""
    old, new = (reading.message.component(reading.message.first(name), number) for name, number in (("MRG", 5), ("PV1", 19)))
    return bool(old and new) and old != new


def _merge_of(reading: Reading, what: Merged) -> Merge:
    mrg, pid, pv1 = (reading.message.first(name) for name in ("MRG", "PID", "PV1"))
    number = {"account": 3, "account-to-patient": 3, "visit": 5, "visit-to-account": 5}[what]
    sender = reading.message.header.party(4)  # as for PV1-19 of any message
    old, account, visit = reading.identifier(mrg, number), reading.identifier(pid, 18), reading.identifier(pv1, 19)
    visit = Identifier(visit.value, visit.authority or sender)
    of: Identifier | None = None
    if number == 5 and old.value:
        old = Identifier(old.value, old.authority or sender)
    match what:
        case "account-to-patient":
            of = next(iter(reading.identifiers(mrg, 1)), None)
            old, new = (old if old.value else account), (account if account.value else old)
        case "visit-to-account":
            of = next(iter(reading.identifiers(mrg, 1)), None)
            old, new = (old if old.value else visit), account
        case "account":
            new = account
        case _:
            new = visit
    if not old.value:
        raise Unusable("NO_OLD_IDENTIFIER", f"MRG-{number}")
    if not new.value:
        raise Unusable("NO_NEW_IDENTIFIER", "MRG")
    return Merge(what, old, new, of)
