"""Three days of messages of every feed that DOMAIN E.1 names: what the laws and the fuzzing are told.

Together with the shipped stories these are over two hundred, no two alike: admissions, moves, leaves, cancels, floods of snapshots,
results and documents with their corrections, orders, drugs, bills, HL7 and FHIR about one stay, a newborn, merges of patients, accounts
and visits.
"""

from collections.abc import Iterator
from dataclasses import replace

from opencdi.hospital.message import Message
from senders import Sent, Who, adt, attachment, bill, coded, document, drug, fhir, iso, order, report, results

# fmt: off
MERGES = ("ADT^A40", "ADT^A41", "ADT^A42", "ADT^A44", "ADT^A45", "ADT^A47", "ADT^A49", "ADT^A50", "ADT^A18")
_CREATININE, _LACTATE, _POTASSIUM, _WEIGHT = "2160-0^Creatinine^LN", "2524-7^Lactate^LN", "2823-3^Potassium^LN", "29463-7^Body weight^LN"
HANNAH = Who("70001", "FISCHER^HANNAH", "19520311", "F", "X1001", "XA1001")
OMAR = Who("70002", "RAHMAN^OMAR", "19610715", "M", "X1002", "XA1002")
INES = Who("70003", "DUARTE^INES", "19910228", "F", "X1003", "XA1003", place="3W^301^A")
BABY = Who("70004", "DUARTE^BOY", "20260504", "M", "X1004", "XA1003", pv1="NB", place="3W^NURSERY^1")
LEWIS = Who("70005", "GRANT^LEWIS", "19440920", "M", "X1005", "XA1005")
PRIYA = Who("70006", "NAIR^PRIYA", "19780102", "F", "X1006", "XA1006")
WRONG = Who("70007", "NAYER^PRIYA", "19780102", "F", "X1007", "XA1007")
TOMAS = Who("70008~70088", "HORAK^TOMAS", "19360606", "M", "X1008", "XA1008")
ELSE = Who("70009", "BRANDT^ELSE", "19490417", "F", "X1009", "XA1009")
RUTH = Who("70010", "ADLER^RUTH", "19550812", "F", "X1010", "XA1010")


def _hannah() -> Iterator[Message]:
    """Planned, through the emergency room, long: every move, flood, leave and cancel, and a discharge that was taken back."""
    emergency, ward, icu = (replace(HANNAH, pv1="E", place="ED^3"), HANNAH, replace(HANNAH, place="ICU^2", attending="78^Moreau^Claire"))
    yield adt("0 05:00", "A05", replace(HANNAH, pv1="P", place="PRE"))
    yield adt("0 06:05", "A04", emergency, "PV2|||^Shortness of breath")
    yield adt("0 06:20", "A08", emergency, "OBX|1|NM|29463-7^Body weight^LN||81|kg|||||F|||@now", "AL1|1|DA|70618^Penicillin")
    yield order("0 09:00", ward, "NW", "XO1", "ADMIT^Admit to inpatient^L")
    yield adt("0 09:10", "A06", ward)
    for minute in range(12, 24, 2):  # a flood of snapshots, one of which says something
        yield adt(f"0 09:{minute}", "A08", replace(ward, place="5E^502^A") if minute == 18 else ward)
    yield adt("0 14:00", "A02", icu)
    yield adt("0 14:30", "A12", ward)
    yield adt("0 18:00", "A02", icu)
    yield adt("1 07:00", "A54", replace(icu, attending="79^Silva^Rui"))
    yield adt("1 07:30", "A55", icu)
    yield adt("1 12:00", "A21", icu)
    yield adt("1 15:00", "A22", icu)
    yield adt("1 16:00", "A31", replace(icu, name="FISCHER-WOLF^HANNAH"), visit=False)
    yield adt("1 17:00", "A08", replace(icu, name="FISCHER^HANNAH"), "DG1|1||J96.01^Acute respiratory failure with hypoxia^I10|||A")
    yield adt("2 08:00", "A15", icu)
    yield adt("2 08:10", "A25", icu)
    yield adt("2 11:00", "A03", ward, left="01")
    yield adt("2 11:40", "A13", ward)
    yield adt("3 07:00", "A16", ward)
    yield adt("3 09:00", "A03", ward, left="03")
    yield adt("3 09:30", "A08", ward, left="06")
    yield results("0 06:40", emergency, "XL1", (_CREATININE, "1.4", "mg/dL"), (_LACTATE, "4.4", "mmol/L"), status="P")
    yield results("0 07:10", emergency, "XL1", (_CREATININE, "1.5", "mg/dL"), (_LACTATE, "4.1", "mmol/L"), taken="0 06:40")
    yield results("0 07:50", emergency, "XL1", (_CREATININE, "2.6", "mg/dL"), status="C", taken="0 06:40")
    yield results("0 12:00", ward, "XL2", (_CREATININE, "3.0", "mg/dL"), (_POTASSIUM, "6.9", "mmol/L"))
    yield results("0 12:20", ward, "XL2", (_POTASSIUM, "6.9", "mmol/L"), status="W", taken="0 12:00")
    yield results("1 05:30", icu, "XL3", (_CREATININE, "3.4", "mg/dL"), (_POTASSIUM, "4.9", "mmol/L"))
    yield results("1 06:00", icu, "XL3", (_POTASSIUM, "4.8", "mmol/L"), status="D", taken="1 05:30")
    yield results("1 21:00", icu, "XL4", (_CREATININE, "265", "umol/L"), visit=False)
    yield results("2 05:30", icu, "XL5", (_LACTATE, "1.2", "mmol/L"), ("59408-5^SpO2^LN", "86", "%"))
    yield Sent("0 08:00", "OUL^R22", emergency, ("SPM|1|||BLD^Blood", "OBR|1||XL6|600-7^Blood culture^LN|||@now|||||||||||||||@now|||P", "OBX|1|TX|600-7^Blood culture^LN||no growth so far||||||P"), feed="LAB").message()
    yield Sent("2 08:30", "OUL^R22", icu, ("SPM|1|||BLD^Blood", "OBR|1||XL6|600-7^Blood culture^LN|||20260504080000-0400|||||||||||||||@now|||F", "OBX|1|TX|600-7^Blood culture^LN||Escherichia coli||||||F"), feed="LAB").message()


def _papers() -> Iterator[Message]:
    """Documents of the same stay: T01 to T11, reports line by line, their corrections."""
    ward = replace(HANNAH, place="5E^501^A")
    yield document("0 08:40", "T01", ward, "XD1", status="DI")
    yield document("0 08:45", "T02", ward, "XD1", "Short of breath. Acute kidney injury cannot be excluded.", status="DI", kind="34117-2^H and P^LN")
    yield document("0 09:40", "T03", ward, "XD1", status="DI")
    yield document("0 10:05", "T04", ward, "XD1", status="AU")
    yield document("0 15:00", "T02", ward, "XD2", "Hypoxia, on 6 L of oxygen. Type 2 diabetes.")
    yield document("0 15:30", "T05", ward, "XD3", parent="XD2", status="DI")
    yield document("0 15:40", "T06", ward, "XD4", "Obesity is noted.", "XD2")
    yield document("0 16:10", "T08", ward, "XD2", "Hypoxia, on 4 L of oxygen. Type 2 diabetes.", written="0 15:00")
    yield document("1 09:00", "T02", ward, "XD5", "Pneumonia is likely.", status="DI")
    yield document("1 09:30", "T10", ward, "XD6", "Pneumonia of the left lower lobe.", "XD5", written="1 09:00")
    yield document("1 10:30", "T10", ward, "XD7", "Pneumonia of the right lower lobe.", "XD6", written="1 09:00")
    yield document("1 11:00", "T09", ward, "XD8", parent="XD7", status="AU")
    yield document("1 13:00", "T02", ward, "XD9", "Stroke is suspected.")
    yield document("1 13:20", "T11", ward, "XD9", status="", available="CA")
    yield document("1 18:00", "T02", ward, "XD10", "Malnutrition, moderate.", kind="34800-3^Dietitian^LN")
    yield document("1 18:20", "T07", ward, "XD10", status="AU")
    yield document("2 09:10", "T02", ward, "XD11", "Improving; diabetes mellitus stable.", visit=False)
    yield document("2 09:15", "T02", ward, "XE11", "Improving; diabetes mellitus stable.", written="2 09:10")
    yield report("0 07:20", ward, "XR1", "FINDINGS: opacity in the right lower lobe.", status="P")
    yield report("0 08:20", ward, "XR1", "FINDINGS: opacity in the right lower lobe.", "IMPRESSION: Pneumonia.")
    yield report("0 11:20", ward, "XR1", "FINDINGS: atelectasis in the right lower lobe.", "IMPRESSION: No pneumonia.", status="C")
    yield report("2 16:00", ward, "XR2", "Gallbladder: chronic cholecystitis.", kind="11526-1^Pathology^LN")


def _treated() -> Iterator[Message]:
    """Orders, drugs and bills of the same stay; and FHIR about it in between."""
    ward = HANNAH
    yield order("0 08:10", ward, "NW", "XO2", "600-7^Blood culture^LN", kind="OML^O21")
    yield order("0 08:12", ward, "NW", "XO3", "24627-2^CT chest^LN", kind="OMG^O19")
    yield order("0 08:50", ward, "CA", "XO3", "24627-2^CT chest^LN", kind="OMG^O19")
    yield order("0 13:00", ward, "NW", "XO4", "24531-6^Renal ultrasound^LN")
    yield order("1 08:00", ward, "SC", "XO4", "24531-6^Renal ultrasound^LN")
    yield drug("0 08:15", ward, "XP1", "Ceftriaxone", kind="RDE^O11", control="NW")
    yield drug("0 08:35", ward, "XP1", "Ceftriaxone")
    yield drug("1 08:35", ward, "XP1", "Ceftriaxone")
    yield drug("1 08:55", ward, "XP1", "Ceftriaxone", gone="D", given="1 08:35")
    yield drug("2 07:00", ward, "XP1", "Ceftriaxone", kind="RDE^O25", control="DC")
    yield drug("0 19:00", ward, "XP2", "Norepinephrine", kind="RDE^O11", control="NW")
    yield drug("0 19:10", ward, "XP2", "Norepinephrine")
    yield bill("0 10:00", "BAR^P01", ward, "DG1|1||R06.02^Shortness of breath^I10|||A")
    yield bill("3 12:00", "BAR^P12", ward, "DG1|1||N17.9^Acute kidney failure^I10|||F||||||||||||||XG1|A|||||Y", "PR1|1||5A1935Z^Ventilation^I10P||20260504200000-0400|||||||||||||XH1")
    yield bill("3 13:00", "BAR^P12", ward, "DG1|1||N17.9^Acute kidney failure^I10|||F||||||||||||||XG1|D")
    yield bill("3 13:30", "DFT^P03", ward, "FT1|1|||@now||CG|99223", "DG1|1||E11.9^Type 2 diabetes^I10|||F")
    yield Sent("1 14:00", "PPR^PC1", ward, ("PRB|AD|@now|I10^Hypertension^I10|XB1|||@now",), feed="EHR").message()
    yield fhir("1 02:00", ward, "Observation", "xf1", status="preliminary", effectiveDateTime=iso("1 02:00"), valueQuantity={"value": 3.1, "unit": "mg/dL", "code": "mg/dL"}, **coded("2160-0", "Creatinine"))
    yield fhir("1 03:00", ward, "Observation", "xf1", status="amended", effectiveDateTime=iso("1 02:00"), valueQuantity={"value": 3.3, "unit": "mg/dL", "code": "mg/dL"}, **coded("2160-0", "Creatinine"))
    yield fhir("1 04:00", ward, "Observation", "xf2", status="final", effectiveDateTime=iso("1 04:00"), valueQuantity={"value": 39.1, "unit": "Cel", "code": "Cel"}, **coded("8310-5", "Body temperature"))
    yield fhir("1 04:30", ward, "Observation", "xf2", status="entered-in-error", effectiveDateTime=iso("1 04:00"), **coded("8310-5", "Body temperature"))
    yield fhir("1 19:00", ward, "DocumentReference", "xf3", status="current", docStatus="final", type=coded("11488-4", "Consult")["code"], date=iso("1 19:00"), content=[{"attachment": attachment("Acute tubular necrosis is possible.")}])
    yield fhir("1 20:00", ward, "DocumentReference", "xf4", status="current", docStatus="final", type=coded("11488-4", "Consult")["code"], date=iso("1 19:00"), content=[{"attachment": attachment("Acute tubular necrosis.")}], relatesTo=[{"code": "replaces", "target": {"reference": "DocumentReference/xf3"}}])
    yield fhir("1 22:00", ward, "MedicationAdministration", "xf5", status="completed", effectiveDateTime=iso("1 22:00"), medicationCodeableConcept={"text": "Furosemide"})
    yield fhir("2 10:00", ward, "Condition", "xf6", clinicalStatus={"coding": [{"code": "active"}]}, category=[{"coding": [{"code": "problem-list-item"}]}], recordedDate=iso("2 10:00"), **coded("E66.9", "Obesity", "http://hl7.org/fhir/sid/icd-10-cm"))
    yield fhir("2 12:00", ward, "Procedure", "xf7", status="completed", performedDateTime=iso("2 11:30"), **coded("0BJ08ZZ", "Bronchoscopy", "http://www.cms.gov/Medicare/Coding/ICD10"))


def _others() -> Iterator[Message]:
    """Observation and back, an admission that was cancelled and comes again, a mother and her newborn, a patient known by two numbers."""
    watched = replace(OMAR, pv1="OBS", place="OBS^1")
    yield adt("0 07:00", "A04", watched)
    yield adt("0 12:00", "A06", OMAR)
    yield adt("1 10:00", "A07", watched)
    yield adt("1 20:00", "A06", OMAR)
    yield results("0 13:00", OMAR, "XL20", (_CREATININE, "1.0", "mg/dL"), (_POTASSIUM, "3.1", "mmol/L"))
    yield document("1 11:00", "T02", OMAR, "XD20", "Hypokalemia. Atrial fibrillation.")
    yield adt("0 09:05", "A01", LEWIS)
    yield results("0 10:00", LEWIS, "XL30", (_CREATININE, "0.9", "mg/dL"))
    yield adt("0 11:00", "A11", LEWIS)
    yield adt("1 09:00", "A01", replace(LEWIS, place="6W^1", since="1 09:00"))
    yield results("1 10:00", LEWIS, "XL31", (_CREATININE, "2.9", "mg/dL"))
    yield document("1 12:00", "T02", LEWIS, "XD30", "Congestive heart failure, acute on chronic systolic.")
    yield adt("0 04:00", "A01", INES)
    yield adt("0 16:00", "A01", BABY)
    yield results("0 16:30", BABY, "XL40", (_LACTATE, "3.9", "mmol/L"))
    yield results("0 17:00", INES, "XL41", ("718-7^Hemoglobin^LN", "7.1", "g/dL"))
    yield document("0 18:30", "T02", INES, "XD40", "Postpartum hemorrhage with acute blood loss anemia.")
    yield adt("2 10:00", "A03", BABY, left="01")
    yield adt("2 10:05", "A03", INES, left="01")
    yield adt("0 08:30", "A01", TOMAS)
    yield results("0 09:30", replace(TOMAS, mrn="70088"), "XL50", (_CREATININE, "1.9", "mg/dL"))
    yield document("0 12:30", "T02", replace(TOMAS, mrn="70008"), "XD50", "Delirium. Dementia.")
    yield fhir("0 14:15", TOMAS, "Observation", "xf8", status="final", effectiveDateTime=iso("0 14:15"), valueQuantity={"value": 88, "unit": "%", "code": "%"}, **coded("59408-5", "SpO2"))
    yield adt("0 23:00", "A04", replace(ELSE, pv1="E", visit="X1019"))
    yield adt("1 01:00", "A01", ELSE)
    yield adt("1 02:30", "A03", replace(ELSE, pv1="E", visit="X1019"), left="09")
    yield adt("1 02:40", "A31", replace(ELSE, born="19490418"), visit=False)
    yield results("1 03:15", ELSE, "XL60", (_WEIGHT, "44", "kg"))


def _merged() -> Iterator[Message]:
    """A patient registered twice, a visit twice, an account twice, a stay filed under the wrong patient; and what was told of each."""
    yield adt("0 08:05", "A01", PRIYA)
    yield results("0 08:25", PRIYA, "XL70", (_CREATININE, "2.2", "mg/dL"))
    yield adt("0 10:10", "A04", replace(WRONG, pv1="E"))
    yield results("0 10:40", WRONG, "XL71", (_CREATININE, "2.8", "mg/dL"))
    yield document("0 11:10", "T02", WRONG, "XD70", "Dehydration.")
    yield adt("1 06:00", "A40", PRIYA, "MRG|70007^^^MERCY^MR", visit=False)
    yield adt("1 06:30", "A42", PRIYA, "MRG|||||X1007^^^MERCY")
    yield results("1 09:45", WRONG, "XL72", (_CREATININE, "1.7", "mg/dL"))
    yield adt("0 07:40", "A01", RUTH)
    yield results("0 09:20", RUTH, "XL80", (_LACTATE, "2.4", "mmol/L"))
    second = replace(RUTH, visit="X1020", account="XA1020")
    yield adt("0 13:40", "A01", second)
    yield document("0 14:20", "T02", second, "XD80", "Sepsis due to pyelonephritis.")
    yield adt("1 07:10", "A41", RUTH, "MRG|||XA1020", visit=False)
    yield adt("1 08:05", "A08", second)
    third = replace(ELSE, mrn="70011", name="BRAND^ELSA", born="19500101", visit="X1021", account="XA1021")
    yield adt("1 10:00", "A01", third)
    yield results("1 10:30", third, "XL90", (_POTASSIUM, "5.9", "mmol/L"))
    owner = replace(OMAR, mrn="70012", name="RAHMANI^OMID", born="19630102", visit="X1021", account="XA1021")
    yield adt("1 11:00", "A28", owner, visit=False)
    yield adt("1 12:10", "A44", owner, "MRG|70011^^^MERCY^MR||XA1021", visit=False)
    yield adt("2 06:00", "A47", replace(LEWIS, mrn="70055"), "MRG|70005^^^MERCY^MR", visit=False)
    yield results("2 06:30", replace(LEWIS, mrn="70055"), "XL32", (_CREATININE, "2.5", "mg/dL"))
    yield adt("2 07:00", "A50", replace(OMAR, visit="X1022"), "MRG|||||X1002^^^MERCY")
    yield results("2 07:30", replace(OMAR, visit="X1022"), "XL21", (_POTASSIUM, "3.9", "mmol/L"))
    yield adt("2 07:45", "A49", replace(TOMAS, account="XA1028"), "MRG|||XA1008", visit=False)


def _wider() -> Iterator[Message]:
    """FHIR alone, in parts of one stay; results that name no visit; orders to admit that fall; beds changed; a stay that came back."""
    nora = replace(HANNAH, mrn="70020", name="VOGT^NORA", born="19650505", visit="X1030", account="XA1030")
    yield fhir("0 05:00", nora, "Patient", "pn", identifier=[{"system": "MERCY", "value": "70020"}], name=[{"family": "VOGT", "given": ["NORA"]}], birthDate="1965-05-05", gender="female")
    yield fhir("0 20:00", nora, "Patient", "pn", identifier=[{"system": "MERCY", "value": "70020"}], name=[{"family": "VOGT-KLEIN", "given": ["NORA"]}], birthDate="1965-05-05", gender="female")
    emergency = {"identifier": [{"system": "MERCY", "value": "X1031"}], "subject": {"reference": "Patient/pn"}, "class": {"code": "EMER"}, "partOf": {"reference": "Encounter/en"}}
    yield fhir("0 05:10", nora, "Encounter", "ee", status="in-progress", period={"start": iso("0 05:10")}, reasonCode=[{"text": "Fever"}], **emergency)
    yield fhir("0 09:30", nora, "Encounter", "ee", status="finished", period={"start": iso("0 05:10"), "end": iso("0 09:30")}, **emergency)
    admitted = {"identifier": [{"system": "MERCY", "value": "X1030"}], "subject": {"reference": "Patient/pn"}, "class": {"code": "IMP"}, "period": {"start": iso("0 09:20")}}
    yield fhir("0 09:21", nora, "Encounter", "en", status="in-progress", **admitted)
    yield fhir("1 09:21", nora, "Encounter", "en", status="onleave", location=[{"location": {"display": "7N"}}], **admitted)
    by_id = {"subject": {"reference": "Patient/pn"}, "encounter": {"reference": "Encounter/en"}}
    yield fhir("0 10:20", nora, "DiagnosticReport", "rn", **by_id | coded("18748-4", "Chest film"), status="preliminary", issued=iso("0 10:20"), presentedForm=[attachment("Infiltrate of the left lung base.")])
    yield fhir("0 11:30", nora, "DiagnosticReport", "rn", **by_id | coded("18748-4", "Chest film"), status="final", issued=iso("0 11:30"), presentedForm=[attachment("Pneumonia of the left lung base.")])
    for at, text, status in (("0 12:40", "Fever. Pneumonia.", "preliminary"), ("0 13:40", "Fever. Pneumonia. Sepsis.", "final")):
        yield fhir(at, nora, "Composition", "cn", **by_id, status=status, title="Note", identifier={"value": "cn1"}, date=iso("0 12:40"), type=coded("11506-3", "Progress")["code"], section=[{"text": {"status": "generated", "div": f"<div>{text}</div>"}}])
    yield fhir("0 10:00", nora, "ServiceRequest", "sn", **by_id | coded("600-7", "Blood culture"), status="active", intent="order", authoredOn=iso("0 10:00"))
    yield fhir("0 15:10", nora, "ServiceRequest", "sn", **by_id | coded("600-7", "Blood culture"), status="revoked", intent="order", authoredOn=iso("0 10:00"))
    yield fhir("0 11:00", nora, "MedicationRequest", "mn", **by_id, status="active", intent="order", authoredOn=iso("0 11:00"), medicationCodeableConcept={"text": "Vancomycin"})
    yield results("0 16:20", replace(nora, visit=""), "XL100", (_LACTATE, "3.3", "mmol/L"), visit=False)
    yield fhir("1 05:00", nora, "Patient", "px", identifier=[{"system": "MERCY", "value": "70021"}], name=[{"family": "VOIGT"}], link=[{"type": "replaced-by", "other": {"reference": "Patient/pn"}}])
    yield results("1 05:20", replace(nora, mrn="70021", name="VOIGT^NORA", visit="X1030"), "XL101", (_LACTATE, "2.9", "mmol/L"))
    karl = replace(OMAR, mrn="70022", name="WEISS^KARL", born="19300303", visit="X1040", account="XA1040", since="0 03:00")
    yield adt("0 03:00", "A04", replace(karl, pv1="OBS"))
    yield order("0 06:10", karl, "NW", "XO40", "ADMIT^Admit to inpatient^L")
    yield order("0 07:15", karl, "CA", "XO40", "ADMIT^Admit to inpatient^L")
    yield order("0 10:25", karl, "NW", "XO41", "ADMIT^Admit to inpatient^L")
    yield adt("0 10:30", "A06", karl)
    yield adt("0 20:10", "A03", karl, left="01")
    again = replace(karl, visit="X1041", account="XA1041", since="2 01:00")
    yield adt("2 01:00", "A01", again)
    yield results("2 02:15", again, "XL110", (_CREATININE, "4.4", "mg/dL"))
    yield results("0 05:25", karl, "XL111", (_CREATININE, "1.2", "mg/dL"))
    yield adt("2 05:10", "A08", replace(again, place='""'))
    bed = replace(HANNAH, mrn="70023", name="BED^ONE", born="19440404", visit="X1050", account="XA1050", place="8A^1")
    yield adt("0 05:45", "A01", bed)
    yield adt("0 21:00", "A45", replace(bed, account="XA1051"), "MRG|||XA1050||X1050^^^MERCY")
    yield document("1 03:10", "T02", bed, "XD110", "Acute kidney injury on chronic kidney disease.", visit=False)
    yield document("1 03:50", "T06", bed, "XD111", "Hyperkalemia.", "XD110", visit=False)
    yield document("1 04:10", "T06", bed, "XD112", "Anemia.", "XD111", visit=False)
    yield document("1 04:40", "T11", bed, "XD111", status="", available="CA", visit=False)
    yield adt("1 05:45", "A02", replace(bed, place="8A^2", account="XA1051"))
    lena = replace(HANNAH, mrn="70030", name="FALK^LENA", born="19480808", visit="X1061", account="XA1060", since="0 08:00")
    came, other = replace(lena, pv1="E", place="ED^6", visit="X1060"), replace(lena, mrn="70031", name="FALCK^LEA", born="19590909", account="XA1061")
    yield adt("0 06:30", "A04", came)
    yield results("0 07:05", came, "XL120", (_CREATININE, "1.1", "mg/dL"))
    yield document("0 07:30", "T02", came, "XD120", "Chest pain. Type 2 diabetes.")
    yield adt("0 08:00", "A01", lena)
    yield results("0 09:55", lena, "XL121", (_CREATININE, "3.9", "mg/dL"), (_LACTATE, "4.6", "mmol/L"))
    yield document("0 10:35", "T02", lena, "XD121", "Sepsis due to pneumonia.")
    yield document("0 12:05", "T06", lena, "XD122", "Hypoxia on room air.", "XD121")
    yield drug("0 11:15", lena, "XP120", "Norepinephrine")
    yield adt("1 04:15", "A45", other, "MRG|70030^^^MERCY^MR||XA1060||X1061^^^MERCY")
    yield results("1 05:50", replace(other, visit="X1061"), "XL122", (_LACTATE, "2.1", "mmol/L"))
    yield results("1 08:25", lena, "XL123", (_CREATININE, "3.2", "mg/dL"))


def every_feed() -> list[Message]:
    """All of it, in the order of the clock."""
    told = [*_hannah(), *_papers(), *_treated(), *_others(), *_merged(), *_wider()]
    return sorted(told, key=lambda message: message.at)


def is_merge(message: Message) -> bool:
    """Whether it merges or moves what others tell of: those come in their own order."""
    return any(f"|{kind}|".encode() in message.body[:120] for kind in MERGES) or b'"replaced-by"' in message.body
