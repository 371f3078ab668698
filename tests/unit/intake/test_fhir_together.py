"""FHIR resources that say something only together: results of a report, a Medication, a patient or stay inside the resource itself."""

from collections import Counter
from typing import Any

import pytest

from opencdi.events.facts import fact_hash

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


# --- told by HL7 and by FHIR ----------------------------------------------------------------------------------------
AT = "20260504090000-0400"
CREATININE, BUN = "2160-0^Creatinine^LN", "3094-0^Urea nitrogen^LN"
DETAILS = {"id": "x", **ABOUT}


def named(code: str, text: str, system: str = "http://loinc.org") -> dict[str, str]:
    return {"system": system, "code": code, "display": text}


def analyte(number: str, code: str, text: str, value: float, **more: Any) -> dict[str, Any]:
    return result(number, value, **more) | {"code": {"coding": [named(code, text)]}}


PNEUMONIA = [
    named("233604007", "Pneumonia", "http://snomed.info/sct"),
    named("J18.9", "Pneumonia, unspecified", "http://hl7.org/fhir/sid/icd-10-cm"),
]
VENTILATION = [
    named("40617009", "Ventilation", "http://snomed.info/sct"),
    named("5A1955Z", "Ventilation >96 h", "http://www.cms.gov/Medicare/Coding/ICD10"),
]
PANEL = [analyte("c", "2160-0", "Creatinine", 2.9), analyte("k", "3094-0", "Urea nitrogen", 41)]
ORU = (
    f"OBR|1||F1|24323-8^Panel^LN|||{AT}",
    f"OBX|1|NM|{CREATININE}||2.9|mg/dL|||||F",
    f"OBX|2|NM|{BUN}||41|mg/dL|||||F",
)


@pytest.mark.parametrize(
    ("kind", "hl7", "fhir", "told"),
    [
        ("ORU^R01", ORU, [report("#c", "#k", contained=PANEL)], "measurement_resulted"),
        ("ORU^R01", ORU, [*PANEL, report("Observation/c", "Observation/k")], "measurement_resulted"),
        (
            "ORU^R01",
            (*ORU[:2], "SPM|1|||PLR^Pleural fluid^HL70487"),
            [report("#c", specimen=[{"reference": "#s"}],
                    contained=[PANEL[0], {"resourceType": "Specimen", "id": "s", "type": {"coding": [{"code": "PLR", "display": "Pleural fluid"}]}}])],
            "measurement_resulted",
        ),
        (
            "BAR^P01", (f"DG1|1||233604007^Pneumonia^SCT^J18.9^Pneumonia, unspecified^I10||{AT}",),
            [{"resourceType": "Condition", "recordedDate": TAKEN, "code": {"coding": PNEUMONIA}, **DETAILS}], "diagnosis_listed",
        ),
        (
            "BAR^P12", (f"PR1|1||40617009^Ventilation^SCT^5A1955Z^Ventilation >96 h^I10P||{AT}",),
            [{"resourceType": "Procedure", "status": "completed", "performedDateTime": TAKEN, "code": {"coding": VENTILATION}, **DETAILS}],
            "procedure_recorded",
        ),
        ("RDE^O11", (f"ORC|NW|O1|||||||{AT}", "RXE||7393^Norepinephrine^RXNORM|4||mg"), [
            {"resourceType": "MedicationRequest", "id": number, "intent": "order", "status": "active", **ABOUT, "authoredOn": TAKEN, **more,
             "dosageInstruction": [{"doseAndRate": [{"doseQuantity": {"value": 4, "unit": "mg"}}]}],
             "medicationCodeableConcept": {"coding": [named("7393", "Norepinephrine", "http://www.nlm.nih.gov/research/umls/rxnorm")]}}
            for number, more in (("m1", {}), ("m2", {"doNotPerform": True}), ("m3", {"intent": "plan"}))
        ], "medication_ordered"),
    ],
    ids=["results inside a report", "results beside a report", "a report's specimen", "diagnosis", "procedure", "not to be given"],
)  # fmt: skip
def test_hl7_and_fhir_tell_the_same_facts(
    new_feed, message, kind: str, hl7: tuple[str, ...], fhir: list[dict[str, Any]], told: str
) -> None:
    by_hl7, by_fhir = new_feed(), new_feed()
    by_hl7.send(message("ADT^A01"))
    by_hl7.send(message(kind, *hl7, at=AT))
    by_fhir.send(PATIENT)
    by_fhir.send(ENCOUNTER)
    send_together(by_fhir, *fhir)
    assert by_hl7.of(told)
    assert Counter(map(fact_hash, by_fhir.of(told))) == Counter(map(fact_hash, by_hl7.of(told)))


def test_hl7_and_fhir_tell_the_same_discharge(new_feed, message) -> None:
    by_hl7, by_fhir = new_feed(), new_feed()
    by_hl7.send(message("ADT^A01"))
    pv1 = "PV1|1|I" + "|" * 17 + "V1^^^MERCY" + "|" * 17 + "01" + "|" * 9 + "20260506150000-0400"
    by_hl7.send(message("ADT^A03", pv1, visit="", at="20260506150000-0400"))
    left = {"coding": [named("306689006", "Discharge to home", "http://snomed.info/sct"), {"code": "home"}]}
    gone = {"status": "finished", "hospitalization": {"dischargeDisposition": left}, "meta": {"lastUpdated": "2026-05-06T15:00:00-04:00"}}
    by_fhir.send(PATIENT)
    by_fhir.send(ENCOUNTER | {"meta": {"lastUpdated": TAKEN}})
    by_fhir.send(ENCOUNTER | gone | {"period": ENCOUNTER["period"] | {"end": "2026-05-06T15:00:00-04:00"}})
    (one,), (other,) = by_hl7.of("encounter_discharged"), by_fhir.of("encounter_discharged")
    assert (fact_hash(one), one.disposition) == (fact_hash(other), "01")
