"""Numbers in notes: what was measured, and what only looks like it.  Made up, as residents write and as physicians dictate."""

import pytest

from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

READER = load_reader(rules_dir() / "nlp")
SHORT = {
    "t": "temperature", "hr": "heart-rate", "rr": "respiratory-rate", "o2": "oxygen-flow", "hgb": "hemoglobin", "hct": "hematocrit", "cr": "creatinine",
    "k": "potassium", "na": "sodium", "plt": "platelets", "mg": "magnesium", "ef": "ejection-fraction", "glu": "glucose", "wt": "weight",
}  # fmt: skip


def read(text: str) -> list[str]:
    """ "cr 2.9"; the value of before ends in "<"."""
    names = {slug: short for short, slug in SHORT.items()}
    return [
        f"{names.get(value.analyte, value.analyte)} {value.value:g}{'<' if value.earlier else ''}"
        for value in READER.read(text.replace("|n|", "\n")).values
    ]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        # Two names, two numbers.
        ("bun/cr 58/1.3", "bun 58, cr 1.3"),
        ("BUN and creatinine were 44 and 2.1", "bun 44, cr 2.1"),
        ("AST/ALT 66/71", "ast 66, alt 71"),
        ("H/H 9.1/27", "hgb 9.1, hct 27"),
        ("H/H 9.1/27 -> 7.4/22", "hgb 9.1, hct 27, hgb 7.4, hct 22"),
        ("88% 2L -> 94% 5L", "spo2 88, o2 2, spo2 94, o2 5"),
        ("H&H of 8.8 and 26.4", "hgb 8.8, hct 26.4"),
        ("hemoglobin and hematocrit of 9.1 and 27", "hgb 9.1, hct 27"),
        ("PT/INR 24.1/2.1", "inr 2.1"),
        ("P/F 110, urine P/Cr 0.9", ""),
        ("Hgb 10/27", ""),
        # Further numbers.
        ("AKI: peak Cr 3.1, likely prerenal, 1.6 at d/c", "cr 3.1, cr 1.6"),
        ("Cr 1.8 on admission -> 0.9", "cr 1.8, cr 0.9"),
        ("GCS 10 on arrival and 8 prior to intubation", "gcs 10, gcs 8"),
        ("Hgb 7.2 (was 13.1 in August)", "hgb 7.2, hgb 13.1<"),
        ("hgb 6.9 (8.8 am)", "hgb 6.9, hgb 8.8<"),
        ("Hgb 9.2 < 9.9 < 12.8", "hgb 9.2, hgb 9.9<, hgb 12.8<"),
        ("plt 92 > 104", "plt 92, plt 104"),
        ("Hemoglobin dropped from 12.1 to 8.4", "hgb 12.1<, hgb 8.4"),
        ("Creatinine peaked at 3.1 on hospital day 3 and improved to 1.4", "cr 3.1, cr 1.4"),
        ("Labs|n|Cr      5.8     5.1     3.9|n|K       5.9     5.2     4.4", "cr 5.8, cr 5.1, cr 3.9, k 5.9, k 5.2, k 4.4"),
        ("sats 88% RA -> 94% on 2L", "spo2 88, spo2 94, o2 2"),
        # Units and names beside one another.
        ("Hgb 5.9 K 6.1 Na 128", "hgb 5.9, k 6.1, na 128"),
        ("phos 1.4 Mg 1.3", "phosphate 1.4, mg 1.3"),
        ("ANC 120, WBC 0.4", "anc 0.12, wbc 0.4"),
        ("T 38.8 HR 112 RR 22", "t 38.8, hr 112, rr 22"),
        ("wt 5.1 kg", "wt 5.1"),
        ("weight 180 pounds", "wt 81.6"),
        ("BG at 0600 was 212", "glu 212"),
        ("hyponatremia to 118, hypokalemia of 2.9", "na 118, k 2.9"),
        ("febrile to 39.1, tachycardic to 130", "t 39.1, hr 130"),
        ("WBC 26.4 w/ 22% bands", "wbc 26.4, bands 22"),
        ("AC 20/400/+8/FiO2 0.6", "fio2 0.6"),
        ("HFNC 40L/50%", "o2 40, fio2 50"),
        ("on 3L home O2, SpO2 93% 4L", "o2 3, spo2 93, o2 4"),
        ("Home oxygen at 2 liters", "o2 2"),
        ("400,000 platelets, 12 hemoglobin, cr 1.1", "cr 1.1"),
        ("98.2F this morning", "t 98.2"),
        # Dictated.
        ("a white count of 14.2 thousand", "wbc 14.2"),
        ("potassium 3.4, BUN 22, and creatinine 1.1", "k 3.4, bun 22, cr 1.1"),
        ("Temperature 98.6 degrees Fahrenheit, pulse 84, respirations 18", "t 98.6, hr 84, rr 18"),
        ("O2 saturation 94% on 2 liters", "spo2 94, o2 2"),
        ("The ejection fraction was estimated at 55%", "ef 55"),
        ("hemoglobin 9.2 grams", "hgb 9.2"),
        ("The creatinine has gone from 1.2 on admission to 3.4 today", "cr 1.2<, cr 3.4"),
        ("creatinine on admission was 2.8 and it decreased to 1.1", "cr 2.8, cr 1.1"),
        ("Lactic acid was 4.8, repeat 2.1", "lactate 4.8, lactate 2.1"),
        ("Glasgow coma scale score of 8", "gcs 8"),
        ("Arterial blood gas: 7.28/62/75", "ph-arterial 7.28, paco2 62, pao2 75"),
        ("systolic blood pressure of 85, SBP 92", "sbp 85, sbp 92"),
        ("blood sugars have been running 180", "glu 180"),
        ("HEMOGLOBIN WAS 8.9, HGB NADIR 5.2", "hgb 8.9, hgb 5.2"),
        ("O2 weaned, RA 95%, then 3L nc 94%", "spo2 95, o2 3, spo2 94"),
        ("1u RBC, plt 58 dropping", "plt 58"),
        ("Hgb 9.1 stable from 9.0", "hgb 9.1, hgb 9<"),
        ("WBC:14.2 HGB:9.8 K:3.9", "wbc 14.2, hgb 9.8, k 3.9"),
    ],
)
def test_what_was_measured(text: str, values: str) -> None:
    assert ", ".join(read(text)) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("blood pressure was 124/78", "sbp 124, dbp 78"),
        ("BP dropped to 82/40", "sbp 82, dbp 40"),
        ("BP lying 128/74, sitting 98/60", "sbp 128, dbp 74, sbp 98, dbp 60"),
        ("BP 148/82 supine -> 139/80 stand", "sbp 148, dbp 82, sbp 139, dbp 80"),
        ("post intubation hypotension 76/38 got neo", "sbp 76, dbp 38"),
        ("The blood pressure came down to 142/88", "sbp 142, dbp 88"),
        ("supine 142/80 sitting 110/66", "sbp 142, dbp 80, sbp 110, dbp 66"),
        ("VS 36.6 98 104/68 24 88%", "t 36.6, hr 98, sbp 104, dbp 68, rr 24, spo2 88"),
        ("vs 37.0 104 118/70 16 99", "t 37, hr 104, sbp 118, dbp 70, rr 16, spo2 99"),
        ("98.4F 76 132/74 14 98%", "t 98.4, hr 76, sbp 132, dbp 74, rr 14, spo2 98"),
        ("VITALS: 37.2 | 108 | 134/82 | 18 | 97% RA", "t 37.2, hr 108, sbp 134, dbp 82, rr 18, spo2 97"),
        ("Exam: 174/96 92 37.1. lethargic", "sbp 174, dbp 96, hr 92, t 37.1"),
        ("VS: 148/94, HR 102, RR 20", "sbp 148, dbp 94, hr 102, rr 20"),
        ("VSS Tmax 99.1 144/82 p 66", "t 99.1, sbp 144, dbp 82, hr 66"),
        ("t 35.4 hr 96 bp 132/70 rr 16 95ra", "t 35.4, hr 96, sbp 132, dbp 70, rr 16, spo2 95"),
        # No pressures.
        ("Novolog 70/30, Advair 250/50, Percocet 5/325", ""),
        ("seen 10/24, vision 20/40, motor 5/5", ""),
        ("goal BP 130/80, labetalol if >150/100", ""),
        ("BP 150/90. On losartan/HCTZ 100/25", "sbp 150, dbp 90"),
    ],
)
def test_pressures_and_their_row(text: str, values: str) -> None:
    assert ", ".join(read(text)) == values


@pytest.mark.parametrize(
    "text",
    [
        # Goals, thresholds, parameters, bounds.
        "levophed for MAP >65",
        "goal A1c < 7",
        "goal MAP 65, keep K 4",
        "hold for SBP <100, call if temp >38",
        "call if temp 38.5",
        "check ketones if BG >300",
        "transfuse hgb <7 plt <10",
        "hold at 15 until phos > 2",
        "return for temperature of 101 or higher",
        "stop for a pulse of 120 or more",
        "titrate to SBP 140, keep SBP < 160",
        "blood pressure systolic in the 80s, systolic murmur 2/6",
        "a fever higher than 38.3 °C",
        # Given.
        "plt 1u, magnesium 2 g IV, albumin 25 g",
        "PRBC 14 FFP 12 plt 3",
        "albumin 1G/KG, albumin 5% 250 mL",
        "vit K 5 IV given",
        "K 40 mEq PO",
        # Of another fluid.
        "UA: LE large, nitrite pos, WBC 82",
        "LP wbc 2 prot 48 gluc 66",
        "DX PARA: WBC 1100",
        "urine sodium 12, urine creatinine 88",
        "CSF showed white count of 12 and glucose 48",
        # Times, changes, sizes, markers, fluids, ranges told by their ten.
        "hypokalemia 3 days ago, cr 3 sec",
        "weight down 3 kg, dry weight 77, EDW 80 kg",
        "LA 4.5 cm, CA 19-9 37",
        "sats in the 80s, sat 70s",
        "1 L NS bolus, 1.5 L fluid restriction, took off 3L",
    ],
)
def test_what_only_looks_like_it(text: str) -> None:
    assert read(text) == []


def test_a_specimen_that_was_clean_leaves_the_blood_to_the_blood() -> None:
    assert read("UA neg, WBC 14.2") == ["wbc 14.2"]
    assert read("CSF: WBC 5. Serum glucose 220") == ["glu 220"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        # Urine that is a complaint was not sent anywhere.
        ("pale stools, dark urine and a bilirubin of 9.2", "bilirubin-total 9.2"),
        ("blood in the urine and a hemoglobin of 8.1", "hgb 8.1"),
        ("Urinalysis showed many white cells, and the white blood count was 21.4", "wbc 21.4"),
        # What was before.
        ("creatinine of 2.4 against a baseline of 1.1", "cr 2.4, cr 1.1<"),
        ("BNP 1,400 as compared with 320 last year", "bnp 1400, bnp 320<"),
        ("A1c 8.6, it was 7.7", "hba1c 8.6, hba1c 7.7<"),
        ("the creatinine crept from 1.1 up to 2.0", "cr 1.1<, cr 2"),
        # What came after, in the next clause or sentence, while nothing else is named.
        ("The sodium was 118. It came up to 128 by the third day.", "na 118, na 128"),
        ("Creatinine was 3.1. With fluids and the withholding of her losartan it fell to 1.1.", "cr 3.1, cr 1.1"),
        ("Her creatinine, which was 1.4 before the operation, has risen to 3.6", "cr 1.4, cr 3.6"),
        ("The potassium was 3.1. The magnesium was low, and it rose to 4.0", "k 3.1"),
        ("Hemoglobin was 9. The blood pressure was high and it came down to 12", "hgb 9"),
        ("saturation 93% on room air, falling to 86 when he walked", "spo2 93, spo2 86"),
        # The lowest, and what stayed.
        ("an oxygen nadir of 71%, a platelet nadir of 22", "spo2 71, plt 22"),
        ("saturation stayed at 92%, hemoglobin settled at 9.1", "spo2 92, hgb 9.1"),
        ("the systolic pressure fell briefly to 84", "sbp 84"),
        ("one low sugar of 58, treated with juice", "glu 58"),
        # Where and when it was measured; the numbers of a date are no values.
        ("Her creatinine in my office in August was 2.3", "cr 2.3"),
        ("creatinine on June 12, 2023 was 2.1 and in 2019 was 0.9", "cr 2.1"),
        ("Her A1c is due in March 3 months from now", ""),
        # Weights without their name; what is lifted or lost is none.
        ("a muscular man, 71 inches tall and 224 pounds", "wt 101.6"),
        ("a 250-pound man", "wt 113.4"),
        ("carries a 40-pound pack, lost 15 pounds, no lifting over 20 pounds", ""),
        # Oxygen by the words around it.
        ("oxygen by nasal cannula, at most 1 liter", "o2 1"),
        ("weaned from 4 liters to 1 liter of oxygen", "o2 4, o2 1"),
        ("oxygen and a bolus of 1 liter", ""),
    ],
)
def test_values_told_in_sentences(text: str, values: str) -> None:
    assert ", ".join(read(text)) == values
