"""From the words of a note to its codes, the principal first: drugs, injuries, neoplasms, pressure injuries and what comes along (B40-B43)."""

from datetime import UTC, datetime

import pytest

from opencdi.clinical.time import ClinicalTime
from opencdi.coding.procedure_table import load_procedures
from opencdi.coding.state import Stay
from opencdi.coding.table import load_table
from opencdi.coding.working import Chart, coding_page
from opencdi.events.contract import MadeBy
from opencdi.events.reading import NoteRead
from opencdi.knowledge.site import SiteData
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

AT = datetime(2026, 5, 4, 9, tzinfo=UTC)
TABLE = load_table(rules_dir() / "coding" / "concepts.yaml")
DONE = load_procedures(rules_dir() / "coding" / "procedures.yaml")
MADE_BY = MadeBy(room="coding", software="test")


def claim(text: str) -> tuple[str, frozenset[str]]:
    """Principal, and the other codes proposed."""
    reading = load_reader(rules_dir() / "nlp").read(text, "history-and-physical")
    note = NoteRead(
        note_id="n", revision=1, note_type="history-and-physical", author_role="provider", written_at=ClinicalTime(AT, "minute"),
        authentication="authenticated", counts=True, findings=reading.findings, values=reading.values,
    )  # fmt: skip
    stay = Stay(tenant="", birth_date="1960-01-01", encounter_class="inpatient", inpatient_at=AT)
    page = coding_page(Chart(stay, (note,), SiteData()), TABLE, DONE, as_of="e", received_at=AT, made_by=MADE_BY)
    first = next((one.code for one in page.codes if one.role == "principal"), "")
    return first, frozenset(one.code for one in page.codes if one.status == "proposed" and one.code != first)


@pytest.mark.parametrize(
    ("text", "principal", "others"),
    [
        # drugs (I.C.19.e)
        ("Acute hypoxic respiratory failure due to heroin overdose.", "T401X1A", {"J9601"}),
        ("Tylenol overdose.", "T391X1A", set()),
        ("Acute kidney injury due to lisinopril.", "N179", {"T464X5A"}),
        ("DKA due to insulin noncompliance.", "E1110", {"T383X6A", "Z91148"}),
        ("Carbon monoxide poisoning.", "T5891XA", set()),
        # injuries (I.C.19.a-c) and their causes (I.C.20)
        ("Fell from a ladder. Left distal radius fracture.", "S52502A", {"W11XXXA"}),
        ("Right intertrochanteric fracture after a mechanical fall.", "S72141A", {"W1830XA"}),
        ("Nondisplaced intertrochanteric fracture of the left hip after a fall.", "S72145A", {"W19XXXA"}),
        ("Right tibial plateau fracture after MVC.", "S82141A", {"V892XXA"}),
        ("Subdural hematoma after a fall.", "S065XAA", {"W19XXXA"}),
        ("Subdural hemorrhage.", "I6200", set()),
        ("Nontraumatic acute subdural hematoma.", "I6201", set()),
        ("Fragility fracture of left hip due to osteoporosis.", "M80052A", set()),
        # neoplasms (I.C.2)
        ("Admitted for chemotherapy for diffuse large B-cell lymphoma.", "Z5111", {"C8330"}),
        ("Metastatic colon cancer.", "C189", {"C799"}),
        ("Metastatic colon cancer with liver metastasis.", "C189", {"C787"}),
        ("Chronic lymphocytic leukemia.", "C9110", set()),
        ("Malignant pleural effusion from lung cancer.", "C3490", {"J910"}),
        # pressure and other ulcers (I.C.12)
        ("Pressure ulcer of right hip, stage 4.", "", {"L89214"}),
        ("Unstageable pressure injury of left buttock.", "", {"L89320"}),
        ("Deep tissue injury of the left heel, pressure.", "", {"L89626"}),
        ("Healing stage 3 pressure ulcer of the sacrum.", "", {"L89153"}),
        ("Healed pressure ulcer of sacrum.", "", set()),
        ("Left heel ulcer with fat layer exposed.", "L97422", set()),
        # as exactly as it is said (I.B.2): severity, artery, vein, place, course
        ("Moderate Alzheimer's dementia.", "", {"G309", "F02B0"}),
        ("Severe dementia.", "", {"F03C0"}),
        ("Severe Alzheimer's dementia with agitation.", "", {"G309", "F02C11"}),
        ("Dementia with behavioral disturbance.", "", {"F03918"}),
        ("MDD, recurrent, severe, no psychosis.", "", {"F332"}),
        ("MDD recurrent severe with psychotic features.", "", {"F333"}),
        ("Class 2 obesity.", "", {"E66812"}),
        ("Inferior STEMI from RCA occlusion.", "I2111", set()),
        ("Anterior STEMI due to LAD occlusion.", "I2102", set()),
        ("Inferior STEMI.", "I2119", set()),
        ("Acute L MCA infarct, cardioembolic.", "I63412", set()),
        ("Right MCA stroke.", "I639", set()),
        ("Acute left lacunar infarction due to small vessel disease.", "I6381", set()),
        ("Acute saddle PE with acute cor pulmonale.", "I2602", set()),
        ("Pneumonia due to aspiration.", "J690", set()),
        ("Cryptogenic stroke.", "I639", set()),
        ("COPD without acute exacerbation.", "J449", set()),
        ("COPD flare.", "J441", set()),
        ("Subsegmental PE.", "I2693", set()),
        ("Acute DVT right femoral and popliteal veins.", "I82411", {"I82431"}),
        ("Left calf DVT.", "I824Z2", set()),
        ("Sigmoid and descending colon diverticulosis with bleeding.", "K5731", set()),
        ("Sigmoid adenoma.", "D125", set()),
        ("Sigmoid diverticulitis with abscess.", "K5720", set()),
        ("RRMS.", "", {"G35A"}),
        ("Coagulopathy of liver disease due to alcoholic cirrhosis.", "", {"D684", "K7030"}),
        ("UTI in setting of suprapubic catheter.", "T83510A", {"N390"}),
        ("CAUTI.", "T83511A", {"N390"}),
        # what was used, and how (I.C.5.b)
        ("Smoker. Tobacco use. Nicotine dependence, cigarettes.", "", {"F17210"}),
        ("Tobacco use disorder.", "", {"F17200"}),
        ("Tobacco use.", "", {"Z720"}),
        ("Former smoker.", "", {"Z87891"}),
        ("Alcohol dependence in sustained remission.", "", {"F1021"}),
        ("Alcohol intoxication, alcohol dependence.", "", {"F10229"}),
        ("Opioid use disorder severe with withdrawal.", "", {"F1123"}),
        ("Homeless, sleeps in a tent.", "", {"Z5902"}),
        # what a stroke has left, beside a stroke of today too (I.C.9.d)
        ("Prior CVA with residual oropharyngeal dysphagia.", "", {"I69391", "R1312"}),
        ("Prior stroke with residual aphasia.", "", {"I69320"}),
        ("Acute left thalamic lacunar infarct. Prior stroke 2020 with residual left hemiparesis.", "I6381", {"I69354"}),
        # of a kind that is ruled out, the other kind stays
        ("Toxic encephalopathy. Anoxic encephalopathy ruled out.", "G929", set()),
        # wasting of a disease that is named is not R64 (Excludes1)
        ("Cachexia.", "", {"R64"}),
        ("Cachexia due to COPD.", "", {"E88A", "J449"}),
        ("Cancer cachexia.", "", {"E88A"}),
        ("Pancytopenia due to chemotherapy.", "", {"D61810", "T451X5A"}),
        # organisms and what they resist (I.C.1.c)
        ("Sepsis due to ESBL E. coli pyelonephritis.", "A4151", {"N12", "B9620", "Z1612"}),
        ("MRSA pneumonia.", "J15212", set()),
    ],
)
def test_the_codes_of_a_note(text: str, principal: str, others: set[str]) -> None:
    first, beside = claim(text)
    if principal:
        assert (first, beside) == (principal, others)
    else:  # seldom the reason for an admission: whether it stands first is told elsewhere
        assert {first, *beside} - {""} == others
