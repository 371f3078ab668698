"""What large American record systems and bedside devices send in their own manner, field by field (synthetic)."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from simulated_hospital import RTF

EPIC_PID = (
    "PID|1||E2001^^^EPI^EPI~90210^^^MRN^MRN~999-99-9999^^^^SSN||MARLOW^EDITH^Q^^MRS.^^L~MARLOW^EDIE^^^^^A||19480211|{sex}||W|"
    "1 LANE^^MADISON^WI^53703^USA^L^^DANE|DANE|(608)555-0100^PRN^PH^^^608^5550100||ENG|M|CAT|88001122|999-99-9999"
)
EPIC_PV1 = (
    "PV1|1|{kind}|7N^7101^01^MERCY||||1234^LINDQVIST^SARA^^^^MD~99^LINDQVIST^SARA|||INTM|||||||||300500700" + "|" * 25 + "20260504081500"
)


def epic(kind: str, *segments: str, at: str = "20260504082000", patient: str = EPIC_PID, sex: str = "F", stay: str = "I") -> str:
    """A message as an integrated record system's bridges send it."""
    head = f"MSH|^~\\&|EHR|MERCY|CDI|CDI|{at}|ADMUSER|{kind}|{at}{kind}|P|2.3|||||||||"
    return "\r".join((head, f"EVN||{at}", patient.format(sex=sex), EPIC_PV1.format(kind=stay), *segments)) + "\r"


@pytest.mark.parametrize(("sex", "told"), [("F", "F"), ("Female", "F"), ("MALE", "M"), ("X", "U")])
@pytest.mark.parametrize("stay", ["I", "INPATIENT", "Inpatient"])
def test_an_admission_with_site_segments(feed: Any, sex: str, told: str, stay: str) -> None:
    ended = feed.send(epic(
        "ADT^A01^ADT_A01", "PV2||PRIVATE||||||20260504|20260508", "ZPV|1|OBS", "OBX|1|NM|29463-7^WEIGHT^LN||81|kg|||||F|||20260504081600",
        "DG1|1||A41.9^Sepsis, unspecified organism^I10||20260504|Admitting", "AL1|1|DA|70618^PENICILLINS^ELG|SV|Hives~Rash|20200101",
        sex=sex, stay=stay,
    ))  # fmt: skip
    assert (ended.outcome, ended.problems) == ("entries", ())
    (who,), (updated,), (listed,), (allergy,) = map(
        feed.of, ("patient_identified", "encounter_updated", "diagnosis_listed", "allergy_listed")
    )
    assert (who.mrn, who.name, who.sex) == ("90210", "EDITH Q MARLOW", told)
    assert (updated.encounter_class, updated.location, updated.attending.staff_id) == ("inpatient", "7N^7101^01", "1234")
    assert (listed.code.code, listed.role, allergy.category, allergy.reactions) == ("A419", "admitting", "drug", ("Hives", "Rash"))
    assert (feed.of("measurement_resulted")[0].analyte, feed.of("measurement_resulted")[0].value) == ("weight", 81.0)


def test_who_shares_a_placeholder_for_a_social_security_number_is_nobody_else(feed: Any) -> None:
    feed.send(epic("ADT^A01"))
    feed.send(epic("ADT^A01", patient=EPIC_PID.replace("E2001", "E2002").replace("90210", "90211")).replace("300500700", "300500701"))
    assert len(feed.facts) == 2
    assert {fact.mrn for fact in feed.of("patient_identified")} == {"90210", "90211"}


def test_results_with_comments_subcomponents_and_the_laboratorys_other_codes(feed: Any) -> None:
    feed.send(epic("ADT^A01"))
    feed.send(epic(
        "ORU^R01", "ORC|RE|500100^EPC|26LAB-001^BEAKER||CM||||20260505091500",
        "OBR|1|500100^EPC|26LAB-001^BEAKER|LAB15^BASIC METABOLIC PANEL^BKR||20260505060000|20260505061200|||||||20260505062500|Blood^Venous|"
        "1234^LINDQVIST^SARA||||||20260505091000||Lab|F", "NTE|1|L|Drawn above the IV",
        "OBX|1|NM|2160-0^CREATININE^LN^CREAT^Creatinine^BKR||1.9|mg/dL^^UCUM|0.5-1.1|H|||F|||20260505061200||TECH^ONE||ANALYZER^1",
        "NTE|1|L|Checked", "OBX|2|ST|1000^GLUCOSE&serum^BKR^2345-7^GLUCOSE^LN||>600|mg/dL|70-99|HH^^HL70078|||F",
        "OBX|3|SN|2951-2^SODIUM^LN||^140|mmol/L|||||F", "OBX|4|ST|777-3^PLT^LN||<5|10\\S\\3/uL|||||F", at="20260505092000",
    ))  # fmt: skip
    told = [(fact.analyte, fact.comparator, fact.value, fact.unit, fact.abnormal) for fact in feed.of("measurement_resulted")]
    assert told == [
        ("creatinine", None, 1.9, "mg/dL", "H"), ("glucose", ">", 600.0, "mg/dL", "HH"), ("sodium", None, 140.0, "mmol/L", None),
        ("platelets", "<", 5.0, "10*3/uL", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("txa", "rows", "kind", "title", "words"),
    [("1^Progress Notes^EPIC", ["TX||Assessment:", "TX||", "TX||1. Sepsis\\.br\\2. AKI~3. Malnutrition"], "progress", "Progress Notes",
      "Assessment:\n\n1. Sepsis\n2. AKI\n3. Malnutrition"),
     ("HP^History and Physical", ["FT||{\\E\\rtf1\\E\\ansi\\X0D0A\\Sepsis due to \\H\\E. coli\\N\\.\\E\\par Second line.}"],
      "history-and-physical", "History and Physical", "Sepsis due to E. coli.\nSecond line."),
     ("Discharge Summary", [f"ED||^^RTF^Base64^{b64encode(RTF).decode()}", "TX||More.\\X0D0A\\Second \\T\\ last."], "discharge-summary", "",
      "Severe protein-calorie malnutrition, supplements started.\nWeight loss 12 kg.\nMore.\nSecond & last."),
     ("x^Consults", [f"ED||RTF^Base64^{b64encode(RTF).decode()}"], "consult", "Consults",
      "Severe protein-calorie malnutrition, supplements started.\nWeight loss 12 kg."),
     ("x^Op Note", ["ED||Amputation of the left hallux \\T\\ debridement."], "operative", "Op Note",
      "Amputation of the left hallux & debridement.")],
)  # fmt: skip
def test_a_document_whatever_it_is_wrapped_in(feed: Any, txa: str, rows: list[str], kind: str, title: str, words: str) -> None:
    feed.send(epic("ADT^A01"))
    lines = (f"OBX|{nth}|{row.partition('||')[0]}|{txa}||{row.partition('||')[2]}||||||F" for nth, row in enumerate(rows, 1))
    author = "1234^LINDQVIST^SARA^^^^MD"
    ended = feed.send(epic(
        "MDM^T02", f"TXA|1|{txa}|TX|20260505100000|{author}|20260505100000|20260505101500||{author}|||^^600700800|||||AU||AV", *lines,
        at="20260505102000",
    ))  # fmt: skip
    assert (ended.outcome, ended.problems) == ("entries", ())
    (note,) = feed.of("note_filed")
    assert (note.note_type, note.title, note.author.role, note.authentication) == (kind, title, "provider", "authenticated")
    assert list(feed.texts.values()) == [words]


@pytest.mark.parametrize(
    ("service", "section", "rows", "kind"),
    [("IMG36^XR CHEST^IMGEAP", "XR", ["FT|IMG36&GDT^XR CHEST||\\H\\FINDINGS:\\N\\ right base.", "FT|IMG36&IMP^XR CHEST||Pneumonia."], "radiology"),
     ("EKG1^EKG^EAP", "", ["TX|EKG1&IMP^EKG||Sinus rhythm."], "other"),
     ("RAD^Chest 1 View", "RAD", ["TX|RAD^XR Chest||Report~Right lower lobe pneumonia."], "radiology")],
)  # fmt: skip
def test_a_short_report_is_a_report(feed: Any, service: str, section: str, rows: list[str], kind: str) -> None:
    feed.send(epic("ADT^A01"))
    obr = f"OBR|1|700^EPC|RAD-1^RIS|{service}||20260505100000|20260505101000" + "|" * 15 + f"20260505112900||{section}|F" + "|" * 7
    lines = (f"OBX|{nth}|{row}||||||F" for nth, row in enumerate(rows, 1))
    feed.send(epic("ORU^R01", f"{obr}555&RAY&XAVIER^20260505", *lines, at="20260505113000"))
    assert [note.note_type for note in feed.of("note_filed")] == [kind]
    assert [(note.author.staff_id, note.author.name) for note in feed.of("note_filed")] == [("555", "XAVIER RAY")]
    assert feed.of("measurement_resulted") == []


def test_a_note_of_a_second_system_as_result(feed: Any) -> None:
    feed.send(epic("ADT^A01"))
    obr = "OBR|1||57^HNAM_EVENTID|PN^Physician Progress Note||20260505100000|20260505101000" + "|" * 15 + "20260505112900||MDOC|A"
    text = "{\\E\\rtf1 Acute respiratory failure.}"
    feed.send(
        epic("ORU^R01", obr, f"OBX|1|FT|PN^Physician Progress Note||{text}||||||A|||20260505101000||1234^LINDQVIST^SARA^^^^MD", "ZDS|x")
    )
    (note,) = feed.of("note_filed")
    assert (note.note_type, note.author.staff_id, note.author.role) == ("progress", "1234", "provider")
    assert list(feed.texts.values()) == ["Acute respiratory failure."]


@pytest.mark.parametrize(
    ("sent", "told"),
    [("Auth (Verified)", "final"), ("Modified", "corrected"), ("In Progress", "preliminary"), ("In Error", "withdrawn"), ("f", "final")],
)
def test_a_status_in_words_is_a_status(feed: Any, sent: str, told: str) -> None:
    feed.send(epic("ADT^A01"))
    rows = (f"OBX|1|NM|2160-0^Creatinine^LN||1.9|mg/dL|||||{sent}", f"OBX|2|TXT|ABORh^ABORh||A NEG||||||{sent}")
    ended = feed.send(epic("ORU^R01", "OBR|1||531^HNAM_EVENTID|CMP^Panel||20260505100000|20260505101000", *rows))
    assert "RESULT_STATUS_UNKNOWN" not in {problem.code for problem in ended.problems}
    assert [fact.status for fact in feed.of("measurement_resulted")] == [told, told]


def test_a_document_whose_order_says_that_it_is_authenticated_is_signed(feed: Any) -> None:
    feed.send(epic("ADT^A01"))
    obr = (
        "OBR|1||e67e^HNAM_CEREF~2557^HNAM_EVENTID|CD:18^Checklist^^^UTC Discharge Summary|||20260505101000"
        + "|" * 15
        + "20260505112900||MDOC|AU"
    )
    feed.send(epic("ORU^R01", obr + "|" * 7 + "77&Kearney&Una&&&&&External Id", "OBX|1|FT|CD:18^Checklist|| \\.br\\Stable."))
    (note,) = feed.of("note_filed")
    assert (note.authentication, note.author.staff_id, note.author.name) == ("authenticated", "77", "Una Kearney")


def test_a_bedside_monitor_tells_its_readings_and_not_its_parts(feed: Any) -> None:
    feed.send(epic("ADT^A01"))
    feed.send(epic(
        "ORU^R01", "OBR|1|AB12^PCD^ACDE^EUI-64|AB12^PCD^ACDE^EUI-64|182777000^monitoring of patient^SCT|||20260505122500",
        "OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X", "OBX|2||69854^MDC_DEV_METER_PRESS_BLD_VMD^MDC|1.1.0.0|||||||X",
        "OBX|3|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.9.1|120|266016^MDC_DIM_MMHG^MDC|||||R|||20260505122400",
        "OBX|4|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.6.1|97|262688^^MDC|||||R|||20260505122400",
        "OBX|5|NM|188752^^MDC|1.7.1|24.1|264096^MDC_DIM_KG_PER_M_SQ^MDC|||||F|||20260505122400", at="20260505123000",
    ))  # fmt: skip
    told = [(fact.analyte, fact.value, fact.status, fact.problem) for fact in feed.of("measurement_resulted")]
    assert told == [("sbp", 120.0, "preliminary", None), ("spo2", 97.0, "preliminary", None), ("bmi", 24.1, "final", None)]


def test_a_devices_reading_is_one_fact_by_hl7_and_by_fhir(new_feed: Callable[[], Any]) -> None:
    by_hl7, by_fhir = new_feed(), new_feed()
    for one in (by_hl7, by_fhir):
        one.send(epic("ADT^A01"))
    by_hl7.send(epic(
        "ORU^R01", "OBR|1||F1|v^Vital signs", "OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC||97|%|||||F|||20260505122400", at="20260505123000",
    ))  # fmt: skip
    coding = {"system": "urn:iso:std:iso:11073:10101", "code": "150456", "display": "MDC_PULS_OXIM_SAT_O2"}
    by_fhir.send({
        "resourceType": "Observation", "id": "o1", "status": "final", "code": {"coding": [coding]}, "valueQuantity": {"value": 97, "unit": "%"},
        "subject": {"identifier": {"system": "MRN", "value": "90210"}}, "encounter": {"identifier": {"value": "300500700"}},
        "effectiveDateTime": "2026-05-05T12:24:00-04:00", "meta": {"lastUpdated": "2026-05-05T12:30:00-04:00"},
    })  # fmt: skip
    told = [[(fact.analyte, fact.value, fact.code) for fact in one.of("measurement_resulted")] for one in (by_hl7, by_fhir)]
    assert told[0] == told[1]
    assert told[0][0][0] == "spo2"
