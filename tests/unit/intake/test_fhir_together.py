"""FHIR resources that say something only together: results of a report, a Medication, a patient or stay inside the resource itself."""

from typing import Any

import pytest

PATIENT: dict[str, Any] = {
    "resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1950-01-02", "name": [{"family": "Doe", "given": ["Jane"]}],
    "identifier": [{"type": {"coding": [{"code": "MR"}]}, "system": "MERCY", "value": "100"}],
}  # fmt: skip
ENCOUNTER: dict[str, Any] = {
    "resourceType": "Encounter", "id": "e1", "status": "in-progress", "class": {"code": "IMP"}, "subject": {"reference": "Patient/p1"},
    "identifier": [{"system": "MERCY", "value": "V1"}], "period": {"start": "2026-05-04T08:00:00-04:00"},
}  # fmt: skip
ABOUT: dict[str, Any] = {"subject": {"reference": "Patient/p1"}, "encounter": {"reference": "Encounter/e1"}}
TAKEN = "2026-05-04T09:00:00-04:00"


def result(number: str, value: float, code: str = "2160-0", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": number, "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": {"value": value, "unit": "mg/dL", "code": "mg/dL"}, **more,
    }  # fmt: skip


def report(*results: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "DiagnosticReport", "id": "r1", "identifier": [{"value": "R77"}], "status": "final", **ABOUT,
        "code": {"coding": [{"system": "http://loinc.org", "code": "51990-0"}]}, "effectiveDateTime": TAKEN,
        "issued": "2026-05-04T10:00:00-04:00", "result": [{"reference": reference} for reference in results], **more,
    }  # fmt: skip


@pytest.fixture
def ward(feed: Any) -> Any:
    """A feed on which the patient is admitted."""
    feed.send(PATIENT)
    feed.send(ENCOUNTER)
    return feed


def send_together(ward: Any, *resources: dict[str, Any]) -> Any:
    for nth, resource in enumerate(resources, 1):
        part = {"fullUrl": f"https://lab.example/fhir/{resource['resourceType']}/{resource['id']}", "resource": resource}
        ended = ward.send(part, ce_id=f"t{ward.sent}.{nth}" if len(resources) == 1 else f"together.{nth}", part=f"{nth}/{len(resources)}")
    return ended


def measured(ward: Any) -> list[tuple[str | None, float | None, str]]:
    return [(fact.analyte, fact.value, fact.taken_at.at.isoformat()) for fact in ward.of("measurement_resulted")]


# --- the results of a report ----------------------------------------------------------------------------------------
def test_a_result_inside_its_report_is_a_result_with_the_reports_patient_stay_and_time(ward) -> None:
    ended = ward.send(report("#c", "#k", contained=[result("c", 2.9), result("k", 41, "3094-0")]))
    assert (ended.outcome, ended.message_type) == ("entries", "DiagnosticReport")
    assert measured(ward) == [("creatinine", 2.9, TAKEN), ("bun", 41, TAKEN)]


def test_a_result_inside_its_report_is_corrected_and_withdrawn_with_it(ward) -> None:
    ward.send(report("#c", contained=[result("c", 2.9)]))
    ward.send(report("#c", contained=[result("c", 1.1)], status="corrected", issued="2026-05-04T11:00:00-04:00"))
    ward.send(report("#c", contained=[result("c", 1.1)], status="entered-in-error", issued="2026-05-04T12:00:00-04:00"))
    facts = ward.of("measurement_resulted")
    assert [(fact.value, fact.status) for fact in facts] == [(2.9, "final"), (1.1, "final"), (1.1, "withdrawn")]
    assert len({fact.measurement_id for fact in facts}) == 1


def test_two_reports_may_call_what_they_contain_the_same(ward) -> None:
    ward.send(report("#c", contained=[result("c", 2.9)]))
    ward.send(report("#c", contained=[result("c", 3.4)], id="r2", identifier=[{"value": "R78"}]))
    assert len({fact.measurement_id for fact in ward.of("measurement_resulted")}) == 2


def test_a_result_beside_its_report_has_the_reports_patient_stay_and_time_where_it_says_none(ward) -> None:
    own = "2026-05-04T06:00:00-04:00"
    send_together(ward, result("c", 2.9), result("d", 1.2, **ABOUT, effectiveDateTime=own), report("Observation/c", "Observation/d"))
    assert measured(ward) == [("creatinine", 2.9, TAKEN), ("creatinine", 1.2, own)]


def test_the_members_of_a_panel_have_its_patient_stay_and_time(ward) -> None:
    panel = result("p", 0, "24323-8", **ABOUT, effectiveDateTime=TAKEN, hasMember=[{"reference": "Observation/c"}])
    del panel["valueQuantity"]
    send_together(ward, panel, result("c", 2.9))
    assert measured(ward) == [("creatinine", 2.9, TAKEN)]


def test_a_result_is_of_the_specimen_of_its_report(ward) -> None:
    fluid = {"resourceType": "Specimen", "id": "s", "type": {"text": "Pleural fluid"}}
    send_together(ward, fluid, result("c", 2.9), report("Observation/c", specimen=[{"reference": "Specimen/s"}]))
    (fact,) = ward.of("measurement_resulted")
    assert (fact.specimen, fact.problem) == ("Pleural fluid", "OTHER_SPECIMEN")


# --- a Medication ---------------------------------------------------------------------------------------------------
DRUG = {"resourceType": "Medication", "id": "m", "code": {"coding": [{"code": "1", "system": "L"}], "text": "Vancomycin"}}
MIXED = {
    "resourceType": "Medication", "id": "m",
    "ingredient": [{"itemCodeableConcept": {"text": "Potassium chloride"}}, {"itemCodeableConcept": {"text": "Sodium chloride 0.9%"}}],
}  # fmt: skip
REASON = {"resourceType": "Condition", "id": "why", "code": {"text": "Pneumonia"}, "subject": {"reference": "Patient/p1"}}


def given(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationAdministration", "id": "g", "status": "completed", "subject": {"reference": "Patient/p1"},
        "context": {"reference": "Encounter/e1"}, "effectiveDateTime": TAKEN, **more,
    }  # fmt: skip


@pytest.mark.parametrize(("told", "words"), [(DRUG, "Vancomycin"), (MIXED, "Potassium chloride, Sodium chloride 0.9%")])
def test_a_drug_is_the_medication_that_is_meant_inside_or_beside(ward, told: dict[str, Any], words: str) -> None:
    ended = ward.send(given(medicationReference={"reference": "#m"}, contained=[REASON, told]))
    assert not ended.problems
    send_together(ward, told, given(id="g2", medicationReference={"reference": "Medication/m"}))
    send_together(ward, given(id="g3", medication={"reference": {"reference": "#m"}}, contained=[told]))  # R5
    assert [fact.drug.text for fact in ward.of("medication_given")] == [words] * 3


def test_what_a_resource_contains_beside_its_drug_is_not_the_drug(ward) -> None:
    ended = ward.send(given(medicationReference={"reference": "Medication/7", "display": "Aspirin"}, contained=[REASON]))
    assert [(p.code, p.where) for p in ended.problems] == [("MEDICATION_BY_REFERENCE", "MedicationAdministration.medicationReference")]
    assert [fact.drug.text for fact in ward.of("medication_given")] == ["Aspirin"]


# --- a patient or a stay inside the resource -------------------------------------------------------------------------
def test_a_patient_and_a_stay_inside_a_resource_are_who_and_which_their_identifiers_say(ward) -> None:
    inside = [{**PATIENT, "id": "who"}, {**ENCOUNTER, "id": "stay", "subject": {"reference": "#who"}}]
    sent = result("c", 2.9, subject={"reference": "#who"}, encounter={"reference": "#stay"}, effectiveDateTime=TAKEN, contained=inside)
    assert ward.send(sent).outcome == "entries"
    assert measured(ward) == [("creatinine", 2.9, TAKEN)]


def test_a_patient_inside_a_resource_who_has_no_identifier_is_nobody(ward) -> None:
    sent = result("c", 2.9, subject={"reference": "#who"}, contained=[{"resourceType": "Patient", "id": "who"}])
    assert (ward.send(sent).outcome, ward.ended[-1].reason) == ("dead_letter", "NO_PATIENT")


# --- what is sent otherwise -----------------------------------------------------------------------------------------
def test_a_number_in_quotes_is_a_number(ward) -> None:
    ward.send(result("c", 0, **ABOUT, effectiveDateTime=TAKEN) | {"valueQuantity": {"value": "2.9", "unit": "mg/dL"}})
    assert measured(ward) == [("creatinine", 2.9, TAKEN)]


def test_components_of_one_code_are_several_results(ward) -> None:
    drinks = {"coding": [{"system": "http://loinc.org", "code": "74013-4"}]}
    sent = result("c", 0, "11331-6", **ABOUT, component=[{"code": drinks, "valueString": word} for word in ("Wine", "Beer")])
    del sent["valueQuantity"]
    ward.send(sent)
    facts = ward.of("measurement_resulted")
    assert [fact.text for fact in facts] == ["Wine", "Beer"]
    assert len({fact.measurement_id for fact in facts}) == 2


@pytest.mark.parametrize(
    ("interpretation", "flag"),
    [
        ([{"coding": [{"system": "http://snomed.info/sct", "code": "281302008"},
                      {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "H"}]}], "H"),
        ([{"coding": [{"system": "http://snomed.info/sct", "code": "281302008"}]}], "281302008"),
        ([{"text": "High"}], "High"),
        ({"coding": [{"code": "HH"}]}, "HH"),
    ],
)  # fmt: skip
def test_an_abnormal_flag_is_hl7s_where_it_is_told(ward, interpretation: Any, flag: str) -> None:
    ward.send(result("c", 2.9, **ABOUT, effectiveDateTime=TAKEN, interpretation=interpretation))
    assert [fact.abnormal for fact in ward.of("measurement_resulted")] == [flag]


def test_a_result_finds_its_stay_by_its_order(ward) -> None:
    ward.send({
        "resourceType": "ServiceRequest", "id": "s1", "identifier": [{"value": "O1"}], "status": "active", "intent": "order", **ABOUT,
        "code": {"text": "Creatinine"}, "authoredOn": TAKEN,
    })  # fmt: skip
    ward.send(ENCOUNTER | {"id": "e2", "identifier": [{"system": "MERCY", "value": "V2"}]})  # two are open: no time tells which
    sent = result("c", 2.9, subject=ABOUT["subject"], effectiveDateTime=TAKEN, basedOn=[{"reference": "ServiceRequest/s1"}])
    assert ward.send(sent).outcome == "entries"


def test_a_list_where_one_is_due_means_its_first(ward) -> None:
    note = {
        "resourceType": "Composition", "id": "n", "status": "final", "type": {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]},
        "subject": [ABOUT["subject"]], "encounter": ABOUT["encounter"], "date": TAKEN, "title": "Progress note",
        "section": [{"title": "Plan", "text": {"div": "<div>Sepsis.</div>"}}],
    }  # fmt: skip
    assert ward.send(note).outcome == "entries"  # R5


def test_of_several_codes_of_a_diagnosis_the_coders_is_taken(ward) -> None:
    codes = [
        ("http://snomed.info/sct", "17225"),
        ("http://hl7.org/fhir/sid/icd-9-cm", "486"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "J18.9"),
    ]
    told = [{"system": system, "code": code} for system, code in codes]
    ended = ward.send({"resourceType": "Condition", "id": "d", **ABOUT, "code": {"coding": told}})
    ward.send({"resourceType": "Condition", "id": "d2", **ABOUT, "code": {"coding": told[1::-1]}})
    assert [(fact.code.system, fact.code.code) for fact in ward.of("diagnosis_listed")] == [("I10", "J189"), ("SCT", "17225")]
    assert not ended.problems


def test_a_report_that_concludes_in_codes_alone_says_what_they_mean(ward) -> None:
    ward.send(report(conclusionCode=[{"coding": [{"system": "http://snomed.info/sct", "code": "22298006", "display": "Bacteremia"}]}]))
    assert [fact.text for fact in ward.of("measurement_resulted")] == ["Bacteremia"]


@pytest.mark.parametrize(
    "modifier", [{"modifierExtension": [{"url": "https://x.example/not", "valueBoolean": True}]}, {"implicitRules": "r"}]
)
def test_what_a_modifier_may_turn_into_its_opposite_is_not_used(ward, modifier: dict[str, Any]) -> None:
    ended = ward.send(result("c", 2.9, **ABOUT, effectiveDateTime=TAKEN, **modifier))
    assert (ended.outcome, ended.reason, ended.problems[0].where) == (
        "dead_letter", "MODIFIER_NOT_UNDERSTOOD", f"Observation.{next(iter(modifier))}",
    )  # fmt: skip


@pytest.mark.parametrize("more", [{"intent": "order", "doNotPerform": True}, {"intent": "plan"}])
def test_a_drug_that_shall_not_be_given_or_is_planned_is_not_ordered(ward, more: dict[str, Any]) -> None:
    sent = {"resourceType": "MedicationRequest", "id": "m", "status": "active", **ABOUT, "medicationCodeableConcept": {"text": "Heparin"}}
    assert (ward.send(sent | more).outcome, ward.ended[-1].reason) == ("no_effect", "NOT_AN_ORDER")


# --- who and where --------------------------------------------------------------------------------------------------
def place(name: str, status: str = "", end: str = "") -> dict[str, Any]:
    start = f"2026-05-04T{len(name):02}:00:00-04:00"
    return {"location": {"display": name}, "status": status, "period": {"start": start, "end": end} if end else {"start": start}}


@pytest.mark.parametrize(
    ("places", "where"),
    [
        ((place("ED", "completed"), place("5 East", "active")), "5 East"),
        ((place("5 East", "active"), place("Theatre 2", "planned")), "5 East"),
        ((place("ED", end="2026-05-04T09:00:00-04:00"), place("5 East")), "5 East"),
        ((place("5 East", "completed"), place("ED", "completed")), "5 East"),
    ],
)
def test_where_a_patient_is_the_active_or_last_place_says(feed, places: tuple[dict[str, Any], ...], where: str) -> None:
    feed.send(PATIENT)
    feed.send(ENCOUNTER | {"location": list(places)})
    assert [fact.location for fact in feed.of("encounter_updated")] == [where]


def takes_part(name: str, *codes: str, **more: Any) -> dict[str, Any]:
    return {"type": [{"coding": [{"code": code}]} for code in codes], "individual": {"display": name}, **more}


@pytest.mark.parametrize(
    "people",
    [
        (takes_part("A", "PPRF"), takes_part("B", "ATND")),
        (takes_part("A", "ADM"), takes_part("B", "CON", "ATND")),
        (takes_part("A", "ATND", period={"end": "2026-05-04T09:00:00-04:00"}), takes_part("B", "ATND")),
        (takes_part("A", "REF"), takes_part("B")),
    ],
)
def test_who_attends_is_the_attender_who_is_there(feed, people: tuple[dict[str, Any], ...]) -> None:
    feed.send(PATIENT)
    feed.send(ENCOUNTER | {"participant": list(people)})
    assert [fact.attending.name for fact in feed.of("encounter_updated")] == ["B"]


def test_of_several_codes_of_a_disposition_the_one_that_is_known_is_taken(feed) -> None:
    left = {"coding": [{"system": "http://snomed.info/sct", "code": "306689006"}, {"code": "home"}]}
    feed.send(PATIENT)
    ended = feed.send(ENCOUNTER | {"status": "finished", "hospitalization": {"dischargeDisposition": left}})
    assert [fact.disposition for fact in feed.of("encounter_discharged")] == ["01"]
    assert not ended.problems


def test_a_patient_is_called_by_the_official_name_and_by_no_number_of_the_state_s(feed) -> None:
    names = [{"use": "old", "family": "Roe", "given": ["Jane"]}, {"use": "nickname", "text": "Jo"}, {"use": "official", "family": "Doe"}]
    numbers = [
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-00-1111"}, {"use": "old", "type": {"coding": [{"code": "MR"}]}, "value": "7"},
        {"type": {"coding": [{"system": "urn:local", "code": "x"}, {"code": "MRN"}]}, "system": "MERCY", "value": "100"},
    ]  # fmt: skip
    feed.send(PATIENT | {"name": names, "identifier": numbers})
    feed.send(ENCOUNTER)
    (who,) = feed.of("patient_identified")
    assert (who.name, who.mrn) == ("Doe", "100")
