"""Drugs with dose, route and frequency, as notes write them."""

from pathlib import Path

import pytest

from opencdi.knowledge.concepts import load_concepts
from opencdi.knowledge.medications import WrongMedications, load_medications
from opencdi.nlp.reader import load_reader
from opencdi.settings import rules_dir

FOLDER = rules_dir() / "nlp"
READER = load_reader(FOLDER)


@pytest.mark.parametrize(
    ("text", "name", "concept", "told"),
    [
        ("metoprolol tartrate 25 mg PO BID", "metoprolol tartrate", "metoprolol", {"dose": "25 mg", "route": "PO", "frequency": "BID"}),
        (
            "ceftriaxone 1 g IV q24h",
            "ceftriaxone",
            "antibiotics",
            {"drug": "ceftriaxone", "dose": "1 g", "route": "IV", "frequency": "q24h"},
        ),
        ("20 mg IV furosemide once", "furosemide", "diuretic", {"dose": "20 mg", "route": "IV", "frequency": "once"}),
        (
            "Lasix 40mg by mouth twice daily",
            "Lasix",
            "diuretic",
            {"drug": "furosemide", "dose": "40 mg", "route": "PO", "frequency": "BID"},
        ),
        ("heparin 5,000 units SQ TID", "heparin", "heparin", {"group": "anticoagulant", "dose": "5,000 units", "route": "SC"}),
        ("Tylenol 650 mg q6h PRN pain", "Tylenol", "acetaminophen", {"dose": "650 mg", "frequency": "q6h PRN"}),
        ("norepinephrine at 0.05 mcg/kg/min", "norepinephrine", "vasopressor", {"dose": "0.05 mcg/kg/min"}),
        ("morphine sulfate 2-4 mg IV every 4 hours as needed", "morphine sulfate", "morphine", {"dose": "2-4 mg", "frequency": "q4h PRN"}),
        ("insulin glargine 20 units at bedtime", "insulin glargine", "insulin", {"dose": "20 units", "frequency": "QHS"}),
        ("apixaban (5 mg, PO, BID)", "apixaban", "apixaban", {"dose": "5 mg", "route": "PO", "frequency": "BID"}),
        # Dictated.
        ("Lisinopril 20 mg p.o. q.d.", "Lisinopril", "lisinopril", {"dose": "20 mg", "route": "PO", "frequency": "daily"}),
        ("Ambien 10 mg p.o. q.h.s. p.r.n.", "Ambien", "zolpidem", {"dose": "10 mg", "route": "PO", "frequency": "QHS PRN"}),
        ("Zosyn 3.375 g IV q.6 h.", "Zosyn", "antibiotics", {"dose": "3.375 g", "route": "IV", "frequency": "q6h"}),
        ("Norco 5/325 one tab p.o. q.4-6h. p.r.n.", "Norco", "hydrocodone-acetaminophen", {"dose": "5/325", "frequency": "q4-6h PRN"}),
        (
            "Percocet 5 mg/325 mg 1-2 tablets every six hours as needed",
            "Percocet",
            "oxycodone-acetaminophen",
            {"dose": "5 mg/325 mg", "frequency": "q6h PRN"},
        ),
        (
            "lisinopril 10 mg tablet Take 1 tablet by mouth twice a day",
            "lisinopril",
            "lisinopril",
            {"dose": "10 mg", "route": "PO", "frequency": "BID"},
        ),
        ("Symbicort two puffs 2 times a day", "Symbicort", "budesonide-formoterol", {"dose": "2 puffs", "frequency": "BID"}),
        ("Insulin 70/30 20 units in the morning", "Insulin", "insulin", {"dose": "20 units", "frequency": "QAM"}),
        ("Vicodin 5/500 one to two p.o. q.6h. p.r.n.", "Vicodin", "hydrocodone-acetaminophen", {"dose": "5/500", "frequency": "q6h PRN"}),
        ("Venlafaxine will be restarted at 37.5 mg daily", "Venlafaxine", "venlafaxine", {"dose": "37.5 mg", "frequency": "daily"}),
        ("Cefazolin 2 g was given intravenously", "Cefazolin", "antibiotics", {"dose": "2 g", "route": "IV"}),
        ("carvedilol   12.5   bid   11/18", "carvedilol", "carvedilol", {"dose": "12.5", "frequency": "BID"}),
        # Short.
        ("lasix 40, atorva 80", "lasix", "diuretic", {"dose": "40"}),
        ("prednisone 40 d3/5", "prednisone", "prednisone", {"dose": "40"}),
        ("nifedipine 30 XL", "nifedipine", "nifedipine", {"dose": "30"}),
        ("asa 81", "asa 81", "aspirin", {"dose": "81"}),
        ("fentanyl patch 25 q72h", "fentanyl", "fentanyl", {"dose": "25", "route": "transdermal", "frequency": "q72h"}),
        ("heparin gtt", "heparin gtt", "heparin", {"route": "IV"}),
        ("albuterol prn wheeze", "albuterol", "albuterol", {"frequency": "PRN"}),
        ("KCl 40 mEq PO x2", "KCl", "potassium-chloride", {"dose": "40 mEq", "route": "PO", "frequency": "x2"}),
        ("Levaquin 750 mg x7 days", "Levaquin", "antibiotics", {"dose": "750 mg", "frequency": None}),
        ("amox 90 mg/kg/d x 7d", "amox", "antibiotics", {"dose": "90 mg/kg/d", "frequency": None}),
        ("sevelamer with meals TID", "sevelamer", "sevelamer", {"frequency": "TID"}),
        ("albuterol 2 puffs q4-6h", "albuterol", "albuterol", {"dose": "2 puffs", "frequency": "q4-6h"}),
    ],
)
def test_what_is_given_and_how(text: str, name: str, concept: str, told: dict[str, str]) -> None:
    found = READER.read(text).findings[0]
    assert (found.text, found.concept, found.kind) == (name, concept, "medication")
    assert {key: found.attributes.get(key) for key in told} == told


@pytest.mark.parametrize(
    "text",
    [
        "aspirin and lisinopril 10 mg",
        "aspirin held. Lisinopril 10 mg",
        "aspirin for 81 reasons",
        "aspirin, no fever at 38.9",
        "aspirin\n10 mg lisinopril",
        "hold lisinopril, 1 L LR bolus",
        "tolerated cefazolin 2022",
        "resume Eliquis 5/30",
    ],
)
def test_a_dose_belongs_to_the_drug_beside_it(text: str) -> None:
    assert "dose" not in READER.read(text).findings[0].attributes


@pytest.mark.parametrize("text", ["OD ibuprofen at 16", "fludro once hydrocort < 50", "Timolol one drop b.i.d. Nitroglycerin as told"])
def test_what_stands_beside_a_drug_may_speak_of_another(text: str) -> None:
    last = [found for found in READER.read(text).findings if found.kind == "medication"][-1 if "b.i.d." in text else 0]
    assert not {"route", "frequency"} & last.attributes.keys()


def test_every_drug_has_one_meaning_and_a_group() -> None:
    table = load_medications(FOLDER, load_concepts(FOLDER))
    assert len({form for form, _, _ in table.drugs}) >= 900
    assert {concept.kind for _, concept, _ in table.drugs} == {"medication"}


@pytest.mark.parametrize(
    ("groups", "word"),
    [
        ("{opioid: {drugs: {morphine: [x]}}, sedative: {drugs: {x: []}}}", "x"),
        ("{sepsis: {concept: true, drugs: {morphine: []}}}", "sepsis"),
    ],
)
def test_a_table_with_a_slip_stops_at_the_start(tmp_path: Path, groups: str, word: str) -> None:
    (tmp_path / "medications.yaml").write_text(f"groups: {groups}\nsalts: []\nroutes: {{}}\nfrequencies: {{}}", encoding="utf-8")
    with pytest.raises(WrongMedications, match=word):
        load_medications(tmp_path, load_concepts(FOLDER))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Fluticasone nasal spray two puffs each side daily", ["2 puffs intranasal daily"]),
        ("tiotropium inhaler daily", ["- - daily"]),
        ("Nystatin swish four times a day", ["- - QID"]),
        ("morphine concentrate 20 mg every two hours as needed", ["20 mg - q2h PRN"]),
        ("60 mg of long-acting morphine twice daily", ["60 mg - BID"]),
        ("40 mg of intravenous furosemide", ["40 mg IV -"]),
        ("Cefoxitin 2 g had been given intravenously", ["2 g IV -"]),
        ("Cefazolin 2 g and levetiracetam 1 g were given intravenously", ["2 g IV -", "1 g IV -"]),
        ("Vancomycin, cefepime and metronidazole were started intravenously", ["- IV -"] * 3),
        ("vancomycin and cefepime intravenously", ["- IV -", "- IV -"]),
        ("He was given aspirin, and heparin was begun intravenously", ["- - -", "- IV -"]),
        ("lisinopril and albuterol nebs", ["- - -", "- inhaled -"]),
        ("simvastatin 20 mg at night", ["20 mg - QHS"]),
        ("digoxin, at night she is short of breath", ["- - -"]),
        ("vitamin D 2000 units a day", ["2000 units - daily"]),
        ("Lasix a day before admission", ["- - -"]),
    ],
)
def test_drugs_in_sentences(text: str, told: list[str]) -> None:
    given = [finding.attributes for finding in READER.read(text).findings if finding.kind == "medication"]
    assert [" ".join(one.get(what, "-") for what in ("dose", "route", "frequency")) for one in given] == told
