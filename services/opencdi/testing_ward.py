"""For tests of edge workers: five invented stays told by hand, as the whole line would have told them.

An acute kidney injury with two questions to approve, a malnutrition already with the physician, a sepsis resolved by a note, a pneumonia
with nothing to ask, and a stay that ended.
"""

from typing import Any

from opencdi.bus.room import Outgoing
from opencdi.events import facts as told
from opencdi.events.audiences import (
    AlertEffect,
    DrgCause,
    DrgChanged,
    FinalCodeSet,
    Indicator,
    MessageEnded,
    Option,
    QueryAlert,
    QueryWording,
)
from opencdi.events.pages import CodingPage, Effect, Evidence, FindingsPage, WorkingCode, WorkingDrg
from opencdi.events.topics import QUERY_ALERTS
from opencdi.testing_topics import MADE_BY, Telling, Written, at, moved, passed, seen, written

PHYSICIAN = told.Person(staff_id="1184726", name="HALVORSEN^ERIK", role="provider")
AKI, MALNUTRITION, SEPSIS, PNEUMONIA, ENDED = "enc-aki", "enc-malnutrition", "enc-sepsis", "enc-pneumonia", "enc-ended"
QUERY_AKI, QUERY_ENCEPHALOPATHY, QUERY_MALNUTRITION, QUERY_SEPSIS = "q-aki", "q-enceph", "q-malnutrition", "q-sepsis"


def ward() -> list[Outgoing]:
    """All messages of the five stays, in the order of their time."""
    telling = Telling()
    _kidney(telling)
    _malnutrition(telling)
    _sepsis(telling)
    _pneumonia(telling)
    _ended(telling)
    telling.tick(at(2, 10), adt=at(2, 9, 58), lab=at(2, 9, 41), documents=at(2, 8, 12))
    for outcome, reason, count in (
        ("entries", None, 61),
        ("no_effect", "DUPLICATE", 4),
        ("kept_with_patient", "NO_VISIT", 2),
        ("refused", "NO_MSH", 1),
    ):
        for nth in range(count):
            telling.ended(
                MessageEnded(tenant="demo", entry_id=f"m{outcome}{nth}", message_type="ORU^R01", feed="lab", outcome=outcome, reason=reason)
            )
    telling.dead("intake", "NO_PATIENT")
    return telling.messages


def alerts_of(messages: list[Outgoing]) -> list[QueryAlert]:
    """The alerts among these messages."""
    return [QueryAlert.read(message.value) for message in messages if message.topic == QUERY_ALERTS]


def admit(telling: Telling, encounter_id: str, name: str, mrn: str, born: str, sex: Any, location: str, reason: str, day: int = 0) -> None:
    """An admission with its first facts."""
    telling.entry(
        encounter_id,
        at(day, 8, 5),
        [
            told.PatientIdentified(patient_id=f"p-{encounter_id}", mrn=mrn, name=name, birth_date=born, sex=sex),
            told.EncounterUpdated(
                visit_id="v", encounter_class="inpatient", location=location, service="medicine", attending=PHYSICIAN,
                admitting_reason=reason, admitted_at=seen(day, 7, 40), at=seen(day, 7, 40),
            ),
            told.InpatientOrdered(at=seen(day, 8, 0), basis="order"),
        ],
    )  # fmt: skip


def result(
    telling: Telling, encounter_id: str, when: tuple[int, int], analyte: str, value: float, unit: str, flag: str = "N", **more: Any
) -> str:
    """One final result; returns its id."""
    measurement_id = more.pop("measurement_id", f"{analyte}-{when[0]}-{when[1]}")
    fact = told.MeasurementResulted(
        measurement_id=measurement_id, analyte=analyte, code=told.Coded(code=analyte), value=value, unit=unit, abnormal=flag,
        taken_at=seen(*when), **({"status": "final"} | more),
    )  # fmt: skip
    telling.entry(encounter_id, at(when[0], when[1], 40), [fact])
    return str(measurement_id)


def drg(code: str, title: str, weight: float, gmlos: float, severity: Any) -> WorkingDrg:
    """A working DRG of FY2026."""
    return WorkingDrg(
        drg=code, mdc="11", title=title, grouper="MS-DRG v43.0", severity=severity, initial_drg=code, return_code="OK", weight=weight,
        gmlos=gmlos, assumed=("disposition 01",),
    )  # fmt: skip


def code(note: Written, quote: str, value: str, description: str, concept: str, **more: Any) -> WorkingCode:
    """A code on these words."""
    start, end = note.place(quote)
    author = note.filed.author.name if note.filed.author else ""
    evidence = Evidence(note_id=note.filed.note_id, revision=1, start=start, end=end, quote=quote, author=author, at=note.filed.written_at)
    fields: dict[str, Any] = {"poa": "Y", "confidence": 0.9, "evidence": (evidence,)} | more
    return WorkingCode(code=value, description=description, concept=concept, **fields)


def measured(text: str, source_id: str, when: tuple[int, int], source: str = "laboratory", **more: Any) -> Indicator:
    """An indicator that is a result."""
    return Indicator(text=text, source=source, source_id=source_id, at=seen(*when), **more)


def wording(
    query_id: str, encounter_id: str, title: str, why: str, question: str, options: tuple[Option, ...], **sides: Any
) -> QueryWording:
    """A question to the attending."""
    return QueryWording(
        query_id=query_id, encounter_id=encounter_id, patient_id=f"p-{encounter_id}", addressed_to=PHYSICIAN, author="D-11 r1",
        created_at=at(2, 9, 0), title=title, why=why, question=question,
        options=(*options, Option(option_id="other", text="Other (please specify)", free_text=True),
                 Option(option_id="undetermined", text="Unable to determine")), **sides,
    )  # fmt: skip


def alert(told_wording: QueryWording, condition: str, state: Any, as_of: str, why_now: str, **more: Any) -> QueryAlert:
    """The internal half."""
    fields: dict[str, Any] = {"cause": as_of, "gap_type": "missing-diagnosis", "rule_id": "D-11", "definition_id": "kdigo-2012"} | more
    return QueryAlert(
        tenant="demo", query_id=told_wording.query_id, encounter_id=told_wording.encounter_id, condition=condition, rule_revision=1,
        state=state, why_now=why_now, at=at(2, 9, 0), as_of=as_of, made_by=MADE_BY, wording=told_wording, **fields,
    )  # fmt: skip


_HP = """CHIEF COMPLAINT
Weakness and poor oral intake for four days.

HISTORY OF PRESENT ILLNESS
71-year-old woman with hypertension and type 2 diabetes, brought in by her daughter with vomiting and decreased urine output. She is confused about the date and place since yesterday; at baseline she manages her own finances. No chest pain, no dyspnea. No dysuria.

ASSESSMENT AND PLAN
1. Dehydration from gastroenteritis. Lactated Ringer's 2 L, then reassess.
2. Elevated creatinine, 2.9 today; outpatient value in March was 0.9. Hold lisinopril, renal ultrasound, urine sodium.
3. Type 2 diabetes mellitus, sliding scale.
4. Altered mental status. CT head without acute findings. Follow ammonia, B12, TSH.
"""
_PROGRESS = """SUBJECTIVE
Feels better, still forgetful. Urine output 0.3 mL/kg/h overnight, improving after fluids.

OBJECTIVE
BP 104/62, HR 92, T 37.1. Oriented to person only this morning; oriented x3 by noon.

ASSESSMENT AND PLAN
Creatinine rise, likely prerenal. Trend 2.9 -> 2.4 -> 1.8 with fluids. Renal ultrasound without hydronephrosis. Pneumonia was considered; chest film clear.
Diabetes: stable.
"""


def _kidney(telling: Telling) -> None:
    admit(telling, AKI, "KOVACS^ILONA^M", "4410927", "1954-11-02", "F", "4 WEST 412-A", "weakness, vomiting")
    for when, value in (((0, 8), 2.9), ((0, 16), 2.7), ((1, 6), 2.4), ((2, 6), 1.8)):
        result(telling, AKI, when, "creatinine", value, "mg/dL", "H")
    result(telling, AKI, (0, 8), "creatinine", 3.1, "mg/dL", "H", measurement_id="cr-wrong")
    result(telling, AKI, (0, 8), "creatinine", 2.9, "mg/dL", "H", measurement_id="cr-wrong", status="corrected")
    for when, value in (((0, 8), 61.0), ((1, 6), 48.0), ((2, 6), 34.0)):
        result(telling, AKI, when, "urea-nitrogen", value, "mg/dL", "H")
    for when, value in (((0, 8), 5.4), ((1, 6), 4.6), ((2, 6), 4.1)):
        result(telling, AKI, when, "potassium", value, "mmol/L", "H" if value > 5 else "N")
    for when, value in (((0, 8), 131.0), ((1, 6), 135.0), ((2, 6), 138.0)):
        result(telling, AKI, when, "sodium", value, "mmol/L", "L" if value < 135 else "N")
    for when, value in (((0, 8), 118.0), ((0, 14), 108.0), ((0, 20), 101.0), ((1, 8), 96.0), ((2, 8), 92.0)):
        result(telling, AKI, when, "heart-rate", value, "/min", "H" if value > 100 else "N")
    result(telling, AKI, (1, 6), "glucose", 212.0, "mg/dL", "H", problem="HEMOLYZED")
    telling.entry(AKI, at(0, 9), [told.MedicationGiven(administration_id="g1", drug=told.Coded(code="LR", text="lactated Ringer's"), dose="2 L", route="IV", status="given", given_at=seen(0, 8, 50)), told.OrderPlaced(order_id="o1", code=told.Coded(code="USREN", text="renal ultrasound"), status="active", ordered_at=seen(0, 9, 5), by=PHYSICIAN)])  # fmt: skip
    telling.entry(AKI, at(1, 11), [told.EncounterUpdated(visit_id="v", location="4 WEST 415-B", at=seen(1, 11))])
    hp = written("n-aki-hp", _HP, seen(0, 9, 10), note_type="history-and-physical", author="HALVORSEN^ERIK", title="History and physical")
    codes = (
        code(hp, "Dehydration", "E860", "Dehydration", "dehydration", role="principal", reasons=("II: chiefly responsible after study",)),
        code(hp, "Type 2 diabetes mellitus", "E119", "Type 2 diabetes mellitus without complications", "type-2-diabetes"),
        code(hp, "hypertension", "I10", "Essential (primary) hypertension", "hypertension"),
        code(hp, "Altered mental status", "R4182", "Altered mental status, unspecified", "altered-mental-status", status="flagged", reasons=("integral symptom",), poa="undetermined"),
    )  # fmt: skip
    first = drg("641", "MISC DISORDERS OF NUTRITION, METABOLISM, FLUIDS AND ELECTROLYTES WITHOUT MCC", 0.7598, 2.7, "NONE")
    telling.entry(
        AKI, at(0, 9, 30), notes=[hp],
        pages=[
            FindingsPage(as_of="hp", made_by=MADE_BY, notes=(hp.read(
                hp.finding("hypertension", "hypertension"), hp.finding("type 2 diabetes", "type-2-diabetes"),
                hp.finding("chest pain", "chest-pain", kind="symptom", assertion="absent", active="no"),
                hp.finding("dyspnea", "dyspnea", kind="symptom", assertion="absent", active="no"),
                hp.finding("Dehydration", "dehydration"), hp.finding("Altered mental status", "altered-mental-status", kind="symptom")),)),
            CodingPage(as_of="hp", made_by=MADE_BY, codes=codes, drg=first, effects=(Effect(code="E119", drg_with="641", drg_without="641"),)),
        ],
    )  # fmt: skip
    telling.drg(
        DrgChanged(
            tenant="demo",
            encounter_id=AKI,
            at=at(0, 9, 30),
            as_of="hp",
            made_by=MADE_BY,
            after=first,
            cause=DrgCause(entry_id="hp", added=("E860", "E119", "I10")),
            nth=1,
        )
    )
    progress = written("n-aki-p1", _PROGRESS, seen(2, 8, 30), note_type="progress", author="HALVORSEN^ERIK", title="Progress note, day 3")
    last = telling.entry(
        AKI,
        at(2, 8, 45),
        notes=[progress],
        pages=[
            FindingsPage(
                as_of="p1",
                made_by=MADE_BY,
                notes=(
                    progress.read(progress.finding("Pneumonia", "pneumonia", assertion="possible", certainty="ruled-out", active="no")),
                ),
            )
        ],
    )
    aki = wording(
        QUERY_AKI, AKI, "Clinical clarification – rise in creatinine", "Laboratory values changed without an associated diagnosis.",
        "Based on your clinical judgment, please clarify the condition, if any, that explains the change in creatinine:",
        (Option(option_id="aki", text="Acute kidney injury (please specify cause, if known)", diagnosis="acute-kidney-injury"),
         Option(option_id="atn", text="Acute tubular necrosis", diagnosis="acute-tubular-necrosis"),
         Option(option_id="none", text="Change in creatinine without acute kidney disease")),
        documented=(hp.indicator("Elevated creatinine", "Elevated creatinine", "H&P"),),
        indicators=(measured("Creatinine 0.9 mg/dL", "cr-base", (-60, 9), label="baseline, 60 d before"), measured("Creatinine 2.9 mg/dL", "creatinine-0-8", (0, 8)),
                    measured("Creatinine 1.8 mg/dL", "creatinine-2-6", (2, 6)),
                    progress.indicator("Urine output 0.3 mL/kg/h overnight", "Urine output 0.3 mL/kg/h", "progress note")),
        contrary=(progress.indicator("Renal ultrasound without hydronephrosis", "Renal ultrasound without hydronephrosis", "progress note"),),
    )  # fmt: skip
    effect: tuple[AlertEffect, ...] = (
        AlertEffect(concept="acute-kidney-injury", code="N179", drg="641", weight_delta=0.0),
        AlertEffect(concept="acute-tubular-necrosis", code="N170", drg="640", weight_delta=0.4689),
    )
    telling.alert(
        alert(
            aki,
            "acute-kidney-injury",
            "draft",
            last,
            "Creatinine rose to 3.2 times the baseline and is falling; no authenticated note names a kidney diagnosis.",
            effect=effect,
            met=("kdigo-stage-3",),
            priority=43.4,
            priority_terms=("severity 20", "effect, absolute 9.4", "days in hospital 10", "kinds of indicators 4"),
        )
    )
    enceph = wording(
        QUERY_ENCEPHALOPATHY, AKI, "Clinical clarification – altered mental status", "A symptom is documented; its cause is not.",
        "Please clarify the condition, if known, that explains the altered mental status:",
        (Option(option_id="delirium", text="Delirium due to a known condition", diagnosis="delirium"),
         Option(option_id="metabolic", text="Metabolic encephalopathy", diagnosis="metabolic-encephalopathy"),
         Option(option_id="symptom", text="Altered mental status as a symptom only")),
        documented=(hp.indicator("Altered mental status", "Altered mental status", "H&P"),),
        indicators=(hp.indicator("confused about the date and place since yesterday", "Confused about date and place", "H&P"), progress.indicator("Oriented to person only this morning", "Oriented to person only", "progress note"), measured("Urea nitrogen 61 mg/dL", "urea-nitrogen-0-8", (0, 8))),
        contrary=(hp.indicator("CT head without acute findings", "CT head without acute findings", "H&P"), progress.indicator("oriented x3 by noon", "Oriented ×3 by noon", "progress note")),
    )  # fmt: skip
    effect = (AlertEffect(concept="metabolic-encephalopathy", code="G9341", drg="640", weight_delta=0.4689),)
    telling.alert(
        alert(
            enceph,
            "encephalopathy",
            "draft",
            last,
            "Disorientation in two notes against an intact baseline; only the symptom is documented.",
            effect=effect,
            priority=37.4,
            priority_terms=("severity 20", "effect, absolute 9.4", "days in hospital 4", "kinds of indicators 4"),
            rule_id="D-40",
        )
    )
    telling.entry(AKI, at(2, 9), pages=[moved(QUERY_AKI, "acute-kidney-injury", "draft", last, at(2, 9), last)])


_DIET = """NUTRITION ASSESSMENT
Weight 48.1 kg, 57.2 kg three months ago (16 % loss). Intake less than 50 % of needs for over five days. Severe depletion of temporalis and deltoid muscle, moderate subcutaneous fat loss.
Recommend: high-protein supplements, calorie count.
"""


def _malnutrition(telling: Telling) -> None:
    admit(telling, MALNUTRITION, "BRANDT^PETER", "3381744", "1948-02-19", "M", "5 EAST 508-A", "dysphagia, weight loss")
    for when, value in (((0, 9), 2.6), ((1, 6), 2.4), ((2, 6), 2.5)):
        result(telling, MALNUTRITION, when, "albumin", value, "g/dL", "L")
    diet = written(
        "n-mal-diet", _DIET, seen(1, 13), note_type="dietitian", author="NGUYEN^LIEN", role="dietitian", title="Nutrition assessment"
    )
    last = telling.entry(MALNUTRITION, at(1, 13, 20), notes=[diet], pages=[
        FindingsPage(as_of="d", made_by=MADE_BY, notes=(diet.read(),)),
        CodingPage(as_of="d", made_by=MADE_BY, codes=(), no_drg="no principal diagnosis")])  # fmt: skip
    asked = wording(
        QUERY_MALNUTRITION, MALNUTRITION, "Clinical clarification – nutritional status", "The nutrition assessment describes findings without a diagnosis by a provider.",
        "Based on your clinical judgment, please document the patient's nutritional status:",
        (Option(option_id="mild", text="Mild malnutrition", diagnosis="mild-malnutrition"), Option(option_id="moderate", text="Moderate malnutrition", diagnosis="moderate-malnutrition"),
         Option(option_id="severe", text="Severe malnutrition", diagnosis="severe-malnutrition"), Option(option_id="no", text="No malnutrition")),
        indicators=(diet.indicator("16 % loss", "Weight loss 16 % in three months", "nutrition assessment"), diet.indicator("less than 50 % of needs for over five days", "Intake < 50 % for > 5 days", "nutrition assessment"),
                    diet.indicator("Severe depletion of temporalis and deltoid muscle", "Severe muscle depletion", "nutrition assessment")),
        no_contrary_evidence_found=True,
    )  # fmt: skip
    telling.alert(
        alert(
            asked,
            "malnutrition",
            "sent",
            last,
            "Three characteristics are met in the dietitian's note.",
            priority=38.2,
            priority_terms=("severity 20", "effect, absolute 12.2", "days in hospital 4", "kinds of indicators 2"),
            effect=(AlertEffect(concept="severe-malnutrition", code="E43", drg="391", weight_delta=0.61),),
        )
    )
    telling.ask(passed(asked, "sent", last))
    telling.entry(
        MALNUTRITION, at(2, 9), pages=[moved(QUERY_MALNUTRITION, "malnutrition", "sent", last, at(2, 9), last, from_state="approved")]
    )


_SEPSIS = """ASSESSMENT AND PLAN
Sepsis due to E. coli urinary tract infection, present on admission. Lactate 4.2 cleared to 1.4. Continue ceftriaxone day 3.
"""


def _sepsis(telling: Telling) -> None:
    admit(telling, SEPSIS, "WASHINGTON^ROSE", "2096613", "1940-07-30", "F", "MICU 07", "fever, hypotension")
    for when, value in (((0, 9), 4.2), ((0, 15), 2.3), ((1, 6), 1.4)):
        result(telling, SEPSIS, when, "lactate", value, "mmol/L", "H" if value > 2 else "N")
    for when, value in (((0, 9), 18.2), ((1, 6), 14.1), ((2, 6), 10.8)):
        result(telling, SEPSIS, when, "leukocytes", value, "10*3/uL", "H" if value > 11 else "N")
    note = written("n-sep-p", _SEPSIS, seen(2, 7, 50), note_type="progress", author="HALVORSEN^ERIK", title="Progress note")
    before = drg("690", "KIDNEY AND URINARY TRACT INFECTIONS WITHOUT MCC", 0.8112, 3.0, "NONE")
    after = drg("872", "SEPTICEMIA OR SEVERE SEPSIS WITHOUT MV >96 HOURS WITHOUT MCC", 1.0299, 3.6, "NONE")
    codes = (
        code(
            note, "Sepsis due to E. coli", "A4151", "Sepsis due to Escherichia coli [E. coli]", "sepsis", role="principal", severity="MCC"
        ),
        code(
            note, "urinary tract infection", "N390", "Urinary tract infection, site not specified", "urinary-tract-infection", severity="CC"
        ),
    )
    last = telling.entry(SEPSIS, at(2, 8), notes=[note], pages=[
        FindingsPage(as_of="s", made_by=MADE_BY, notes=(note.read(note.finding("Sepsis", "sepsis"), note.finding("urinary tract infection", "urinary-tract-infection")),)),
        CodingPage(as_of="s", made_by=MADE_BY, codes=codes, drg=after)])  # fmt: skip
    telling.drg(
        DrgChanged(
            tenant="demo",
            encounter_id=SEPSIS,
            at=at(0, 12),
            as_of="s0",
            made_by=MADE_BY,
            after=before,
            cause=DrgCause(entry_id="s0", added=("N390",)),
            nth=1,
        )
    )
    telling.drg(
        DrgChanged(
            tenant="demo",
            encounter_id=SEPSIS,
            at=at(2, 8),
            as_of=last,
            made_by=MADE_BY,
            before=before,
            after=after,
            weight_delta=0.2187,
            cause=DrgCause(entry_id=last, added=("A4151",), other="principal N390 -> A4151"),
            nth=2,
        )
    )
    asked = wording(QUERY_SEPSIS, SEPSIS, "Clinical clarification – response to infection", "Indicators without an associated diagnosis.", "Please clarify the condition being treated:",
        (Option(option_id="uti", text="Urinary tract infection without sepsis"), Option(option_id="sepsis", text="Sepsis (please specify source)", diagnosis="sepsis")), indicators=(measured("Lactate 4.2 mmol/L", "lactate-0-9", (0, 9)),))  # fmt: skip
    telling.alert(
        alert(
            asked,
            "sepsis",
            "auto-resolved",
            last,
            "The progress note of day 3 says it.",
            rule_id="D-01",
            priority=0,
            satisfied_by=(note.indicator("Sepsis due to E. coli", "Sepsis due to E. coli", "progress note"),),
        )
    )


def _pneumonia(telling: Telling) -> None:
    admit(telling, PNEUMONIA, "ABBOTT^JAMES", "5127700", "1972-09-12", "M", "4 WEST 402-A", "cough, fever", day=1)
    text = "ASSESSMENT AND PLAN\nCommunity-acquired pneumonia, right lower lobe. Ceftriaxone and azithromycin. On room air.\n"
    note = written("n-pna", text, seen(1, 10), note_type="history-and-physical", author="HALVORSEN^ERIK", title="History and physical")
    shown = drg("195", "SIMPLE PNEUMONIA AND PLEURISY WITHOUT CC/MCC", 0.6658, 2.4, "NONE")
    telling.entry(PNEUMONIA, at(1, 10, 20), notes=[note], pages=[
        FindingsPage(as_of="p", made_by=MADE_BY, notes=(note.read(note.finding("Community-acquired pneumonia", "pneumonia")),)),
        CodingPage(as_of="p", made_by=MADE_BY, codes=(code(note, "Community-acquired pneumonia", "J189", "Pneumonia, unspecified organism", "pneumonia", role="principal"),), drg=shown)])  # fmt: skip
    secret = written(
        "n-pna-r",
        "Substance use history taken in confidence.\n",
        seen(1, 15),
        note_type="social-work",
        author="REYES^ANA",
        role="social-worker",
        title="Social work",
        confidentiality="R",
    )
    telling.entry(PNEUMONIA, at(1, 15, 5), notes=[secret], pages=[FindingsPage(as_of="r", made_by=MADE_BY, notes=(secret.read(),))])


def _ended(telling: Telling) -> None:
    admit(telling, ENDED, "LINDQVIST^MAJA", "6001288", "1961-03-25", "F", "5 EAST 511-B", "flank pain")
    text = "DISCHARGE DIAGNOSES\nAcute pyelonephritis. Type 2 diabetes mellitus.\n"
    note = written("n-end", text, seen(2, 9, 30), note_type="discharge-summary", author="HALVORSEN^ERIK", title="Discharge summary")
    shown = drg("690", "KIDNEY AND URINARY TRACT INFECTIONS WITHOUT MCC", 0.8112, 3.0, "NONE")
    codes = (
        code(note, "Acute pyelonephritis", "N10", "Acute pyelonephritis", "pyelonephritis", role="principal"),
        code(note, "Type 2 diabetes mellitus", "E119", "Type 2 diabetes mellitus without complications", "type-2-diabetes"),
    )
    last = telling.entry(
        ENDED,
        at(2, 9, 35),
        [told.EncounterDischarged(at=seen(2, 9, 20), disposition="01")],
        [note],
        [CodingPage(as_of="x", made_by=MADE_BY, codes=codes, drg=shown)],
    )
    telling.final(
        FinalCodeSet(
            tenant="demo",
            encounter_id=ENDED,
            nth=1,
            status="provisional",
            at=at(2, 9, 35),
            discharged_at=seen(2, 9, 20),
            as_of=last,
            made_by=MADE_BY,
            codes=codes,
            drg=shown,
            waiting_for=("pathology report",),
            added=("N10", "E119"),
            cause="discharge",
        )
    )
