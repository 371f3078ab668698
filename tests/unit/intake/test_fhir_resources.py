"""FHIR resource by resource: Composition, DiagnosticReport, ServiceRequest, Procedure, Patient.link; field by field."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from opencdi.events.facts import fact_hash
from opencdi.intake.narrative import text_of_xhtml

PATIENT: dict[str, Any] = {
    "resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1950-01-02", "name": [{"family": "Doe", "given": ["Jane"]}],
    "identifier": [{"type": {"coding": [{"code": "MR"}]}, "system": "MERCY", "value": "100"}],
}  # fmt: skip
ABOUT: dict[str, Any] = {"subject": {"reference": "Patient/p1"}, "encounter": {"reference": "Encounter/e1"}}
ENCOUNTER: dict[str, Any] = {
    "resourceType": "Encounter", "id": "e1", "status": "in-progress", "class": {"code": "IMP"}, "subject": {"reference": "Patient/p1"},
    "identifier": [{"system": "MERCY", "value": "V1"}], "period": {"start": "2026-05-04T08:00:00-04:00"},
}  # fmt: skip
OKAFOR = {"identifier": {"value": "1043"}, "display": "Daniel Okafor"}


def loinc(code: str, text: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://loinc.org", "code": code, "display": text}]}


def xhtml(inner: str) -> dict[str, str]:
    return {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>'}


def attachment(text: str, kind: str = "text/plain") -> dict[str, str]:
    return {"contentType": kind, "data": b64encode(text.encode()).decode()}


def composition(number: str = "c1", *, at: str = "10:00", text: str = "<p>Sepsis.</p>", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Composition", "id": number, "status": "final", "type": loinc("11506-3", "Progress note"), **ABOUT,
        "date": f"2026-05-04T{at}:00-04:00", "author": [OKAFOR], "title": "Progress note", "section": [{"text": xhtml(text)}], **more,
    }  # fmt: skip


def report(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "DiagnosticReport", "id": "r1", "identifier": [{"value": "R77"}], "status": "final",
        "code": loinc("18748-4", "Diagnostic imaging study"), **ABOUT, "effectiveDateTime": "2026-05-04T09:00:00-04:00",
        "issued": "2026-05-04T10:00:00-04:00", "resultsInterpreter": [OKAFOR], **more,
    }  # fmt: skip


def order(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest", "id": "s1", "identifier": [{"value": "O1"}], "status": "active", "intent": "order", **ABOUT,
        "code": loinc("600-7", "Bacteria identified in Blood by Culture"), "authoredOn": "2026-05-04T09:00:00-04:00", **more,
    }  # fmt: skip


def procedure(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Procedure", "id": "x1", "status": "completed", **ABOUT,
        "code": {"coding": [{"system": "http://www.cms.gov/Medicare/Coding/ICD10", "code": "5A1935Z", "display": "Ventilation"}]},
        "performedPeriod": {"start": "2026-05-04T09:00:00-04:00", "end": "2026-05-04T20:00:00-04:00"}, **more,
    }  # fmt: skip


@pytest.fixture
def ward(feed: Any) -> Any:
    """A feed on which the patient is admitted."""
    feed.send(PATIENT)
    feed.send(ENCOUNTER)
    return feed


def problems(ended: Any) -> set[tuple[str, str]]:
    return {(problem.code, problem.where) for problem in ended.problems}


# --- Composition ----------------------------------------------------------------------------------------------------
def test_a_composition_is_a_note_field_by_field(ward) -> None:
    sections = [
        {"title": "HISTORY", "text": xhtml("<p>Fever &amp;\n  cough.</p>")},
        {"title": "ASSESSMENT", "section": [{"title": "Problem 1", "text": xhtml("<ul><li>Sepsis</li><li>AKI</li></ul>")}]},
        {"title": "Empty", "text": xhtml("")},
    ]
    attester = [{"mode": "personal", "time": "2026-05-04T10:30:00-04:00"}, {"mode": "legal", "time": "2026-05-04T11:00:00-04:00"}]
    ward.send(composition(section=sections, attester=attester, confidentiality="R", identifier={"value": "DN1"}, title="Round"))
    (note,) = ward.of("note_filed")
    assert ward.texts[next(iter(ward.texts))] == "HISTORY\nFever & cough.\nASSESSMENT\nProblem 1\nSepsis\nAKI"
    assert (note.note_type, note.title, note.type_code.code, note.relation, note.confidentiality) == (
        "progress", "Round", "11506-3", "new", "R",
    )  # fmt: skip
    assert (note.author.staff_id, note.author.name, note.author.role) == ("1043", "Daniel Okafor", "unknown")
    assert note.written_at.at.isoformat() == "2026-05-04T10:00:00-04:00"
    assert (note.authentication, note.authentication_assumed) == ("authenticated", False)
    assert note.authenticated_at.at.isoformat() == "2026-05-04T11:00:00-04:00"


def test_a_composition_and_the_mdm_of_the_same_document_are_one_document_and_one_fact(new_feed, message: Callable[..., str]) -> None:
    by_hl7, by_fhir = new_feed(), new_feed()
    by_fhir.send(PATIENT)
    by_fhir.send(ENCOUNTER)
    by_hl7.send(message("ADT^A01"))
    txa = "TXA|1|11506-3^Progress note^LN|TX|20260504100000-0400|||||1043^Okafor^Daniel|||DN1||||Round|AU|R"
    by_hl7.send(message("MDM^T02", txa, "OBX|1|TX|||Fever.\\.br\\Sepsis."))
    by_fhir.send(composition(identifier={"value": "DN1"}, title="Round", text="<p>Fever.<br/>Sepsis.</p>", confidentiality="R"))
    (told,), (written,) = by_hl7.of("note_filed"), by_fhir.of("note_filed")
    assert (told.note_id, fact_hash(told)) == (written.note_id, fact_hash(written))


@pytest.mark.parametrize(
    ("status", "authentication", "assumed"),
    [
        ("preliminary", "unsigned", False), ("final", "authenticated", False), ("amended", "authenticated", False),
        ("?", "authenticated", False),
    ],
)  # fmt: skip
def test_the_status_of_a_composition_says_who_vouches_for_it(ward, status: str, authentication: str, assumed: bool) -> None:
    ward.send(composition(status=status, attester=[{"mode": "legal", "time": "2026-05-04T11:00:00-04:00"}]))
    (note,) = ward.of("note_filed")
    assert (note.authentication, note.authentication_assumed) == (authentication, assumed)
    assert (note.authenticated_at is not None) is (authentication == "authenticated")


def test_a_composition_that_nobody_vouches_for_is_as_the_site_rules_and_says_so(new_feed) -> None:
    feed = new_feed(authentication_default="unsigned")
    for told in (PATIENT, ENCOUNTER, composition(status="", attester=[{"mode": "personal"}])):
        feed.send(told)
    assert [(note.authentication, note.authentication_assumed) for note in feed.of("note_filed")] == [("unsigned", True)]


@pytest.mark.parametrize("by", ["reference", "identifier"])
def test_a_composition_replaces_is_added_to_and_is_withdrawn(ward, by: str) -> None:
    def to(code: str, number: str) -> list[dict[str, Any]]:
        target = {"targetReference": {"reference": f"Composition/{number}"}, "targetIdentifier": {"value": f"N{number}"}}
        return [{"code": code, **{key: value for key, value in target.items() if key == f"target{by.capitalize()}"}}]

    def sent(number: str, at: str, **more: Any) -> None:
        ward.send(composition(number, at=at, text=f"<p>Said in {number}.</p>", identifier={"value": f"N{number}"}, **more))

    sent("c1", "10:00")
    sent("c2", "11:00", relatesTo=to("replaces", "c1"))
    sent("c3", "12:00", relatesTo=to("appends", "c2"))
    sent("c4", "13:00", relatesTo=to("transforms", "c2"))
    first, second, addendum, third = ward.of("note_filed")
    assert [first.revision, second.revision, third.revision, addendum.revision] == [1, 2, 3, 1]
    assert {first.note_id, second.note_id, third.note_id} == {addendum.parent_id}
    sent("c4", "14:00", status="entered-in-error")
    assert ward.of("note_retracted")[0].note_id == first.note_id


def test_a_composition_and_a_document_reference_of_one_id_are_two_documents(ward) -> None:
    ward.send(composition("d1"))
    ward.send({
        "resourceType": "DocumentReference", "id": "d1", "status": "current", "docStatus": "final", **ABOUT,
        "type": loinc("11506-3", "Progress note"), "date": "2026-05-04T10:05:00-04:00", "content": [{"attachment": attachment("Another.")}],
    })  # fmt: skip
    assert [note.revision for note in ward.of("note_filed")] == [1, 1]


def test_a_composition_without_words_says_so(ward) -> None:
    ended = ward.send(composition(section=[{"title": "Results", "entry": [{"reference": "Observation/1"}]}]))
    assert (ended.outcome, problems(ended)) == ("no_effect", {("NO_CONTENT", "Composition.section")})


@pytest.mark.parametrize(
    ("div", "text"),
    [
        ("<div><p>One</p><p>Two</p></div>", "One\nTwo"),
        ("<div>a<br/>b<br />c</div>", "a\nb\nc"),
        ("<div><table><tr><th>Cr</th><td>2.9</td></tr><tr><td>Na</td><td>131</td></tr></table></div>", "Cr\t2.9\nNa\t131"),
        ("<div><pre>  as\n it  is\n</pre></div>", "  as\n it  is\n"),
        ("<div>no <b>acute</b> distress &lt; &#233;</div>", "no acute distress < é"),
        ("<div>said<!-- <p>not said</p> --> again<style>p {}</style></div>", "said again"),
        ("T < 38 and BP <90", "T < 38 and BP <90"),
        ("<!--" * 5, ""),
    ],
)
def test_narrative_reads_as_it_is_shown(div: str, text: str) -> None:
    assert text_of_xhtml(div) == text


def test_an_attachment_in_html_is_read_without_its_tags(ward) -> None:
    ward.send(report(presentedForm=[attachment("<html><body><p>CHEST</p><p>Pneumonia.</p></body></html>", "text/html")]))
    assert list(ward.texts.values()) == ["CHEST\nPneumonia."]


# --- DiagnosticReport -----------------------------------------------------------------------------------------------
def test_a_diagnostic_report_is_a_report_field_by_field(ward) -> None:
    pdf = {"contentType": "application/pdf", "data": b64encode(b"%PDF-1.4").decode()}
    ended = ward.send(
        report(presentedForm=[pdf, attachment("CHEST\nOpacity.\n")], conclusion="Pneumonia.", meta={"security": [{"code": "V"}]})
    )
    (note,) = ward.of("note_filed")
    assert list(ward.texts.values()) == ["CHEST\nOpacity.\nPneumonia."]
    assert (note.note_type, note.title, note.type_code.code, note.confidentiality) == (
        "radiology", "Diagnostic imaging study", "18748-4", "V",
    )  # fmt: skip
    assert (note.author.staff_id, note.author.role, note.authentication) == ("1043", "unknown", "authenticated")
    assert note.written_at.at.isoformat() == "2026-05-04T09:00:00-04:00"
    assert problems(ended) == {("CONTENT_NOT_READ", "DiagnosticReport.presentedForm.data")}


def test_a_conclusion_that_the_report_contains_is_not_said_twice(ward) -> None:
    ward.send(report(presentedForm=[attachment("CHEST\nIMPRESSION:  right\npneumonia")], conclusion="right pneumonia"))
    assert list(ward.texts.values()) == ["CHEST\nIMPRESSION:  right\npneumonia"]


@pytest.mark.parametrize(
    ("service", "category", "kind"),
    [
        ("18748-4^Diagnostic imaging study^LN", "", "radiology"),
        ("77^Chest film^L", "RAD", "radiology"),
        ("88^Comment^L", "", "words"),
    ],
)
def test_a_diagnostic_report_and_the_oru_of_the_same_report_are_one_fact(
    new_feed, message: Callable[..., str], service: str, category: str, kind: str
) -> None:
    by_hl7, by_fhir = new_feed(), new_feed()
    by_fhir.send(PATIENT)
    by_fhir.send(ENCOUNTER)
    by_hl7.send(message("ADT^A01"))
    times = "20260504090000-0400|||||||||||||||20260504100000-0400"
    obr = f"OBR|1||R77|{service}|||{times}||{category}|F|||||||1043^Okafor^Daniel"
    by_hl7.send(message("ORU^R01", obr, "OBX|1|TX|||CHEST||||||F", "OBX|2|TX|||Pneumonia.||||||F"))
    code, text, system = service.split("^")
    coding = {"code": code, "display": text, **({"system": "http://loinc.org"} if system == "LN" else {})}
    by_fhir.send(
        report(
            code={"coding": [coding]}, presentedForm=[attachment("CHEST\nPneumonia.")], category=[{"coding": [{"code": category or "LAB"}]}]
        )
    )
    if kind == "words":
        (sent,) = by_fhir.of("measurement_resulted")
        assert (sent.code.code, sent.text, sent.status) == ("88", "CHEST\nPneumonia.", "final")
        assert not by_fhir.of("note_filed")
        assert "note_filed" not in by_hl7.kinds()
        return
    (told,), (written,) = by_hl7.of("note_filed"), by_fhir.of("note_filed")
    assert (told.note_id, fact_hash(told)) == (written.note_id, fact_hash(written))
    assert written.note_type == kind


def test_versions_of_a_diagnostic_report(ward) -> None:
    def sent(status: str, at: str, text: str) -> str:
        return ward.send(report(status=status, issued=f"2026-05-04T{at}:00-04:00", conclusion=text)).outcome

    assert sent("registered", "09:30", "") == "no_effect"
    sent("preliminary", "10:00", "Opacity.")
    sent("final", "11:00", "Pneumonia.")
    assert sent("preliminary", "12:00", "Opacity again.") == "no_effect"  # P after F is ignored (DOMAIN F.5)
    sent("corrected", "13:00", "Pneumonia, left.")
    assert [(note.revision, note.authentication) for note in ward.of("note_filed")] == [
        (1, "unsigned"), (2, "authenticated"), (3, "authenticated"),
    ]  # fmt: skip
    sent("entered-in-error", "14:00", "")
    assert ward.of("note_retracted")[0].note_id == ward.of("note_filed")[0].note_id


def test_a_report_that_only_names_its_results_has_no_effect(ward) -> None:
    ended = ward.send(report(result=[{"reference": "Observation/o1"}]))
    assert (ended.outcome, ended.reason) == ("no_effect", "NO_TEXT")


def test_a_report_of_a_status_that_is_none_is_preliminary_and_says_so(ward) -> None:
    assert problems(ward.send(report(status="unknown", conclusion="Opacity."))) == {("REPORT_STATUS_UNKNOWN", "DiagnosticReport.status")}
    assert ward.of("note_filed")[0].authentication == "unsigned"


def test_a_report_finds_its_stay_by_the_order_behind_it(ward) -> None:
    second = ENCOUNTER | {"id": "e2", "identifier": [{"system": "MERCY", "value": "V2"}], "period": {"start": "2026-05-04T08:30:00-04:00"}}
    ward.send(second)
    ward.send(order())
    alone = {key: value for key, value in report(conclusion="Pneumonia.").items() if key != "encounter"}
    assert ward.send(alone | {"id": "r2", "identifier": [{"value": "R78"}]}).outcome == "kept_with_patient"
    assert ward.send(alone | {"basedOn": [{"reference": "ServiceRequest/s1"}]}).outcome == "entries"
    assert {encounter_id for encounter_id, facts in ward.facts.items() for fact in facts if fact.kind == "note_filed"} == {
        encounter_id for encounter_id, facts in ward.facts.items() for fact in facts if fact.kind == "order_placed"
    }


# --- ServiceRequest -------------------------------------------------------------------------------------------------
def test_a_service_request_and_the_orm_of_the_same_order_are_one_fact(new_feed, message: Callable[..., str]) -> None:
    by_hl7, by_fhir = new_feed(), new_feed()
    by_fhir.send(PATIENT)
    by_fhir.send(ENCOUNTER)
    by_hl7.send(message("ADT^A01"))
    orc, code = "ORC|NW|O1|||||||20260504090000-0400|||1043^Okafor^Daniel", "600-7^Bacteria identified in Blood by Culture^LN"
    by_hl7.send(message("ORM^O01", orc, f"OBR|1|O1||{code}|||||||||||||||||||||||||||R65^fever^L"))
    by_fhir.send(order(requester=OKAFOR, reasonCode=[{"coding": [{"code": "R65", "display": "fever"}]}]))
    (told,), (placed,) = by_hl7.of("order_placed"), by_fhir.of("order_placed")
    assert (told.order_id, fact_hash(told)) == (placed.order_id, fact_hash(placed))
    assert (placed.reason, placed.by.staff_id, placed.by.role, placed.status) == ("fever", "1043", "provider", "active")
    assert placed.ordered_at.at.isoformat() == "2026-05-04T09:00:00-04:00"


@pytest.mark.parametrize(
    ("sent", "status", "found"),
    [
        ("completed", "completed", set()), ("revoked", "cancelled", set()), ("entered-in-error", "cancelled", set()),
        ("on-hold", "active", set()), ("?", "active", {("ORDER_STATUS_UNKNOWN", "ServiceRequest.status")}),
    ],
)  # fmt: skip
def test_the_status_of_an_order(ward, sent: str, status: str, found: set[tuple[str, str]]) -> None:
    ended = ward.send(order(status=sent))
    assert (ward.of("order_placed")[0].status, problems(ended)) == (status, found)


@pytest.mark.parametrize("told", [{"intent": "plan"}, {"intent": "proposal"}, {"doNotPerform": True}])
def test_a_plan_is_no_order(ward, told: dict[str, Any]) -> None:
    ended = ward.send(order(**told))
    assert (ended.outcome, ended.reason) == ("no_effect", "NOT_AN_ORDER")


def test_the_order_to_admit_is_a_fact_and_is_taken_back_where_it_was_an_error(new_feed) -> None:
    ward = new_feed(inpatient_order_codes=("ADMIT",))
    ward.send(PATIENT)
    ward.send(ENCOUNTER | {"class": {"code": "OBSENC"}})
    admit = order(code={"coding": [{"code": "ADMIT", "display": "Admit to inpatient"}]})
    ward.send(admit)
    (ordered,) = ward.of("inpatient_ordered")
    assert (ordered.at.at.isoformat(), ordered.basis) == ("2026-05-04T09:00:00-04:00", "order")
    ward.send(admit | {"status": "revoked", "meta": {"lastUpdated": "2026-05-04T10:00:00-04:00"}})
    assert "inpatient_order_cancelled" not in ward.kinds()  # a discharge discontinues every order
    ward.send(admit | {"status": "entered-in-error", "meta": {"lastUpdated": "2026-05-04T11:00:00-04:00"}})
    assert "inpatient_order_cancelled" in ward.kinds()


# --- Procedure ------------------------------------------------------------------------------------------------------
def test_a_procedure_field_by_field_and_its_withdrawal(ward) -> None:
    ward.send(procedure())
    (done,) = ward.of("procedure_recorded")
    assert (done.code.code, done.code.system, done.code.text, done.status) == ("5A1935Z", "I10P", "Ventilation", "done")
    assert done.at.at.isoformat() == "2026-05-04T09:00:00-04:00"
    ward.send(procedure(status="entered-in-error"))
    assert [(fact.procedure_id, fact.status) for fact in ward.of("procedure_recorded")] == [
        (done.procedure_id, "done"), (done.procedure_id, "withdrawn"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("system", "code", "known"),
    [
        ("http://hl7.org/fhir/sid/icd-10-pcs", "5A1935Z", "I10P"),
        ("http://example.org/CodeSystem/procedure-icd10", "5a1935z", "I10P"),
        ("http://www.ama-assn.org/go/cpt", "94002", "CPT"),
        ("http://snomed.info/sct", "40617009", "SCT"),
    ],
)
def test_the_code_system_of_a_procedure(ward, system: str, code: str, known: str) -> None:
    ward.send(procedure(code={"coding": [{"system": system, "code": code}]}))
    (done,) = ward.of("procedure_recorded")
    assert (done.code.system, done.code.code) == (known, code.upper())


@pytest.mark.parametrize(
    ("period", "until"),
    [
        ({"start": "2026-05-04T09:00:00-04:00", "end": "2026-05-04T20:00:00-04:00"}, "2026-05-04T20:00:00-04:00"),
        ({"start": "2026-05-04T09:00:00-04:00"}, None),
        ({"start": "2026-05-04T09:00:00-04:00", "end": "2026-05-04T08:00:00-04:00"}, None),
    ],
)
def test_a_procedure_tells_its_end_where_that_is_after_its_beginning(ward, period: dict[str, str], until: str | None) -> None:
    ward.send(procedure(performedPeriod=period))
    (done,) = ward.of("procedure_recorded")
    assert (done.until.at.isoformat() if done.until else None) == until


@pytest.mark.parametrize("status", ["preparation", "in-progress", "on-hold", "stopped"])
def test_a_procedure_that_is_not_over_is_not_on_the_list(ward, status: str) -> None:
    ended = ward.send(procedure(status=status))
    assert (ended.outcome, ended.reason) == ("no_effect", "NOT_DONE")


def test_a_procedure_of_tomorrow_is_not_recorded_and_says_so(ward) -> None:
    ended = ward.send(procedure(performedPeriod={"start": "2027-01-01T09:00:00-04:00"}))
    assert (ended.outcome, problems(ended)) == ("no_effect", {("FUTURE_TIME", "Procedure.performed")})


@pytest.mark.parametrize(("resource", "where"), [(order(code={}), "ServiceRequest.code"), (procedure(code={}), "Procedure.code")])
def test_an_order_or_procedure_of_nothing_is_dead_lettered_by_its_field(ward, resource: dict[str, Any], where: str) -> None:
    ended = ward.send(resource)
    assert (ended.outcome, ended.reason, problems(ended)) == ("dead_letter", "NO_CODE", {("NO_CODE", where)})


# --- documents that were superseded, encounters that are part of one, patients that are one ---------------------------
def test_a_superseded_document_does_not_come_back(ward) -> None:
    def sent(number: str, at: str, text: str, **more: Any) -> Any:
        told = {
            "resourceType": "DocumentReference", "id": number, "status": "current", "docStatus": "final", **ABOUT,
            "type": loinc("11506-3", "Progress note"), "date": f"2026-05-04T{at}:00-04:00", "content": [{"attachment": attachment(text)}],
        }  # fmt: skip
        return ward.send(told | more)

    sent("d1", "10:00", "Fever.")
    sent("d2", "11:00", "Sepsis.", relatesTo=[{"code": "replaces", "target": {"reference": "DocumentReference/d1"}}])
    ended = sent("d1", "10:00", "Fever.", status="superseded", meta={"lastUpdated": "2026-05-04T11:01:00-04:00"})
    assert (ended.outcome, ended.reason) == ("no_effect", "SUPERSEDED")
    assert [note.revision for note in ward.of("note_filed")] == [1, 2]


@pytest.mark.parametrize("whole_first", [True, False])
def test_an_encounter_that_is_part_of_another_is_the_same_stay(feed, whole_first: bool) -> None:
    part = ENCOUNTER | {"id": "e2", "identifier": [{"system": "MERCY", "value": "V2"}], "partOf": {"reference": "Encounter/e1"}}
    feed.send(PATIENT)
    for encounter in (ENCOUNTER, part) if whole_first else (part, ENCOUNTER):
        feed.send(encounter)
    feed.send(order())
    feed.send(procedure(encounter={"reference": "Encounter/e2"}))
    moved = {fact.into for fact in feed.of("encounter_moved")}
    homes = {name for name, facts in feed.facts.items() for fact in facts if fact.kind in ("order_placed", "procedure_recorded")}
    assert len(homes) == 1
    assert not moved or moved == homes


OTHER = PATIENT | {
    "id": "p2", "name": [{"family": "Doe", "given": ["Jane", "A"]}], "identifier": [{"system": "MERCY", "value": "200"}],
}  # fmt: skip


def link(kind: str, reference: str) -> dict[str, Any]:
    return {"link": [{"type": kind, "other": {"reference": reference}}]}


@pytest.mark.parametrize("other_first", [True, False])
@pytest.mark.parametrize(
    ("kind", "on_the_old", "survivor"),
    [("replaced-by", True, "200"), ("replaces", False, "200")],
)
def test_linked_patients_become_one(feed, kind: str, on_the_old: bool, survivor: str, other_first: bool) -> None:
    feed.send(PATIENT)
    feed.send(ENCOUNTER)
    old = PATIENT | link(kind, "Patient/p2") if on_the_old else PATIENT
    new = OTHER if on_the_old else OTHER | link(kind, "Patient/p1")
    for told in (new, old) if other_first else (old, new):
        feed.send(told)
    feed.send(order(subject={"reference": "Patient/p2"}))
    assert len(feed.facts) == 1
    assert feed.of("order_placed")
    assert feed.of("patient_identified")[-1].mrn == survivor


def test_a_link_by_number_merges_and_a_second_time_changes_nothing(feed) -> None:
    feed.send(OTHER)
    feed.send(PATIENT)
    feed.send(ENCOUNTER)
    linked = PATIENT | {"link": [{"type": "replaced-by", "other": {"identifier": {"system": "MERCY", "value": "200"}}}]}
    feed.send(linked)
    assert feed.of("patient_identified")[-1].mrn == "200"
    assert (feed.send(linked).outcome, feed.of("patient_identified")[-1].name) == ("no_effect", "Jane A Doe")


@pytest.mark.parametrize("kind", ["refer", "seealso"])
def test_records_that_both_live_on_stay_two(feed, kind: str) -> None:
    feed.send(OTHER)
    ended = feed.send(PATIENT | link(kind, "Patient/p2"))
    assert [(problem.code, problem.where) for problem in ended.problems] == [("LINK_IS_NO_MERGE", "Patient.link")]
    assert [key for key in feed.states if key.startswith("person/") and getattr(feed.states[key], "into", None)] == []


def test_a_relative_is_not_the_patient(feed) -> None:
    feed.send(PATIENT | link("seealso", "RelatedPerson/1"))
    feed.send(ENCOUNTER)
    assert [key for key in feed.states if key.startswith("person/") and getattr(feed.states[key], "into", None)] == []


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("Practitioner", "STAFF_NOTED"), ("PractitionerRole", "STAFF_NOTED")],
)
def test_staff_are_noted_and_make_no_fact(feed, kind: str, reason: str) -> None:
    ended = feed.send({"resourceType": kind, "id": "1"})
    assert (ended.outcome, ended.reason) == ("no_effect", reason)


SATO = {"resourceType": "Practitioner", "id": "d7", "identifier": [{"value": "1077"}], "name": [{"family": "Sato", "given": ["Emi"]}]}


@pytest.mark.parametrize(
    "reference", ["Practitioner/d7", "urn:uuid:d7", "https://ehr/fhir/Practitioner/d7", "PractitionerRole/r7", "#here"]
)
def test_an_author_who_is_only_a_reference_is_named_by_the_practitioner_beside_it(ward, reference: str) -> None:
    role = {"resourceType": "PractitionerRole", "id": "r7", "practitioner": {"reference": "Practitioner/d7"}}
    note = composition(author=[{"reference": reference}], contained=[SATO | {"id": "here"}] if reference == "#here" else [])
    beside = [] if reference == "#here" else [role, SATO]
    ward.send({"resourceType": "Bundle", "type": "document", "entry": [{"resource": told} for told in (note, *beside)]})
    (filed,) = ward.of("note_filed")
    assert (filed.author.staff_id, filed.author.name, filed.author.role) == ("1077", "Emi Sato", "unknown")


def test_an_author_of_whom_nothing_is_told_is_the_reference(ward) -> None:
    ward.send(composition(author=[{"reference": "Practitioner/d7"}]))
    assert ward.of("note_filed")[0].author.staff_id == "Practitioner/d7"


@pytest.mark.parametrize("element", ["hospitalization", "admission"])
def test_a_disposition_in_words_alone_is_unmapped_and_never_lost(ward, element: str) -> None:
    left = {"status": "finished", "period": {"start": "2026-05-04T08:00:00-04:00", "end": "2026-05-06T10:00:00-04:00"}}
    ended = ward.send(ENCOUNTER | left | {element: {"dischargeDisposition": {"text": "Home with hospice"}}})
    assert [(problem.code, problem.where) for problem in ended.problems] == [
        ("DISPOSITION_UNMAPPED", f"Encounter.{element}.dischargeDisposition")
    ]
    assert [(one.table, one.code) for one in ended.unmapped] == [("disposition_by_code", "Home with hospice")]
    (fact,) = ward.of("encounter_discharged")
    assert (fact.disposition, fact.disposition_source) == (None, "Home with hospice")


@pytest.mark.parametrize(
    ("drug", "where"),
    [
        ({"medicationReference": {"reference": "Medication/7", "display": "Aspirin"}}, "medicationReference"),
        ({"medication": {"reference": {"reference": "Medication/7", "display": "Aspirin"}}}, "medication.reference"),
    ],
)
def test_a_drug_by_reference_is_named_as_it_was_sent(ward, drug: dict[str, Any], where: str) -> None:
    told = {"resourceType": "MedicationRequest", "id": "m1", "status": "active", **ABOUT, "authoredOn": "2026-05-04T09:00:00-04:00"}
    ended = ward.send(told | drug)
    assert [(problem.code, problem.where) for problem in ended.problems] == [("MEDICATION_BY_REFERENCE", f"MedicationRequest.{where}")]
    assert ward.of("medication_ordered")[0].drug.text == "Aspirin"
