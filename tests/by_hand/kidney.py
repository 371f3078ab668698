"""An acute kidney injury with two questions to approve."""

from datetime import date

from by_hand.shorthand import PHYSICIAN, admit, alert, code, drg, measured, result, wording
from by_hand.telling import MADE_BY, Telling, at, moved, seen, written
from opencdi.events import facts as told
from opencdi.events.audiences import AlertEffect, DrgCause, DrgChanged, Option
from opencdi.events.definitions import CrossedBy, Crossing, InForce
from opencdi.events.pages import CodingPage, Effect, FindingsPage

AKI, QUERY_AKI, QUERY_ENCEPHALOPATHY = "enc-aki", "q-aki", "q-enceph"

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


def kidney(telling: Telling) -> None:
    """Creatinine three times its baseline, and a confusion without a cause."""
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
            definition=InForce(
                definition_id="KDIGO-2012",
                approved_by="Medical Executive Committee",
                approved_on=date(2026, 3, 12),
                site="demo",
                site_revision=4,
            ),
            crossed=(
                Crossing(
                    limit="D-11.ratio",
                    kind="ratio-to-baseline",
                    how="at_least",
                    value=1.6,
                    unit="1",
                    set_by="site",
                    crossed_by=(CrossedBy(source_id="cr-base", entry_id="e00007/0"), CrossedBy(source_id="creatinine-0-8")),
                ),
            ),
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
    telling.entry(AKI, at(2, 9), pages=[moved(QUERY_AKI, "acute-kidney-injury", "draft", "READY", at(2, 9), last)])
