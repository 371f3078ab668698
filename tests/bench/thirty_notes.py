"""A stay of eleven days and thirty notes, as charts grow: each day's note carries yesterday's list on, consultants and nurses beside it.

All of it is invented.  Read by the real nlp room; what comes after the thirtieth note is what the coding room is timed on.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from opencdi.bus.room import Record, State
from opencdi.clinical.time import ClinicalTime
from opencdi.clinical.vocabulary import AuthorRole, NoteType
from opencdi.events.contract import Contract
from opencdi.events.entry import Envelope, Page, entry_of
from opencdi.events.facts import (
    Coded,
    DiagnosisListed,
    EncounterDischarged,
    EncounterUpdated,
    InpatientOrdered,
    MeasurementResulted,
    NoteFiled,
    NoteRetracted,
    PatientIdentified,
)
from opencdi.events.ids import content_hash
from opencdi.events.pages import FactsPage, TextsPage
from opencdi.events.people import Person
from opencdi.events.topics import CHART
from opencdi.knowledge.site import SiteData
from opencdi.nlp.room import nlp_room

T0 = datetime(2026, 4, 20, 13, 0, tzinfo=UTC)
PROBLEMS = (
    "Sepsis due to pneumonia, improving on ceftriaxone and azithromycin, lactate cleared.",
    "Acute hypoxic respiratory failure, on 3 L nasal cannula, weaning.",
    "Acute on chronic systolic heart failure, EF 30 %, IV furosemide 40 mg twice daily.",
    "Acute kidney injury on CKD stage 3b, creatinine 2.4 from baseline 1.6, likely prerenal.",
    "Type 2 diabetes mellitus with diabetic nephropathy and hyperglycemia, basal and correction insulin.",
    "Hypertension, home lisinopril held.",
    "Hyponatremia, sodium 128, fluid restriction.",
    "Paroxysmal atrial fibrillation, rate controlled, apixaban continued.",
    "COPD without exacerbation, home inhalers.",
    "Acute blood loss anemia after epistaxis, hemoglobin 7.4, one unit transfused.",
    "Stage 2 pressure ulcer of the sacrum, wound care following.",
    "Hypokalemia, repleted.",
    "Delirium due to hospitalization, no agitation today, reorient.",
    "Severe protein-calorie malnutrition, dietitian following, supplements.",
    "Urinary tract infection due to E. coli, covered.",
    "Hypothyroidism, levothyroxine. GERD, pantoprazole. Hyperlipidemia, atorvastatin.",
    "Possible Clostridioides difficile colitis, stool sent.",
)
NEW = (
    "Acute deep vein thrombosis of the left lower extremity, heparin started.",
    "Hyperkalemia 6.1, calcium and insulin given.",
    "Thrombocytopenia, platelets 82, hold heparin.",
    "Toxic metabolic encephalopathy, worse overnight.",
    "Acute cystitis with hematuria.",
    "Septic shock, norepinephrine started.",
    "Type 2 myocardial infarction due to demand ischemia.",
    "Acute tubular necrosis, muddy brown casts.",
    "Ileus, NPO.",
    "Acute gout of the right knee.",
    "Aspiration pneumonia, right lower lobe.",
    "Hypernatremia, free water deficit.",
    "Metabolic acidosis, bicarbonate 15.",
    "Pleural effusion, right, thoracentesis planned.",
    "Dysphagia after extubation, puree diet.",
    "Acute pulmonary embolism without right heart strain.",
    "Iron deficiency anemia.",
    "Major depressive disorder, recurrent, moderate, sertraline.",
    "Morbid obesity, BMI 42.",
    "Cellulitis of the left arm at the IV site.",
)
_HISTORY = """HISTORY OF PRESENT ILLNESS:
71 year old man with heart failure, CKD and COPD who came to the emergency department with three days of fever, productive cough and
shortness of breath. Denies chest pain, no hemoptysis, no abdominal pain. He was found hypoxic to 84 % on room air.
PAST MEDICAL HISTORY:
Type 2 diabetes, hypertension, atrial fibrillation, COPD, hypothyroidism, GERD, hyperlipidemia, stroke in 2019 without residual deficit.
SOCIAL HISTORY:
Former smoker. No alcohol.
PHYSICAL EXAM:
BP 92/54, HR 118, RR 26, T 38.9, SpO2 84 %. Crackles at the right base. 2+ edema.
LABS:
WBC 18.2, lactate 3.1, creatinine 2.4, sodium 128, glucose 312.
"""
_SUBJECTIVE = """SUBJECTIVE:
Day {day}. Slept poorly, less short of breath. No chest pain, no nausea or vomiting, tolerating diet.
OBJECTIVE:
BP 11{day}/6{day}, HR 9{day}, RR 20, T 37.{day}, SpO2 94 % on {day} L. Crackles at the right base, edema improving.
WBC 1{day}.1, creatinine 2.{day}, sodium 12{day}, hemoglobin 7.{day}.
"""
_OTHERS: tuple[tuple[NoteType, AuthorRole, str], ...] = (
    ("nursing", "nurse", "Pt alert to self. Sacral wound 2 x 2 cm, foam dressing. Ambulated with assist. No falls. Pain 3/10.\nJ. Doe, RN"),
    ("consult", "provider", "CARDIOLOGY\nASSESSMENT:\nAcute on chronic systolic heart failure with volume overload. Atrial fibrillation, CHA2DS2-VASc 5. Ischemic cardiomyopathy.\nRECOMMENDATIONS:\nContinue diuresis."),
    ("dietitian", "dietitian", "Weight loss of 12 % in 3 months, intake < 50 % for 2 weeks, severe muscle wasting of temples. Severe malnutrition in the context of chronic illness.\nA. Roe, RD"),
    ("radiology", "provider", "CT CHEST\nIMPRESSION:\nRight lower lobe consolidation consistent with pneumonia. Small pleural effusion. No pulmonary embolism."),
)  # fmt: skip


def at(hours: float) -> ClinicalTime:
    """So long after the admission."""
    return ClinicalTime(T0 + timedelta(hours=hours), "minute")


def plan(count: int, more: str = "") -> str:
    """The assessment and plan of that day: so many problems, and one that is new."""
    told = (*PROBLEMS[:count], *((more,) if more else ()))
    return "ASSESSMENT AND PLAN:\n" + "\n".join(f"{nth}. {problem}" for nth, problem in enumerate(told, 1))


def notes() -> Iterator[tuple[NoteType, AuthorRole, float, str]]:
    """Type, author, hours after the admission, text: thirty of them."""
    yield "history-and-physical", "provider", 1, _HISTORY + plan(9)
    for day in range(1, 10):
        yield "progress", "provider", 24 * day, _SUBJECTIVE.format(day=day) + plan(8 + day)
        for nth, (kind, role, text) in enumerate((_OTHERS[day % 4], _OTHERS[(day + 1) % 4])):
            yield kind, role, 24 * day + 5 + nth, f"Hospital day {day}.\n{text}"
    yield "progress", "provider", 240, _SUBJECTIVE.format(day=9) + plan(len(PROBLEMS))
    yield "nursing", "nurse", 241, "Hospital day 10.\n" + _OTHERS[0][2]


class Stay:
    """One encounter read note by note; each thing told is the record that the coding room is given."""

    def __init__(self) -> None:
        """Nobody admitted yet; the reader's books are loaded here."""
        self._room = nlp_room(SiteData())
        self._states: dict[str, State] = {}
        self._count = 0

    def told(self, hours: float, *facts: Contract, texts: dict[str, str] | None = None) -> Record:
        """These facts, and what the reader makes of the texts."""
        self._count += 1
        pages: list[Page] = [FactsPage(facts=facts, patient_id="p")]
        if texts:
            pages.append(TextsPage(texts=texts))
        received = T0 + timedelta(hours=hours, minutes=1)
        envelope = Envelope(entry_id=f"e{self._count}", tenant="bench", received_at=received, source="bench", encounter_id="enc")
        chart = Record(CHART.name, "enc", entry_of(envelope, pages).encode())
        (out,) = self._room.step(self._states, chart)
        return Record(out.topic.name, "enc", out.value, out.headers)

    def note(self, note_id: str, kind: NoteType, role: AuthorRole, hours: float, text: str) -> Record:
        """One signed note, filed."""
        fact = NoteFiled(
            note_id=note_id, note_type=kind, author=Person(staff_id=role, role=role), written_at=at(hours), authentication="authenticated",
            text_hash=content_hash(text), length=len(text),
        )  # fmt: skip
        return self.told(hours, fact, texts={note_id: text})

    def admission(self) -> Record:
        """Who, when, how classed."""
        return self.told(
            0,
            PatientIdentified(patient_id="p", mrn="m", birth_date="1955-01-02", sex="M"),
            EncounterUpdated(
                visit_id="v", encounter_class="inpatient", admitted_at=at(-2), at=at(-2), admitting_reason="shortness of breath"
            ),
            InpatientOrdered(at=at(0), basis="order"),
        )

    def thirty_notes(self) -> list[Record]:
        """The admission and the thirty notes."""
        return [self.admission(), *(self.note(f"n{nth}", *told) for nth, told in enumerate(notes()))]

    def further(self) -> Iterator[tuple[str, Record]]:
        """What may come next, each on its own after the thirtieth note: its kind, and the record."""
        for nth, problem in enumerate(NEW):
            yield (
                "progress note",
                self.note(f"next{nth}", "progress", "provider", 264, _SUBJECTIVE.format(day=8) + plan(len(PROBLEMS), problem)),
            )
            yield "addendum", self.note(f"add{nth}", "progress", "provider", 250, f"ADDENDUM:\n{problem}")
            listed = DiagnosisListed(listing_id=f"l{nth}", code=Coded(code=f"I{10 + nth}.9", system="I10"), role="working", at=at(250))
            yield "listed diagnosis", self.told(250, listed)
            yield "result before the order", self.told(250, _result(nth))
        for nth in (26, 27, 28, 29):
            yield "retracted note", self.told(250, NoteRetracted(note_id=f"n{nth}", at=at(250)))
        for disposition in ("01", "03", "06", "20", "51"):
            yield "discharge", self.told(260, EncounterDischarged(at=at(260), disposition=disposition))


def _result(nth: int) -> MeasurementResulted:
    """A late laboratory result of the emergency department, out of bounds."""
    analyte, value, unit = (("sodium", 120.0, "mmol/L"), ("creatinine", 3.0, "mg/dL"), ("lactate", 4.0, "mmol/L"), ("spo2", 80.0, "%"))[
        nth % 4
    ]
    return MeasurementResulted(
        measurement_id=f"m{nth}", analyte=analyte, code=Coded(code="x", system="LN"), value=value + nth / 20, unit=unit, status="final",
        taken_at=at(-1.5 + nth / 100),
    )  # fmt: skip
