"""FHIR R4 as this hospital's other system sends it: one transaction Bundle an event."""

import json
from base64 import b64encode
from datetime import datetime
from html import escape
from typing import Any, Literal

from opencdi.hospital.observables import NOTE_TYPES, OBSERVABLES
from opencdi.hospital.story import Event, Note, Order, Report, Results, Story, taken_at

_SYSTEM = "urn:oid:2.16.840.1.113883.19.5"
_CLASS = {"I": "IMP", "E": "EMER", "OBS": "OBSENC", "O": "AMB"}
DocumentKind = Literal["DocumentReference", "Composition"]


def _person(told: str) -> dict[str, Any]:
    staff_id, family, given = told.split("^")
    return {"identifier": {"system": f"{_SYSTEM}.4", "value": staff_id}, "display": f"{given} {family}"}


def _patient(story: Story) -> dict[str, Any]:
    family, given = story.patient.name.split("^")
    return {
        "resourceType": "Patient", "id": f"p{story.patient.mrn}",
        "identifier": [{"type": {"coding": [{"code": "MR"}]}, "system": "MERCY", "value": story.patient.mrn}],
        "name": [{"family": family, "given": [given]}], "birthDate": story.patient.born,
        "gender": {"M": "male", "F": "female"}[story.patient.sex],
    }  # fmt: skip


def _encounter(story: Story, event: Event, at: datetime, start: datetime) -> dict[str, Any]:
    admissions = [(e.at, e.admit) for e in story.events if e.admit and e.at <= event.at]
    told = event.admit or admissions[-1][1]
    began = [since for since, admit in admissions if admit.trigger in ("A01", "A04", "A05", "A06")][-1]  # as PV1-44 of the same events
    status = "finished" if event.discharge else "cancelled" if event.cancel_admit else "in-progress"
    encounter: dict[str, Any] = {
        "resourceType": "Encounter", "id": f"e{story.visit.number}", "status": status,
        "identifier": [{"system": "MERCY", "value": story.visit.number}],
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": _CLASS[told.patient_class]},
        "subject": {"reference": f"Patient/p{story.patient.mrn}"},
        "participant": [{"type": [{"coding": [{"code": "ATND"}]}], "individual": _person(told.attending or story.visit.attending)}],
        "period": {"start": (start + began).isoformat()},
        "location": [{"location": {"display": told.location or story.visit.location}}],
        "account": [{"identifier": {"value": story.visit.account}}],
    }  # fmt: skip
    if told.reason:
        encounter["reasonCode"] = [{"text": told.reason}]
    if event.discharge:
        encounter["period"]["end"] = at.isoformat()
        encounter["hospitalization"] = {"dischargeDisposition": {"coding": [{"code": event.discharge.disposition}]}}
    return encounter


def _context(story: Story) -> dict[str, Any]:
    return {
        "subject": {"reference": f"Patient/p{story.patient.mrn}"},
        "encounter": {"reference": f"Encounter/e{story.visit.number}", "identifier": {"system": "MERCY", "value": story.visit.number}},
    }


def _observations(story: Story, told: Results, category: str, at: datetime, start: datetime) -> list[dict[str, Any]]:
    taken = (taken_at(told.taken, start) if told.taken else at).isoformat()
    status = {"P": "preliminary", "F": "final", "C": "corrected", "W": "entered-in-error"}[told.status]
    order = told.order or f"{story.visit.number}-{at:%d%H%M}"
    found = []
    for analyte, value in told.values.items():
        loinc, name, unit = OBSERVABLES[analyte]
        quantity = {"valueString": value} if isinstance(value, str) else {"valueQuantity": {"value": value, "unit": unit, "code": unit}}
        found.append(
            {
                "resourceType": "Observation",
                "id": f"{order}-{loinc}",
                "status": status,
                **_context(story),
                **quantity,
                "category": [{"coding": [{"code": category}]}],
                "effectiveDateTime": taken,
                "issued": at.isoformat(),
                "code": {"coding": [{"system": "http://loinc.org", "code": loinc, "display": name}]},
            }
        )
    return found


def _document(story: Story, note: Note, at: datetime, start: datetime, kind: DocumentKind) -> dict[str, Any]:
    written = start + next(event.at for event in story.events if event.note and event.note.id == note.id)  # signing it changes no date
    loinc, title = NOTE_TYPES[note.type]
    context = _context(story)
    signed = "final" if note.signed else "preliminary"
    wrong = note.event == "T11"
    told = {
        "resourceType": kind, "id": note.id, "subject": context["subject"], "date": written.isoformat(),
        "type": {"coding": [{"system": "http://loinc.org", "code": loinc, "display": title}]},
        "author": [_person(note.by or story.visit.attending)],
    }  # fmt: skip
    if kind == "DocumentReference":
        return told | {
            "status": "entered-in-error" if wrong else "current", "docStatus": signed, "masterIdentifier": {"value": note.id},
            "context": {"encounter": [context["encounter"]]},
            "content": [{"attachment": _attachment(note.text)}],
            **({"relatesTo": [{"code": "appends", "target": {"reference": f"{kind}/{note.parent}"}}]} if note.parent else {}),
        }  # fmt: skip
    attester = {"mode": "legal", "time": at.isoformat(), "party": _person(note.by or story.visit.attending)}
    narrative = f'<div xmlns="http://www.w3.org/1999/xhtml"><pre>{escape(note.text)}</pre></div>'
    return told | {
        "status": "entered-in-error" if wrong else signed, "title": title, "identifier": {"value": note.id},
        "encounter": context["encounter"], "section": [{"text": {"status": "additional", "div": narrative}}],
        **({"attester": [attester]} if note.signed else {}),
        **({"relatesTo": [{"code": "appends", "targetReference": {"reference": f"{kind}/{note.parent}"}}]} if note.parent else {}),
    }  # fmt: skip


def _attachment(text: str) -> dict[str, Any]:
    return {"contentType": "text/plain; charset=utf-8", "data": b64encode(text.encode()).decode()}


def _report(story: Story, report: Report, at: datetime) -> dict[str, Any]:
    loinc, title = NOTE_TYPES[report.type]
    return {
        "resourceType": "DiagnosticReport", "id": f"r{report.number}", "identifier": [{"value": report.number}], **_context(story),
        "status": {"P": "preliminary", "F": "final", "C": "corrected"}[report.status],
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc, "display": title}]},
        "effectiveDateTime": at.isoformat(), "issued": at.isoformat(),
        "resultsInterpreter": [_person(report.by or story.visit.attending)], "presentedForm": [_attachment(report.text)],
        "conclusion": report.text.splitlines()[-1],
    }  # fmt: skip


def _order(story: Story, order: Order, at: datetime) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest", "id": order.number, "identifier": [{"value": order.number}], **_context(story),
        "status": "active", "intent": "order", "authoredOn": at.isoformat(),
        "code": {"coding": [{"system": "http://loinc.org", "code": order.code, "display": order.name}]},
    }  # fmt: skip


def bundle_of(story: Story, event: Event, at: datetime, start: datetime, documents: DocumentKind = "DocumentReference") -> bytes:
    """The transaction that tells this event; its documents as resources of that kind."""
    told: list[dict[str, Any]] = []
    if event.vitals:
        told = _observations(story, event.vitals, "vital-signs", at, start)
    elif event.labs:
        told = _observations(story, event.labs, "laboratory", at, start)
    elif event.note:
        told = [_document(story, event.note, at, start, documents)]
    elif event.report:
        told = [_report(story, event.report, at)]
    elif drug := event.given or event.ordered:
        kind = {"effectiveDateTime": at.isoformat(), "status": "completed", "resourceType": "MedicationAdministration"}
        order = {"authoredOn": at.isoformat(), "status": "active", "intent": "order", "resourceType": "MedicationRequest"}
        context = _context(story)
        about = {"subject": context["subject"], "medicationCodeableConcept": {"text": drug.name}}
        encounter = {"context": context["encounter"]} if event.given else {"encounter": context["encounter"]}
        told = [{"id": f"{drug.order}-{at:%d%H%M}", **(kind if event.given else order), **about, **encounter}]
    elif event.order:
        told = [_order(story, event.order, at)]
    else:
        told = [_patient(story), _encounter(story, event, at, start)]
    told = [{**resource, "meta": {"lastUpdated": at.isoformat()}} for resource in told]  # as every FHIR server does
    entries = [{"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}} for r in told]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()
